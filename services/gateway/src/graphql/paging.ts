import { badRequest } from "../edge/refused.ts";

/** A page as the projector answers it. */
export interface WirePage<T> {
  readonly items: readonly T[];
  readonly page: { readonly next: string | null; readonly total_estimate: number };
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

/** Behind row `offset` of the page that begins after `after`: a place for which the projector gave no cursor. */
const withinPage = (offset: number, after: string | undefined): string =>
  Buffer.from(`${offset}:${after ?? ""}`).toString("base64url");

interface Place {
  readonly after: string | undefined;
  readonly skip: number;
}

const END = "p.";
const WITHIN = "o.";

const readCursor = (cursor: string | null | undefined): Place => {
  if (cursor === null || cursor === undefined) return { after: undefined, skip: 0 };
  if (cursor.startsWith(END) && cursor.length > END.length) {
    return { after: cursor.slice(END.length), skip: 0 };
  }
  const text = cursor.startsWith(WITHIN)
    ? Buffer.from(cursor.slice(WITHIN.length), "base64url").toString()
    : "";
  const [, offset, after] = /^(\d{1,2}):(.*)$/s.exec(text) ?? [];
  if (offset === undefined) throw badRequest("after", "must be a cursor that was given before");
  return { after: after === "" ? undefined : after, skip: Number(offset) };
};

/**
 * One page as a Relay connection. The last row's cursor is the projector's own; those between name their place on the
 * page. `first` is 1 to 100, 50 when left out.
 */
export const connect = async <T>(
  args: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  load: (parameters: { limit: number; after?: string }) => Promise<WirePage<T>>,
): Promise<Connection<T>> => {
  const first = args.first ?? DEFAULT_FIRST;
  if (first < 1 || first > MAX_FIRST) throw badRequest("first", `must be 1 to ${MAX_FIRST}`);
  const { after, skip } = readCursor(args.after);
  const { items, page } = await load({
    limit: Math.min(first + skip, MAX_FIRST),
    ...(after === undefined ? {} : { after }),
  });
  const edges = items.slice(skip).map((node, index) => {
    const offset = skip + index + 1;
    const cursor =
      offset === items.length && page.next !== null
        ? `${END}${page.next}`
        : `${WITHIN}${withinPage(Math.min(offset, MAX_FIRST - 1), after)}`;
    return { cursor, node };
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: page.next !== null,
      hasPreviousPage: after !== undefined || skip > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalEstimate: page.total_estimate,
  };
};
