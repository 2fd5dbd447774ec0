import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk } from "./asking.ts";
import { hostileRequests } from "./hostile-values.ts";

const SEED = 20_261_121;
const REQUESTS = 2_000;
const AT_ONCE = 10;

let server: Standalone;
beforeAll(async () => {
  server = await startStandalone();
});
afterAll(() => server[Symbol.asyncDispose]());

test(`${REQUESTS} hostile requests: each gets one clear answer, none a 5xx`, async () => {
  const { id } = await asked(server.as("deployment-bot"));
  const requests = fc.sample(hostileRequests(deployAsk(), id), { numRuns: REQUESTS, seed: SEED });
  const callers = ["deployment-bot", "bo", "ana", "vic"];
  const statuses = new Map<number, number>();
  const odd: unknown[] = [];

  const send = async (index: number): Promise<void> => {
    const request = requests[index];
    if (request === undefined) return;
    const { method, path, body, contentType, key } = request;
    const target = path.startsWith("//") ? path.slice(1) : `/api/v1/orgs/demo${path}`;
    const { status, text } = await call(`${server.url}${target}`, {
      method,
      headers: {
        authorization: `Bearer ${server.token(callers[index % callers.length] ?? "")}`,
        "content-type": contentType,
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(method === "GET" ? {} : { body: body.toWellFormed() }),
    });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const isJson = /^[{[]/.test(text);
    if (status >= 500 || !isJson) odd.push({ ...request, status, text: text.slice(0, 300) });
  };
  for (let first = 0; first < REQUESTS; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => send(first + offset)));
  }
  expect(odd.slice(0, 5), `seed ${SEED}`).toEqual([]);
  // The requests went everywhere: taken ones as well as every kind of refusal.
  for (const status of [200, 201, 400, 403, 404, 405, 415, 422]) {
    expect(statuses.get(status) ?? 0, `status ${status}`).toBeGreaterThan(0);
  }
});

test("afterwards it still works, and its log breaks no invariant", async () => {
  const { id } = await asked(server.as("deployment-bot"));
  const approved = await server.as("bo").post(`/approvals/${id}/approve`, {});
  expect(approved.body.status).toBe("approved");
  const errors = server.program
    .errors()
    .split("\n")
    .filter((line) => /"level":(?:50|60)|"level":"(?:error|fatal)"/.test(line));
  expect(errors).toEqual([]);
  expect((await server.finish()).violations).toEqual([]);
});
