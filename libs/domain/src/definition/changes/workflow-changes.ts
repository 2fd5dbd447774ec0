import { sameJson } from "../../policy/compare-fact.ts";
import type { Transition, Workflow } from "../../topic/workflow.ts";
import { listed, paired, quoted, type Change } from "./change.ts";
import { conditionChange, holdsWherever } from "./condition-changes.ts";
import { policyChanges } from "./policy-changes.ts";

const arrow = ({ from, to }: Transition): string => `${from} → ${to}`;

const approvalChanges = (
  path: string,
  what: string,
  { policy: before }: Transition,
  { policy: after }: Transition,
): readonly Change[] => {
  if (before !== null && after !== null) {
    return policyChanges(before, after).map((change) => ({
      path: `${path}.approval_chain.${change.path}`,
      text: `${what}: ${change.text}`,
      loosens: change.loosens,
    }));
  }
  if (before === after) {
    return [];
  }
  const text = after === null ? "needs no approval any more" : "now needs approval";
  return [{ path, text: `${what} ${text}`, loosens: after === null }];
};

const fieldsChanges = (
  path: string,
  what: string,
  before: Transition,
  after: Transition,
): readonly Change[] => {
  const { gone, come } = paired(before.requiresFields, after.requiresFields, (field) => field);
  const at = `${path}.metadata.requires_fields`;
  const [less, more] = [`does not need ${listed(gone)} any more`, `now needs ${listed(come)}`];
  return [
    ...(gone.length === 0 ? [] : [{ path: at, text: `${what} ${less}`, loosens: true }]),
    ...(come.length === 0 ? [] : [{ path: at, text: `${what} ${more}`, loosens: false }]),
  ];
};

const transitionChanges = (
  path: string,
  before: Transition,
  after: Transition,
): readonly Change[] => {
  const what = arrow(after);
  // `when` says where approval is needed; `conditions` say where the transition is refused otherwise.
  const refused = conditionChange(
    `${path}.conditions`,
    `${what} is now possible`,
    before.conditions,
    after.conditions,
  ).map((change) => ({
    ...change,
    loosens: !holdsWherever(after.conditions, before.conditions),
  }));
  const plain = (["name", "rejection", "message", "urgency"] as const).flatMap((key) =>
    sameJson(before[key], after[key])
      ? []
      : [
          {
            path: `${path}.${key}`,
            text: `${key} of ${what} is now ${quoted(after[key] ?? "nothing")} instead of ${quoted(before[key] ?? "nothing")}`,
            loosens: false,
          },
        ],
  );
  return [
    ...approvalChanges(path, what, before, after),
    ...conditionChange(`${path}.when`, `${what} now needs approval`, before.when, after.when),
    ...refused,
    ...fieldsChanges(path, what, before, after),
    ...plain,
  ];
};

const statesChanges = (before: Workflow, after: Workflow): readonly Change[] => {
  const { both, gone, come } = paired(before.states, after.states, ({ key }) => key);
  const text = (what: string, states: readonly { readonly key: string }[]): readonly Change[] =>
    states.map(({ key }) => ({ path: "states", text: `state ${key} is ${what}`, loosens: false }));
  const other = both.filter(([one, another]) => !sameJson(one, another)).map(([, state]) => state);
  return [...text("gone", gone), ...text("new", come), ...text("described otherwise", other)];
};

/** How a workflow changed: its transitions with what must be agreed for each, then its states. */
export const workflowChanges = (before: Workflow, after: Workflow): readonly Change[] => {
  const { both, gone, come } = paired(before.transitions, after.transitions, ({ from, to }) =>
    JSON.stringify([from, to]),
  );
  const places = new Map(after.transitions.map((transition, index) => [transition, index]));
  const at = (transition: Transition): string => `transitions[${places.get(transition) ?? 0}]`;
  const name =
    before.name === after.name
      ? []
      : [{ path: "workflow.name", text: `the name is now ${quoted(after.name)}`, loosens: false }];
  return [
    ...name,
    ...gone.map((transition) => ({
      path: "transitions",
      text: `${arrow(transition)} is gone`,
      loosens: false,
    })),
    ...come.map((transition) => ({
      path: at(transition),
      text: `${arrow(transition)} is new${transition.policy === null ? ", and needs no approval" : ""}`,
      // A way that nobody has to agree to may lead around those that need it.
      loosens: transition.policy === null && !transition.rejection,
    })),
    ...both.flatMap(([one, other]) => transitionChanges(at(other), one, other)),
    ...statesChanges(before, after),
  ];
};
