import { recordRun } from "@countersign/application/automation.ts";
import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { activeRecipes } from "@countersign/domain/automation/active-recipes.ts";
import type { Verdict } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";

/** What a due schedule says; `request` is the recipe's id. */
interface ScheduleTimer {
  readonly key: string;
  readonly request: string;
  readonly version: number;
  /** How often the schedule has run, this time included. */
  readonly generation: number;
  readonly due_at: string;
}

const recipePattern = /^[A-Za-z0-9_-]{1,64}$/;

const readTimer = (body: string): ScheduleTimer | null => {
  try {
    const value = JSON.parse(body) as Partial<ScheduleTimer> | null;
    return typeof value?.request === "string" &&
      recipePattern.test(value.request) &&
      typeof value.key === "string" &&
      typeof value.version === "number" &&
      typeof value.generation === "number" &&
      typeof value.due_at === "string"
      ? {
          key: value.key,
          request: value.request,
          version: value.version,
          generation: value.generation,
          due_at: value.due_at,
        }
      : null;
  } catch {
    return null;
  }
};

/**
 * Records that a schedule's time has come: the process manager looks at the topics from there. Nothing for a recipe
 * that is not that version any more, and never early. Null: this was no timer of a recipe.
 */
export const onScheduleTimer = async (
  decider: Decider,
  org: string,
  body: string,
): Promise<Verdict | null> => {
  const timer = readTimer(body);
  if (timer === null) return null;
  const { key, request: id, version, generation, due_at: dueAt } = timer;
  const { engine, automation } = decider;
  const active = activeRecipes(engine.references.of(org).definition).find(
    ({ recipe }) => recipe.id === id,
  );
  const schedule = active?.version === version ? active.recipe.schedule : null;
  if (active === undefined || schedule === null || engine.clock.now() < Date.parse(dueAt))
    return "ack";
  const commandId = derivedCommandId("schedule", org, id, String(version), String(generation));
  const envelope: Envelope = {
    commandId,
    commandHash: null,
    org,
    principal: null,
    actor: { kind: "timer", id: "schedule" },
    channel: "timer",
    correlationId: key,
    causationId: null,
  };
  await recordRun(engine, automation, envelope, {
    recipe: id,
    version,
    run: commandId.replace("cmd_", "run_"),
    trigger: "scheduled",
    phase: "due",
    cause: key,
    topic: null,
    requests: [],
    because: `${schedule.cron} in ${schedule.zone} was due at ${dueAt}`,
    facts: {},
    setBy: {},
    namedBy: {},
    actions: [],
    diff: [],
    askers: [],
    approvalId: null,
    reason: null,
  });
  return "ack";
};
