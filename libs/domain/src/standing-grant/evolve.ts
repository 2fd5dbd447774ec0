import type { EventMetadata } from "../actor.ts";
import type { StandingGrantEvent, StandingGrants } from "./standing-grant.ts";

/** True for the events of standing grants among those of the stream they share with definitions. */
export const isStandingGrantEvent = <Event extends { readonly type: string }>(
  event: Event | StandingGrantEvent,
): event is StandingGrantEvent =>
  event.type === "StandingGrantCreated" || event.type === "StandingGrantRevoked";

/** The standing grants after one more event. Throws on the end of one that was never made. */
export const evolveStandingGrants = (
  grants: StandingGrants,
  event: StandingGrantEvent,
  { occurredAt, actor }: Pick<EventMetadata, "occurredAt" | "actor">,
): StandingGrants => {
  switch (event.type) {
    case "StandingGrantCreated": {
      const made = { ...event.data, createdAt: occurredAt, createdBy: actor, revokedAt: null };
      return new Map(grants).set(made.id, made);
    }
    case "StandingGrantRevoked": {
      const known = grants.get(event.data.id);
      if (known === undefined) {
        throw new Error(`There is no standing grant ${event.data.id} to revoke.`);
      }
      return new Map(grants).set(known.id, { ...known, revokedAt: occurredAt });
    }
  }
};
