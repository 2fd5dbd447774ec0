import type { Delegation, DelegationEvent } from "@countersign/domain/delegation/delegation.ts";
import type { LogEntry } from "./log-entry.ts";

/** A delegation over the revisions of its stream. */
export interface Link extends Delegation {
  readonly madeAt: number;
  /** Revision of its revocation; infinite while it stands. */
  readonly revokedAt: number;
}

/** Every delegation of an org, by the order in which they were made. */
export const delegationLinks = (entries: readonly LogEntry[]): readonly Link[] => {
  const links: Link[] = [];
  entries.forEach((entry, revision) => {
    const event = { type: entry.type, data: entry.data } as DelegationEvent;
    if (event.type === "DelegationCreated") {
      links.push({ ...event.data, madeAt: revision, revokedAt: Number.POSITIVE_INFINITY });
    } else if (event.type === "DelegationRevoked") {
      const index = links.findIndex(({ id }) => id === event.data.id);
      const known = links[index];
      if (known !== undefined && known.revokedAt > revision) {
        links[index] = { ...known, revokedAt: revision };
      }
    }
  });
  return links;
};

/** True when a decision that had read up to `revision` knew the link as standing. */
export const stood = ({ madeAt, revokedAt }: Link, revision: number): boolean =>
  madeAt <= revision && revision < revokedAt;
