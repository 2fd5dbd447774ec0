import type { DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { basisOf, orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

/** From which revision of the definitions a policy version is taken for new requests, and up to which. */
interface Use {
  readonly from: number;
  to: number;
}

/** What one org's definitions were over time: the newest version of each, and when each policy version was in use. */
interface Course {
  readonly newest: Map<string, { version: number; active: boolean; entry: LogEntry }>;
  readonly uses: Map<string, Use[]>;
}

const definitionEvents =
  /^(?:Policy|Workflow|Defaults|Gate|Rule|Recipe|Calendar|Levels|Guard)(Imported|Loosened|Retired)$/;

/** Ids of the policies that a version brings: its own, or those of a workflow's transitions. */
const policiesOf = (event: DefinitionEvent): readonly string[] =>
  event.type === "PolicyImported"
    ? [event.data.id]
    : event.type === "WorkflowImported"
      ? event.data.content.transitions.flatMap(({ policy }) => (policy === null ? [] : [policy.id]))
      : [];

const end = (course: Course, key: string, revision: number): void => {
  for (const use of course.uses.get(key) ?? []) {
    use.to = Math.min(use.to, revision);
  }
};

/** What is wrong with one entry of the definitions' stream, which is then part of the course. */
const step = (course: Course, entry: LogEntry, revision: number): string | null => {
  const [, what] = definitionEvents.exec(entry.type) ?? [];
  if (what === undefined) {
    return null;
  }
  const event = { type: entry.type, data: entry.data } as DefinitionEvent;
  const { kind, id, version } = event.data as { kind: string; id: string; version: number };
  const key = `${kind}/${id}`;
  const known = course.newest.get(key);
  if (what === "Loosened") {
    const beside = known?.entry.metadata.commandId === entry.metadata.commandId;
    return known?.version === version && beside
      ? null
      : `${key} is said to loosen in version ${version}, which this import does not bring.`;
  }
  if (what === "Retired") {
    end(course, key, revision);
    if (known?.active !== true || known.version !== version) {
      return `version ${version} of ${key} is retired, and is not the active one.`;
    }
    known.active = false;
    return null;
  }
  end(course, key, revision);
  course.newest.set(key, { version, active: true, entry });
  const use = { from: revision, to: Number.POSITIVE_INFINITY };
  const uses = course.uses.get(key) ?? [];
  course.uses.set(key, [...uses, use]);
  for (const policy of policiesOf(event)) {
    course.uses.set(`${policy}@${version}`, [
      ...(course.uses.get(`${policy}@${version}`) ?? []),
      use,
    ]);
  }
  return version === (known?.version ?? 0) + 1
    ? null
    : `version ${version} of ${key} does not follow the one before it.`;
};

const pinFault = (course: Course, entry: LogEntry): string | null => {
  const basis = basisOf(entry);
  const event = { type: entry.type, data: entry.data } as RequestEvent;
  if (event.type !== "RequestSubmitted" || basis === null) {
    return null;
  }
  for (const { id, version } of event.data.policies) {
    const uses = course.uses.get(`${id}@${version}`);
    const inUse = uses?.some(({ from, to }) => from <= basis.definition && basis.definition < to);
    if (inUse === false) {
      return `it is under version ${version} of ${id}, which was not in use then.`;
    }
  }
  return null;
};

/**
 * I8, for definitions: versions count up one by one, what is retired was active, a loosening stands beside its import,
 * and a new request is under versions that were in use when it was decided.
 */
export const definitionsFollow = (history: History): Violation[] => {
  const found: Violation[] = [];
  const courses = new Map<string, Course>();
  const note = (entry: LogEntry, fault: string | null): void => {
    if (fault !== null) found.push(violation("I8", entry, fault));
  };
  for (const entries of history.category("definition")) {
    const course: Course = { newest: new Map(), uses: new Map() };
    entries.forEach((entry, revision) => {
      courses.set(orgOf(entry), course);
      note(entry, step(course, entry, revision));
    });
  }
  for (const entry of history.log) {
    const course = entry.type === "RequestSubmitted" ? courses.get(orgOf(entry)) : undefined;
    if (course !== undefined) note(entry, pinFault(course, entry));
  }
  return found;
};
