import type { Actor } from "../../actor.ts";
import { isNoPerson, shownHolder } from "./deciders.ts";
import type { Vote } from "../state.ts";

/** Who cast a vote, as an actor. */
export const voterActor = ({ votedBy, approver }: Vote): Actor => {
  const id = shownHolder(votedBy) ?? votedBy;
  const actor: Actor = { kind: isNoPerson(votedBy) ? "agent" : "person", id };
  return approver === votedBy ? actor : { ...actor, onBehalfOf: shownHolder(approver) ?? approver };
};
