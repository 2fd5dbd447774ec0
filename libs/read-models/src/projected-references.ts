import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import { everyCalendar } from "@countersign/domain/definition/every-calendar.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { emptyDelegations, evolveDelegations } from "@countersign/domain/delegation/evolve.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import {
  readDefinitionEvent,
  readDelegationEvent,
  readDirectoryEvent,
} from "@countersign/domain/read-events.ts";
import type { EvaluateExpression, Reference } from "@countersign/domain/reference.ts";
import { orgOf, type StoredEvent } from "./stored-event.ts";

/** Somebody else's folds of the same streams in this process: the commander's. They may be ahead of the projection. */
export interface SharedReferences {
  of(org: string): Reference;
}

/** Streams folded here. */
export const isReferenceStream = (stream: string): boolean =>
  stream.startsWith("directory-") ||
  stream.startsWith("definition-") ||
  stream.startsWith("delegation-");

const sameMoment = (a: Reference, b: Reference): boolean =>
  a.directory.revision === b.directory.revision &&
  a.definition.revision === b.definition.revision &&
  a.delegation.revision === b.delegation.revision;

/**
 * Each org's people and definitions as they stood at the projection's own place in the log, never later: what a row
 * shows must not depend on how far somebody else has read. While the commander of this process stands at the same
 * place its very object is used, so that a rendered request can be shared with it.
 */
export class ProjectedReferences {
  readonly #byOrg = new Map<string, Reference>();
  readonly #shared: SharedReferences | undefined;
  readonly #evaluateExpression: EvaluateExpression;
  readonly #businessTimeOf: BusinessTimeOf | undefined;

  constructor(
    evaluateExpression: EvaluateExpression,
    shared?: SharedReferences,
    businessTimeOf?: BusinessTimeOf,
  ) {
    this.#evaluateExpression = evaluateExpression;
    this.#shared = shared;
    this.#businessTimeOf = businessTimeOf;
  }

  of(org: string): Reference {
    const own = this.#byOrg.get(org);
    if (own === undefined) return this.#empty();
    const theirs = this.#shared?.of(org);
    if (theirs === undefined || theirs === own || !sameMoment(own, theirs)) return own;
    this.#byOrg.set(org, theirs);
    return theirs;
  }

  /** Folds the next event of a reference stream. Throws when one before it is missing. */
  fold(event: StoredEvent): void {
    const org = orgOf(event.stream);
    const known = this.of(org);
    if (event.stream.startsWith("directory-")) {
      follow(event, known.directory.revision);
      const directory = evolveDirectory(known.directory, readDirectoryEvent(event));
      this.#byOrg.set(org, { ...known, directory });
    } else if (event.stream.startsWith("definition-")) {
      follow(event, known.definition.revision);
      const definition = evolveDefinition(known.definition, readDefinitionEvent(event));
      const isNewTime = definition.calendars !== known.definition.calendars;
      const businessTime = isNewTime
        ? this.#businessTimeOf?.(everyCalendar(definition))
        : undefined;
      this.#byOrg.set(org, {
        ...known,
        definition,
        ...(businessTime === undefined ? {} : { businessTime }),
      });
    } else {
      follow(event, known.delegation.revision);
      const delegation = evolveDelegations(known.delegation, readDelegationEvent(event));
      this.#byOrg.set(org, { ...known, delegation });
    }
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

const follow = ({ stream, revision }: StoredEvent, last: number): void => {
  if (Number(revision) !== last + 1)
    throw new Error(`${stream} is projected up to ${last}, then came revision ${revision}`);
};
