import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject } from "./fields.ts";
import { id, name, topicId } from "./ids.ts";
import { parseBody } from "./parse-body.ts";

const topic = z.strictObject({
  id: topicId,
  state: name(128).nullish(),
  attributes: freeObject.nullish(),
});

export const transition = z.strictObject({ workflow: id, topic, to: name(128) });

export type TransitionBody = z.output<typeof transition>;
export type TransitionInput = z.input<typeof transition>;

const knownKeys = { "": Object.keys(transition.shape), topic: Object.keys(topic.shape) };

/** The body of `POST …/transitions`. Errors: `unknown-field`, `unprocessable`, both with `details.faults`. */
export const parseTransition = (value: unknown): Parsed<TransitionBody> =>
  parseBody(transition, value, knownKeys);
