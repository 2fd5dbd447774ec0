import { badRequest } from "../edge/refused.ts";

/** A page as the projector answers it. */
export interface WirePage<T> {
  readonly items: readonly T[];
  readonly page: {
    readonly next: string | null;
    readonly total_estimate: number;
    /** The place behind each item, where they were asked for. */
    readonly cursors?: readonly string[];
  };
}

export interface Connection<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalEstimate: number;
}

export const DEFAULT_FIRST = 50;
export const MAX_FIRST = 100;

/** One page as a Relay connection; each row's cursor is the projector's own. `first` is 1 to 100, 50 when left out. */
export const connect = async <T>(
  args: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  load: (parameters: { limit: number; after?: string; cursors: true }) => Promise<WirePage<T>>,
): Promise<Connection<T>> => {
  const { first, after } = args;
  const limit = first ?? DEFAULT_FIRST;
  if (limit < 1 || limit > MAX_FIRST) throw badRequest("first", `must be 1 to ${MAX_FIRST}`);
  const isFirst = after === null || after === undefined;
  const { items, page } = await load({ limit, cursors: true, ...(isFirst ? {} : { after }) });
  const edges = items.map((node, index) => ({ cursor: page.cursors?.[index] ?? "", node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.next !== null,
      hasPreviousPage: !isFirst,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalEstimate: page.total_estimate,
  };
};
