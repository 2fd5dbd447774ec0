import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";
import { hostileValues } from "./hostile-values.ts";

const SEED = 20_261_121;
const REQUESTS = 800;
const AT_ONCE = 10;

const policy = `
policy:
  id: lead
  chain:
    - assignments: [{ type: role, identifier: team_lead }, { type: user, identifier: "\${context.who}" }]
      conditions: [{ field: context.amount, operator: ">", value: 5 }]
      when: 'action.parameters.path.startsWith("docs/") || issue.labels.exists(l, l == "x")'
      timeout: 2h
gates:
  - { id: big, gate_type: amount_threshold, field: parameters.amount, above: 5, approvers: [sre] }
  - { id: new, gate_type: new_counterparty, field: context.to, approvers: [sre] }
  - { id: risky, gate_type: high_risk, above: 0.5, approvers: [sre] }
`;
const whole = {
  source: policy,
  facts: { context: { amount: 9, who: "hal" }, action: { type: "x", parameters: { amount: 7 } } },
  requester: "ci",
  at: "2026-03-02T09:00:00Z",
  days: 3,
};
const fields = [
  "source",
  "policy",
  "transition",
  "facts",
  "requester",
  "at",
  "name",
  "language",
  "days",
];
const places = ["issue", "context", "action", "risk"];

const bodies: fc.Arbitrary<object> = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...fields), hostileValues, { maxKeys: 3 })
    .map((over) => ({ ...whole, ...over })),
  fc
    .dictionary(fc.constantFrom(...places), hostileValues, { maxKeys: 4 })
    .map((facts) => ({ ...whole, facts: { ...whole.facts, ...facts } })),
  fc
    .dictionary(fc.constantFrom("amount", "who", "to", "triggers"), hostileValues)
    .map((context) => ({ ...whole, facts: { ...whole.facts, context } })),
  fc
    .dictionary(fc.constantFrom("amount", "path", "attributes"), hostileValues)
    .map((parameters) => ({ ...whole, facts: { action: { type: "x", parameters } } })),
);

let server: Standalone;
beforeAll(async () => {
  server = await startStandalone();
  await asked(server.as("deployment-bot"));
});
afterAll(() => server[Symbol.asyncDispose]());

test(`${REQUESTS} hostile scenes and drafts: each gets one clear answer, none a 5xx`, async () => {
  const requests = fc.sample(bodies, { numRuns: REQUESTS, seed: SEED });
  const statuses = new Map<string, number>();
  const odd: unknown[] = [];
  const send = async (index: number): Promise<void> => {
    const {
      days,
      requester,
      at,
      facts,
      policy: named,
      transition,
      ...rest
    } = {
      ...(requests[index] as Record<string, unknown>),
    };
    const name = index % 4 === 0 ? "backtest" : "simulate";
    const body =
      name === "backtest"
        ? { ...rest, days }
        : { ...rest, requester, at, facts, policy: named, transition };
    const { status, text } = await server.as("ana").post(`/definitions/${name}`, body);
    statuses.set(`${name} ${status}`, (statuses.get(`${name} ${status}`) ?? 0) + 1);
    if (status >= 500 || !text.startsWith("{")) odd.push({ name, body, status, text });
  };
  for (let first = 0; first < REQUESTS; first += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => send(first + offset)));
  expect(odd.slice(0, 3), `seed ${SEED}`).toEqual([]);
  // They went everywhere: taken ones as well as refusals.
  for (const status of [
    "simulate 200",
    "simulate 422",
    "simulate 400",
    "backtest 200",
    "backtest 422",
  ])
    expect(statuses.get(status) ?? 0, status).toBeGreaterThan(0);
  expect(server.program.errors()).not.toMatch(/"level":(?:50|60)/);
});
