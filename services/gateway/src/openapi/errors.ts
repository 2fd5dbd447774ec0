import { errorStatus } from "@countersign/api-contract/errors.ts";
import type { JsonSchema } from "@countersign/api-contract/json-schemas.ts";
import type { Operation } from "./operation.ts";
import { refTo } from "./schemas.ts";

const says: Readonly<Record<string, string>> = {
  400: "The request cannot be read: syntax, or a query value, which is named.",
  401: "No valid credential, or of somebody who is no active member.",
  403: "Not for this credential.",
  404: "There is nothing here, or not for this credential.",
  405: "The path has other methods: they stand in `Allow`.",
  409: "It does not fit the state: `details` says who decided, and when.",
  410: "The grant has run out.",
  413: "The body is too large.",
  415: "The body's media type is not taken here.",
  422: "It was understood and refused: `details.faults` names every place.",
  429: "Too many requests with this credential: wait as `Retry-After` says.",
  500: "Something went wrong here; the correlation id finds it in the log.",
  503: "A part of the service is away: try again, as `Retry-After` says.",
};

const headers: Readonly<Record<string, readonly string[]>> = {
  401: ["WWW-Authenticate"],
  405: ["Allow"],
  429: ["Retry-After"],
  503: ["Retry-After"],
};

const headersOf = (status: string): object =>
  headers[status] === undefined
    ? {}
    : {
        headers: Object.fromEntries(
          headers[status].map((name) => [name, { schema: { type: "string" } }]),
        ),
      };

/** Every status that says no, with its codes: `components.responses`. */
export const errorResponses = (): Readonly<Record<string, JsonSchema>> => {
  const byStatus = Object.groupBy(Object.entries(errorStatus), ([, status]) => `${status}`);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes]) => {
      const code = { enum: codes.map(([name]) => name) };
      const narrowed = {
        type: "object",
        properties: { error: { type: "object", properties: { code } } },
      };
      return [
        `Error${status}`,
        {
          description: says[status] ?? "An error.",
          ...headersOf(status),
          content: { "application/json": { schema: { allOf: [refTo("Error"), narrowed] } } },
        },
      ];
    }),
  );
};

/** The statuses with which an operation says no. */
const refusalsOf = ({ open, method, body, takesGrant }: Operation): readonly number[] => {
  if (open === true) return [];
  const writes = method === "get" ? [] : [409, 422];
  const reads = body === undefined ? [] : [413, 415];
  const grants = takesGrant === true ? [410] : [];
  return [400, 401, 403, 404, ...writes, ...grants, ...reads, 429, 500, 503];
};

/** References to the answers with which an operation says no, by status. */
export const refusals = (operation: Operation): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(
    refusalsOf(operation).map((status) => [
      status,
      { $ref: `#/components/responses/Error${status}` },
    ]),
  );
