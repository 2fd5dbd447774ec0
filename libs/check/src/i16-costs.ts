import type { DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { Reservation, RunEvent } from "@countersign/domain/run/run.ts";
import type { History } from "./history.ts";
import { basisOf, orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

type Threshold = Extract<Gate["subject"], { type: "cost_threshold" }>;

/** A limit that holds whatever the action is: nothing narrows it, and nothing lifts it. */
interface Limit {
  readonly from: number;
  to: number;
  readonly id: string;
  readonly threshold: Threshold;
}

const RESERVED_FOR_MS = 15 * 60_000;
/** Sums of binary fractions are a little off; nobody's budget is. */
const SLACK = 1e-6;

/** The limits of an org over the revisions of its definitions. */
const limitsOf = (entries: readonly LogEntry[]): readonly Limit[] => {
  const limits: Limit[] = [];
  entries.forEach((entry, revision) => {
    const event = { type: entry.type, data: entry.data } as DefinitionEvent;
    if (event.type !== "GateImported" && event.type !== "GateRetired") return;
    const { id } = event.data;
    for (const limit of limits) if (limit.id === id) limit.to = Math.min(limit.to, revision);
    if (event.type === "GateRetired") return;
    const { subject, actions, when, liftable } = event.data.content;
    const always = when === null && !liftable && actions.length === 0;
    if (always && subject.type === "cost_threshold") {
      limits.push({ from: revision, to: Number.POSITIVE_INFINITY, id, threshold: subject });
    }
  });
  return limits;
};

/** What one credential has spent and reserved, told from its events alone. */
class Ledger {
  readonly open = new Map<string, Reservation>();
  readonly #spent = new Map<string, number>();

  spend(run: string | null, day: string, usd: number): void {
    for (const counter of ["agent", `day ${day}`, ...(run === null ? [] : [`run ${run}`])]) {
      this.#spent.set(counter, (this.#spent.get(counter) ?? 0) + usd);
    }
  }

  /** Spent and reserved at `now`, as this kind of limit counts it. */
  counted(per: Threshold["per"], run: string | null, now: string): number {
    const inRun = per === "run" && run !== null;
    const day = `day ${now.slice(0, 10)}`;
    const counter = inRun ? `run ${run}` : per === "agent" ? "agent" : day;
    let sum = this.#spent.get(counter) ?? 0;
    for (const reservation of this.open.values()) {
      const counts = !inRun || reservation.run === run;
      if (counts && Date.parse(reservation.until) > Date.parse(now)) sum += reservation.amountUsd;
    }
    return sum;
  }
}

const isAmount = (usd: number): boolean => Number.isFinite(usd) && usd >= 0;

/** What is wrong with one event, which is then part of the ledger. */
const step = (ledger: Ledger, event: RunEvent, now: string): string | null => {
  switch (event.type) {
    case "CostReserved": {
      const { key, until, amountUsd } = event.data;
      const known = ledger.open.get(key);
      ledger.open.set(key, event.data);
      if (known !== undefined) return `${key} is reserved a second time.`;
      if (!isAmount(amountUsd)) return `${amountUsd} is no amount to reserve.`;
      return Date.parse(until) - Date.parse(now) === RESERVED_FOR_MS
        ? null
        : `the reservation ${key} does not last fifteen minutes.`;
    }
    case "CostReleased": {
      const { key, until } = event.data;
      const known = ledger.open.get(key);
      ledger.open.delete(key);
      if (known === undefined) return `${key} is released, and was never reserved.`;
      return known.until === until && Date.parse(until) <= Date.parse(now)
        ? null
        : `the reservation ${key} is released before its end.`;
    }
    case "CostSettled": {
      const { key, run, spentUsd } = event.data;
      const known = key === null ? undefined : ledger.open.get(key);
      if (key !== null) ledger.open.delete(key);
      ledger.spend(run, now.slice(0, 10), spentUsd);
      if (!isAmount(spentUsd)) return `${spentUsd} is no amount to spend.`;
      if (key !== null && known === undefined) return `${key} is settled, and was never reserved.`;
      return known !== undefined && Date.parse(known.until) <= Date.parse(now)
        ? `the reservation ${key} is settled after its end.`
        : null;
    }
  }
};

const overspent = (
  ledger: Ledger,
  { run, amountUsd }: Reservation,
  entry: LogEntry,
  limits: readonly Limit[],
): string | null => {
  const revision = basisOf(entry)?.definition ?? -1;
  const now = entry.metadata.occurredAt;
  for (const { from, to, id, threshold } of limits) {
    if (revision < from || revision >= to) continue;
    const sum = ledger.counted(threshold.per, run, now) + amountUsd;
    if (sum > threshold.thresholdUsd + SLACK) {
      return `$${amountUsd} was allowed that brings the ${threshold.per} to $${sum}, above $${threshold.thresholdUsd} of ${id}.`;
    }
  }
  return null;
};

/**
 * I16, what actions cost: each reservation lasts fifteen minutes and ends once, and nothing is allowed that takes a run,
 * an agent or a day above a limit that stood when it was allowed; those who spend together included.
 */
export const costsHold = (history: History): Violation[] => {
  const found: Violation[] = [];
  const limits = new Map<string, readonly Limit[]>();
  for (const entries of history.category("run")) {
    const ledger = new Ledger();
    for (const entry of entries) {
      const org = orgOf(entry);
      let known = limits.get(org);
      if (known === undefined) {
        known = limitsOf(history.streams.get(`definition-${org}.main`) ?? []);
        limits.set(org, known);
      }
      const event = { type: entry.type, data: entry.data } as RunEvent;
      const over =
        event.type === "CostReserved" ? overspent(ledger, event.data, entry, known) : null;
      const wrong = step(ledger, event, entry.metadata.occurredAt) ?? over;
      if (wrong !== null) found.push(violation("I16", entry, wrong));
    }
  }
  return found;
};
