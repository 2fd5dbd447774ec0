import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { loadFold } from "@countersign/application/execute.ts";
import { concernsChildren } from "@countersign/application/processes/child-process.ts";
import { standsAlone } from "@countersign/application/processes/stands-alone.ts";
import {
  endsRequest,
  onRequestResolved,
  onTopicEvent,
  type ProcessCommand,
} from "@countersign/application/processes/transition-process.ts";
import { triggersOf } from "@countersign/application/processes/recipe-process.ts";
import { requestAggregate } from "@countersign/application/request.ts";
import { categoryOfStream, orgOfStream } from "@countersign/application/streams.ts";
import { endTransition, giveUpTransition, submitBlocking } from "@countersign/application/topic.ts";
import { readRequestEvent, readTopicEvent } from "@countersign/domain/read-events.ts";
import type {
  Checkpoint,
  EventStore,
  EventSubscription,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { reactForChildren } from "./child-processes.ts";
import type { Decider } from "./decider.ts";
import { followPermission } from "./recipes/recipe-runs.ts";
import type { Recipes } from "./recipes/recipes.ts";
import type { Recheck } from "./recheck.ts";

/** Where the process managers stand; saved after the commands, so a crash repeats them and repeats change nothing. */
export interface SavedCheckpoint {
  load(): Checkpoint | "start";
  save(checkpoint: Checkpoint): void;
}

/** Batches without commands between two saves of the checkpoint: repeating them costs reads only. */
const QUIET_BATCHES = 64;
const RETRY_MS = 500;

/** Turns events of one stream into commands on another: approved → the topic moves; people changed → look again. */
export class Processes {
  readonly #decider: Decider;
  readonly #checkpoint: SavedCheckpoint;
  readonly #recheck: Recheck;
  readonly #recipes: Recipes;
  readonly #clock: Clock;
  readonly #log: Log;
  #subscription: EventSubscription | undefined;
  #quiet = 0;
  #closing = false;
  #wake: (() => void) | undefined;

  constructor(
    decider: Decider,
    checkpoint: SavedCheckpoint,
    recheck: Recheck,
    recipes: Recipes,
    clock: Clock,
    log: Log,
  ) {
    this.#decider = decider;
    this.#checkpoint = checkpoint;
    this.#recheck = recheck;
    this.#recipes = recipes;
    this.#clock = clock;
    this.#log = log;
  }

  start(store: EventStore): EventSubscription {
    this.#subscription = store.subscribe(
      {
        from: this.#checkpoint.load(),
        streamPrefixes: ["request-", "topic-", "directory-", "automation-"],
      },
      {
        events: (batch, checkpoint) => {
          const concerned = batch.filter(this.#concerns);
          if (concerned.length === 0) {
            this.#quiet += 1;
            if (this.#quiet >= QUIET_BATCHES) this.#save(checkpoint);
            return undefined;
          }
          return this.#work(concerned).then((done) => {
            if (done) this.#save(checkpoint);
          });
        },
      },
    );
    return this.#subscription;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    await this.#subscription?.close();
  }

  /** Ends early when the service closes. */
  async #pause(): Promise<void> {
    if (this.#closing) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(RETRY_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #save(checkpoint: Checkpoint): void {
    this.#quiet = 0;
    this.#checkpoint.save(checkpoint);
  }

  /** True when an event may need a command; the rest is passed over without a promise, and without reading anything. */
  readonly #concerns = (recorded: RecordedEvent): boolean => {
    const { stream, type, data } = recorded;
    if (triggersOf(type).length > 0) return true;
    const category = categoryOfStream(stream);
    if (category === "topic") return false;
    if (category !== "request") return true;
    return (endsRequest(type) || concernsChildren(type, data)) && !this.#isAlone(recorded);
  };

  /** True when the state at hand, which is no older than the event, says that its request stands alone. */
  #isAlone({ stream, revision }: RecordedEvent): boolean {
    const known = this.#decider.request.folds.get(stream);
    return known !== undefined && known.revision >= revision && standsAlone(known.state);
  }

  async #work(batch: readonly RecordedEvent[]): Promise<boolean> {
    for (const recorded of batch) {
      while (!this.#closing) {
        try {
          await this.#react(recorded);
          break;
        } catch (error) {
          // A refusal is done; a failure is tried again, in order, until it works or the service stops.
          this.#log.warn(
            { err: error, stream: recorded.stream },
            "a process manager will try again",
          );
          await this.#pause();
        }
      }
      if (this.#closing) return false;
    }
    return true;
  }

  async #react(recorded: RecordedEvent): Promise<void> {
    const org = orgOfStream(recorded.stream);
    if (categoryOfStream(recorded.stream) === "directory") {
      await this.#recheck(org, recorded);
      return;
    }
    for (const command of await this.#commandsOf(org, recorded))
      await this.#send(org, recorded, command);
    await this.#recipes.react(org, recorded);
  }

  async #commandsOf(org: string, recorded: RecordedEvent): Promise<ProcessCommand[]> {
    const category = categoryOfStream(recorded.stream);
    if (category === "automation") return [];
    if (category === "topic") return onTopicEvent(readTopicEvent(recorded).event);
    const { request, engine } = this.#decider;
    const { event } = readRequestEvent(recorded);
    const { stream, revision } = recorded;
    const known = request.folds.get(stream);
    // A fold kept here may be older than what another commander has appended.
    const { state } =
      known !== undefined && known.revision >= revision
        ? known
        : await loadFold(engine.store, stream, requestAggregate, known);
    await reactForChildren(this.#decider, org, recorded, event, state);
    await followPermission(this.#decider, org, recorded, event, state);
    return onRequestResolved(state, event);
  }

  async #send(org: string, cause: RecordedEvent, command: ProcessCommand): Promise<void> {
    const { engine, topic } = this.#decider;
    const envelope: Envelope = {
      commandId: derivedCommandId("process", "transition", cause.eventId),
      commandHash: null,
      org,
      principal: null,
      actor: { kind: "system", id: "transition" },
      channel: "process",
      correlationId: cause.eventId,
      causationId: cause.eventId,
    };
    switch (command.kind) {
      case "submit-blocking": {
        const { by, ask } = command;
        const principal = { ...by, org };
        // Whether the caller's own command gets here first or this one: the trail shows who asked, and how.
        const { channel, correlationId } = readTopicEvent(cause).metadata;
        const asking: Envelope = {
          ...envelope,
          principal,
          actor: { kind: by.kind, id: by.id },
          channel,
          correlationId,
        };
        const outcome = await submitBlocking(engine, this.#decider, asking, ask);
        if (!outcome.ok)
          await giveUpTransition(engine, this.#decider, envelope, ask, outcome.refusal);
        return;
      }
      case "end-transition":
        await endTransition(
          engine,
          topic,
          envelope,
          command.workflow,
          command.topicId,
          command.command,
        );
        return;
      case "report-transition":
        await this.#decider.command(envelope, command.requestId, {
          command: {
            type: "report-transition",
            completed: command.completed,
            reason: command.reason,
          },
          fault: null,
        });
    }
  }
}
