import { readRequestEvent } from "@countersign/domain/read-events.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { turnOf } from "@countersign/domain/request/people/turns.ts";
import type { EventStore, EventSubscription } from "@countersign/event-store/event-store.ts";
import type { References } from "./references.ts";
import { orgOfStream } from "./streams.ts";

const ROUND_ROBIN = '"round_robin"';

const givesTurns = ({ definition }: Reference): boolean => {
  for (const { chain, fallback } of definition.policies.values()) {
    for (const { groups } of fallback === null ? chain : [...chain, fallback]) {
      for (const { assignments } of groups) {
        if (assignments.some(({ type }) => type === "round_robin")) return true;
      }
    }
  }
  return false;
};

/**
 * When each member of a role was last given a slot in turn, by `turnOf(role, person)`: folded from every `LevelOpened`
 * of the store, and from what this process has just decided, so that asks that arrive together go to different people.
 * Reads the store only where some policy gives slots in turn. Another commander's choice is known a moment later: two
 * of them may pick the same member at the same instant, which is recorded and harmless.
 */
export class Turns {
  readonly #byOrg = new Map<string, Map<string, string>>();
  readonly #given = new WeakMap<object, boolean>();
  #order = 0;
  #live = false;
  #subscription: EventSubscription | undefined;

  /** Sortable texts: the time, and the order of what was noted at the same time. */
  of(org: string): ReadonlyMap<string, string> | undefined {
    return this.#byOrg.get(org);
  }

  /** Takes up what a decision gives in turn; `at` is ISO 8601. Said again, it changes nothing. */
  note(org: string, events: readonly RequestEvent[], at: string): void {
    for (const event of events) {
      if (event.type !== "LevelOpened" && event.type !== "LevelReopened") continue;
      for (const { slots } of event.data.groups) {
        for (const { approver, via } of slots) {
          if (via.type === "round_robin") this.#assign(org, turnOf(via.identifier, approver), at);
        }
      }
    }
  }

  /** Resolves once turns are known as far as the store tells, or at once where no policy needs them. */
  async start(store: EventStore, references: References): Promise<void> {
    references.onChange((org) => {
      if (this.#subscription === undefined && this.#isGiven(references.of(org)))
        void this.#subscribe(store);
    });
    for (const org of references.orgs()) {
      if (this.#isGiven(references.of(org))) {
        await this.#subscribe(store);
        return;
      }
    }
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
  }

  #isGiven(reference: Reference): boolean {
    const { definition } = reference;
    let given = this.#given.get(definition);
    if (given === undefined) this.#given.set(definition, (given = givesTurns(reference)));
    return given;
  }

  #subscribe(store: EventStore): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: ["request-"] },
        {
          events: (batch) => {
            for (const recorded of batch) {
              if (recorded.type !== "LevelOpened" && recorded.type !== "LevelReopened") continue;
              if (!recorded.data.includes(ROUND_ROBIN)) continue;
              const { event, metadata } = readRequestEvent(recorded);
              this.note(orgOfStream(recorded.stream), [event], metadata.occurredAt);
            }
          },
          live: () => {
            this.#live = true;
            resolve();
          },
        },
      );
      this.#subscription = subscription;
      subscription.closed.then(resolve, reject);
    });
  }

  #assign(org: string, turn: string, at: string): void {
    let turns = this.#byOrg.get(org);
    if (turns === undefined) this.#byOrg.set(org, (turns = new Map<string, string>()));
    const known = turns.get(turn);
    // Once live, the log repeats what was noted when it was decided: that must not count as a later turn.
    if (this.#live && known !== undefined && known.slice(0, at.length) >= at) return;
    this.#order += 1;
    turns.set(turn, `${at} ${String(this.#order).padStart(12, "0")}`);
  }
}
