import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Answer, Api, ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";

const refusal = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];

describe("attaching to a request", () => {
  let server: Standalone;
  let bot: Api;
  let ci: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    ci = server.as("ci");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("context and recommendations are attached over REST and GraphQL", async () => {
    const { id } = await asked(bot);
    const whole = await bot.post<RequestView>(`/approvals/${id}/context`, {
      context: { tests: 9 },
    });
    expect(whole.status, whole.text).toBe(200);
    expect(whole.body.attachments).toMatchObject([
      { by: { kind: "agent", id: "deployment-bot" }, context: { tests: 9 } },
    ]);
    const advice = { recommendation: "approve", confidence: 0.8, summary: "Looks fine." };
    const key = { headers: { "idempotency-key": "advice-1" } };
    const other = await ci.post(`/approvals/${id}/recommendation`, advice, key);
    expect(other.status, other.text).toBe(200);
    expect(other.body).toEqual({
      by: { kind: "agent", id: "ci" },
      at: expect.any(String),
      ...advice,
      payload: null,
    });
    expect((await ci.post(`/approvals/${id}/recommendation`, advice, key)).text).toBe(other.text);
    const later = { ...advice, summary: "Not any more." };
    expect((await ci.post(`/approvals/${id}/recommendation`, later)).body).toMatchObject(later);
    expect((await ci.post(`/approvals/${id}/recommendation`, advice, key)).text).toBe(other.text);
    expect((await ci.get(`/approvals/${id}`)).status).toBe(404);
    expect(
      refusal(await ci.post(`/approvals/${id}/recommendation`, { ...advice, confidence: 2 })),
    ).toEqual([422, "unprocessable"]);
    const { attachContext } = await server.graphql("deployment-bot").data<{
      attachContext: { request: object; attachment: object };
    }>(`mutation { attachContext(input: { id: "${id}", context: { more: true } }) {
      ... on AttachContextSuccess { attachment request { recommendations { by { kind id } recommendation summary } attachments { by { id } context } } } } }`);
    expect(attachContext.attachment).toMatchObject({ context: { more: true } });
    expect(attachContext.request).toEqual({
      recommendations: [
        { by: { kind: "AGENT", id: "ci" }, recommendation: "APPROVE", summary: "Looks fine." },
        { by: { kind: "AGENT", id: "ci" }, recommendation: "APPROVE", summary: "Not any more." },
      ],
      attachments: [
        { by: { id: "deployment-bot" }, context: { tests: 9 } },
        { by: { id: "deployment-bot" }, context: { more: true } },
      ],
    });
    expect((await server.as("bo").post(`/approvals/${id}/approve`, {})).status).toBe(200);
    for (const body of [{ context: {} }, {}])
      expect(refusal(await ci.post(`/approvals/${id}/context`, body))[0]).toBe(404);
    expect(refusal(await bot.post(`/approvals/${id}/context`, { context: {} }))).toEqual([
      409,
      "already-resolved",
    ]);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    const types = log.map(({ type }) => type);
    expect(types).toContain("ContextAttached");
    expect(types).toContain("RecommendationAttached");
  });
});
