import type { AutomationEvent, AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import type { ChangeEvent } from "@countersign/domain/request/change-events.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";
import type { History } from "./history.ts";
import { orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";
import { peopleBehind, tellRequests, type RequestStory } from "./request-story.ts";

interface Ran {
  readonly entry: LogEntry;
  readonly run: AutomationRun;
}

const runOf = (entry: LogEntry): AutomationRun =>
  ({ type: entry.type, data: entry.data } as AutomationEvent).data;

/** What the clock and the workflow say of a topic: nobody sets it. */
const unset: ReadonlySet<string> = new Set(
  "id state status days_in_state from_state to_state approval transition workflow".split(" "),
);
const madeOf: Readonly<Record<string, string>> = {
  due_in_hours: "due_at",
  idle_hours: "last_activity_at",
};

/** Attributes that a condition reads; null when it may read all of them. */
const attributesRead = (condition: Condition | null): readonly string[] | null => {
  if (condition === null) return [];
  if (condition.kind === "expression") return null;
  if (condition.kind === "field") {
    const parts = condition.field.split(".");
    const [name = ""] = parts[0] === "case" || parts[0] === "issue" ? parts.slice(1) : parts;
    return unset.has(name) ? [] : [madeOf[name] ?? name];
  }
  const parts = condition.of.map(attributesRead);
  return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
};

const conditionOf = (history: History, entry: LogEntry, run: AutomationRun): Condition | null => {
  for (const imported of history.streams.get(`definition-${orgOf(entry)}.main`) ?? []) {
    const event = { type: imported.type, data: imported.data } as DefinitionEvent;
    if (event.type !== "RecipeImported") continue;
    const { id, version, content } = event.data;
    if (id === run.recipe && version === run.version) return content.conditions;
  }
  return null;
};

/** Who had set each attribute of the run's topic when the run looked at it. */
const settersAt = (history: History, entry: LogEntry, { topic }: AutomationRun) => {
  const setters = new Map<string, { readonly kind: string; readonly id: string }>();
  if (topic === null) return setters;
  const streams = history.category("topic").filter(([first]) => {
    if (first === undefined || orgOf(first) !== orgOf(entry)) return false;
    const created = { type: first.type, data: first.data } as TopicEvent;
    return (
      created.type === "TopicCreated" &&
      created.data.id === topic.id &&
      created.data.workflow === topic.workflow
    );
  });
  for (const each of streams[0] ?? []) {
    if (Number(each.revision) > topic.revision) break;
    const event = { type: each.type, data: each.data } as TopicEvent;
    if (!("patch" in event.data)) continue;
    for (const name of Object.keys(event.data.patch)) setters.set(name, event.data.by);
  }
  return setters;
};

/** True for the asking side of a request: who asked, the owner, agents of the same owner, and recipes. */
const isAskingSide = (
  entry: LogEntry,
  story: RequestStory,
  { kind, id }: { readonly kind: string; readonly id: string },
): boolean => {
  const requester = story.submitted?.requester;
  if (requester === undefined || kind === "system" || kind === "timer") return true;
  const person = requester.owner ?? requester.id;
  if (kind === "person") return id === person;
  return (
    (requester.kind === "agent" && requester.id === id) ||
    peopleBehind(story, entry).agent(id)?.owner === person
  );
};

const weakenedBy = (story: RequestStory, event: ChangeEvent): boolean => {
  if (event.type === "RequestReassigned") return true;
  if (event.type !== "ChainAmended") return false;
  const { skipLevels, shorten } = event.data;
  const approves = ({ level }: { readonly level: number }): boolean =>
    story.chain?.levels.find(({ number }) => number === level)?.plan.onTimeout === "approve";
  return skipLevels.length > 0 || shorten.some(approves);
};

const amendmentFault = (
  history: History,
  entry: LogEntry,
  story: RequestStory,
  event: ChangeEvent,
  ran: Ran | undefined,
): string | null => {
  if (ran === undefined || ran.entry.position >= entry.position)
    return "a recipe changes the approval by a run that never was.";
  const { run } = ran;
  if (!run.requests.includes(story.submitted?.requestId ?? ""))
    return `run ${run.run} changes an approval that it did not reach.`;
  if (!weakenedBy(story, event)) return null;
  const condition = conditionOf(history, entry, run);
  const read = attributesRead(condition);
  if (run.topic === null)
    return condition === null || read?.length === 0
      ? null
      : `run ${run.run} weakens the approval on what its requester said.`;
  const setters = settersAt(history, entry, run);
  const suspect = (read ?? [...setters.keys()]).find((name) => {
    const by = setters.get(name);
    return by !== undefined && isAskingSide(entry, story, by);
  });
  return suspect === undefined
    ? null
    : `run ${run.run} weakens the approval on ${suspect}, which the asking side set.`;
};

/** I12 of runs: each cause runs a recipe once about a topic, and what people were asked about runs when they agree. */
const runFaults = (history: History, ran: Map<string, Ran>): Violation[] => {
  const found: Violation[] = [];
  const seen = new Set<string>();
  const asked = new Set<string>();
  for (const entry of history.log) {
    if (entry.type !== "AutomationRan") continue;
    const run = runOf(entry);
    const { topic, recipe, cause, phase } = run;
    const key = JSON.stringify([orgOf(entry), recipe, cause, topic?.workflow, topic?.id]);
    if (phase === "asked" || (phase === "ran" && !asked.has(run.run))) {
      if (seen.has(key)) {
        const message = `recipe ${recipe} runs a second time on ${cause}.`;
        found.push(violation("I12", entry, message));
      }
      seen.add(key);
    }
    if (phase === "asked") asked.add(run.run);
    if (phase !== "ran") continue;
    if (ran.has(run.run)) {
      found.push(violation("I12", entry, `run ${run.run} runs a second time.`));
    }
    ran.set(run.run, { entry, run });
    if (!asked.has(run.run)) continue;
    const request = history.streams.get(`request-${orgOf(entry)}.${run.approvalId ?? ""}`) ?? [];
    const approved = request.some(
      ({ type, position }) => type === "RequestApproved" && position < entry.position,
    );
    if (!approved) {
      const message = `run ${run.run} goes on without the approval that it asked for.`;
      found.push(violation("I2", entry, message));
    }
  }
  return found;
};

/** What recipes write to topics rests on a run that was recorded. */
const topicFaults = (history: History): Violation[] => {
  const runs = new Set<string>();
  const found: Violation[] = [];
  for (const entry of history.log) {
    if (entry.type === "AutomationRan" && runOf(entry).phase === "ran") runs.add(entry.eventId);
    if (entry.type !== "AttributesChanged") continue;
    const { actor, causationId } = entry.metadata;
    const isRecipes = actor.kind === "system" && actor.id.startsWith("recipe:");
    if (isRecipes && !runs.has(causationId ?? "")) {
      const message = "a recipe changes a topic without a run that was recorded.";
      found.push(violation("I2", entry, message));
    }
  }
  return found;
};

/** I2 and I12 of recipes: each run once, none without its approval, and none that weakens on the asking side's word. */
export const automationsFollow = (history: History): Violation[] => {
  const ran = new Map<string, Ran>();
  const found = [...runFaults(history, ran), ...topicFaults(history)];
  tellRequests(history, (entry, story) => {
    const event = { type: entry.type, data: entry.data } as ChangeEvent;
    if (event.type !== "ChainAmended" && event.type !== "RequestReassigned") return;
    const { recipe } = event.data;
    if (recipe === undefined) return;
    const message = amendmentFault(history, entry, story, event, ran.get(recipe.run));
    if (message !== null) found.push(violation("I2", entry, message));
  });
  return found;
};
