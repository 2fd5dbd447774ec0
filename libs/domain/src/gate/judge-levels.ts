import type { ActiveGate, ActiveGates } from "./active-gates.ts";
import { approvalLevels, type ApprovalLevel } from "./gate.ts";
import type { SubjectVerdict } from "./judge-subject.ts";
import type { GateQuestion } from "./question.ts";

/** The table of levels stands behind every gate of a file. */
const LAST = Number.MAX_SAFE_INTEGER;

/** True for the org's table of levels, as `levelsGate` makes a gate of it. */
export const isLevelsTable = ({ place }: ActiveGate): boolean => place === LAST;

/** What every table of levels is as a gate; which level counts is looked up in the table itself. */
const table: Omit<ActiveGate, "version"> = {
  id: "levels",
  subject: { type: "approval_level", level: "none", namespace: null },
  actions: [],
  when: null,
  policy: null,
  approvers: [],
  routing: null,
  message: null,
  liftable: false,
  place: LAST,
};

/** The table of levels as the gate that it is: after all others. */
export const levelsGate = ({ levels }: ActiveGates): ActiveGate | null =>
  levels === null ? null : { ...table, version: levels.version };

/** What a gate says about a namespace, and how near to it: 2 for this very one, 1 for all that nobody names. */
interface Said {
  readonly gate: ActiveGate;
  readonly level: ApprovalLevel;
  readonly nearness: 1 | 2;
}

const tableSays = (
  { levels }: ActiveGates,
  gate: ActiveGate,
  namespace: string | null,
): Said | null => {
  const { namespaces = {}, fallback = null } = levels ?? {};
  const own =
    namespace !== null && Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined;
  if (own !== undefined) return { gate, level: own, nearness: 2 };
  return fallback === null ? null : { gate, level: fallback, nearness: 1 };
};

const gateSays = (gate: ActiveGate, namespace: string | null): Said | null => {
  if (gate.subject.type !== "approval_level") return null;
  const { level, namespace: meant } = gate.subject;
  if (meant === null) return { gate, level, nearness: 1 };
  return meant === namespace ? { gate, level, nearness: 2 } : null;
};

interface Kinds {
  readonly isWrite: boolean;
  readonly isCommit: boolean;
}

/** A caller that shows an action as a write or a commit is asked as for one, whatever its type is called. */
const kindsOf = ({ action, view }: GateQuestion): Kinds => {
  const names = [action.type, view];
  return { isWrite: names.includes("file_write"), isCommit: names.includes("git_commit") };
};

const asks = (level: ApprovalLevel, { isWrite, isCommit }: Kinds): boolean => {
  switch (level) {
    case "none":
      return false;
    case "always":
      return true;
    case "on-write":
      return isWrite;
    case "on-commit":
      return isCommit;
  }
};

const verdict = (
  level: ApprovalLevel,
  own: ApprovalLevel | null,
  { mayLoosen, requester, action }: GateQuestion,
  kinds: Kinds,
): SubjectVerdict => {
  const usual = asks(level, kinds);
  const wanted = own === null ? usual : asks(own, kinds);
  if (usual && !wanted && mayLoosen) {
    const message = `${requester.id} set the approval level to ${own} for this task; it is ${level} here.`;
    return { fires: false, message };
  }
  const fires = usual || wanted;
  const said = usual || own === null ? level : own;
  return { fires, message: `The approval level is ${said}: ${action.type}.` };
};

/**
 * Judges all approval levels together. The nearest that speaks of the namespace counts: the namespace's own
 * level before the one for all. The task's own (`context.approval`) may add to that; take away from it only a person
 * may, or a key with the right to. A gate that has nothing to say about the namespace is left out.
 */
export const judgeLevels = (
  active: ActiveGates,
  gates: readonly ActiveGate[],
  question: GateQuestion,
): ReadonlyMap<ActiveGate, SubjectVerdict> => {
  const { namespace: named, approval } = question.context;
  const namespace = typeof named === "string" ? named : null;
  const own = approvalLevels.find((level) => level === approval) ?? null;
  const said = gates
    .map((gate) =>
      isLevelsTable(gate) ? tableSays(active, gate, namespace) : gateSays(gate, namespace),
    )
    .filter((each) => each !== null);
  const kinds = kindsOf(question);
  const nearest = said.some(({ nearness }) => nearness === 2) ? 2 : 1;
  const counting = said.filter(({ nearness }) => nearness === nearest);
  if (counting.length > 0) {
    return new Map(counting.map(({ gate, level }) => [gate, verdict(level, own, question, kinds)]));
  }
  const [first] = gates;
  return first === undefined || own === null
    ? new Map()
    : new Map([[first, verdict("none", own, question, kinds)]]);
};
