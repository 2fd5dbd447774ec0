import type { JsonSchema } from "@countersign/api-contract/json-schemas.ts";
import { definitionKinds } from "@countersign/domain/definition/definition.ts";
import {
  limit,
  position,
  shortText,
  STATUSES,
  statuses,
  time,
  version,
  waiting,
  type ReadValue,
} from "../edge/query-values.ts";
import { requestId } from "../rest/audit.ts";
import { yesOrNo } from "../rest/definitions.ts";
import { token } from "../rest/session.ts";
import { ORG, type Operation } from "./operation.ts";

const REQUEST_ID = { type: "string", pattern: "^apr_[0-9A-Za-z]{26}$" };

const schemas = new Map<ReadValue, JsonSchema>([
  [
    statuses,
    {
      type: "array",
      items: { type: "string", enum: [...STATUSES, "rejected"] },
      description: "Separated by commas, or repeated; rejected is another word for denied.",
    },
  ],
  [shortText, { type: "string", minLength: 1, maxLength: 512 }],
  [position, { type: "string", pattern: "^\\d{1,19}$", description: "A position." }],
  [time, { type: "string", description: "A date, or an ISO 8601 time with its zone." }],
  [limit, { type: "integer", minimum: 1, maximum: 100, default: 50 }],
  [version, { type: "integer", minimum: 1, maximum: 999_999_999 }],
  [waiting, { type: "string", pattern: "^\\d{1,6}(ms|s|m)$", description: "1s to 60s." }],
  [requestId, REQUEST_ID],
  [yesOrNo, { type: "string", enum: ["1", "true", "0", "false"] }],
  [token, { type: "string", minLength: 1, maxLength: 8192 }],
]);

/** What a reader takes. Throws for one that nobody described. */
const schemaOf = (read: ReadValue, name: string): JsonSchema => {
  const schema =
    read.words === undefined ? schemas.get(read) : { type: "string", enum: read.words };
  if (schema === undefined) throw new Error(`the query parameter ${name} has no schema`);
  return schema;
};

const inQuery = ({ query = {}, needs = [] }: Operation): JsonSchema[] =>
  Object.entries(query).map(([name, read]) => ({
    name,
    in: "query",
    required: needs.includes(name),
    schema: schemaOf(read, name),
    ...(read === statuses ? { style: "form", explode: true } : {}),
  }));

const ID = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" };

/** What a part of a path is, by the path up to it. */
const parts: readonly (readonly [prefix: string, schema: JsonSchema])[] = [
  [`${ORG}/approvals/:id`, REQUEST_ID],
  ["/approval/:id", REQUEST_ID],
  [`${ORG}/directory/people/:id`, { type: "string", pattern: "^[\\x21-\\x7e]{1,128}$" }],
  [`${ORG}/topics/:workflow/:id`, { type: "string", pattern: "^[A-Za-z0-9_\\-./:#]{1,128}$" }],
  [`${ORG}/definitions/:kind/:id`, { type: "string", minLength: 1, maxLength: 200 }],
  [`${ORG}/definitions/:kind`, { type: "string", enum: definitionKinds }],
];

const inPath = ({ path }: Operation): JsonSchema[] =>
  [...path.matchAll(/:(\w+)/g)].map(({ 0: part, 1: name, index }) => {
    const upTo = path.slice(0, index + part.length);
    const schema = parts.find(([prefix]) => prefix === upTo)?.[1] ?? ID;
    return { name, in: "path", required: true, schema };
  });

/** The shared parameters: `components.parameters`. */
export const sharedParameters = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "Makes retries safe: the same key with the same body is answered as the first time, with another body 409.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
  },
};

/** Everything an operation takes besides its body. */
export const parametersOf = (operation: Operation): JsonSchema[] => [
  ...inPath(operation),
  ...inQuery(operation),
  ...(operation.repeats === true ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
];
