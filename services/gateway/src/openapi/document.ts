import type { JsonSchema } from "@countersign/api-contract/json-schemas.ts";
import { errorResponses, refusals } from "./errors.ts";
import type { Answered, Content, Operation } from "./operation.ts";
import { approvalOperations } from "./operations/approvals.ts";
import { decisionOperations } from "./operations/decisions.ts";
import { definitionOperations } from "./operations/definitions.ts";
import { directoryOperations } from "./operations/directory.ts";
import { serviceOperations } from "./operations/service.ts";
import { parametersOf, sharedParameters } from "./parameters.ts";
import { makeSchemas, refTo, type SchemaName } from "./schemas.ts";

const description = `Human-in-the-loop approvals. JSON is snake_case, times are ISO 8601 UTC, bodies are I-JSON (RFC 7493):
duplicate keys, lone surrogates and numbers that a double cannot hold are refused with their path.

Every answer that says no has one shape, \`{"error": {"code", "message", "correlation_id", "details"}}\`; codes stay as they
are. More fields may be added to answers, so ignore those you do not know; bodies take only the fields that are named
here, votes excepted.`;

const operations: readonly Operation[] = [
  ...approvalOperations,
  ...decisionOperations,
  ...definitionOperations,
  ...directoryOperations,
  ...serviceOperations,
];

const contentOf = (content: SchemaName | Content): JsonSchema =>
  typeof content === "string"
    ? { "application/json": { schema: refTo(content) } }
    : Object.fromEntries(
        Object.entries(content).map(([type, schema]) => [
          type,
          { schema: typeof schema === "string" ? refTo(schema) : schema },
        ]),
      );

const answerOf = ({ says, content }: Answered): JsonSchema => ({
  description: says,
  ...(content === undefined ? {} : { content: contentOf(content) }),
});

/** `POST /orgs/:org/approvals/:id/approve` is `post-approvals-id-approve`. */
const idOf = ({ method, path }: Operation): string =>
  [method, ...path.replace(/^\/api\/v1\/orgs\/:org/, "").split(/\W+/)].filter(Boolean).join("-");

const securityOf = ({ open, method, path }: Operation): object => {
  if (open === true) return { security: [] };
  // On loopback nobody is asked who reads the metrics.
  if (path === "/metrics") return { security: [{}, { bearer: [] }] };
  const byCookie = method === "get" || path === "/graphql";
  return byCookie ? { security: [{ bearer: [] }, { session: [] }] } : {};
};

const operationOf = (operation: Operation): JsonSchema => {
  const { tag, summary, who, body, answers } = operation;
  return {
    operationId: idOf(operation),
    tags: [tag],
    summary,
    description: [operation.description, `Who may: ${who}.`].filter(Boolean).join("\n\n"),
    ...securityOf(operation),
    parameters: parametersOf(operation),
    ...(body === undefined
      ? {}
      : { requestBody: { required: operation.bodyOptional !== true, content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
      ...refusals(operation),
    },
  };
};

const pathsOf = (): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[operation.method] = operationOf(operation);
  }
  return paths;
};

/** The REST interface as an OpenAPI 3.1 document. */
export const makeDocument = () => ({
  openapi: "3.1.0",
  info: { title: "Countersign", version: "1", description, license: { name: "Apache-2.0" } },
  servers: [{ url: "/" }],
  security: [{ bearer: [] }],
  tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
  paths: pathsOf(),
  components: {
    schemas: makeSchemas(),
    parameters: sharedParameters,
    responses: errorResponses(),
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        description: "A token of your identity provider (JWT), or an API key of an agent.",
      },
      session: {
        type: "apiKey",
        in: "cookie",
        name: "countersign_session",
        description: "What the sign-in link sets: good for reading, and for GraphQL.",
      },
    },
  },
});
