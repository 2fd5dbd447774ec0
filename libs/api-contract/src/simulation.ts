import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject } from "./fields.ts";
import { hasInvisible, ID, id, name, personId } from "./ids.ts";
import { exceedsBytes, limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

/** A whole file of definitions, as text. */
const source = z
  .string()
  .refine(
    (text) => !exceedsBytes(text, limits.definitionFile),
    `must have at most ${limits.definitionFile} bytes`,
  );

/** The language of `source`; without it the file's name and first characters decide. */
const language = z.enum(["yaml", "json", "toml"]);

const policyName = z
  .string()
  .refine(
    (text) =>
      ID.test(text) || (text.length <= 200 && /^[\w-]{1,64}\/./u.test(text) && !hasInvisible(text)),
    "must be a policy's id (A-Z a-z 0-9 _ -), or <workflow>/<transition>",
  );

const transition = z.strictObject({ workflow: id, from: name(128), to: name(128) });

const action = z.strictObject({
  type: name(128),
  tool: name(128).nullish(),
  parameters: freeObject.nullish(),
});

const facts = z.strictObject({
  issue: freeObject.nullish(),
  context: freeObject.nullish(),
  action: action.nullish(),
  risk: freeObject.nullish(),
});

export const simulate = z.strictObject({
  policy: policyName.nullish(),
  source: source.nullish(),
  language: language.nullish(),
  name: name(255).nullish(),
  transition: transition.nullish(),
  facts: facts.nullish(),
  requester: personId.nullish(),
  at: z.iso.datetime({ offset: true, error: "must be an ISO 8601 date and time" }).nullish(),
});

export type SimulateBody = z.output<typeof simulate>;
export type SimulateInput = z.input<typeof simulate>;

const simulateKeys = {
  "": Object.keys(simulate.shape),
  transition: Object.keys(transition.shape),
  facts: Object.keys(facts.shape),
  "facts.action": Object.keys(action.shape),
};

/** The body of `POST …/definitions/simulate`. Errors: `unknown-field`, `unprocessable`, both with `details.faults`. */
export const parseSimulate = (value: unknown): Parsed<SimulateBody> => {
  const parsed = parseBody(simulate, value, simulateKeys);
  if (!parsed.ok) return parsed;
  const { policy, source: text, transition: moved, facts: given } = parsed.value;
  const subjects = [policy, text, moved, given?.action];
  if (subjects.some((subject) => subject !== undefined && subject !== null)) return parsed;
  const message = "is missing: name a policy, a transition or an action, or send a source";
  return {
    ok: false,
    error: {
      code: "unprocessable",
      message: `policy ${message}.`,
      details: { faults: [{ path: "policy", message }] },
    },
  };
};

/** Days that a backtest looks back at most. */
const MAX_DAYS = 90;
const DEFAULT_DAYS = 30;
const days = `must be a whole number from 1 to ${MAX_DAYS}`;

export const backtest = z.strictObject({
  source,
  language: language.nullish(),
  name: name(255).nullish(),
  days: z.int(days).min(1, days).max(MAX_DAYS, days).default(DEFAULT_DAYS),
});

export type BacktestBody = z.output<typeof backtest>;

/** The body of `POST …/definitions/backtest`. Errors: `unknown-field`, `unprocessable`, both with `details.faults`. */
export const parseBacktest = (value: unknown): Parsed<BacktestBody> =>
  parseBody(backtest, value, { "": Object.keys(backtest.shape) });
