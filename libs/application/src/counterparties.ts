import type { ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import { counterpartiesOf } from "@countersign/domain/gate/judge-subject.ts";
import type { GateFacts } from "@countersign/domain/gate/question.ts";
import { readRequestEvent } from "@countersign/domain/read-events.ts";
import type { Action, RequestEvent, SubmittedFields } from "@countersign/domain/request/events.ts";
import { factsFrom } from "@countersign/domain/request/asking/facts.ts";
import type { EventStore, EventSubscription } from "@countersign/event-store/event-store.ts";
import type { References } from "./references.ts";
import { idOfStream, orgOfStream } from "./streams.ts";

/** Everything that may make a counterparty known, or end what would have. */
const told: ReadonlySet<string> = new Set([
  "RequestSubmitted",
  "PayloadModified",
  "ExecutionReported",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
]);

/** A request on its way: what it names, by the current payload. */
interface Open {
  readonly submitted: SubmittedFields;
  action: Action;
}

const fieldsOf = ({ gates }: ActiveGates): readonly string[] => [
  ...new Set(
    gates.flatMap(({ subject }) => (subject.type === "new_counterparty" ? [subject.field] : [])),
  ),
];

const keyOf = (field: string, name: string): string => JSON.stringify([field, name]);

/**
 * Counterparties that executed requests named, by the fields that gates look at. Follows the requests only once some
 * gate of some org asks, from the first one on; a field that is new to an org is read from the beginning again. Another
 * process knows a little later: until then its people are asked once more, which is the safe side.
 */
export class Counterparties {
  readonly #store: EventStore;
  readonly #references: References;
  readonly #known = new Map<string, Set<string>>();
  /** Fields that were followed when the subscription began, by org. */
  readonly #fields = new Map<string, readonly string[]>();
  readonly #facts = new Map<string, GateFacts>();
  #subscription: EventSubscription | undefined;
  #generation = 0;
  #ready: Promise<void> = Promise.resolve();

  constructor(store: EventStore, references: References) {
    this.#store = store;
    this.#references = references;
  }

  /** Resolves once all that stood in the store is known, or at once where no gate asks. */
  async start(): Promise<void> {
    for (const org of this.#references.orgs()) this.#look(org);
    this.#references.onChange((org) => {
      if (this.#look(org)) this.#begin();
    });
    this.#begin();
    await this.#ready;
  }

  /** What gates of this org are told; undefined where none of them asks. */
  of(org: string): GateFacts | undefined {
    return this.#facts.get(org);
  }

  async close(): Promise<void> {
    this.#generation += 1;
    await this.#subscription?.close();
  }

  /** True when gates of this org look at a field that was not followed yet. */
  #look(org: string): boolean {
    const fields = fieldsOf(this.#references.of(org).definition.gates);
    const followed = this.#fields.get(org) ?? [];
    const added = fields.filter((field) => !followed.includes(field));
    if (added.length === 0) return false;
    this.#fields.set(org, [...followed, ...added]);
    this.#facts.set(org, {
      knowsCounterparty: (field, name) => this.#known.get(org)?.has(keyOf(field, name)) === true,
    });
    return true;
  }

  #begin(): void {
    if (this.#fields.size === 0) return;
    const generation = ++this.#generation;
    const before = this.#subscription;
    const open = new Map<string, Open>();
    this.#ready = new Promise<void>((resolve, reject) => {
      const subscription = this.#store.subscribe(
        { from: "start", streamPrefixes: ["request-"] },
        {
          events: (batch) => {
            if (generation !== this.#generation) return;
            for (const recorded of batch) {
              if (!told.has(recorded.type)) continue;
              const org = orgOfStream(recorded.stream);
              const fields = this.#fields.get(org);
              if (fields === undefined) continue;
              const { event } = readRequestEvent(recorded);
              this.#tell(org, fields, `${org}.${idOfStream(recorded.stream)}`, event, open);
            }
          },
          live: () => resolve(),
        },
      );
      this.#subscription = subscription;
      subscription.closed.then(resolve, reject);
    });
    // A failing subscription leaves everybody unknown: people are asked, and nothing else stops.
    this.#ready.catch(() => undefined);
    void before?.close();
  }

  #tell(
    org: string,
    fields: readonly string[],
    id: string,
    event: RequestEvent,
    open: Map<string, Open>,
  ): void {
    switch (event.type) {
      case "RequestSubmitted":
        // A child names nobody by itself: its parent does.
        if (event.data.parent === undefined) {
          open.set(id, { submitted: event.data, action: event.data.action });
        }
        break;
      case "PayloadModified": {
        const known = open.get(id);
        if (known !== undefined) {
          known.action = { ...known.action, parameters: event.data.payload };
        }
        break;
      }
      case "ExecutionReported": {
        const known = open.get(id);
        if (known !== undefined && event.data.status === "executed") {
          this.#learn(org, fields, known);
        }
        open.delete(id);
        break;
      }
      default:
        open.delete(id);
    }
  }

  #learn(org: string, fields: readonly string[], { submitted, action }: Open): void {
    let names = this.#known.get(org);
    if (names === undefined) this.#known.set(org, (names = new Set<string>()));
    const facts = factsFrom(submitted, action);
    for (const field of fields) {
      for (const name of counterpartiesOf({ action, context: submitted.context, facts }, field)) {
        names.add(keyOf(field, name));
      }
    }
  }
}
