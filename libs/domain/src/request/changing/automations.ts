import type { RunNote, RunRef } from "../../automation/automation.ts";
import type { KnownRequest } from "../state.ts";
import type { AutomationView } from "../view/wire.ts";

/** A run of a recipe that had to do with a request. */
export interface SeenRun {
  readonly note: RunNote;
  /** ISO 8601. */
  readonly at: string;
  /** `asked`: it asked for this request. `ran`: it reached it. `amended`: it changed its chain or its slots. */
  readonly outcome: "asked" | "ran" | "amended" | "refused";
  /** Why its amendment was refused. */
  readonly reason: string | null;
}

/** The state after a run reached it. Runs are attachments, of which a request takes no more than so many. */
export const withRun = <S extends KnownRequest>(state: S, note: RunNote, at: string): S => {
  const run: SeenRun = { note, at, outcome: "ran", reason: null };
  return { ...state, automations: [...(state.automations ?? []), run] };
};

/** The state after what a run did, or was not let do; a run that is not shown any more is passed over. */
export const withOutcome = <S extends KnownRequest>(
  state: S,
  { run }: RunRef,
  outcome: "amended" | "refused",
  reason: string | null,
): S => ({
  ...state,
  automations: (state.automations ?? []).map((each) => {
    if (each.note.run !== run) return each;
    // A run that did one half and was refused the other is shown with its refusal.
    return each.outcome === "refused" ? each : { ...each, outcome, reason };
  }),
});

const runView = ({ note, at, outcome, reason }: SeenRun): AutomationView => ({
  recipe: note.recipe,
  version: note.version,
  run: note.run,
  trigger: note.trigger,
  at,
  outcome,
  reason,
  because: note.because,
  facts: note.facts,
  diff: note.diff.map(({ field, before, after }) => ({ field, before, after })),
});

/** The runs on the wire, the one that asked in front; undefined for none. */
export const automationsView = ({
  submitted,
  createdAt,
  automations,
}: KnownRequest): readonly AutomationView[] | undefined => {
  const { automation } = submitted;
  if (automation === undefined) return automations?.map(runView);
  const asked: SeenRun = { note: automation, at: createdAt, outcome: "asked", reason: null };
  return [asked, ...(automations ?? [])].map(runView);
};
