import { recordRun, runCommandId } from "@countersign/application/automation.ts";
import { loadFold } from "@countersign/application/execute.ts";
import type { Fold } from "@countersign/application/fold-cache.ts";
import { isOfRecipe, triggersOf } from "@countersign/application/processes/recipe-process.ts";
import { requestAggregate } from "@countersign/application/request.ts";
import {
  categoryOfStream,
  idOfStream,
  requestStream,
  topicStream,
} from "@countersign/application/streams.ts";
import { topicAggregate } from "@countersign/application/topic.ts";
import type { Actor } from "@countersign/domain/actor.ts";
import {
  activeRecipes,
  recipesFor,
  type ActiveRecipe,
} from "@countersign/domain/automation/active-recipes.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { Seen, SeenApproval } from "@countersign/domain/automation/facts.ts";
import { mayConcern } from "@countersign/domain/automation/rough-look.ts";
import { planRun } from "@countersign/domain/automation/plan-run.ts";
import { fieldsOfCondition } from "@countersign/domain/automation/who-set.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { readAutomationEvent, readTopicEvent } from "@countersign/domain/read-events.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import { openLevelOf } from "@countersign/domain/request/ending/ending.ts";
import { factsOf } from "@countersign/domain/request/asking/facts.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Decider } from "../decider.ts";
import { followRun, recipeEnvelope } from "./recipe-runs.ts";
import type { ListTopics, PresentTopic } from "./topics-over-bus.ts";

/** How risky a topic is, by somebody outside; `{}` where nobody says so in time. */
export type TopicRisk = (org: string, topic: PresentTopic) => Promise<JsonObject>;

/** Everything but the recipe that a look needs. */
interface Sight {
  readonly topic: PresentTopic | null;
  readonly revision: number;
  readonly requests: readonly string[];
  readonly moved: Seen["moved"];
  readonly by: Actor | null;
}

const readsRisk = ({ recipe }: ActiveRecipe): boolean =>
  fieldsOfCondition(recipe.conditions).some((field) => field === "*" || field.startsWith("risk"));

/** Where a topic went; null where it stayed. */
const movedBy = (event: TopicEvent): Sight["moved"] => {
  if (event.type === "TransitionCompleted") return event.data;
  if (event.type !== "TransitionRejected") return null;
  const { from, state: to } = event.data;
  return from === to ? null : { from, to };
};

/** The process manager of recipes: looks at what happened, records runs, and does what follows from them. */
export class Recipes {
  readonly #decider: Decider;
  readonly #topics: ListTopics;
  readonly #risk: TopicRisk | null;

  constructor(decider: Decider, topics: ListTopics, risk: TopicRisk | null) {
    this.#decider = decider;
    this.#topics = topics;
    this.#risk = risk;
  }

  /** Reacts to one recorded event. */
  async react(org: string, recorded: RecordedEvent): Promise<void> {
    const category = categoryOfStream(recorded.stream);
    if (category === "automation") {
      const { data } = readAutomationEvent(recorded).event;
      if (data.phase === "due") await this.#lookAtAll(org, recorded, data);
      else await followRun(this.#decider, org, recorded, data);
      return;
    }
    const triggers = triggersOf(recorded.type);
    const { references } = this.#decider.engine;
    if (triggers.length === 0) return;
    const metadata = metadataOf(recorded);
    const { basis } = metadata;
    if (basis !== undefined && !references.covers(org, basis))
      await references.reach(org, basis, this.#decider.engine.clock);
    const { definition } = references.of(org);
    if (activeRecipes(definition).length === 0 || isOfRecipe(metadata)) return;
    const sight =
      category === "topic" ? await this.#ofTopic(recorded) : await this.#ofRequest(org, recorded);
    if (sight === null) return;
    for (const trigger of triggers) {
      if (trigger === "workflow.after_transition" && sight.moved === null) continue;
      for (const active of recipesFor(definition, trigger, sight.topic?.workflow ?? null))
        if (active.importedAt <= metadata.occurredAt)
          await this.#look(org, recorded, active, sight);
    }
  }

  /** What there is to see of the topic whose stream this is. */
  async #ofTopic(recorded: RecordedEvent): Promise<Sight | null> {
    const { state, revision } = await this.#topic(recorded.stream, recorded.revision);
    if (state.status === "absent") return null;
    const { event } = readTopicEvent(recorded);
    return {
      topic: state,
      revision: Number(revision),
      requests: state.blocked?.approvalIds ?? [],
      moved: movedBy(event),
      by: "by" in event.data ? event.data.by : null,
    };
  }

  /** What there is to see of an overdue request, and of the topic that waits for it. */
  async #ofRequest(org: string, { stream }: RecordedEvent): Promise<Sight | null> {
    const id = idOfStream(stream);
    const state = await this.#request(org, id);
    // What a recipe asked for itself runs no recipe: it could go on asking for ever.
    if (state.status === "absent" || state.submitted.automation !== undefined) return null;
    const { topic } = state.submitted;
    const found =
      topic === null ? null : await this.#topic(topicStream(org, topic.workflow, topic.id), 0n);
    const known = found?.state.status === "present" ? found.state : null;
    const requests = [...new Set([id, ...(known?.blocked?.approvalIds ?? [])])];
    const revision = Number(found?.revision ?? 0n);
    return { topic: known, revision, requests, moved: null, by: null };
  }

  async #topic(stream: string, revision: bigint): Promise<Fold<TopicState>> {
    const { engine, topic } = this.#decider;
    const known = topic.folds.get(stream);
    return known !== undefined && known.revision >= revision
      ? known
      : loadFold(engine.store, stream, topicAggregate, known);
  }

  async #request(org: string, id: string): Promise<RequestState> {
    const { engine, request } = this.#decider;
    const stream = requestStream(org, id);
    const known = request.folds.get(stream);
    return (known ?? (await loadFold(engine.store, stream, requestAggregate))).state;
  }

  async #look(
    org: string,
    cause: RecordedEvent,
    active: ActiveRecipe,
    sight: Sight,
  ): Promise<void> {
    const { engine, automation } = this.#decider;
    const { topic, requests, revision, moved, by } = sight;
    const [first] = requests;
    const state = first === undefined ? null : await this.#request(org, first);
    const known = state?.status === "absent" ? null : state;
    const approval: SeenApproval | null =
      known === null
        ? null
        : {
            id: known.submitted.requestId,
            createdAt: known.createdAt,
            level: openLevelOf(known)?.number ?? null,
            facts: factsOf(known),
          };
    const asksRisk = topic !== null && this.#risk !== null && readsRisk(active);
    const risk = asksRisk ? await this.#risk(org, topic) : {};
    const about = topic === null ? (first ?? "") : `${topic.workflow}/${topic.id}`;
    const commandId = runCommandId(org, active.recipe.id, cause.eventId, about);
    const run = planRun(
      active,
      {
        run: commandId.replace("cmd_", "run_"),
        cause: cause.eventId,
        seen: { topic, approval, moved, risk, now: toIso(engine.clock.now()) },
        revision,
        requests,
        requester: topic === null ? (known?.submitted.requester ?? null) : null,
        by,
      },
      engine.references.of(org),
    );
    if (run === null) return;
    const envelope = recipeEnvelope(org, active.recipe.id, cause, commandId);
    await recordRun(engine, automation, envelope, run);
  }

  /** A schedule's time has come: every topic that the recipe is for is looked at. */
  async #lookAtAll(org: string, cause: RecordedEvent, due: AutomationRun): Promise<void> {
    const { engine } = this.#decider;
    const { definition } = engine.references.of(org);
    const active = activeRecipes(definition).find(({ recipe }) => recipe.id === due.recipe);
    if (active === undefined || active.recipe.trigger !== "scheduled") return;
    const { workflow } = active.recipe;
    for await (const topics of this.#topics(org)) {
      for (const listed of topics) {
        if (workflow !== null && listed.workflow !== workflow) continue;
        const now = toIso(engine.clock.now());
        if (!mayConcern(active.recipe, listed, now, engine.references.of(org))) continue;
        const stream = topicStream(org, listed.workflow, listed.id);
        const { state: topic, revision } = await this.#topic(stream, 0n);
        if (topic.status === "absent") continue;
        const requests = topic.blocked?.approvalIds ?? [];
        const sight = { topic, revision: Number(revision), requests, moved: null, by: null };
        await this.#look(org, cause, active, sight);
      }
    }
  }
}
