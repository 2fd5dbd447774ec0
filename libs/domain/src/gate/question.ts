import type { JsonObject } from "../json.ts";
import type { EvaluateExpression } from "../reference.ts";
import type { Action, Requester } from "../request/events.ts";
import type { CostCounters } from "../run/run.ts";
import type { StandingGrants } from "../standing-grant/standing-grant.ts";

/** What gates know beside the ask itself: gathered from other streams before a decision, because a gate reads none. */
export interface GateFacts {
  /** What the credential has spent and reserved; left out: nothing. */
  readonly cost?: CostCounters;
  /** True once a request naming this counterparty was approved and executed; left out: nobody is known. */
  readonly knowsCounterparty?: (field: string, counterparty: string) => boolean;
}

/** An action that somebody wants to do, as gates see it. */
export interface GateQuestion {
  readonly action: Action;
  readonly view: string | null;
  readonly context: JsonObject;
  readonly risk: JsonObject;
  readonly requester: Requester;
  /** What conditions see. */
  readonly facts: JsonObject;
  /** The credential may set a looser approval level for its own task. */
  readonly mayLoosen: boolean;
}

/** The world at the moment of the question. */
export interface GateMoment extends GateFacts {
  /** ISO 8601. */
  readonly now: string;
  readonly evaluateExpression: EvaluateExpression;
  readonly standingGrants: StandingGrants;
}
