import { refuse, type Refusal } from "../request/refusals.ts";
import type {
  DefinitionEntry,
  DefinitionEvent,
  DefinitionKind,
  DefinitionState,
  Retired,
} from "./definition.ts";

/** Whether a policy is named anywhere inside: under the key `policy`, or as an assignment of type `workflow`. */
const namesPolicy = (value: object, policy: (name: string) => boolean): boolean =>
  Object.entries(value).some(
    ([key, inner]: [string, unknown]) =>
      (typeof inner === "string" &&
        ((key === "policy" && policy(inner)) ||
          (key === "identifier" &&
            "type" in value &&
            value.type === "workflow" &&
            policy(inner)))) ||
      (typeof inner === "object" && inner !== null && namesPolicy(inner, policy)),
  );

const namesCalendar = (value: object, calendar: string): boolean =>
  Object.entries(value).some(
    ([key, inner]: [string, unknown]) =>
      (key === "calendar" && inner === calendar) ||
      (typeof inner === "object" && inner !== null && namesCalendar(inner, calendar)),
  );

const names = (entry: DefinitionEntry, kind: DefinitionKind, id: string): boolean => {
  switch (kind) {
    case "policy":
      return namesPolicy(entry.content, (name) => name === id);
    case "workflow":
      return (
        ("workflow" in entry.content && entry.content.workflow === id) ||
        namesPolicy(
          entry.content,
          (name) => name.startsWith(`${id}--`) || name.startsWith(`${id}/`),
        )
      );
    case "calendar":
      return namesCalendar(entry.content, id);
    case "gate":
    case "rule":
    case "recipe":
    case "defaults":
    case "levels":
    case "guard":
      return false;
  }
};

const retired = (data: Retired<DefinitionKind>): DefinitionEvent => {
  const { kind } = data;
  switch (kind) {
    case "policy":
      return { type: "PolicyRetired", data: { ...data, kind } };
    case "workflow":
      return { type: "WorkflowRetired", data: { ...data, kind } };
    case "defaults":
      return { type: "DefaultsRetired", data: { ...data, kind } };
    case "gate":
      return { type: "GateRetired", data: { ...data, kind } };
    case "rule":
      return { type: "RuleRetired", data: { ...data, kind } };
    case "recipe":
      return { type: "RecipeRetired", data: { ...data, kind } };
    case "calendar":
      return { type: "CalendarRetired", data: { ...data, kind } };
    case "levels":
      return { type: "LevelsRetired", data: { ...data, kind } };
    case "guard":
      return { type: "GuardRetired", data: { ...data, kind } };
  }
};

/** What retiring one definition comes to. One that is retired already changes nothing. */
export interface RetireDecision {
  readonly events: readonly DefinitionEvent[];
  readonly refusal?: Refusal;
}

/**
 * Takes a definition out of use. Refused while another active one names it: a gate would have nobody to ask then, and
 * a child request no policy. Pending requests keep the version they were made under.
 */
export const decideRetire = (
  state: DefinitionState,
  { kind, id }: { readonly kind: DefinitionKind; readonly id: string },
): RetireDecision => {
  const key = `${kind}/${id}`;
  const newest = state.entries.get(key)?.at(-1);
  if (newest === undefined) {
    return { events: [], refusal: refuse("not-found", `There is no ${kind} ${id}.`) };
  }
  if (!newest.active) {
    return { events: [] };
  }
  const naming = [...state.entries.values()].flatMap((versions) =>
    versions.filter(
      (entry) => entry.active && `${entry.kind}/${entry.id}` !== key && names(entry, kind, id),
    ),
  );
  const [first] = naming;
  if (first !== undefined) {
    const others = naming.length === 1 ? "" : ` and ${naming.length - 1} more`;
    const message = `The ${kind} ${id} is named by the ${first.kind} ${first.id}${others}: change or retire that first.`;
    const usedBy = naming.slice(0, 50).map((entry) => ({ kind: entry.kind, id: entry.id }));
    return { events: [], refusal: refuse("conflict", message, { used_by: usedBy }) };
  }
  return { events: [retired({ kind, id, version: newest.version })] };
};
