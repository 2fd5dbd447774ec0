import type { DefinitionState } from "../definition/definition.ts";

/** A service outside that is asked before a topic moves. */
export interface WorkflowGuard {
  readonly id: string;
  readonly workflow: string;
  /** Null: from any state. */
  readonly from: string | null;
  /** Null: to any state. */
  readonly to: string | null;
  /** http or https, without credentials. */
  readonly url: string;
  /** How long its answer is waited for, as written. */
  readonly timeout: string;
  /** Who is asked when the guard wants it, where the transition has no policy; null: the org's default. */
  readonly policy: string | null;
}

const known = new WeakMap<DefinitionState["entries"], readonly WorkflowGuard[]>();

const activeGuards = ({ entries }: DefinitionState): readonly WorkflowGuard[] => {
  const found = known.get(entries);
  if (found !== undefined) return found;
  const made: WorkflowGuard[] = [];
  for (const versions of entries.values()) {
    const entry = versions.at(-1);
    if (entry?.kind === "guard" && entry.active) made.push(entry.content);
  }
  made.sort((a, b) => (a.id < b.id ? -1 : 1));
  known.set(entries, made);
  return made;
};

/** The guards of a move, in the order of their ids; of every move to `to` where `from` is null. */
export const guardsOf = (
  definition: DefinitionState,
  workflow: string,
  from: string | null,
  to: string,
): readonly WorkflowGuard[] =>
  activeGuards(definition).filter(
    (guard) =>
      guard.workflow === workflow &&
      (guard.to === null || guard.to === to) &&
      (from === null || guard.from === null || guard.from === from),
  );
