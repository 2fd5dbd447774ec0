import type { RequestState } from "@countersign/domain/request/state.ts";
import { FoldCache, type Fold, type Folds } from "./fold-cache.ts";

/** At about 4 KB each at most 80 MB; a miss costs one read. */
const PENDING = 20_000;
/**
 * Requests that ended are soon of no interest: whoever asked reads the answer and spends the grant within moments.
 * Few enough that they are gone before the garbage collector has copied them to where it rarely looks.
 */
const ENDED = 150;

/** Folded requests: many that are pending, and the few that ended last. */
export class RequestFolds implements Folds<RequestState> {
  readonly #pending = new FoldCache<RequestState>(PENDING);
  readonly #ended = new FoldCache<RequestState>(ENDED);

  get(stream: string): Fold<RequestState> | undefined {
    return this.#pending.get(stream) ?? this.#ended.get(stream);
  }

  at(stream: string, revision: bigint): RequestState | undefined {
    return this.#pending.at(stream, revision) ?? this.#ended.at(stream, revision);
  }

  set(stream: string, fold: Fold<RequestState>): void {
    const { status } = fold.state;
    if (status === "pending" || status === "absent") {
      this.#pending.set(stream, fold);
      return;
    }
    this.#pending.drop(stream);
    this.#ended.set(stream, fold);
  }

  drop(stream: string): void {
    this.#pending.drop(stream);
    this.#ended.drop(stream);
  }
}
