import { z } from "zod";
import { ask, askKeys, checkedSize, title, type AskBody } from "./ask.ts";
import type { Parsed } from "./errors.ts";
import { parseBody } from "./parse-body.ts";

export const evaluate = ask.extend({ title: title.nullish(), ask: z.boolean().nullish() });

/** The body of `POST …/evaluate`: an ask, and whether the request is to be made. */
export interface EvaluateBody {
  readonly ask: AskBody;
  /** Make the request when the answer is ESCALATE. */
  readonly makesRequest: boolean;
}

const known = { ...askKeys, "": [...askKeys[""], "ask"] };

/**
 * Checks an evaluation. Its title may be left out unless the request is to be made. `textLength` and the errors are as
 * for an ask.
 */
export const parseEvaluate = (value: unknown, textLength?: number): Parsed<EvaluateBody> => {
  const parsed = parseBody(evaluate, value, known);
  if (!parsed.ok) return parsed;
  const { ask: makes, title: said, ...rest } = parsed.value;
  const makesRequest = makes === true;
  if (makesRequest && (said === undefined || said === null)) {
    const faults = [{ path: "title", message: "is missing: the request needs one" }];
    const message = "title is missing: the request needs one.";
    return { ok: false, error: { code: "unprocessable", message, details: { faults } } };
  }
  const asked = checkedSize({ ...rest, title: said ?? rest.action.type }, textLength);
  return asked.ok ? { ok: true, value: { ask: asked.value, makesRequest } } : asked;
};
