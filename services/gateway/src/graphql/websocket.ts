import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { parseIJson, type IJsonFault } from "@countersign/api-contract/i-json.ts";
import { limits } from "@countersign/api-contract/limits.ts";
import type { VerifiedToken } from "@countersign/identity/jwt.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { GraphQLError } from "graphql";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Context } from "graphql-ws";
import { useServer, type Extra } from "graphql-ws/use/ws";
import { WebSocketServer, type WebSocket } from "ws";
import { TOO_MANY, type Identify } from "../edge/authenticate.ts";
import { makeCorrelationIds } from "../edge/correlation-ids.ts";
import { errorOf } from "../edge/errors.ts";
import type { Log } from "../edge/log.ts";
import type { RateLimit } from "../edge/rate-limit.ts";
import type { Engine, Prepared } from "./engine.ts";

export interface WebsocketOptions {
  readonly engine: Engine;
  readonly identify: Identify;
  /** Each operation counts, as a request of its own would. */
  readonly limit: RateLimit;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Websockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** What a connection remembers; an alias, because only that fits graphql-ws's own index signature. */
type Own = {
  who?: VerifiedToken;
  cancelTimer?: () => void;
};

const MAX_OPERATIONS = 100;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const FORBIDDEN = 4403;

/** A cookie is sent by the browser whoever's page asks: it counts only for pages of this very host. */
const isOwnPage = ({ headers }: IncomingMessage): boolean => {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
};

/** GraphQL over websockets (graphql-transport-ws) on `/graphql`: the token comes with `connection_init`, a header or the cookie. */
export const openWebsockets = (options: WebsocketOptions): Websockets => {
  const { engine, identify, limit, clock, log } = options;
  const correlationId = makeCorrelationIds();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.body,
    handleProtocols: (protocols) =>
      protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });

  const endWithToken = (own: Own, socket: WebSocket, expiresAt: number): void => {
    const left = Math.max(0, expiresAt - clock.now());
    own.cancelTimer = clock.after(Math.min(left, LONGEST_TIMER_MS), () => {
      if (clock.now() >= expiresAt) socket.close(FORBIDDEN, "The token is over");
      else endWithToken(own, socket, expiresAt);
    });
  };

  type Connection = Context<Record<string, unknown>, Extra & Own>;
  /** What is wrong with the text of the message that a socket has just been sent. */
  const faults = new WeakMap<WebSocket, IJsonFault>();
  const prepared = new WeakMap<object, Prepared & { ok: true }>();

  const operationOf = (args: object): Prepared & { ok: true } => {
    const operation = prepared.get(args);
    if (operation === undefined) throw new Error("an operation runs that was not prepared");
    return operation;
  };

  const disposable = useServer<Record<string, unknown>, Own>(
    {
      onConnect: async (context: Connection) => {
        const { extra, connectionParams } = context;
        const given = connectionParams?.["authorization"] ?? connectionParams?.["Authorization"];
        const headers = { ...extra.request.headers };
        if (typeof given === "string") headers.authorization = given;
        if (!isOwnPage(extra.request)) delete headers.cookie;
        try {
          extra.who = await identify({ headers, method: "GET", url: "/graphql" });
        } catch (error) {
          const { code } = errorOf(error, correlationId(), log);
          log.debug({ code }, "a websocket was refused");
          return false;
        }
        endWithToken(extra, extra.socket, extra.who.expiresAt);
        return true;
      },
      onSubscribe: ({ extra, subscriptions }, _id, payload) => {
        const { who } = extra;
        if (who === undefined || Object.keys(subscriptions).length > MAX_OPERATIONS) {
          throw new Error("Too many operations");
        }
        if (!limit(who.fingerprint)) {
          return [new GraphQLError(TOO_MANY, { extensions: { code: "rate-limited" } })];
        }
        const fault = faults.get(extra.socket);
        if (fault !== undefined) {
          const path = fault.path.replace(/^payload\.?/, "");
          return [new GraphQLError(fault.message, { extensions: { code: fault.code, path } })];
        }
        const caller = { who, channel: "graphql" as const, correlationId: correlationId() };
        const { query, variables = null, operationName = null } = payload;
        const operation = engine.prepare(caller, {
          query,
          variables,
          operationName,
        });
        if (!operation.ok) return operation.errors;
        prepared.set(operation.args, operation);
        return operation.args;
      },
      execute: (args) => operationOf(args).execute(),
      subscribe: (args) => operationOf(args).subscribe(),
      onDisconnect: ({ extra }) => extra.cancelTimer?.(),
    },
    server,
  );

  return {
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) => {
        // Before graphql-ws, which reads JSON as JSON.parse does: it rounds, and takes the last of equal keys.
        client.on("message", (data: Buffer) => {
          const read = parseIJson(String(data));
          if (read.ok) faults.delete(client);
          else faults.set(client, read.fault);
        });
        server.emit("connection", client, request);
      });
    },
    close: async () => {
      await disposable.dispose();
    },
  };
};
