import { z } from "zod";
import { ask, askKeys, checkedSize, title, type AskBody } from "./ask.ts";
import type { Parsed } from "./errors.ts";
import { parseBody } from "./parse-body.ts";

export const evaluate = ask.extend({ title: title.nullish(), ask: z.boolean().nullish() });

/** The body of `POST …/evaluate` as it is sent. */
export type EvaluateInput = z.input<typeof evaluate>;

/** The body of `POST …/evaluate`, checked: an ask, and whether the request is to be made. */
export interface EvaluateBody {
  readonly ask: AskBody;
  /** Make the request when the answer is ESCALATE. */
  readonly makesRequest: boolean;
}

const known = { ...askKeys, "": [...askKeys[""], "ask"] };

/**
 * Checks an evaluation. Its title may be left out: a request that is made without one is called by its action's type.
 * `textLength` and the errors are as for an ask.
 */
export const parseEvaluate = (value: unknown, textLength?: number): Parsed<EvaluateBody> => {
  const parsed = parseBody(evaluate, value, known);
  if (!parsed.ok) return parsed;
  const { ask: makes, title: said, ...rest } = parsed.value;
  const makesRequest = makes === true;
  const asked = checkedSize({ ...rest, title: said ?? rest.action.type }, textLength);
  return asked.ok ? { ok: true, value: { ask: asked.value, makesRequest } } : asked;
};
