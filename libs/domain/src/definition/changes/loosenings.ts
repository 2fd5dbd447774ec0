import { sameJson } from "../../policy/compare-fact.ts";
import type { Rule } from "../../gate/gate.ts";
import type { Condition } from "../../policy/condition.ts";
import type { DefinitionVersion } from "../definition.ts";
import { holdsWherever } from "./condition-changes.ts";
import type { Comparing, Loosening } from "./value-changes.ts";

const texts = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** True when something that stood in a list is there no more. */
const lost = (before: unknown, after: unknown): boolean =>
  texts(before).some((item) => !texts(after).some((other) => sameJson(item, other)));

const won = (before: unknown, after: unknown): boolean => lost(after, before);

/** Whether a threshold stands higher; also where there was none, or is none any more. */
const raised = (before: unknown, after: unknown): boolean =>
  typeof before !== "number" || typeof after !== "number" || after > before;

/** A list of what is meant: without one everything is meant, so a first list narrows as a lost entry does. */
const narrowed = (before: unknown, after: unknown): boolean =>
  after !== undefined && (before === undefined || lost(before, after));

const approvalLevels: readonly unknown[] = ["none", "on-commit", "on-write", "always"];

/** Without a word before, something else said what holds here: only the strictest word is surely no less. */
const levelLowered = (before: unknown, after: unknown): boolean =>
  before === undefined
    ? after !== "always"
    : approvalLevels.indexOf(after) < approvalLevels.indexOf(before);

/** A condition as parsed; a file's own text of one is none. */
const isCondition = (value: unknown): value is Condition =>
  typeof value === "object" && value !== null && "kind" in value;

/** Whether what held before holds no more somewhere; also when that cannot be told. Undefined holds always. */
const holdsLess = (before: unknown, after: unknown): boolean =>
  after !== undefined &&
  !(isCondition(before) && isCondition(after) && holdsWherever(before, after));

/** A step of time that approves, where there was none. */
const approves = (before: unknown, after: unknown): boolean =>
  JSON.stringify(after ?? null).includes('"auto_approve"') &&
  !JSON.stringify(before ?? null).includes('"auto_approve"');

const gate: Loosening = (path, before, after) => {
  switch (path) {
    case "actions":
    case "triggers":
      return narrowed(before, after);
    case "above":
    case "threshold_usd":
      return raised(before, after);
    case "approvers":
    case "routing.role":
      return before !== undefined;
    case "level":
      return levelLowered(before, after);
    case "liftable":
      return after === true;
    case "routing.ladder":
      return approves(before, after);
    case "when":
      return holdsLess(before, after);
    case "gate_type":
    case "policy":
    case "field":
    case "per":
    case "position":
    case "namespace":
      return true;
    default:
      return false;
  }
};

/** A rule that approves loosens where it holds more, one that denies where it holds less. */
const rule =
  (decide: Rule["decide"]): Loosening =>
  (path, before, after) =>
    path === "when"
      ? decide === "approve"
        ? holdsLess(after, before)
        : holdsLess(before, after)
      : path === "decide" && after === "approve";

const levels: Loosening = (path, before, after) => {
  if (path === "tasks.default_approval") {
    return before !== undefined && levelLowered(before, after);
  }
  // Without a word of its own a namespace falls back to the tasks': that may be less.
  return path.startsWith("namespaces.") && levelLowered(before, after);
};

const defaults: Loosening = (path, before, after) => {
  switch (path) {
    case "self_approval":
    case "auto_approve":
    case "agent_deciders":
      return after === "allow";
    case "policy":
    case "routing.primary.role":
      return before !== undefined;
    default:
      return path.startsWith("routing.") && approves(before, after);
  }
};

const asks = (action: unknown): boolean =>
  typeof action === "object" &&
  action !== null &&
  "type" in action &&
  action.type !== "modify_approval_chain";

/** A recipe may raise approvals and may weaken them: only what it does is told apart, when it does so is not. */
const recipe: Loosening = (path, before, after) => {
  if (path === "requires_approval") {
    return after !== true;
  }
  if (path === "actions") {
    return (
      texts(before)
        .filter(asks)
        .some((action) => lost([action], after)) ||
      texts(after).some((action) => !asks(action) && won(before, [action]))
    );
  }
  const when = ["trigger", "schedule", "workflow", "conditions", "approvers", "policy"];
  return when.some((key) => path === key || path.startsWith(`${key}.`)) && before !== undefined;
};

/** Asked about fewer moves, or somebody else: what was denied before may pass. */
const guard: Loosening = (path, before, after) =>
  path === "from" || path === "to"
    ? after !== undefined
    : path !== "timeout" && before !== undefined;

/** Lists of steps and actions, conditions and hours: one value each, whatever is inside. */
const whole = new Set(["when", "conditions", "actions", "hours", "metadata"]);

const gateKey = (path: string): string =>
  path === "subject.type" ? "gate_type" : path.replace(/^subject\./, "");

const levelsKey = (path: string): string =>
  path === "fallback"
    ? "tasks.default_approval"
    : path.startsWith("namespaces.")
      ? `${path}.approval`
      : `approvals.${path}`;

/** How versions of a kind are compared; policies and workflows are compared part by part instead. */
export const comparing = (
  after: Exclude<DefinitionVersion, { readonly kind: "policy" | "workflow" }>,
): Comparing => {
  switch (after.kind) {
    case "gate":
      return { loosens: gate, written: gateKey, whole };
    case "rule":
      return { loosens: rule(after.content.decide), whole };
    case "levels":
      return { loosens: levels, written: levelsKey, whole };
    case "defaults":
      return { loosens: defaults, whole };
    case "recipe":
      return { loosens: recipe, whole };
    case "guard":
      return { loosens: guard, whole };
    case "calendar":
      return { loosens: () => false, whole };
  }
};
