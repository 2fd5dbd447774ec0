import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { tokenWithScope } from "../testkit/dev-token.ts";
import { makeApi, type Answer, type Api, type ErrorBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";

type Granted = RequestView & { readonly grant?: string };
interface Consumed {
  readonly payload: object;
  readonly valid_until: string;
}

const codeOf = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];

describe("from approval to execution", () => {
  let server: Standalone;
  let bot: Api;
  let executor: Api;
  beforeAll(async () => {
    server = await startStandalone({ env: { COUNTERSIGN_STUCK_AFTER: "1s" } });
    bot = server.as("deployment-bot");
    const token = await tokenWithScope(server.dataDir, "ci", "execute");
    executor = makeApi(server.url, token, "demo");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const approved = async (): Promise<Granted & { readonly grant: string }> => {
    const { id } = await asked(bot);
    await server.as("bo").post(`/approvals/${id}/approve`, {});
    const { body } = await bot.get<Granted>(`/approvals/${id}?wait=10s`);
    expect(body.grant).toEqual(expect.any(String));
    return { ...body, grant: body.grant ?? "" };
  };
  const spend = (
    api: Api,
    { id, grant, payload_hash }: Granted,
    over: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<Consumed>> =>
    api.post<Consumed>(`/approvals/${id}/consume`, { grant, payload_hash, ...over }, { headers });
  const report = (
    api: Api,
    { id, payload_hash }: Granted,
    over: object = {},
  ): Promise<Answer<RequestView>> =>
    api.post(`/approvals/${id}/execution`, { status: "executed", payload_hash, ...over });

  test("the requester alone is given the grant, always the same", async () => {
    const request = await approved();
    expect((await bot.get<Granted>(`/approvals/${request.id}`)).body.grant).toBe(request.grant);
    for (const who of ["bo", "ana"]) {
      const { text } = await server.as(who).get(`/approvals/${request.id}`);
      expect(text).not.toContain('"grant":"');
    }
    const { approvalRequest } = await server
      .graphql("deployment-bot")
      .data<{ approvalRequest: { grant: string } }>(
        `{ approvalRequest(id: "${request.id}") { grant } }`,
      );
    expect(approvalRequest.grant).toBe(request.grant);
  });

  test("whoever runs the action verifies the grant with the published keys", async () => {
    const { id, grant, payload_hash } = await approved();
    const { body } = await server
      .as("bo")
      .get<JSONWebKeySet>("//.well-known/countersign/jwks.json");
    expect(JSON.stringify(body)).not.toContain('"d"');
    const { payload } = await jwtVerify(grant, createLocalJWKSet(body), { issuer: "countersign" });
    expect(payload).toMatchObject({ sub: id, org: "demo", payload_hash, policies: [] });
    expect((await fetch(`${server.url}/.well-known/countersign/jwks.json`)).status).toBe(200);
  });

  test("it is spent once, also when fifty try at the same time", async () => {
    const request = await approved();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => spend(index % 2 === 0 ? bot : executor, request)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    for (const answer of answers)
      if (answer.status !== 200) expect(codeOf(answer)).toEqual([409, "grant-spent"]);
    const consumed = server.readLog().filter(({ type }) => type === "GrantConsumed");
    expect(consumed.filter(({ stream }) => stream.endsWith(request.id))).toHaveLength(1);
  });

  test("a lost answer is given again under the same idempotency key, and strands nothing", async () => {
    const request = await approved();
    const headers = { "idempotency-key": "run-1" };
    const first = await spend(bot, request, {}, headers);
    expect(first.status, first.text).toBe(200);
    expect(first.body).toEqual({
      payload: request.action,
      valid_until: request.execution?.valid_until,
    });
    const again = await spend(bot, request, {}, headers);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(codeOf(await spend(bot, request, { payload_hash: "sha256:00" }, headers))).toEqual([
      409,
      "conflict",
    ]);
    expect(codeOf(await spend(bot, request))).toEqual([409, "grant-spent"]);
  });

  test("nothing but the approved payload is given out for it", async () => {
    const request = await approved();
    expect(codeOf(await spend(bot, request, { payload_hash: "sha256:00" }))).toEqual([
      409,
      "payload-changed",
    ]);
    const other = await approved();
    expect(codeOf(await spend(bot, request, { grant: other.grant }))).toEqual([
      422,
      "unprocessable",
    ]);
    expect(codeOf(await spend(bot, request, { grant: `${request.grant}x` }))[0]).toBe(422);
    expect(codeOf(await spend(bot, request, { grant: undefined }))[0]).toBe(422);
  });

  test("an agent that executes for others needs the scope and the grant", async () => {
    const request = await approved();
    expect(codeOf(await spend(server.as("ci"), request))).toEqual([404, "not-found"]);
    expect(codeOf(await spend(executor, request, { grant: "x.y.z" }))).toEqual([404, "not-found"]);
    expect((await executor.get(`/approvals/${request.id}`)).status).toBe(404);
    expect(codeOf(await spend(server.as("bo"), request))).toEqual([403, "forbidden"]);
    expect(codeOf(await report(executor, request))).toEqual([404, "not-found"]);
    expect((await spend(executor, request)).status).toBe(200);
    const reported = await report(executor, request, { result: { pods: 3 } });
    expect(reported.status, reported.text).toBe(200);
    expect(reported.body).toEqual({
      id: request.id,
      status: "approved",
      execution: {
        status: "executed",
        valid_until: request.execution?.valid_until,
        result: { pods: 3 },
      },
    });
  });

  test("the execution is reported once, after the grant was spent", async () => {
    const request = await approved();
    expect(codeOf(await report(bot, request))).toEqual([409, "not-consumed"]);
    await spend(bot, request);
    expect(codeOf(await report(bot, request, { payload_hash: "sha256:00" }))).toEqual([
      409,
      "payload-changed",
    ]);
    expect(codeOf(await report(bot, request, { status: "done" }))[0]).toBe(422);
    const done = await report(bot, request, { status: "failed", result: "out of memory" });
    expect(done.body.execution).toMatchObject({ status: "failed", result: "out of memory" });
    expect(codeOf(await report(bot, request))).toEqual([409, "conflict"]);
    const { body } = await bot.get<Granted>(`/approvals/${request.id}`);
    expect([body.execution?.status, body.grant]).toEqual(["failed", undefined]);
  });

  test("what was denied has none", async () => {
    const { id, payload_hash } = await asked(bot);
    expect(codeOf(await spend(bot, { id, payload_hash } as Granted, { grant: "x" }))).toEqual([
      409,
      "conflict",
    ]);
    await server.as("bo").post(`/approvals/${id}/deny`, { reason: "no" });
    expect((await bot.get<Granted>(`/approvals/${id}`)).text).not.toContain('"grant":"');
    expect(codeOf(await spend(bot, { id, payload_hash } as Granted, { grant: "x" }))).toEqual([
      409,
      "already-resolved",
    ]);
  });

  test("GraphQL does the same", async () => {
    const request = await approved();
    const consume = `mutation ($input: ConsumeGrantInput!) {
      consumeGrant(input: $input) {
        ... on ConsumeGrantSuccess { payload validUntil }
        ... on Refusal { code }
      }
    }`;
    const input = { id: request.id, grant: request.grant, payloadHash: request.payload_hash };
    const graphql = server.graphql("deployment-bot");
    expect(await graphql.data(consume, { input })).toEqual({
      consumeGrant: { payload: request.action, validUntil: request.execution?.valid_until },
    });
    expect(await graphql.data(consume, { input })).toEqual({
      consumeGrant: { code: "grant-spent" },
    });
    const reported = await graphql.data(
      `mutation ($input: ReportExecutionInput!) {
        reportExecution(input: $input) {
          ... on ReportExecutionSuccess { request { id } execution { status } }
        }
      }`,
      { input: { id: request.id, status: "EXECUTED", payloadHash: request.payload_hash } },
    );
    expect(reported).toEqual({
      reportExecution: { request: { id: request.id }, execution: { status: "EXECUTED" } },
    });
  });

  test("an approval that nobody comes for raises an alarm, once", async () => {
    const { id } = await approved();
    const stuck = (): number =>
      server
        .readLog()
        .filter((entry) => entry.type === "DeliveryStuck" && entry.stream.endsWith(id)).length;
    await eventually("the alarm", async () => (stuck() > 0 ? true : undefined));
    const trail = await bot.get<{ items: { event: string; channel: string }[] }>(
      `/approvals/${id}/audit`,
    );
    expect(trail.body.items.at(-1)).toMatchObject({ event: "DeliveryStuck", channel: "timer" });
  });

  test("grants signed before a restart are good after it; the log of it all holds", async () => {
    const request = await approved();
    await server.stop();
    await server.start();
    expect((await bot.get<Granted>(`/approvals/${request.id}`)).body.grant).toBe(request.grant);
    expect((await spend(bot, request)).status).toBe(200);
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
