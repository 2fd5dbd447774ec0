import type { ApprovalLevels, Gate, Rule } from "./gate.ts";
import { matchesGlob } from "../policy/glob.ts";

/** A gate as it is active: at its version, in its place among all of the org. */
export interface ActiveGate extends Gate {
  readonly version: number;
  readonly place: number;
}

/** Everything that an action is held against, in the order of the files. */
export interface ActiveGates {
  readonly gates: readonly ActiveGate[];
  readonly rules: readonly Rule[];
  readonly levels: (ApprovalLevels & { readonly version: number }) | null;
}

/** An org without gates: nothing is looked at, and nothing costs anything. */
export const noGates: ActiveGates = { gates: [], rules: [], levels: null };

export const hasGates = ({ gates, rules, levels }: ActiveGates): boolean =>
  gates.length > 0 || rules.length > 0 || levels !== null;

/** With the newest version of a gate, in its place. */
export const withGate = (active: ActiveGates, gate: ActiveGate): ActiveGates => {
  const others = active.gates.filter(({ id }) => id !== gate.id);
  return { ...active, gates: [...others, gate].toSorted((a, b) => a.place - b.place) };
};

/** With the newest version of a rule; a known one keeps its place. */
export const withRule = (active: ActiveGates, rule: Rule): ActiveGates => ({
  ...active,
  rules: active.rules.some(({ id }) => id === rule.id)
    ? active.rules.map((known) => (known.id === rule.id ? rule : known))
    : [...active.rules, rule],
});

/** Without a gate, a rule or the levels that were retired. */
export const withoutGate = (
  active: ActiveGates,
  kind: "gate" | "rule" | "levels",
  id: string,
): ActiveGates => {
  switch (kind) {
    case "gate":
      return { ...active, gates: active.gates.filter((gate) => gate.id !== id) };
    case "rule":
      return { ...active, rules: active.rules.filter((rule) => rule.id !== id) };
    case "levels":
      return { ...active, levels: null };
  }
};

/** What concerns one action type. */
export interface Relevant {
  readonly denying: readonly ActiveGate[];
  readonly asking: readonly ActiveGate[];
  readonly denyRules: readonly Rule[];
  readonly approveRules: readonly Rule[];
}

/** Action types are the callers' words: the memory of one revision is bounded. */
const MOST_TYPES = 1_000;

const byType = new WeakMap<ActiveGates, Map<string, Relevant>>();

/** True where the globs name this action, or none does. */
const concerns = (actions: readonly string[], type: string): boolean =>
  actions.length === 0 || actions.some((glob) => matchesGlob(glob, type));

/** The gates and rules that may have something to say about this action type; looked up once for each revision. */
export const relevantTo = (active: ActiveGates, type: string): Relevant => {
  let known = byType.get(active);
  if (known === undefined) byType.set(active, (known = new Map<string, Relevant>()));
  const found = known.get(type);
  if (found !== undefined) return found;
  const gates = active.gates.filter(({ actions }) => concerns(actions, type));
  const relevant: Relevant = {
    denying: gates.filter(({ subject }) => subject.type === "deny"),
    asking: gates.filter(({ subject }) => subject.type !== "deny"),
    denyRules: active.rules.filter(({ decide }) => decide === "deny"),
    approveRules: active.rules.filter(({ decide }) => decide === "approve"),
  };
  if (known.size >= MOST_TYPES) known.clear();
  known.set(type, relevant);
  return relevant;
};
