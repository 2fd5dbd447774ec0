import type { Reading } from "./reading.ts";
import type { Placed } from "./read-root.ts";
import { suggest } from "./suggest.ts";

/** Holds the states that workflow guards name against their workflow, of the file or else of the org. */
export const judgeGuards = (reading: Reading, placed: readonly Placed[]): void => {
  for (const { name, workflow, ...cursor } of reading.guardStates) {
    const own = placed.find(
      ({ definition }) => definition.kind === "workflow" && definition.id === workflow,
    )?.definition;
    const states =
      own?.kind === "workflow"
        ? own.content.states
        : reading.known?.definition?.workflows.get(workflow)?.states;
    const keys = states?.map(({ key }) => key);
    // Of an unknown workflow something else was said, or nobody knows its states.
    if (keys === undefined || keys.includes(name)) continue;
    const meant = suggest(name, keys);
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    const message = `The workflow \`${workflow}\` has no state \`${name}\`.`;
    reading.fault("unknown-name", cursor, message, hint);
  }
};
