import { readRunEvent } from "@countersign/domain/read-events.ts";
import type { Actor } from "@countersign/domain/actor.ts";
import type { EventStore, EventSubscription } from "@countersign/event-store/event-store.ts";
import { orgOfStream, whoseRun } from "./streams.ts";

type Who = Pick<Actor, "kind" | "id">;

/** Runs remembered in each org; the oldest are forgotten first, and are then whoever's names them next. */
const MOST_RUNS = 100_000;

/**
 * Which agent first named a run: a person who signals what a run did cost means that agent's. Folded from the runs'
 * own streams, and only from the first such signal on; agents name their own runs, and need none of it.
 */
export class RunOwners {
  readonly #store: EventStore;
  readonly #byOrg = new Map<string, Map<string, Who>>();
  #subscription: EventSubscription | undefined;
  #live: Promise<void> | undefined;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Whose run it is when `who` names it. Resolves once all that stood in the store is folded. */
  async of(org: string, run: string, who: Who): Promise<Who> {
    if (who.kind === "agent") return who;
    await (this.#live ??= this.#follow());
    return this.#byOrg.get(org)?.get(run) ?? who;
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
  }

  #follow(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const subscription = this.#store.subscribe(
        { from: "start", streamPrefixes: ["run-"] },
        {
          events: (batch) => {
            for (const recorded of batch) {
              const { event } = readRunEvent(recorded);
              const who = whoseRun(recorded.stream);
              if (event.type === "CostReleased" || event.data.run === null || who.kind !== "agent")
                continue;
              this.#note(orgOfStream(recorded.stream), event.data.run, who);
            }
          },
          live: resolve,
        },
      );
      this.#subscription = subscription;
      subscription.closed.then(resolve, (error: unknown) => {
        // Asked about again, it is read again.
        this.#live = undefined;
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  #note(org: string, run: string, who: Who): void {
    let runs = this.#byOrg.get(org);
    if (runs === undefined) this.#byOrg.set(org, (runs = new Map<string, Who>()));
    if (runs.has(run)) return;
    if (runs.size >= MOST_RUNS) {
      const oldest = runs.keys().next();
      if (oldest.done !== true) runs.delete(oldest.value);
    }
    runs.set(run, who);
  }
}
