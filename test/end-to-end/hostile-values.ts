import fc from "fast-check";

/** Values that a field may be sent with by mistake or on purpose, of every JSON type. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(
    null,
    true,
    "",
    " ",
    0,
    -1,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    "a".repeat(10_000),
    "\u202e\u0000\ud800",
    "../../etc/passwd",
    "*",
    ">",
    "apr_00000000000000000000000000",
    "P1Y",
    "100y",
    { __proto__: { admin: true } },
    { constructor: {} },
    { toString: 1 },
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.double(),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 }),
  fc.object({ maxDepth: 3, maxKeys: 4 }),
);

const fields = [
  "title",
  "description",
  "action",
  "agent",
  "reason_codes",
  "policy",
  "approvers",
  "observers",
  "context",
  "links",
  "expires_in",
  "urgency",
  "schema",
  "dedupe",
  "validation",
  "notes",
  "reason",
  "payload_hash",
  "level",
  "workflow",
  "topic",
  "to",
  "members",
  "name",
  "access",
  "owner",
  "sub",
  "topic",
  "run",
  "facts",
  "settles",
  "actions",
  "when",
  "ends_at",
  "scopes",
  "expires_at",
  "surprise",
] as const;

/** A body: a whole ask with some fields replaced, other objects, broken text, or no object at all. */
const bodies = (whole: object): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(JSON.stringify(whole)),
    fc
      .dictionary(fc.constantFrom(...fields), hostileValues, { maxKeys: 4 })
      .map((over) => JSON.stringify({ ...whole, ...over })),
    fc
      .dictionary(fc.constantFrom(...fields), hostileValues, { maxKeys: 6 })
      .map((fieldsOnly) => JSON.stringify(fieldsOnly)),
    hostileValues.map((value) => JSON.stringify(value) ?? ""),
    fc
      .tuple(fc.nat({ max: 150 }), fc.string({ unit: "binary", maxLength: 3 }))
      .map(([at, text]) => JSON.stringify(whole).slice(0, at) + text),
    fc.string({ unit: "binary", maxLength: 60 }),
  );

const segments = fc.oneof(
  fc.constantFrom("*", ">", "..", "%", "%2e%2e", "%00", "%ff", "a b", "apr_1", "x".repeat(10_000)),
  fc.string({ unit: "binary", maxLength: 12 }).map(encodeURIComponentLoosely),
);

/** Lone surrogates cannot be percent-encoded; they go as they are and fetch replaces them. */
function encodeURIComponentLoosely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const paths = (requestId: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("/approvals"),
    fc.constantFrom(
      `/approvals/${requestId}/approve`,
      `/approvals/${requestId}/deny`,
      `/approvals/${requestId}/cancel`,
      "/definitions",
      "/transitions",
      "/signals",
      "/standing-grants",
      "/api-keys",
      "//dev/tokens",
      "//graphql",
      `//approval/${requestId}/reject`,
    ),
    segments.map((segment) => `/approvals/${segment}/approve`),
    segments.map((segment) => `/${segment}`),
    segments.map((segment) => `/approvals?after=${segment}&limit=5`),
    segments.map((segment) => `/directory/people/${segment}`),
    segments.map((segment) => `/api-keys/${segment}`),
    segments.map((segment) => `/standing-grants/${segment}`),
  );

export interface HostileRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
  readonly key: string | undefined;
}

/** One request of somebody who means no good, or types badly. `whole` is an ask that would be taken. */
export const hostileRequests = (whole: object, requestId: string): fc.Arbitrary<HostileRequest> =>
  fc.record({
    method: fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "DELETE"),
    path: paths(requestId),
    body: bodies(whole),
    contentType: fc.constantFrom(
      "application/json",
      "application/json",
      "application/json",
      "application/yaml",
      "text/plain",
      "application/json; charset=utf-16",
      "multipart/form-data; boundary=x",
    ),
    key: fc.option(fc.constantFrom("k1", "k2", "x".repeat(256), "tab\there"), { nil: undefined }),
  });
