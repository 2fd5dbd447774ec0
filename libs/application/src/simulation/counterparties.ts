import { counterpartiesOf } from "@countersign/domain/gate/judge-subject.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { RecordedRequest } from "./recorded-ask.ts";

/** An executed request, as far as a gate's field may name somebody in it. */
type Executed = Pick<RecordedRequest, "action" | "context"> & { readonly facts: JsonObject };

/** Who had been dealt with before, by the requests that a backtest has passed: approved, and executed. */
export class Counterparties {
  readonly #executed: Executed[] = [];
  /** By field; each remembers how far it has read. */
  readonly #byField = new Map<string, { readonly names: Set<string>; read: number }>();

  learn({ action, context, risk_snapshot: risk, execution }: RecordedRequest): void {
    if (execution?.status !== "executed") return;
    this.#executed.push({ action, context, facts: { action: { ...action }, context, risk } });
  }

  readonly knows = (field: string, counterparty: string): boolean => {
    let known = this.#byField.get(field);
    if (known === undefined) this.#byField.set(field, (known = { names: new Set(), read: 0 }));
    for (const executed of this.#executed.slice(known.read))
      for (const name of counterpartiesOf(executed, field)) known.names.add(name);
    known.read = this.#executed.length;
    return known.names.has(counterparty);
  };
}
