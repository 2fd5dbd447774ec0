import type { Policy } from "../policy/policy.ts";
import type { DefinitionEvent } from "./definition.ts";

/** An agent that a version of a policy names as decider of one of its levels. */
export interface NamedDecider {
  /** `<id>@<version>`, as requests are pinned to it. */
  readonly policy: string;
  readonly agent: string;
}

const namedIn = ({ id, version, chain, fallback }: Policy): readonly NamedDecider[] => {
  const levels = fallback === null ? chain : [...chain, fallback];
  const agents = new Set(levels.flatMap(({ deciders }) => deciders));
  return [...agents].map((agent) => ({ policy: `${id}@${version}`, agent }));
};

/** The agents that the policies of an import name as deciders, those of a workflow's transitions included. */
export const decidersNamedBy = (event: DefinitionEvent): readonly NamedDecider[] => {
  if (event.type === "PolicyImported") return namedIn(event.data.content);
  if (event.type !== "WorkflowImported") return [];
  return event.data.content.transitions.flatMap(({ policy }) =>
    policy === null ? [] : namedIn(policy),
  );
};
