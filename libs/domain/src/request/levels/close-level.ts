import type { ClosedPools } from "../events.ts";
import type { LevelState } from "../state.ts";

/** The level that is open when something ends without resolving it, closed with what its slots are shown from. */
export const withLevelClosed = (
  levels: readonly LevelState[],
  pools: ClosedPools,
): readonly LevelState[] =>
  levels.map((level) =>
    level.status !== "open"
      ? level
      : {
          ...level,
          status: "closed",
          groups: level.groups.map((group) => ({
            ...group,
            closedPool: pools[group.group] ?? [],
          })),
        },
  );
