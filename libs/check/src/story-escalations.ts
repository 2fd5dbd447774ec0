import type { EscalatedGroup } from "@countersign/domain/request/timers/events.ts";
import type { LevelStory } from "./request-story.ts";

/** Whoever a level was escalated to: they join its groups, or stand beside them as alternates; nobody is replaced. */
export const tellEscalation = (
  level: LevelStory | undefined,
  joined: readonly EscalatedGroup[],
): void => {
  if (level === undefined) {
    return;
  }
  const alternates = new Map(level.alternates);
  level.groups = level.groups.map((record) => {
    const found = joined.find(({ group }) => group === record.group);
    if (found === undefined) {
      return record;
    }
    for (const { approver } of [...found.slots, ...found.alternates]) {
      level.cancelled?.delete(`${record.group}/${approver}`);
    }
    alternates.set(record.group, [...(alternates.get(record.group) ?? []), ...found.alternates]);
    return {
      ...record,
      pools: [...record.pools, ...found.pools],
      slots: [...record.slots, ...found.slots],
    };
  });
  level.alternates = alternates;
};
