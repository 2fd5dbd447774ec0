import { describe, expect, expectTypeOf, test } from "vitest";
import { makeClient, type Client } from "@countersign/client/client.ts";
import type { Request } from "@countersign/client/request.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { exampleRequest, openQuestion } from "./example-request.ts";
import { startScriptedServer, type Scripted, type ScriptedServer } from "./scripted-server.ts";

const clientOf = ({ url }: ScriptedServer): Client => makeClient({ url, org: "demo", token: "t" });
const shows = (over: Partial<Request> = {}): Scripted => ({
  status: 200,
  body: exampleRequest(over),
});
const unavailable: Scripted = { status: 503, body: {} };
const queries = ({ received }: ScriptedServer): (string | undefined)[] =>
  received.map(({ url }) => url.split("?")[1]);
const POLL = "wait=60s";

describe("waiting for a request", () => {
  test("ends at once with a decision that came before", async () => {
    await using server = await startScriptedServer([shows({ status: "denied" })]);
    expect((await clientOf(server).wait("apr_1")).status).toBe("denied");
    expect(queries(server)).toEqual([undefined]);
  });

  test("polls on while nothing happens, through failures, and looks before each poll", async () => {
    await using server = await startScriptedServer([
      shows(),
      shows(),
      shows(),
      unavailable,
      "hang up",
      shows(),
      shows({ status: "approved" }),
    ]);
    expect((await clientOf(server).wait("apr_1")).status).toBe("approved");
    expect(queries(server)).toEqual([undefined, POLL, undefined, POLL, undefined, undefined, POLL]);
  });

  test("finds the question that was asked during an outage without polling first", async () => {
    const questions = [openQuestion("q1")];
    await using server = await startScriptedServer([shows(), "hang up", shows({ questions })]);
    expect(await clientOf(server).wait("apr_1")).toMatchObject({ status: "pending", questions });
    expect(queries(server)).toEqual([undefined, POLL, undefined]);
  });

  test.each<[string, Partial<Request>]>([
    ["an open question", { questions: [openQuestion("q1")] }],
    ["a changed payload", { payload_version: 2 }],
    ["a paused caller", { caller_paused: true }],
  ])("is over with %s, and the next wait does not answer it again", async (_, over) => {
    await using server = await startScriptedServer([
      shows(over),
      shows(over),
      shows({ ...over, status: "expired" }),
    ]);
    const agent = clientOf(server);
    expect((await agent.wait("apr_1")).status).toBe("pending");
    expect((await agent.wait("apr_1")).status).toBe("expired");
    expect(queries(server)).toEqual([undefined, undefined, POLL]);
  });

  test("for the end only, passes over what else happens", async () => {
    const over = { questions: [openQuestion("q1")], payload_version: 2, caller_paused: true };
    await using server = await startScriptedServer([shows(over), shows({ status: "cancelled" })]);
    const { status } = await clientOf(server).wait("apr_1", { terminalOnly: true });
    expect(status).toBe("cancelled");
    expect(queries(server)).toEqual([undefined, `${POLL}&wait_for=terminal`]);
  });

  test("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const hangs: typeof fetch = (_url, init) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      queueMicrotask(() => controller.abort(new Error("enough")));
      return promise;
    };
    const agent = makeClient({ url: "http://c.example", org: "demo", token: "t", fetch: hangs });
    await expect(agent.wait("apr_1", { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("throws what does not pass, such as an absent request", async () => {
    const body = { error: { code: "not-found", message: "There is nothing here." } };
    await using server = await startScriptedServer([shows(), { status: 404, body }]);
    await expect(clientOf(server).wait("apr_1")).rejects.toMatchObject({ code: "not-found" });
  });
});

test("the client's request is the one that the server writes, key by key", () => {
  expectTypeOf<keyof RequestView>().toEqualTypeOf<Exclude<keyof Request, "grant">>();
  expectTypeOf<RequestView>().toExtend<Omit<Request, "grant">>();
});
