import type { JsonObject } from "@countersign/domain/json.ts";

/** What a client was told, and so may rely on. */
export type Acknowledged =
  | {
      readonly kind: "asked";
      readonly org: string;
      readonly id: string;
      readonly title: string;
      /** (org, principal, key) as one text; null without a key. */
      readonly key: string | null;
    }
  | {
      readonly kind: "voted";
      readonly org: string;
      readonly id: string;
      readonly person: string;
      readonly decision: "approve" | "deny";
      readonly position: bigint;
    }
  | { readonly kind: "cancelled"; readonly org: string; readonly id: string }
  | {
      readonly kind: "moved";
      readonly org: string;
      readonly topic: string;
      readonly to: string;
      readonly approvalIds: readonly string[] | null;
    }
  | {
      readonly kind: "directory";
      readonly org: string;
      /** The entry as it was answered. */
      readonly entry: JsonObject;
    };

/** An ask with a key that was refused: so nothing may have stood under that key when it was sent. */
export interface RefusedAsk {
  readonly org: string;
  readonly title: string;
  readonly code: string;
  readonly sentAt: number;
}

/** A command that another service published and the broker took. */
export interface TakenIn {
  readonly org: string;
  readonly producer: string;
  readonly source: string;
  readonly id: string;
  readonly title: string;
  /** True time at which the broker had it. */
  readonly at: number;
}

/** Everything that the clients of a run were promised, and what they saw that must not be. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly takenIn: TakenIn[] = [];
  readonly refusedAsks: RefusedAsk[] = [];
  readonly faults: string[] = [];
  /** Known requests of each org, the newest last. */
  readonly #requests = new Map<string, string[]>();

  promise(entry: Acknowledged): void {
    this.acknowledged.push(entry);
    if (entry.kind === "asked") this.know(entry.org, entry.id);
  }

  know(org: string, id: string): void {
    const known = this.#requests.get(org) ?? [];
    if (!known.includes(id)) known.push(id);
    this.#requests.set(org, known);
  }

  /** The last few requests of an org: those that are worth voting on. */
  recent(org: string, most: number): readonly string[] {
    return (this.#requests.get(org) ?? []).slice(-most);
  }

  fault(sentence: string): void {
    this.faults.push(sentence);
  }
}
