/** Holds answers against the OpenAPI document that the service gives of itself. */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Answer, Api } from "./http.ts";

interface Media {
  readonly schema: object;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface OperationObject {
  readonly operationId: string;
  readonly parameters: readonly { readonly name?: string; readonly in?: string }[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object & { readonly examples?: readonly object[] }>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

/** The same schemas without room for what they do not name: what is sent must be described. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, of]) => [key, closed(of)]));
  const isOpen = "properties" in schema && !("additionalProperties" in schema);
  return isOpen ? { ...inner, additionalProperties: false } : inner;
};

const makeAjv = (): Ajv2020 => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  ajv.addFormat("date-time", (text) => /^\d{4}-\d\d-\d\dT.*Z$/.test(text));
  ajv.addFormat("email", true);
  return ajv;
};

/** References as names that stand for themselves: the document around the schemas is none, and is not compiled. */
const named = (document: OpenApiDocument): OpenApiDocument =>
  JSON.parse(JSON.stringify(document).replaceAll('"#/components/schemas/', '"schema:'));

interface Template {
  readonly path: string;
  readonly pattern: RegExp;
}

/** The paths of a document, those with fewer parameters first. */
const templatesOf = ({ paths }: OpenApiDocument): Template[] =>
  Object.keys(paths)
    .toSorted((a, b) => a.split("{").length - b.split("{").length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) }));

/** What a document says of answers. */
export class Description {
  /** Operations that were answered with a yes, as `get /approvals`. */
  readonly seen = new Set<string>();
  readonly #document: OpenApiDocument;
  readonly #templates: readonly Template[];
  readonly #ajv = makeAjv();

  constructor(document: OpenApiDocument) {
    this.#document = named(document);
    this.#templates = templatesOf(document);
    for (const [name, schema] of Object.entries(this.#document.components.schemas))
      this.#ajv.addSchema(closed(schema) as object, `schema:${name}`);
  }

  /** All operations, as `get /approvals`. */
  operations(): string[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  }

  /** What of an answer is not as described; empty when all of it is. */
  faults(method: string, path: string, { status, headers, body }: Answer<unknown>): string[] {
    const template = this.#templates.find(({ pattern }) => pattern.test(path))?.path ?? "";
    const name = `${method} ${template}`;
    const responses = this.#document.paths[template]?.[method]?.responses;
    if (responses === undefined) return [`${method} ${path} is not described`];
    const response = responses[status];
    if (response === undefined) return [`${name} does not describe ${status}`];
    if (status < 300) this.seen.add(name);
    const [media = ""] = (headers.get("content-type") ?? "").split(";");
    const [, , , shared] = response.$ref?.split("/") ?? [];
    const { content } =
      shared === undefined ? response : (this.#document.components.responses[shared] ?? {});
    const schema = content?.[media]?.schema;
    if (schema === undefined) return [`${name} ${status} does not describe ${media}`];
    if (media !== "application/json") return [];
    const validate = this.#ajv.compile(schema);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${name} ${status}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** What of a body that was taken is not as described. */
  bodyFaults(method: string, path: string, body: unknown): string[] {
    const template = this.#templates.find(({ pattern }) => pattern.test(path))?.path ?? "";
    const { requestBody } = this.#document.paths[template]?.[method] ?? {};
    const schema = requestBody?.content["application/json"]?.schema;
    if (schema === undefined) return [`${method} ${template} does not describe a JSON body`];
    const validate = this.#ajv.compile(schema);
    if (validate(body)) return [];
    return [`${method} ${template}: the body ${this.#ajv.errorsText(validate.errors)}`];
  }

  /** What is wrong with a value by the schema of that name, or null. */
  schemaFault(name: string, value: unknown): string | null {
    const validate = this.#ajv.compile({ $ref: `schema:${name}` });
    return validate(value) ? null : `${name}: ${this.#ajv.errorsText(validate.errors)}`;
  }

  /** Compiles every schema and answers their names. Throws for one that is none, or refers to nothing. */
  compileAll(): string[] {
    const names = Object.keys(this.#document.components.schemas);
    for (const name of names) this.#ajv.compile({ $ref: `schema:${name}` });
    return names;
  }
}

/** The same caller, whose every answer is held against the description. Throws what is not as described. */
export const describedApi = (api: Api, description: Description, org = "demo"): Api => {
  const held = <T>(method: string, path: string, answer: Answer<T>, body?: unknown): Answer<T> => {
    const [asked = ""] = path.split("?");
    const whole = asked.startsWith("//") ? asked.slice(1) : `/api/v1/orgs/${org}${asked}`;
    const taken = typeof body === "object" && answer.status < 300;
    const faults = [
      ...description.faults(method, whole, answer),
      ...(taken ? description.bodyFaults(method, whole, body) : []),
    ];
    if (faults.length > 0) throw new Error(`${faults.join("\n")}\n${answer.text.slice(0, 2000)}`);
    return answer;
  };
  return {
    ...api,
    get: async (path, options) => held("get", path, await api.get(path, options)),
    post: async (path, body, options) =>
      held("post", path, await api.post(path, body, options), body),
    put: async (path, body, options) => held("put", path, await api.put(path, body, options), body),
    delete: async (path, options) => held("delete", path, await api.delete(path, options)),
  };
};
