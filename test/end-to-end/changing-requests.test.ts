import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Api, ErrorBody, Page } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, importFile, levelStatuses, type BulkBody } from "./asking.ts";

const twoLevels = `
policy:
  id: two-levels
  pause_on_question: 2h
  schema: { type: object, required: [image], properties: { replicas: { type: integer, maximum: 5 } } }
  chain:
    - { name: QA, assignments: [{ type: role, identifier: qa_lead }], required: any }
    - { name: Manager, assignments: [{ type: role, identifier: manager }], required: any, timeout: 4h }
`;

interface AuditBody {
  readonly items: readonly {
    readonly event: string;
    readonly patch?: readonly { readonly path: string }[];
    readonly level?: number;
    readonly reason: string | null;
  }[];
}

describe("changing a pending request", () => {
  let server: Standalone;
  let bot: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    const { status, text } = await importFile(server, twoLevels, "two-levels.yaml");
    expect(status, text).toBe(201);
    await server.as("ivy").put("/directory/roles/break_glass", { members: ["hal", "ana"] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = (): Promise<RequestView> => asked(bot, { policy: "two-levels", approvers: null });
  const post = async (
    who: string,
    id: string,
    what: string,
    body: object,
  ): Promise<RequestView> => {
    const {
      status,
      body: request,
      text,
    } = await server.as(who).post(`/approvals/${id}/${what}`, body);
    expect(status, text).toBe(200);
    return request;
  };
  const refused = async (
    who: string,
    id: string,
    what: string,
    body: object,
  ): Promise<[number, string]> => {
    const { status, text } = await server.as(who).post(`/approvals/${id}/${what}`, body);
    return [status, (JSON.parse(text) as { error: { code: string } }).error.code];
  };

  test("an edit voids what it changed, asks again in order, and counts its editor where they edited", async () => {
    const { id, payload_hash: first } = await ask();
    await post("bo", id, "approve", { payload_hash: first });
    const payload = { image: "app:v2.0.0", replicas: 2 };
    const edited = await post("gus", id, "modify", { payload, payload_hash: first, notes: "two" });
    expect(edited).toMatchObject({ payload_version: 2, action: { parameters: payload } });
    expect(levelStatuses(edited)).toEqual(["open", "waiting"]);
    expect(await refused("bo", id, "approve", { payload_hash: first })).toEqual([
      409,
      "payload-changed",
    ]);
    const done = await post("cy", id, "approve", { payload_hash: edited.payload_hash });
    expect(done).toMatchObject({
      status: "approved",
      payload_hash: edited.payload_hash,
      resolution: { by: { kind: "person", id: "gus" } },
    });
    const { body: trail } = await server.as("ana").get<AuditBody>(`/approvals/${id}/audit`);
    const modified = trail.items.find(({ event }) => event === "PayloadModified");
    expect(modified?.patch).toEqual([{ op: "replace", path: "/replicas", value: 2 }]);
    expect(trail.items.map(({ event }) => event)).toContain("VotesVoided");
  });

  test("an edit must fit the schema, and say what it edited", async () => {
    const { id, payload_hash } = await ask();
    const payload = { image: "app:v2.0.0", replicas: 6 };
    expect(await refused("bo", id, "modify", { payload, payload_hash })).toEqual([
      422,
      "schema-mismatch",
    ]);
    expect(await refused("bo", id, "modify", { payload: { image: "x" } })).toEqual([
      422,
      "unprocessable",
    ]);
    expect(await refused("hal", id, "modify", { payload: { image: "x" }, payload_hash })).toEqual([
      403,
      "not-an-approver",
    ]);
  });

  test("an ask must fit the schemas as well, and bring one that can be used", async () => {
    const tooMany = { type: "deploy", parameters: { image: "x", replicas: 9 } };
    const { status, body } = await bot.post<ErrorBody>("/approvals", {
      title: "Deploy",
      policy: "two-levels",
      action: tooMany,
    });
    expect([status, body.error.code]).toEqual([422, "schema-mismatch"]);
    expect(body.error.details?.faults).toMatchObject([{ path: "action.parameters.replicas" }]);
    const schema = { $ref: "https://elsewhere.example/schema.json" };
    const outside = await bot.post<ErrorBody>("/approvals", {
      title: "Deploy",
      policy: "two-levels",
      action: { type: "deploy", parameters: { image: "x" } },
      schema,
    });
    expect([outside.status, outside.body.error.code]).toEqual([422, "unprocessable"]);
    expect(outside.body.error.details?.faults).toMatchObject([{ path: "schema" }]);
  });

  test("a vote is taken back; a voided one cannot be", async () => {
    const { id, payload_hash } = await asked(bot, {
      policy: null,
      approvers: [{ type: "role", identifier: "qa_lead" }],
    });
    expect(await refused("bo", id, "withdraw-vote", {})).toEqual([409, "no-vote"]);
    await post("bo", id, "approve", { payload_hash });
    expect(await refused("bo", id, "withdraw-vote", {})).toEqual([409, "already-resolved"]);
  });

  test("a question wakes the waiting requester, who answers", async () => {
    const { id } = await ask();
    const waiting = bot.get(`/approvals/${id}?wait=20s`);
    await post("bo", id, "question", { text: "Why three?" });
    const { body: woken } = await waiting;
    expect(woken.questions).toMatchObject([
      { id: "q1", text: "Why three?", asked_by: "bo", answer: null },
    ]);
    expect(await refused("ivy", id, "answer", { text: "?" })).toEqual([403, "forbidden"]);
    const answered = await post("deployment-bot", id, "answer", {
      text: "Load.",
      question_id: "q1",
    });
    expect(answered.questions).toMatchObject([{ answer: "Load.", answered_by: "deployment-bot" }]);
  });

  test("claims come and go", async () => {
    const { id } = await ask();
    expect((await post("bo", id, "claim", {})).claimed_by).toBe("bo");
    expect(await refused("cy", id, "claim", {})).toEqual([409, "conflict"]);
    expect((await post("bo", id, "release", {})).claimed_by).toBeNull();
  });

  test("slots go to others, and stand in their queues", async () => {
    const { id } = await ask();
    const to = [{ type: "user", identifier: "hal" }];
    expect(await refused("ivy", id, "reassign", { to })).toEqual([422, "reason-required"]);
    const after = await post("ivy", id, "reassign", { to, reason: "both away" });
    const slots = after.levels[0]?.groups[0]?.slots.map(({ approver, status }) => [
      approver,
      status,
    ]);
    expect(slots).toEqual([
      ["hal", "open"],
      ["bo", "cancelled"],
      ["cy", "cancelled"],
    ]);
    const { body } = await server.as("hal").get<Page<RequestView>>("/approvals?mine=now");
    expect(body.items.map((item) => item.id)).toContain(id);
    expect(await refused("bo", id, "approve", {})).toEqual([403, "not-an-approver"]);
    await server
      .as("ivy")
      .put("/directory/people/hal", { name: "Hal", access: "approver", active: false });
    const { body: gone } = await bot.get(`/approvals/${id}`);
    expect(gone.blocked).toBe(true);
    await server
      .as("ivy")
      .put("/directory/people/hal", { name: "Hal", access: "approver", active: true });
  });

  test("more time, fewer levels, more people", async () => {
    const { id, expires_at } = await ask();
    const later = new Date(Date.parse(expires_at ?? "") + 3_600_000).toISOString();
    const extended = await post("bo", id, "extend", { expires_at: later, reason: "weekend" });
    expect(extended.expires_at).toBe(later);
    expect(await refused("ana", id, "extend", { expires_at: later, reason: "x" })).toEqual([
      422,
      "expiry-out-of-range",
    ]);
    const amended = await post("ivy", id, "amend", {
      skip_levels: [2],
      add_approvers: [{ level: 1, approvers: [{ type: "user", identifier: "dee" }] }],
      reason: "agreed by phone",
    });
    expect(amended.levels[0]?.groups[0]?.slots.map(({ approver }) => approver)).toContain("dee");
    const done = await post("dee", id, "approve", {});
    expect(levelStatuses(done)).toEqual(["approved", "skipped"]);
    expect(done.status).toBe("approved");
  });

  test("an extended request expires at its new time and not before", async () => {
    const { id } = await asked(bot, { expires_in: "2s" });
    const at = Date.now() + 4_000;
    await post("bo", id, "extend", { expires_at: new Date(at).toISOString(), reason: "a moment" });
    const { body } = await bot.get(`/approvals/${id}?wait=15s&wait_for=terminal`);
    expect(body.status).toBe("expired");
    expect(Date.parse(body.resolved_at ?? "")).toBeGreaterThanOrEqual(at);
  });

  test("the glass is broken by a named right, loudly", async () => {
    const { id } = await ask();
    expect(await refused("ana", id, "break-glass", { reason: "now" })).toEqual([
      403,
      "separation-of-duties",
    ]);
    expect(await refused("gus", id, "break-glass", { reason: "now" })).toEqual([403, "forbidden"]);
    const broken = await post("hal", id, "break-glass", { reason: "production is down" });
    expect(broken).toMatchObject({ status: "approved", execution: { status: "granted" } });
    const { body: trail } = await server.as("ana").get<AuditBody>(`/approvals/${id}/audit`);
    expect(trail.items.find(({ event }) => event === "GlassBroken")?.reason).toBe(
      "production is down",
    );
  });

  test("a bulk vote is the single votes in order, one by one", async () => {
    const [one, two, three] = [await asked(bot), await asked(bot), await ask()];
    const ids = [one.id, "apr_00000000000000000000000000", two.id, three.id];
    const headers = { "idempotency-key": "bulk-1" };
    const body = {
      approval_ids: ids,
      payload_hashes: { [one.id]: one.payload_hash, [two.id]: "sha256:other" },
    };
    const bulk = () => server.as("cy").post<BulkBody>("/approvals/bulk-approve", body, { headers });
    const first = await bulk();
    expect(first.status, first.text).toBe(200);
    expect(first.body.results.map(({ status, error }) => error?.code ?? status)).toEqual([
      "approved",
      "not-found",
      "payload-changed",
      "pending",
    ]);
    expect(first.body.summary).toEqual({ approved: 1, pending: 1, errors: 2 });
    expect((await bulk()).body).toEqual(first.body);
    const denied = await server
      .as("bo")
      .post<BulkBody>("/approvals/bulk-deny", { approval_ids: [two.id], reason: "no" });
    expect(denied.body.summary).toEqual({ denied: 1, pending: 0, errors: 0 });
    const tooMany = await server
      .as("bo")
      .post<{ error: { code: string } }>("/approvals/bulk-approve", {
        approval_ids: Array(501).fill(one.id),
      });
    expect([tooMany.status, tooMany.body.error.code]).toEqual([422, "bulk-too-large"]);
  });

  test("the same over GraphQL", async () => {
    const { id, payload_hash: payloadHash } = await ask();
    const modify = `mutation ($input: ModifyInput!) { modify(input: $input) { __typename
      ... on ModifySuccess { request { payloadVersion } } ... on Refusal { code } } }`;
    const data = await server
      .graphql("bo")
      .data(modify, { input: { id, payloadHash, payload: { image: "y" } } });
    expect(data).toMatchObject({
      modify: { __typename: "ModifySuccess", request: { payloadVersion: 2 } },
    });
    const bulk = `mutation ($input: BulkApproveInput!) { bulkApprove(input: $input) {
      ... on BulkApproveSuccess { results { approvalId status error { code } } summary { approved pending errors } } } }`;
    const many = await server
      .graphql("gus")
      .data(bulk, { input: { approvalIds: [id], payloadHashes: {} } });
    expect(many).toMatchObject({
      bulkApprove: {
        results: [{ approvalId: id, status: "ERROR", error: { code: "payload-changed" } }],
        summary: { approved: 0, pending: 0, errors: 1 },
      },
    });
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    const types = new Set(log.map(({ type }) => type));
    for (const type of [
      "LevelReopened",
      "RequestReassigned",
      "ChainAmended",
      "ExpiryExtended",
      "GlassBroken",
    ]) {
      expect(types).toContain(type);
    }
  });
});
