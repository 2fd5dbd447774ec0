import { describe, expect, test } from "vitest";
import { keyFault, type ApiKey } from "@countersign/domain/directory/api-key.ts";
import { apiKeyViews } from "@countersign/domain/directory/api-keys.ts";
import { decodeDirectoryEvent } from "@countersign/domain/directory/codec.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import { decideDirectory, type DirectoryDecision } from "@countersign/domain/directory/decide.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import { demoDirectory } from "../../testkit/examples/directory.ts";

const now = "2026-01-05T09:00:00.000Z";
const noon = "2026-01-05T12:00:00.000Z";

const key = (over: Partial<ApiKey> = {}): ApiKey => ({
  id: "key_1",
  agent: "ci",
  scopes: ["execute"],
  hash: "sha256:1",
  expiresAt: noon,
  ...over,
});
const issue = (
  over: Partial<ApiKey> = {},
  held: readonly string[] | null = null,
): DirectoryCommand => ({
  type: "issue-api-key",
  key: key(over),
  held,
  now,
});
const revoke = (id: string): DirectoryCommand => ({ type: "revoke-api-key", id });

/** Every event goes through its stored text and back. What is given must have been possible. */
const given = (...commands: readonly DirectoryCommand[]): DirectoryState => {
  let state = demoDirectory;
  for (const command of commands) {
    const { events, refusal } = decideDirectory(state, command);
    expect(refusal).toBeUndefined();
    for (const { type, data } of events) {
      state = evolveDirectory(state, {
        event: decodeDirectoryEvent(type, JSON.stringify(data), 1),
      });
    }
  }
  return state;
};
const decide = (command: DirectoryCommand, ...before: readonly DirectoryCommand[]) =>
  decideDirectory(given(...before), command);
const said = ({ events, refusal }: DirectoryDecision): unknown =>
  refusal?.code ?? events.map(({ type }) => type);

describe("issuing a key", () => {
  test("says whose it is, what it may and its hash", () => {
    expect(decide(issue()).events).toEqual([{ type: "ApiKeyIssued", data: key() }]);
  });
  const noAgent = (id: string): string => `There is no agent ${id} in the directory.`;
  test.each([
    ["for an agent nobody knows", { agent: "nobody" }, "agent", noAgent("nobody")],
    ["for a person", { agent: "bo" }, "agent", noAgent("bo")],
    ["that is over", { expiresAt: now }, "expires_at", "A key expires in the future."],
  ])("%s is refused at its field", (_, over, path, message) => {
    expect(decide(issue(over))).toEqual({
      events: [],
      refusal: { code: "unprocessable", message, details: { faults: [{ path, message }] } },
    });
  });
  test("that never expires, or in a millisecond, is taken", () => {
    for (const expiresAt of [null, "2026-01-05T09:00:00.001Z"])
      expect(said(decide(issue({ expiresAt })))).toEqual(["ApiKeyIssued"]);
  });
  test("a credential gives on what it has, and nothing else", () => {
    expect(said(decide(issue({}, ["execute", "api-keys:write"])))).toEqual(["ApiKeyIssued"]);
    expect(
      decide(issue({ scopes: ["metrics", "execute"] }, ["api-keys:write", "metrics"])),
    ).toEqual({
      events: [],
      refusal: {
        code: "forbidden",
        message: "This credential does not have the scope execute itself.",
      },
    });
    expect(said(decide(issue({ scopes: [] }, [])))).toEqual(["ApiKeyIssued"]);
  });
});

describe("revoking a key", () => {
  test("ends it; a second time changes nothing", () => {
    expect(said(decide(revoke("key_1"), issue()))).toEqual(["ApiKeyRevoked"]);
    expect(decide(revoke("key_1"), issue(), revoke("key_1"))).toEqual({ events: [] });
  });
  test("that is not there is not found", () => {
    expect(decide(revoke("key_1"))).toEqual({
      events: [],
      refusal: { code: "not-found", message: "There is no such API key." },
    });
  });
  test("leaves the others, and a revoked one does not come back", () => {
    const { apiKeys } = given(issue(), issue({ id: "key_2" }), revoke("key_1"));
    expect([...apiKeys.values()].map(({ id, revoked }) => [id, revoked])).toEqual([
      ["key_1", true],
      ["key_2", false],
    ]);
  });
});

describe("whether a key counts", () => {
  test.each([
    [{ revoked: false, expiresAt: null }, now, null],
    [{ revoked: false, expiresAt: noon }, "2026-01-05T11:59:59.999Z", null],
    [{ revoked: false, expiresAt: noon }, noon, "expired"],
    [{ revoked: true, expiresAt: noon }, noon, "revoked"],
  ] as const)("%j at %s: %s", (known, at, fault) => {
    expect(keyFault(known, at)).toBe(fault);
  });
});

test("the list shows all, newest first, and no hash", () => {
  const { apiKeys } = given(
    issue(),
    issue({ id: "key_2", expiresAt: null }),
    revoke("key_2"),
    issue({ id: "key_3", expiresAt: null, scopes: [] }),
  );
  expect(apiKeyViews(apiKeys, noon)).toEqual([
    { id: "key_3", agent: "ci", scopes: [], expires_at: null, status: "active" },
    { id: "key_2", agent: "ci", scopes: ["execute"], expires_at: null, status: "revoked" },
    { id: "key_1", agent: "ci", scopes: ["execute"], expires_at: noon, status: "expired" },
  ]);
});

test("the end of a key that was never issued cannot have happened", () => {
  const event = decodeDirectoryEvent("ApiKeyRevoked", '{"id":"key_1"}', 1);
  expect(() => evolveDirectory(demoDirectory, { event })).toThrow(
    "There is no API key key_1 to revoke.",
  );
});
