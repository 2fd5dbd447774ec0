import { complexityFromQuery } from "@pothos/plugin-complexity";
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationTypeNode,
} from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { errorOf } from "../edge/errors.ts";
import type { Caller } from "../edge/inner.ts";
import type { LiveParts } from "../live/watch.ts";
import type { GraphContext } from "./context.ts";
import { makeEntryMemo } from "./entry-memo.ts";
import { isIntrospection, limitRule, limits } from "./limits.ts";
import { schema } from "./schema.ts";

/** One operation as it came, whatever the transport. */
export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** An operation that may run, or what is wrong with it. */
export type Prepared =
  | {
      readonly ok: true;
      readonly type: `${OperationTypeNode}`;
      readonly args: ExecutionArgs;
      execute(): Promise<ExecutionResult>;
      subscribe(): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
    }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

export interface Engine {
  prepare(caller: Caller, operation: Operation): Prepared;
}

const isIterable = (value: unknown): value is AsyncIterableIterator<ExecutionResult> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

const MAX_COSTS = 100;
const costs = new WeakMap<DocumentNode, Map<string, number>>();

/** What a query costs. Of its variables only numbers matter, those of `first`: the answer is remembered by them. */
const complexityOf = (
  document: DocumentNode,
  variables: Record<string, unknown>,
  ctx: GraphContext,
): number => {
  const known = costs.get(document) ?? new Map<string, number>();
  costs.set(document, known);
  const numbers = Object.entries(variables).filter(([, value]) => typeof value === "number");
  const key = numbers.join(";");
  const cost =
    known.get(key) ?? complexityFromQuery(document, { schema, ctx, variables }).complexity;
  if (known.size < MAX_COSTS) known.set(key, cost);
  return cost;
};

const operationOf = (document: DocumentNode) =>
  document.definitions.find((definition) => definition.kind === "OperationDefinition");

/** Without the marks that Yoga leaves for its own HTTP side. */
const plain = (error: GraphQLError): GraphQLError => {
  const { http: _, ...extensions } = error.extensions;
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions });
};

/** The one door to GraphQL for POST, server-sent events and websockets: the same rules, limits and errors. */
export const makeEngine = (live: LiveParts, dev: boolean): Engine => {
  const rules: Plugin = {
    onParse: ({ parseFn, setParseFn }) => {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: limits.tokens }));
    },
    onValidate: ({ addValidationRule }) => {
      addValidationRule(limitRule);
      if (!dev) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
  const yoga = createYoga({
    schema,
    plugins: [rules],
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
  });
  // Its HTTP side is not used, so neither is what that side puts into the context.
  const envelop = yoga.getEnveloped as (context: object) => ReturnType<typeof yoga.getEnveloped>;
  const entries = makeEntryMemo(live.inner, live.log);

  /** Refusals keep their code; what was not expected is logged, and says nothing. */
  const shown = (error: GraphQLError, correlationId: string): GraphQLError => {
    const thrown = error.originalError;
    if (thrown === undefined || thrown === null || thrown instanceof GraphQLError) return error;
    const { code, message, details } = errorOf(thrown, correlationId, live.log);
    return new GraphQLError(message, {
      nodes: error.nodes ?? null,
      path: error.path ?? null,
      extensions: {
        code,
        correlation_id: correlationId,
        ...(details === undefined ? {} : { details }),
      },
    });
  };

  const prepare = (caller: Caller, operation: Operation): Prepared => {
    const context: GraphContext = { caller, live, entries };
    const { parse, validate, execute, subscribe } = envelop(context);
    let document: DocumentNode;
    try {
      document = parse(operation.query) as DocumentNode;
    } catch (error) {
      if (error instanceof GraphQLError) return { ok: false, errors: [error] };
      throw error;
    }
    const errors = validate(schema, document) as readonly GraphQLError[];
    if (errors.length > 0) return { ok: false, errors: errors.map(plain) };
    const definition = operationOf(document);
    if (definition === undefined) {
      return { ok: false, errors: [new GraphQLError("The document holds no operation.")] };
    }
    const { operationName } = operation;
    if (typeof operationName === "string" && definition.name?.value !== operationName) {
      const message = `The document holds no operation ${JSON.stringify(operationName)}.`;
      return { ok: false, errors: [new GraphQLError(message)] };
    }
    const variables = operation.variables ?? {};
    if (!isIntrospection(document)) {
      try {
        const complexity = complexityOf(document, variables, context);
        if (complexity > limits.complexity) {
          const message = `The query costs ${complexity}, more than ${limits.complexity}.`;
          return { ok: false, errors: [new GraphQLError(message)] };
        }
      } catch (error) {
        return { ok: false, errors: [new GraphQLError((error as Error).message)] };
      }
    }
    const args: ExecutionArgs = {
      schema,
      document,
      contextValue: context,
      variableValues: variables,
      operationName: operationName ?? null,
    };
    const finish = (result: ExecutionResult): ExecutionResult =>
      result.errors === undefined
        ? result
        : {
            ...result,
            errors: result.errors.map((error) => shown(error, caller.correlationId)),
          };
    return {
      ok: true,
      type: definition.operation,
      args,
      execute: async () => finish((await execute(args)) as ExecutionResult),
      subscribe: async () => {
        const result: unknown = await subscribe(args);
        return isIterable(result) ? result : finish(result as ExecutionResult);
      },
    };
  };
  return { prepare };
};
