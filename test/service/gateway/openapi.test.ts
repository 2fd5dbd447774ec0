import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { errorStatus } from "@countersign/api-contract/errors.ts";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Description, type OpenApiDocument } from "../../testkit/openapi.ts";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";

/** The files of the page, and nothing of its own. */
const OF_THE_PAGE = "get /docs/*";

describe("the description of the REST interface", () => {
  let gateway: UnderTest;
  let document: OpenApiDocument;
  const routes = new Set<string>();

  beforeAll(async () => {
    const started = (message: unknown): void => {
      const { fastify } = message as { readonly fastify: FastifyInstance };
      fastify.addHook("onRoute", ({ method, url }) => {
        // HEAD is the same answer without its body: a GET's description covers it.
        for (const one of [method].flat())
          if (one !== "HEAD") routes.add(`${one.toLowerCase()} ${url}`);
      });
    };
    subscribe("fastify.initialization", started);
    gateway = await openUnderTest({}, { dev: { issue: async () => "token" } });
    unsubscribe("fastify.initialization", started);
    const { status, text } = await gateway.call("GET", "/api/v1/openapi.json", { as: null });
    expect(status, text).toBe(200);
    document = JSON.parse(text) as OpenApiDocument;
  });
  afterAll(() => gateway.close());

  test("names every route that there is, and none that is not", () => {
    const described = new Description(document).operations();
    const existing = [...routes]
      .filter((route) => route !== OF_THE_PAGE)
      .map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
    expect(existing.length).toBeGreaterThan(50);
    expect(described.toSorted()).toEqual(existing.toSorted());
  });

  test("is OpenAPI 3.1, and every schema in it is one that compiles", () => {
    expect(document.openapi).toBe("3.1.0");
    const names = new Description(document).compileAll();
    expect(names).toEqual(expect.arrayContaining(["ApprovalRequest", "AskBody", "Error"]));
    expect(names.length).toBeGreaterThan(60);
  });

  test("begins with examples that would be taken", () => {
    const description = new Description(document);
    const examples = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      (schema.examples ?? []).map((example) => ({ name, example })),
    );
    expect(examples.length).toBeGreaterThan(10);
    const faults = examples.map(({ name, example }) => description.schemaFault(name, example));
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
  });

  test("refers to nothing that is not there", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(200);
    const places = new Set(
      Object.entries(document.components).flatMap(([kind, named]) =>
        Object.keys(named).map((name) => `${kind}/${name}`),
      ),
    );
    expect(references.filter(([, place = ""]) => !places.has(place))).toEqual([]);
  });

  test("gives every operation a name of its own, and every part of its path a parameter", () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations) {
      const inPath = operation.parameters
        .filter((one) => one.in === "path")
        .map(({ name }) => name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test("names every error code at its status", () => {
    const codes = Object.entries(document.components.responses).flatMap(([name, response]) => {
      const [, narrowed] = /"enum":(\[[^\]]*\])/.exec(JSON.stringify(response)) ?? [];
      const list = JSON.parse(narrowed ?? "[]") as string[];
      return list.map((code) => [code, Number(name.replace("Error", ""))]);
    });
    expect(Object.fromEntries(codes)).toEqual(errorStatus);
  });

  test("names the query parameters that every path of an organisation has", async () => {
    const part: Readonly<Record<string, string>> = { org: "demo", kind: "policy", id: requestId() };
    let count = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      if (!path.startsWith("/api/v1/orgs/")) continue;
      for (const [method, { parameters, requestBody }] of Object.entries(methods)) {
        const [type] = Object.keys(requestBody?.content ?? {});
        const asked = await gateway.call(
          method.toUpperCase(),
          `${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => part[name] ?? "x")}?nonsense=1`,
          type === undefined ? {} : { body: "{}", headers: { "content-type": type } },
        );
        const known = parameters.filter((one) => one.in === "query").map(({ name }) => name);
        const has = known.length === 0 ? "" : ` (it has ${known.join(", ")})`;
        expect(asked.json, `${method} ${path}`).toMatchObject({
          error: { message: `"nonsense" is not a parameter of this path${has}.` },
        });
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(40);
  });

  test("takes no parameter, and is good for a while", async () => {
    const asked = await gateway.call("GET", "/api/v1/openapi.json?x=1", { as: null });
    expect(asked.status).toBe(400);
    const { headers } = await gateway.call("GET", "/api/v1/openapi.json", { as: null });
    expect(headers.get("cache-control")).toBe("public, max-age=300");
  });
});

describe("the page of the REST interface", () => {
  let gateway: UnderTest;

  beforeAll(async () => {
    gateway = await openUnderTest();
  });
  afterAll(() => gateway.close());

  test("takes everything from this service, and says so to the browser", async () => {
    const { status, headers, text } = await gateway.call("GET", "/docs", { as: null });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/html");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    const linked = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(linked.length).toBeGreaterThan(4);
    for (const path of linked) {
      expect(path).toMatch(/^\/docs\/static\//);
      expect((await gateway.call("GET", path, { as: null })).status, path).toBe(200);
    }
  });

  test("is only read, and a file that it does not have is not found", async () => {
    const missing = await gateway.call("GET", "/docs/static/..%2fpackage.json", { as: null });
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({ error: { code: "not-found" } });
    for (const method of ["POST", "PUT", "DELETE"]) {
      const { status, headers } = await gateway.call(method, "/docs", { as: null });
      expect(status).toBe(405);
      expect(headers.get("allow")).toBe("GET");
    }
  });
});
