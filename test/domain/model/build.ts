import { decide } from "@countersign/domain/request/decide.ts";
import { decodeRequestEvent, encodeRequestEvent } from "@countersign/domain/request/codec.ts";
import { evolve } from "@countersign/domain/request/evolve.ts";
import { queueStanding } from "@countersign/domain/request/view/queue-standing.ts";
import { resubmissionOf } from "@countersign/domain/request/asking/resubmit.ts";
import { requestView } from "@countersign/domain/request/view/view.ts";

/** A build of the domain: the one of this checkout, or a copy with a fault planted in it. */
export interface Build {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
  readonly encodeRequestEvent: typeof encodeRequestEvent;
  readonly decodeRequestEvent: typeof decodeRequestEvent;
  readonly requestView: typeof requestView;
  readonly queueStanding: typeof queueStanding;
  readonly resubmissionOf: typeof resubmissionOf;
}

export const thisBuild: Build = {
  decide,
  evolve,
  encodeRequestEvent,
  decodeRequestEvent,
  requestView,
  queueStanding,
  resubmissionOf,
};
