import type { GateFacts } from "@countersign/domain/gate/question.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { judgeAgain, type Judged } from "./judge-again.ts";
import { Counterparties } from "./counterparties.ts";
import { wasAsked, type RecordedRequest } from "./recorded-ask.ts";
import type { SimulationWarning } from "./simulate.ts";

/** What a draft would have done to the requests of a period; on the wire as it stands here. */
export interface Backtest {
  readonly period: { readonly from: string; readonly to: string };
  /** Recorded requests that were held against the draft. */
  readonly requests: number;
  readonly allow: number;
  readonly deny: number;
  readonly escalate: number;
  /** Requests about which people would not be asked any more: `was` is what happened, and somebody was asked. */
  readonly changed: readonly {
    readonly approval_id: string;
    readonly was: Judged["decision"];
    readonly would: Judged["decision"];
  }[];
  /** How many requests each person would be asked about. */
  readonly approvers: Readonly<Record<string, number>>;
  /** Over those that people would be asked about and approved or denied, as long as it took; null for none. */
  readonly average_response_time_minutes: number | null;
  readonly warnings: readonly SimulationWarning[];
}

/** A list longer than this helps nobody; the counts are of all. */
const MAX_CHANGED = 1_000;

/** Holds recorded requests against a draft, one after another in the order of their creation. */
export class BacktestRun {
  readonly #reference: Reference;
  readonly #counterparties = new Counterparties();
  readonly #counts = { ALLOW: 0, DENY: 0, ESCALATE: 0 };
  readonly #changed: Backtest["changed"][number][] = [];
  readonly #approvers = new Map<string, number>();
  readonly #problems = new Map<string, { readonly message: string; count: number }>();
  #minutes = 0;
  #answered = 0;

  constructor(reference: Reference) {
    this.#reference = reference;
  }

  add(recorded: RecordedRequest): void {
    if (!wasAsked(recorded)) return;
    const gates: GateFacts = { knowsCounterparty: this.#counterparties.knows };
    const judged = judgeAgain(recorded, gates, this.#reference);
    this.#counterparties.learn(recorded);
    const { decision, approvers, problem } = judged;
    this.#counts[decision]++;
    if (decision !== "ESCALATE" && this.#changed.length < MAX_CHANGED)
      this.#changed.push({ approval_id: recorded.id, was: "ESCALATE", would: decision });
    for (const person of approvers)
      this.#approvers.set(person, (this.#approvers.get(person) ?? 0) + 1);
    if (decision === "ESCALATE") this.#timeOf(recorded);
    if (problem !== null) this.#note(problem);
  }

  #timeOf({ status, created_at: created, resolved_at: resolved }: RecordedRequest): void {
    if (resolved === null || (status !== "approved" && status !== "denied")) return;
    this.#minutes += (Date.parse(resolved) - Date.parse(created)) / 60_000;
    this.#answered++;
  }

  #note({ code, message }: NonNullable<Judged["problem"]>): void {
    const known = this.#problems.get(code);
    if (known === undefined) this.#problems.set(code, { message, count: 1 });
    else known.count++;
  }

  /** The result so far. `cut` says that older requests of the period were left out. */
  result(period: Backtest["period"], cut: boolean): Backtest {
    const { ALLOW, DENY, ESCALATE } = this.#counts;
    const warnings: SimulationWarning[] = [...this.#problems].map(([code, { message, count }]) => ({
      code,
      message,
      details: { requests: count } satisfies JsonObject,
    }));
    if (
      this.#reference.definition.gates.gates.some(
        ({ subject }) => subject.type === "cost_threshold",
      )
    )
      warnings.push({
        code: "cost-alone",
        message:
          "What runs had spent is not replayed: cost gates were held against each estimate alone.",
      });
    if (cut)
      warnings.push({
        code: "period-cut",
        message:
          "There are more requests in this period than one backtest reads: these are the newest.",
      });
    return {
      period,
      requests: ALLOW + DENY + ESCALATE,
      allow: ALLOW,
      deny: DENY,
      escalate: ESCALATE,
      changed: this.#changed,
      approvers: Object.fromEntries([...this.#approvers].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      average_response_time_minutes:
        this.#answered === 0 ? null : Math.round((this.#minutes / this.#answered) * 10) / 10,
      warnings,
    };
  }
}
