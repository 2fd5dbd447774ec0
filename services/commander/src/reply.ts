import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { Reply } from "@countersign/messaging/bus.ts";

/** A no on the way in, before any stream is touched: thrown by the readers, answered in one place. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
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
export const yes = (effect: Effect, result: string): Reply => ({
  headers: headersOf[effect],
  body: `{"ok":true,"result":${result}}`,
});

/** A no. */
export const no = (refusal: Refusal): Reply => ({
  headers: {},
  body: JSON.stringify({ ok: false, error: refusal }),
});
