import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, importFile } from "./asking.ts";

describe("idempotency keys of votes", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("an idempotency key stands for one vote: an approval's is never taken for a denial", async () => {
    const byTwo = `
policy:
  id: by-two
  chain: [{ assignments: [{ type: role, identifier: qa_lead }], required: 2 }]
`;
    expect((await importFile(server, byTwo, "by-two.yaml")).status).toBe(201);
    const { id, payload_hash } = await asked(server.as("deployment-bot"), {
      policy: "by-two",
      approvers: null,
    });
    const voted = (what: string, body: object) =>
      server.as("bo").post<RequestView & ErrorBody>(`/approvals/${id}/${what}`, body, {
        headers: { "idempotency-key": "by-two-1" },
      });
    // What was refused took no effect, and uses no key up.
    expect((await voted("deny", {})).status).toBe(422);
    expect((await voted("approve", { reason: "no" })).status).toBe(200);
    for (const [what, body] of [
      ["deny", { reason: "no" }],
      ["modify", { payload: { image: "app:v3" }, payload_hash }],
      ["approve", { notes: "fine" }],
    ] as const) {
      const { status, body: answer } = await voted(what, body);
      expect([status, answer.error.code], what).toEqual([409, "conflict"]);
    }
    const again = await voted("approve", { reason: "no" });
    expect([again.status, again.body.status]).toEqual([200, "pending"]);
    const slots = again.body.levels[0]?.groups[0]?.slots.map(({ status }) => status);
    expect(slots).toEqual(["approved", "open"]);
    const others = await server.as("cy").post<RequestView>(
      `/approvals/${id}/approve`,
      {},
      {
        headers: { "idempotency-key": "by-two-1" },
      },
    );
    expect(others.body.status).toBe("approved");
  });
  test("the log of all this breaks no invariant", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
