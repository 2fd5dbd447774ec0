import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Schedule } from "@countersign/domain/automation/recipe.ts";
import { readAutomationEvent, readDefinitionEvent } from "@countersign/domain/read-events.ts";
import { orgOf, type StoredEvent } from "../stored-event.ts";
import type { DueRow } from "./due-row.ts";

/** The first instant after `afterMs` that a schedule means, milliseconds since the epoch; null when there is none. */
export type NextRun = (schedule: Schedule, afterMs: number) => number | null;

/** What an event means for the timers of one recipe's stream. */
interface Rescheduled {
  readonly stream: string;
  /** Replaces whatever was planned there; null when nothing is to come. */
  readonly row: DueRow | null;
}

export const scheduleSchema = `
  create table schedule (
    stream text primary key,
    cron text not null,
    zone text not null,
    version integer not null,
    runs integer not null
  ) strict, without rowid;
`;

const streamOf = (org: string, recipe: string): string => `automation-${org}.${recipe}`;

/**
 * Recipes that run by the clock, each with its next instant as a row of its own stream. The next is counted from the
 * run that is recorded: what came due several times while nothing ran is run once.
 */
export class Schedules {
  readonly #nextRun: NextRun;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;

  constructor(database: DatabaseSync, nextRun: NextRun) {
    this.#nextRun = nextRun;
    this.#get = database.prepare("select cron, zone, version, runs from schedule where stream = ?");
    this.#put = database.prepare(
      "insert into schedule values (?,?,?,?,?) on conflict (stream) do update set cron = excluded.cron, zone = excluded.zone, version = excluded.version, runs = excluded.runs",
    );
    this.#drop = database.prepare("delete from schedule where stream = ?");
  }

  /** What an event changes; null for all that concern no schedule. */
  take(recorded: StoredEvent): Rescheduled | null {
    switch (recorded.type) {
      case "RecipeImported":
        return this.#imported(recorded);
      case "RecipeRetired":
        return this.#retired(recorded);
      case "AutomationRan":
        return this.#ran(recorded);
      default:
        return null;
    }
  }

  #imported(recorded: StoredEvent): Rescheduled | null {
    const { event, metadata } = readDefinitionEvent(recorded);
    if (event.type !== "RecipeImported") return null;
    const { id, version, content } = event.data;
    const stream = streamOf(orgOf(recorded.stream), id);
    if (content.schedule === null || content.trigger !== "scheduled") {
      this.#drop.run(stream);
      return { stream, row: null };
    }
    const after = Date.parse(metadata.occurredAt);
    return this.#plan(recorded, { stream, ...content.schedule, version, runs: 1 }, after);
  }

  #retired(recorded: StoredEvent): Rescheduled | null {
    const { event } = readDefinitionEvent(recorded);
    if (event.type !== "RecipeRetired") return null;
    const stream = streamOf(orgOf(recorded.stream), event.data.id);
    this.#drop.run(stream);
    return { stream, row: null };
  }

  /** Only `due` is by the clock: what follows from it is recorded in the same stream. */
  #ran(recorded: StoredEvent): Rescheduled | null {
    const { event, metadata } = readAutomationEvent(recorded);
    if (event.data.phase !== "due") return null;
    const { stream } = recorded;
    const known = this.#get.get(stream);
    if (known === undefined) return null;
    const schedule = {
      stream,
      cron: String(known["cron"]),
      zone: String(known["zone"]),
      version: Number(known["version"]),
      runs: Number(known["runs"]) + 1,
    };
    return this.#plan(recorded, schedule, Date.parse(metadata.occurredAt));
  }

  #plan(
    { position }: StoredEvent,
    schedule: Schedule & {
      readonly stream: string;
      readonly version: number;
      readonly runs: number;
    },
    afterMs: number,
  ): Rescheduled {
    const { stream, cron, zone, version, runs } = schedule;
    this.#put.run(stream, cron, zone, version, runs);
    const dueMs = this.#nextRun({ cron, zone }, afterMs);
    if (dueMs === null) return { stream, row: null };
    const row: DueRow = {
      stream,
      kind: "schedule",
      dueMs,
      version,
      level: null,
      step: null,
      generation: runs,
      position: Number(position),
      place: 0,
      sinceMs: null,
    };
    return { stream, row };
  }
}
