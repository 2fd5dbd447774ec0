import type { FastifyInstance } from "fastify";
import { exceedsBytes, limits } from "@countersign/api-contract/limits.ts";
import { callerOf, passOn } from "../edge/answer.ts";
import { takeText } from "../edge/body.ts";
import { readQuery } from "../edge/query-values.ts";
import { Refused } from "../edge/refused.ts";
import { bodyText, type RouteOptions } from "./approvals.ts";

/** A whole file as a JSON text: line ends and quotes are escaped. */
const BODY_LIMIT = 2 * limits.definitionFile;
/** A backtest reads months of requests; longer than this nobody waits. */
export const BACKTEST_TIMEOUT_MS = 55_000;

/** A message of the broker holds a megabyte, its headers included. */
const MESSAGE_LIMIT = 960 * 1024;

/** A backtest's body as the projector is asked with it, as text in JSON. Throws `Refused` where that is too long. */
export const backtestParameters = (body: string): { readonly body: string } => {
  if (exceedsBytes(JSON.stringify(body), MESSAGE_LIMIT))
    throw new Refused("payload-too-large", "The source is too large.");
  return { body };
};

/** What definitions would do, without importing them. Their bodies hold files, so they have their own scope. */
export const simulationRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.removeAllContentTypeParsers();
  takeText(app, ["application/json"], BODY_LIMIT);

  app.post("/definitions/simulate", { bodyLimit: BODY_LIMIT }, (request, reply) => {
    readQuery(request.query, {});
    const options = { body: bodyText(request) };
    passOn(request, reply, inner.command(callerOf(request), "simulate", options), log);
  });

  app.post("/definitions/backtest", { bodyLimit: BODY_LIMIT }, (request, reply) => {
    readQuery(request.query, {});
    const parameters = backtestParameters(bodyText(request));
    const asked = inner.query(callerOf(request), "backtest", parameters, {
      timeoutMs: BACKTEST_TIMEOUT_MS,
    });
    passOn(request, reply, asked, log);
  });
};
