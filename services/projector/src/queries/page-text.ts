import type { JsonObject } from "@countersign/domain/json.ts";

/** Where a page of a list stands. */
interface Place {
  readonly next: string | null;
  readonly cursors: () => string[];
  readonly totalEstimate: number;
}

/** Of a list that holds nothing. */
export const NOTHING: Place = { next: null, cursors: () => [], totalEstimate: 0 };

/** What a list says of its page beside the items; with `cursors: true` also the place behind each of them. */
export const pageText = ({ next, cursors, totalEstimate }: Place, parameters: JsonObject): string =>
  JSON.stringify({
    next,
    total_estimate: totalEstimate,
    ...(parameters["cursors"] === true ? { cursors: cursors() } : {}),
  });
