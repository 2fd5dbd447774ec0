import type { Actor, Channel } from "../actor.ts";
import type { GateFacts } from "../gate/question.ts";
import type { CostCounters } from "../run/run.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Automate } from "./changing/automate.ts";
import type { ChangeCommand, Edited } from "./change-commands.ts";
import type { RequestEvent, SubmittedFields } from "./events.ts";
import type { Refusal } from "./refusals.ts";
import type { Target } from "../policy/policy.ts";
import type { TimerKind } from "./timers/events.ts";

/** The credential behind a command, resolved against the directory by `application`. */
export interface Principal {
  readonly kind: "person" | "agent";
  readonly id: string;
  readonly org: string;
  /** Extra rights of the credential: `execute` spends grants of others' requests. */
  readonly scopes?: readonly string[];
  /** Id of the API key it came with; left out for a token. */
  readonly key?: string;
}

/** Something known about an ask by somebody else than its asker. */
export interface AskedAttachment {
  readonly by: Pick<Actor, "kind" | "id">;
  readonly context: JsonObject;
}

/** What an asker may say; the server adds the rest. `expiresIn` is a duration or `never`. */
export interface Ask extends Omit<
  SubmittedFields,
  | "payloadHash"
  | "requester"
  | "policies"
  | "inlineChain"
  | "gatePolicies"
  | "laterPolicies"
  | "autoApprove"
  | "escalated"
  | "selfApproval"
  | "gateType"
  | "expiresAt"
  | "topic"
> {
  readonly payloadHash: string;
  readonly policy: string | null;
  readonly approvers: readonly Target[] | null;
  readonly expiresIn: string | null;
  readonly topic: SubmittedFields["topic"];
  /** What its credential has spent, where a gate looks at that. */
  readonly cost?: CostCounters;
  /** What the server itself learnt about it before it was asked; absent for nothing. */
  readonly attachments?: readonly AskedAttachment[];
  /** Where the parameters do not fit one of these JSON Schemas. Pure; absent where they are not the asker's. */
  readonly misfits?: (schemas: readonly JsonObject[]) => Edited["faults"];
  /** What a child request takes from its parent; only the process manager says it. */
  readonly inherited?: Pick<
    SubmittedFields,
    "requester" | "escalated" | "selfApproval" | "expiresAt"
  >;
}

export type RequestCommand =
  | ChangeCommand
  | { readonly type: "submit"; readonly ask: Ask }
  | {
      readonly type: "approve";
      /** The hash that was shown; null means payload version 1's. */
      readonly payloadHash: string | null;
      /** The level that was shown; null means the open one. */
      readonly level: number | null;
      readonly notes: string | null;
    }
  | {
      readonly type: "deny";
      readonly payloadHash: string | null;
      readonly level: number | null;
      readonly reason: string | null;
      readonly notes: string | null;
    }
  | { readonly type: "cancel"; readonly reason: string | null }
  /** From a due timer: counts only if the request's expiry has passed on the commander's clock. */
  | { readonly type: "expire" }
  /** From a due timer: counts only if it stands in the request's own plan and is due on the commander's clock. */
  | {
      readonly type: "fire-timer";
      readonly kind: TimerKind | "approaching";
      readonly payloadVersion: number;
      readonly level: number | null;
      readonly step: number | null;
      readonly generation: number;
      /** As the message says; the plan's own counts. */
      readonly dueAt: string;
      /** ISO 8601: approving timers due after this wait. Null: the clock is trusted. */
      readonly approveUntil: string | null;
    }
  | { readonly type: "attach-context"; readonly context: JsonObject }
  | {
      readonly type: "attach-recommendation";
      readonly recommendation: "approve" | "deny" | "modify";
      readonly confidence: number;
      readonly summary: string;
      readonly payload: JsonObject | null;
    }
  /** Spends the grant; `grantId` is that of a grant with our signature for this request, else null. */
  | {
      readonly type: "consume";
      readonly grantId: string | null;
      readonly payloadHash: string | null;
    }
  | {
      readonly type: "report-execution";
      readonly status: "executed" | "failed";
      readonly result: Json;
      readonly payloadHash: string | null;
    }
  /** From a due timer: alarms when an approved request's grant was not spent within so many milliseconds. */
  | { readonly type: "mark-stuck"; readonly afterMs: number }
  /** From the process manager: a child request ended, or could not be made. */
  | {
      readonly type: "answer-child";
      readonly child: string;
      readonly outcome: "approved" | "denied" | "expired" | "cancelled" | "refused";
      readonly reason: string | null;
      readonly notes: string | null;
    }
  | Automate
  /** After people changed: void leavers' slots, block or unblock the open level. */
  | { readonly type: "recheck" }
  /** From the process manager: the approved transition was completed (or could not be). */
  | {
      readonly type: "report-transition";
      readonly completed: boolean;
      readonly reason: string | null;
    };

/** What every decision is given besides state and command. */
export interface DecideContext {
  /** ISO 8601, the commander's clock in this batch, not less than the stream's last event. */
  readonly now: string;
  readonly actor: Actor;
  readonly channel: Channel;
  readonly principal: Principal | null;
  /** Sortable texts by `turnOf(role, person)`: when each was last given a slot in turn; who is missing comes first. */
  readonly lastAssigned?: ReadonlyMap<string, string>;
  /** What gates know from other streams; left out: nothing. */
  readonly gates?: GateFacts;
  /** Derives a child request's id from what makes it unique. Without it no child is recorded. */
  readonly childId?: (...parts: readonly string[]) => string;
}

/** What recording a level's slots is told of the moment; left out for a forecast. */
export type Opening = Pick<DecideContext, "now" | "lastAssigned" | "childId">;

/** What deciding answers: events to append, often none, and a no. Both: the events are appended, then it is refused. */
export interface Decision {
  readonly events: readonly RequestEvent[];
  readonly refusal?: Refusal;
}
