import type { FastifyInstance, FastifyRequest } from "fastify";
import { limits } from "@countersign/api-contract/limits.ts";
import { definitionKinds } from "@countersign/domain/definition/definition.ts";
import { callerOf, passOn } from "../edge/answer.ts";
import { takeText } from "../edge/body.ts";
import { oneOf, readQuery, shortText, version, type ReadValue } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** What a file of definitions may be written in. */
export const MEDIA_TYPES = [
  "application/yaml",
  "text/yaml",
  "application/x-yaml",
  "application/json",
  "application/toml",
];

const kind = oneOf(...definitionKinds);

/** `1`, `true`, `0` or `false`. */
export const yesOrNo: ReadValue = (text, name) =>
  ["1", "true"].includes(oneOf("1", "true", "0", "false")(text, name) as string);

/** The query parameters of these routes, by what they do. */
export const importParameters = { name: shortText };
export const lintParameters = { name: shortText, strict: yesOrNo };
export const kindParameters = { kind };
export const versionParameters = { version };
export const diffParameters = { from: version, to: version };

/** The file's language and name, for whoever reads it. */
const fileHeaders = (
  request: FastifyRequest,
  name: ReturnType<ReadValue> | undefined,
): Record<string, string> => ({
  "Countersign-Content-Type": (request.headers["content-type"] ?? "").split(";")[0] ?? "",
  ...(typeof name === "string" ? { "Countersign-File": encodeURIComponent(name) } : {}),
});

/** The definition that a path names; a kind that is none is a bad request. */
const named = (request: FastifyRequest): { readonly kind: string; readonly id: string } => {
  const path = request.params as { kind: string; id: string };
  return { kind: kind(path.kind, "kind") as string, id: path.id };
};

/** Import, lint, retire and export files, and read what is active, under `/orgs/:org/definitions`. Bodies are files, so they have their own scope. */
export const definitionRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.removeAllContentTypeParsers();
  takeText(app, MEDIA_TYPES, limits.definitionFile);

  app.post("/definitions", { bodyLimit: limits.definitionFile }, (request, reply) => {
    const { name } = readQuery(request.query, importParameters);
    const headers = fileHeaders(request, name);
    const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request), headers };
    passOn(request, reply, inner.command(callerOf(request), "import-definitions", options), log);
  });

  app.post("/definitions/lint", { bodyLimit: limits.definitionFile }, (request, reply) => {
    const { name, strict } = readQuery(request.query, lintParameters);
    const headers = fileHeaders(request, name);
    if (strict === true) headers["Countersign-Strict"] = "1";
    const options = { body: bodyText(request), headers };
    passOn(request, reply, inner.command(callerOf(request), "lint-definitions", options), log);
  });

  app.get("/definitions", (request, reply) => {
    const parameters = readQuery(request.query, kindParameters);
    passOn(request, reply, inner.query(callerOf(request), "definitions", parameters), log);
  });

  app.get("/definitions/export", (request, reply) => {
    const parameters = readQuery(request.query, kindParameters);
    passOn(request, reply, inner.query(callerOf(request), "definitions-export", parameters), log);
  });

  app.get("/definitions/:kind/:id", (request, reply) => {
    const parameters = { ...named(request), ...readQuery(request.query, versionParameters) };
    passOn(request, reply, inner.query(callerOf(request), "definition", parameters), log);
  });

  app.get("/definitions/:kind/:id/diff", (request, reply) => {
    const parameters = {
      ...named(request),
      ...readQuery(request.query, diffParameters),
    };
    passOn(request, reply, inner.query(callerOf(request), "definition-diff", parameters), log);
  });

  app.delete("/definitions/:kind/:id", (request, reply) => {
    readQuery(request.query, {});
    const { kind: ofKind, id } = named(request);
    const options = {
      target: `${ofKind}/${id}`,
      idempotencyKey: idempotencyKey(request),
      body: "",
    };
    passOn(request, reply, inner.command(callerOf(request), "retire-definition", options), log);
  });
};
