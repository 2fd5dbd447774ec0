import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject } from "./fields.ts";
import { id, name, topicId } from "./ids.ts";
import { parseBody } from "./parse-body.ts";

/** Facts of one signal: an attribute each. */
const MAX_FACTS = 100;

const topic = z.strictObject({ workflow: id, id: topicId });

const facts = freeObject
  .refine((each) => Object.keys(each).length > 0, "must name at least one fact")
  .refine(
    (each) => Object.keys(each).length <= MAX_FACTS,
    `must have at most ${MAX_FACTS} entries`,
  );

export const topicSignal = z.strictObject({ topic, facts });

const cost = z.strictObject({
  cost_usd: z
    .number()
    .nonnegative("must not be negative")
    .max(1_000_000_000, "must be at most 1000000000"),
});

/** The key of an idempotent call, as it may stand in its header. */
const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, "must be an idempotency key: 1 to 255 visible ASCII characters");

export const runSignal = z.strictObject({
  run: name(1024),
  facts: cost,
  settles: idempotencyKey.nullish(),
});

export type TopicSignalBody = z.output<typeof topicSignal>;
export type RunSignalBody = z.output<typeof runSignal>;
export type TopicSignalInput = z.input<typeof topicSignal>;
export type RunSignalInput = z.input<typeof runSignal>;

const topicKeys = { "": ["topic", "facts"], topic: Object.keys(topic.shape) };
const runKeys = { "": Object.keys(runSignal.shape), facts: Object.keys(cost.shape) };

/**
 * The body of `POST …/signals`: about a topic, or (it names a `run`, and no topic) about a run. Errors: `unknown-field`,
 * `unprocessable`.
 */
export const parseSignal = (value: unknown): Parsed<TopicSignalBody | RunSignalBody> =>
  typeof value === "object" && value !== null && "run" in value && !("topic" in value)
    ? parseBody(runSignal, value, runKeys)
    : parseBody(topicSignal, value, topicKeys);
