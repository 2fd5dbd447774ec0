import type { Reading } from "./reading.ts";
import type { Placed } from "./read-root.ts";

/** What an org falls back to where a gate names nobody. */
interface Fallback {
  readonly policy: string | null;
  readonly routing: object | null;
}

const isSomebody = ({ policy, routing }: Fallback): boolean => policy !== null || routing !== null;

/**
 * Warns of gates that name nobody in an org without a default policy: when one fires, asking is refused, and nobody
 * decides. Without the org's definitions it is the file alone that can say who is asked.
 */
export const judgeGates = (reading: Reading, placed: readonly Placed[]): void => {
  const own = placed.flatMap(({ definition }) =>
    definition.kind === "defaults" ? [definition.content] : [],
  );
  const org = reading.known?.definition?.defaults;
  if (own.some(isSomebody) || (own.length === 0 && org !== undefined && isSomebody(org))) {
    return;
  }
  for (const { definition, cursor } of placed) {
    if (definition.kind !== "gate") {
      continue;
    }
    const { subject, policy, approvers, routing } = definition.content;
    const named = policy !== null || approvers.length > 0 || routing !== null;
    if (!named && subject.type !== "deny") {
      const message = "This gate names nobody, and there is no default policy: asking is refused.";
      reading.warn("empty-role", cursor, message, "Add `approvers`, or set `defaults.policy`.");
    }
  }
};
