import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import type { Basis, EventMetadata } from "@countersign/domain/actor.ts";
import {
  readDefinitionEvent,
  readDelegationEvent,
  readDirectoryEvent,
} from "@countersign/domain/read-events.ts";
import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { everyCalendar } from "@countersign/domain/definition/every-calendar.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { DelegationEvent } from "@countersign/domain/delegation/delegation.ts";
import { emptyDelegations, evolveDelegations } from "@countersign/domain/delegation/evolve.ts";
import type { DirectoryEvent, DirectoryState } from "@countersign/domain/directory/directory.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import type { EvaluateExpression, Reference } from "@countersign/domain/reference.ts";
import type {
  EventReader,
  EventSubscription,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Fold } from "./fold-cache.ts";
import { orgOfStream } from "./streams.ts";

/** Streams whose folds every decision may read. */
export const referencePrefixes = ["directory-", "delegation-", "definition-"] as const;

/** Milliseconds by which a process may be behind another and still answer. */
const MOST_BEHIND_MS = 5_000;

/**
 * The reference streams of every org, folded from a catch-up subscription of one's own. Appends of this process are
 * applied before they are answered. Each org's `Reference` is one object until something in it changes, so it can
 * stand as a cache key.
 */
export class References {
  readonly #byOrg = new Map<string, Reference>();
  readonly #evaluateExpression: EvaluateExpression;
  readonly #businessTimeOf: BusinessTimeOf | undefined;
  readonly #changed: ((org: string) => void)[] = [];
  readonly #waiting = new Set<() => void>();
  #subscription: EventSubscription | undefined;
  #live = false;

  constructor(evaluateExpression: EvaluateExpression, businessTimeOf?: BusinessTimeOf) {
    this.#evaluateExpression = evaluateExpression;
    this.#businessTimeOf = businessTimeOf;
  }

  /** Subscribes; resolves once all that stood in the store is folded. */
  async start(store: EventReader): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#subscription = store.subscribe(
        { from: "start", streamPrefixes: referencePrefixes },
        {
          events: (batch) => {
            for (const recorded of batch) this.fold(recorded);
          },
          live: () => {
            this.#live = true;
            resolve();
          },
        },
      );
      this.#subscription.closed.then(resolve, reject);
    });
  }

  /** True once caught up; before that no decision may be made. */
  get live(): boolean {
    return this.#live;
  }

  /** Rejects when the subscription failed for good. */
  get closed(): Promise<void> {
    return this.#subscription?.closed ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
  }

  of(org: string): Reference {
    return this.#byOrg.get(org) ?? this.#empty();
  }

  /** The org with other definitions, which stand nowhere: what a draft would make of it. */
  drafted(org: string, definition: DefinitionState): Reference {
    const { businessTime: known, ...rest } = this.of(org);
    const isSameTime = definition.calendars === rest.definition.calendars;
    const businessTime = isSameTime ? known : this.#businessTimeOf?.(everyCalendar(definition));
    return { ...rest, definition, ...(businessTime === undefined ? {} : { businessTime }) };
  }

  /** True when the org's reference streams are folded at least as far as a decision elsewhere had read them. */
  covers(org: string, basis: Basis): boolean {
    const { directory, definition, delegation } = this.of(org);
    return (
      directory.revision >= basis.directory &&
      definition.revision >= basis.definition &&
      delegation.revision >= basis.delegation
    );
  }

  /** Resolves once `covers`; throws `StoreUnavailable` after five seconds: this process is too far behind to decide. */
  async reach(org: string, basis: Basis, clock: Clock): Promise<void> {
    if (this.covers(org, basis)) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!this.covers(org, basis)) return;
        cancel();
        this.#waiting.delete(look);
        resolve();
      };
      const cancel = clock.after(MOST_BEHIND_MS, () => {
        this.#waiting.delete(look);
        reject(
          new StoreUnavailable(`the people and definitions of ${org} are not folded far enough`),
        );
      });
      this.#waiting.add(look);
    });
  }

  orgs(): Iterable<string> {
    return this.#byOrg.keys();
  }

  /** Called after an org's reference changed. */
  onChange(listener: (org: string) => void): void {
    this.#changed.push(listener);
  }

  /** Folds one event of a reference stream; one that was folded before changes nothing. */
  fold(recorded: RecordedEvent): void {
    const org = orgOfStream(recorded.stream);
    const revision = Number(recorded.revision);
    if (recorded.stream.startsWith("directory-")) {
      this.#foldDirectory(org, revision, readDirectoryEvent(recorded).event);
    } else if (recorded.stream.startsWith("definition-")) {
      const { event, metadata } = readDefinitionEvent(recorded);
      this.#foldDefinition(org, revision, event, metadata);
    } else if (recorded.stream.startsWith("delegation-")) {
      const { event, metadata } = readDelegationEvent(recorded);
      this.#foldDelegation(org, revision, event, metadata);
    }
  }

  /** Takes over what this process has just appended to a reference stream. */
  applied(
    stream: string,
    events: readonly { readonly type: string; readonly data: object }[],
    metadata: EventMetadata,
    after: Fold<unknown>,
  ): void {
    const org = metadata.org;
    let revision = Number(after.revision) - events.length;
    for (const event of events) {
      revision += 1;
      if (stream.startsWith("directory-"))
        this.#foldDirectory(org, revision, event as DirectoryEvent);
      else if (stream.startsWith("definition-"))
        this.#foldDefinition(org, revision, event as DefinitionEvent, metadata);
      else if (stream.startsWith("delegation-"))
        this.#foldDelegation(org, revision, event as DelegationEvent, metadata);
      else return;
    }
  }

  #foldDirectory(org: string, revision: number, event: DirectoryEvent): void {
    const known = this.of(org);
    if (revision !== known.directory.revision + 1) return;
    const directory: DirectoryState = evolveDirectory(known.directory, { event });
    this.#put(org, { ...known, directory });
  }

  #foldDefinition(
    org: string,
    revision: number,
    event: DefinitionEvent,
    metadata: EventMetadata,
  ): void {
    const known = this.of(org);
    if (revision !== known.definition.revision + 1) return;
    const definition: DefinitionState = evolveDefinition(known.definition, { event, metadata });
    const isNewTime = definition.calendars !== known.definition.calendars;
    const businessTime = isNewTime ? this.#businessTimeOf?.(everyCalendar(definition)) : undefined;
    this.#put(org, {
      ...known,
      definition,
      ...(businessTime === undefined ? {} : { businessTime }),
    });
  }

  #foldDelegation(
    org: string,
    revision: number,
    event: DelegationEvent,
    metadata: EventMetadata,
  ): void {
    const known = this.of(org);
    if (revision !== known.delegation.revision + 1) return;
    const delegation = evolveDelegations(known.delegation, { event, metadata });
    this.#put(org, { ...known, delegation });
  }

  #put(org: string, reference: Reference): void {
    this.#byOrg.set(org, reference);
    for (const listener of this.#changed) listener(org);
    for (const look of this.#waiting) look();
  }

  #empty(): Reference {
    return {
      directory: emptyDirectory,
      definition: emptyDefinition,
      delegation: emptyDelegations,
      evaluateExpression: this.#evaluateExpression,
    };
  }
}
