import type { AddressInfo } from "node:net";
import type { DevIssuer } from "@countersign/identity/dev-issuer.ts";
import type { VerifyToken } from "@countersign/identity/jwt.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { FastifyInstance } from "fastify";
import { withApiKeys } from "./edge/api-keys.ts";
import { authenticate, makeIdentify } from "./edge/authenticate.ts";
import { watchConnections } from "./edge/connections.ts";
import { makeInner } from "./edge/inner.ts";
import { makeHttpMetrics } from "./edge/http-metrics.ts";
import type { Log } from "./edge/log.ts";
import { makeRateLimit } from "./edge/rate-limit.ts";
import { makeServer } from "./edge/server.ts";
import { makeFeeds } from "./live/feeds.ts";
import { makeStreams } from "./live/streams.ts";
import { graphqlRoutes } from "./graphql/http.ts";
import { acceptUpgrades } from "./graphql/upgrades.ts";
import { openApiRoutes } from "./openapi/routes.ts";
import { approvalRoutes } from "./rest/approvals.ts";
import { auditRoutes } from "./rest/audit.ts";
import { credentialRoutes } from "./rest/credentials.ts";
import { definitionRoutes } from "./rest/definitions.ts";
import { devTokenRoutes } from "./rest/dev-tokens.ts";
import { calendarRoutes, delegationRoutes } from "./rest/delegations.ts";
import { directoryRoutes } from "./rest/directory.ts";
import { evaluateRoutes } from "./rest/evaluate.ts";
import { eventRoutes } from "./rest/events.ts";
import { makeLongPolls } from "./rest/long-polls.ts";
import { grantKeyRoutes } from "./rest/grant-keys.ts";
import { operationRoutes, type OperationsOptions } from "./rest/operations.ts";
import { sessionRoutes } from "./rest/session.ts";
import { simulationRoutes } from "./rest/simulation.ts";
import { toolWeaverRoutes } from "./rest/toolweaver.ts";

export interface GatewayOptions {
  readonly bus: Bus;
  readonly verify: VerifyToken;
  /** Turns dev mode on: `/dev/tokens`, GraphiQL, introspection. */
  readonly dev?: Pick<DevIssuer, "issue">;
  readonly clock: Clock;
  readonly log: Log;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** Requests a minute for each credential; null: no limit. */
  readonly rateLimit: number | null;
  /** What else `/metrics` shows, in Prometheus' text format, besides the gateway's own. */
  readonly metrics?: () => Promise<string>;
  /** What else has to be ready besides the bus, as sentences about what is not. */
  readonly notReady?: OperationsOptions["notReady"];
}

export interface Gateway {
  /** Starts to listen and resolves with the address. Rejects when the port is taken. Port 0 is any free one. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Answers what waits, ends the streams, and stops. */
  close(): Promise<void>;
}

/** Does `make` when first asked, and answers the same from then on. */
const once = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined;
  return Object.assign(() => (made ??= make()), { begun: () => made !== undefined });
};

/** Builds the HTTP edge on a bus: routes that translate, and decide nothing. */
export const openGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { bus, verify, dev, clock, log, publicUrl, rateLimit } = options;
  const inner = makeInner(bus);
  const limit = makeRateLimit(rateLimit, clock);
  const identify = makeIdentify(withApiKeys(verify, inner, clock, log), limit, clock);
  const feeds = makeFeeds(bus, log);
  const streams = makeStreams();
  const longPolls = makeLongPolls(inner);
  const live = { feeds, inner, clock, log };

  const notReady = async (): Promise<readonly string[]> => [
    ...(bus.connected() ? [] : ["The message bus cannot be reached."]),
    ...((await options.notReady?.()) ?? []),
  ];

  const httpMetrics = makeHttpMetrics();
  const metrics = async (): Promise<string> =>
    `${(await options.metrics?.()) ?? ""}${httpMetrics.text()}`;

  const app = makeServer(log, httpMetrics);
  const dropUnused = watchConnections(app.server);
  app.addHook("preClose", (done) => {
    dropUnused();
    longPolls.release();
    streams.endAll();
    done();
  });
  operationRoutes(app, { notReady, metrics, identify });
  grantKeyRoutes(app, inner);
  sessionRoutes(app, { verify, clock, publicUrl });
  const closeReference = openApiRoutes(app);

  /** Routes that need a token; under `/orgs/:org`, one of that org. */
  const signedIn = async (scope: FastifyInstance): Promise<void> => {
    scope.addHook("onRequest", authenticate(identify, inner));
    toolWeaverRoutes(scope, { inner, log });
    if (dev !== undefined) devTokenRoutes(scope, { inner, log, dev, publicUrl });
    await scope.register(
      async (org) => {
        approvalRoutes(org, { inner, log, longPolls });
        evaluateRoutes(org, { inner, log });
        directoryRoutes(org, { inner, log });
        auditRoutes(org, { inner, log });
        credentialRoutes(org, { inner, log });
        delegationRoutes(org, { inner, log });
        await org.register(async (files) => calendarRoutes(files, { inner, log }));
        eventRoutes(org, { live, streams });
        await org.register(async (files) => definitionRoutes(files, { inner, log }));
        await org.register(async (files) => simulationRoutes(files, { inner, log }));
      },
      { prefix: "/api/v1/orgs/:org" },
    );
  };
  await app.register(signedIn);

  const engine = once(async () => {
    const { makeEngine } = await import("./graphql/engine.ts");
    return makeEngine(live, dev !== undefined);
  });
  await app.register(async (scope) => {
    scope.addHook("onRequest", authenticate(identify, inner));
    graphqlRoutes(scope, { engine, streams, clock, log });
  });
  if (dev !== undefined) {
    const { graphiqlRoute } = await import("./graphql/graphiql.ts");
    graphiqlRoute(app);
  }
  const websockets = once(async () => {
    const { openWebsockets } = await import("./graphql/websocket.ts");
    return openWebsockets({ engine: await engine(), identify, limit, clock, log });
  });
  acceptUpgrades(app.server, websockets);
  app.addHook("preClose", async () => {
    if (websockets.begun()) await (await websockets()).close();
    await closeReference();
  });
  await app.ready();

  return {
    async listen(host, port) {
      await app.listen({ host, port });
      const address = app.server.address() as AddressInfo;
      return { host: address.address, port: address.port };
    },
    async close() {
      await app.close();
      await feeds.close();
    },
  };
};
