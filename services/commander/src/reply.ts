import type { WireError } from "@countersign/api-contract/errors.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import { resultText, yesWith } from "@countersign/messaging/answers.ts";
import type { Reply } from "@countersign/messaging/bus.ts";

/** A no on the way in, before any stream is touched: thrown by the readers, answered in one place. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly error: WireError;

  constructor(error: WireError) {
    super(error.message);
    this.error = error;
  }
}

/** How a command went, for edges that tell new from repeated (201 / 200) and done from waiting (200 / 202). */
export type Effect = "created" | "repeated" | "done" | "blocked";

const headersOf: Record<Effect, Reply["headers"]> = {
  created: { "Countersign-Outcome": "created" },
  repeated: { "Countersign-Outcome": "repeated" },
  done: { "Countersign-Outcome": "done" },
  blocked: { "Countersign-Outcome": "blocked" },
};

/** A yes with its result's JSON text, which is never parsed again on the way. */
export const yes = (effect: Effect, result: string): Reply => yesWith(headersOf[effect], result);

/** A no. Every refusal of the domain has a code on the wire, or this does not compile. */
export const no = (error: WireError): Reply => ({
  headers: {},
  body: JSON.stringify({ ok: false, error }),
});

const NO = '{"ok":false,"error":{"code":"';

/** The code of a no; null for a yes, which is not looked into. */
export const refusedCode = (reply: Reply): string | null => {
  if (resultText(reply) !== undefined) return null;
  const { body } = reply;
  return body.startsWith(NO) ? body.slice(NO.length, body.indexOf('"', NO.length)) : null;
};

/** A faulty body as a refusal, to be given at its place in the order of refusals. */
export const bodyRefusal = ({ code, message, details }: WireError): Refusal =>
  refuse(
    code === "unknown-field" ? code : "unprocessable",
    message,
    details as JsonObject | undefined,
  );
