import { resultText } from "@countersign/messaging/answers.ts";
import { resultOf } from "../edge/answer.ts";
import { readWireError } from "../edge/errors.ts";
import type { Caller, CommandName, QueryName } from "../edge/inner.ts";
import type { LiveParts } from "../live/watch.ts";
import type { EntryMemo } from "./entry-memo.ts";
import type { WireError } from "@countersign/api-contract/errors.ts";

/** What every resolver is given. */
export interface GraphContext {
  readonly caller: Caller;
  readonly live: LiveParts;
  readonly entries: EntryMemo;
}

/** Asks the projector. Throws `Refused`. */
export const ask = async <T>(
  { caller, live }: GraphContext,
  name: QueryName,
  parameters: object,
): Promise<T> =>
  resultOf<T>(await live.inner.query(caller, name, parameters), caller.correlationId, live.log);

export type Commanded<T> =
  | { readonly ok: true; readonly result: T; readonly outcome: string }
  | { readonly ok: false; readonly error: WireError };

/** Tells the commander; a no of the domain is a value. */
export const command = async <T>(
  { caller, live }: GraphContext,
  name: CommandName,
  options: {
    readonly target?: string;
    readonly idempotencyKey?: string | null | undefined;
    readonly body: string;
    readonly headers?: Record<string, string>;
  },
): Promise<Commanded<T>> => {
  const { idempotencyKey, ...rest } = options;
  const reply = await live.inner.command(caller, name, {
    ...rest,
    ...(typeof idempotencyKey === "string" ? { idempotencyKey } : {}),
  });
  const text = resultText(reply);
  return text === undefined
    ? { ok: false, error: readWireError(reply.body, caller.correlationId, live.log) }
    : {
        ok: true,
        result: JSON.parse(text) as T,
        outcome: reply.headers["Countersign-Outcome"] ?? "done",
      };
};
