import { call, type Answer } from "./http.ts";
import { openStream, untilReady, type EventStream } from "./sse.ts";

/** What GraphQL answers. */
export interface GraphqlBody<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly string[] }[];
}

/** GraphQL as one caller. */
export interface Graphql {
  /** The whole answer, whatever it says. */
  ask<T>(query: string, variables?: object): Promise<Answer<GraphqlBody<T>>>;
  /** The answer's data. Throws when there are errors. */
  data<T>(query: string, variables?: object): Promise<T>;
  /** Opens a subscription by server-sent events; nothing after it resolves is missed. */
  subscribe(query: string, variables?: object): Promise<EventStream>;
}

/** Speaks GraphQL at `url` (without a slash at its end) with a token. */
export const makeGraphql = (url: string, token: string): Graphql => {
  const ask = <T>(query: string, variables?: object): Promise<Answer<GraphqlBody<T>>> =>
    call<GraphqlBody<T>>(`${url}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
  return {
    ask,
    async data<T>(query: string, variables?: object) {
      const { status, body, text } = await ask<T>(query, variables);
      if (status !== 200 || body.errors !== undefined || !body.data) {
        throw new Error(`GraphQL answered ${status} ${text}`);
      }
      return body.data;
    },
    async subscribe(query, variables) {
      const stream = await openStream(`${url}/graphql`, { token, body: { query, variables } });
      await untilReady(stream);
      return stream;
    },
  };
};
