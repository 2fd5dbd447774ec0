import type { Transition, Workflow, WorkflowState } from "@countersign/domain/topic/workflow.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readOwnId } from "./read-policy.ts";
import { readStates, silent } from "./read-states.ts";
import { readTransition } from "./read-transition.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readLabel, readList, readName } from "./values.ts";

const shape = {
  what: "a workflow",
  keys: ["id", "name", "version", "description", "metadata", "states", "transitions"],
  silent: {
    hooks: silent["hooks"] ?? "",
    automations: silent["automations"] ?? "",
    analytics: silent["analytics"] ?? "",
    guards: silent["guards"] ?? "",
    checklist: silent["checklist"] ?? "",
  },
};

/** `states` and `transitions` stand inside of `workflow` or beside it; in both places one would be dropped. */
const insideOrBeside = (
  reading: Reading,
  root: Fields,
  inside: Fields,
  key: string,
): Cursor | undefined => {
  const [inner, outer] = [inside.get(key), root.get(key)];
  if (inner !== undefined && outer !== undefined) {
    const message = `\`${key}\` stands inside of \`workflow\` already.`;
    reading.faultAt("duplicate-key", root.keyStart(key), outer.path, message);
  }
  return inner ?? outer;
};

const declaredBy = (transitions: readonly Transition[]): readonly WorkflowState[] => {
  const keys = new Set(transitions.flatMap(({ from, to }) => [from, to]));
  return [...keys].map((key) => ({ key, label: key, type: null }));
};

const onlyOnce = (reading: Reading): ((cursor: Cursor, transition: Transition) => void) => {
  const pairs = new Set<string>();
  const ids = new Set<string>();
  return (cursor, { from, to, policy }) => {
    const pair = JSON.stringify([from, to]);
    if (pairs.has(pair) || (policy !== null && ids.has(policy.id))) {
      const message = `There is a transition from \`${from}\` to \`${to}\` already.`;
      reading.fault("duplicate-id", cursor, message);
    }
    pairs.add(pair);
    if (policy !== null) {
      ids.add(policy.id);
    }
  };
};

/** A workflow as read, with its label. Versions, its own and its policies', are 0 until it is imported. */
export const readWorkflow = (
  reading: Reading,
  root: Fields,
  cursor: Cursor,
  file: string,
): { readonly workflow: Workflow; readonly label: string | null } | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  const id = readOwnId(reading, fields, file, "A workflow");
  const label = readLabel(reading, fields.get("version"));
  const name = readName(reading, fields.get("name")) ?? id ?? "";
  const statesPlace = insideOrBeside(reading, root, fields, "states");
  const transitionsPlace = insideOrBeside(reading, root, fields, "transitions");
  if (transitionsPlace === undefined && statesPlace === undefined) {
    reading.missing(cursor, "transitions", "A workflow needs `transitions`.");
  }
  const read = statesPlace === undefined ? null : readStates(reading, statesPlace);
  const context = {
    workflow: id ?? "",
    states: read === null ? null : new Set(read.map(({ state }) => state.key)),
    approvals: new Map((read ?? []).map(({ state, approval }) => [state.key, approval])),
  };
  const once = onlyOnce(reading);
  const transitions = readList(reading, transitionsPlace, 1_000).flatMap((item) => {
    const transition = readTransition(reading, item, context);
    if (transition === null) {
      return [];
    }
    once(item, transition);
    return [transition];
  });
  const states = read === null ? declaredBy(transitions) : read.map(({ state }) => state);
  return { workflow: { id: id ?? "", version: 0, name, states, transitions }, label };
};
