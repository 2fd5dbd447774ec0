import type { FastifyInstance } from "fastify";
import { limits } from "@countersign/api-contract/limits.ts";
import { callerOf, passOn } from "../edge/answer.ts";
import { takeText } from "../edge/body.ts";
import { oneOf, readQuery, shortText, version } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

const MEDIA_TYPES = [
  "application/yaml",
  "text/yaml",
  "application/x-yaml",
  "application/json",
  "application/toml",
];

const kind = oneOf(
  "policy",
  "workflow",
  "gate",
  "rule",
  "recipe",
  "calendar",
  "defaults",
  "levels",
);

/** Import files and read what is active, under `/orgs/:org/definitions`. Bodies are files, so they have their own scope. */
export const definitionRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.removeAllContentTypeParsers();
  takeText(app, MEDIA_TYPES, limits.definitionFile);

  app.post("/definitions", { bodyLimit: limits.definitionFile }, (request, reply) => {
    const { name } = readQuery(request.query, { name: shortText });
    const headers: Record<string, string> = {
      "Countersign-Content-Type": (request.headers["content-type"] ?? "").split(";")[0] ?? "",
    };
    if (typeof name === "string") headers["Countersign-File"] = encodeURIComponent(name);
    const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request), headers };
    passOn(request, reply, inner.command(callerOf(request), "import-definitions", options), log);
  });

  app.get("/definitions", (request, reply) => {
    const parameters = readQuery(request.query, { kind });
    passOn(request, reply, inner.query(callerOf(request), "definitions", parameters), log);
  });

  app.get("/definitions/:kind/:id", (request, reply) => {
    const path = request.params as { kind: string; id: string };
    const parameters = {
      kind: kind(path.kind, "kind"),
      id: path.id,
      ...readQuery(request.query, { version }),
    };
    passOn(request, reply, inner.query(callerOf(request), "definition", parameters), log);
  });
};
