import { signInParameters } from "../../rest/session.ts";
import { ok, type Operation } from "../operation.ts";

const text = { type: "string" };
const html = { "text/html": text };
const object = { "application/json": { type: "object" } };
const approvers = "who may vote; the reviewer comes from the credential";

const decide = (word: "approve" | "reject", body: "ApproveBody" | "DenyBody"): Operation => ({
  method: "post",
  path: `/approval/:id/${word}`,
  tag: "ToolWeaver",
  summary: word === "approve" ? "Approve" : "Reject, with a reason",
  who: approvers,
  body,
  ...(word === "approve" ? { bodyOptional: true } : {}),
  repeats: true,
  answers: ok("The decision.", "ToolWeaverDecision"),
});

/** What stands at the root: ToolWeaver's paths, GraphQL, and what keeps the service running. */
export const serviceOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/approval/pending",
    tag: "ToolWeaver",
    summary: "Pending requests of the credential's organisation",
    who: "as for the list of requests",
    answers: ok("Up to 100 of them.", "ToolWeaverQueue"),
  },
  {
    method: "get",
    path: "/approval/:id",
    tag: "ToolWeaver",
    summary: "One request in ToolWeaver's words",
    who: "as for the list of requests",
    answers: ok("The request.", "ToolWeaverRequest"),
  },
  decide("approve", "ApproveBody"),
  decide("reject", "DenyBody"),
  {
    method: "post",
    path: "/graphql",
    tag: "GraphQL",
    summary: "Queries, mutations, subscriptions",
    description:
      "`schema.graphql` is the printed schema. With `Accept: text/event-stream` a stream (graphql-sse); graphql-ws on the same path.",
    who: "as for the same operations in REST",
    body: {
      "application/json": {
        type: "object",
        properties: {
          query: text,
          variables: { type: ["object", "null"] },
          operationName: { type: ["string", "null"] },
          extensions: {},
        },
        required: ["query"],
        additionalProperties: false,
      },
    },
    answers: ok("Data, or errors; refusals are data.", {
      ...object,
      "text/event-stream": text,
    }),
  },
  {
    method: "get",
    path: "/graphql",
    tag: "GraphQL",
    summary: "GraphiQL, in dev mode",
    who: "anybody; it asks as whoever signed in",
    open: true,
    answers: ok("The page; outside of dev mode 405.", html),
  },
  {
    method: "get",
    path: "/sign-in",
    tag: "Service",
    summary: "Start a session in a browser",
    who: "anybody with a valid token",
    query: signInParameters,
    needs: ["token"],
    open: true,
    answers: { 303: { says: "The session's cookie, and on to the page." } },
  },
  {
    method: "post",
    path: "/dev/tokens",
    tag: "Credentials",
    summary: "A token for anybody in the directory, in dev mode only",
    description: "Outside of dev mode: 404.",
    who: "admins",
    body: {
      "application/json": {
        type: "object",
        properties: { sub: text },
        required: ["sub"],
      },
    },
    answers: ok("The token.", "DevToken"),
  },
  {
    method: "get",
    path: "/.well-known/countersign/jwks.json",
    tag: "Grants",
    summary: "The public keys that grants are signed with",
    who: "anybody",
    open: true,
    answers: ok("A JSON Web Key Set (RFC 7517).", "KeySet"),
  },
  {
    method: "get",
    path: "/healthz",
    tag: "Service",
    summary: "It runs",
    who: "anybody",
    open: true,
    answers: ok("Always, while it runs.", object),
  },
  {
    method: "get",
    path: "/readyz",
    tag: "Service",
    summary: "It can answer",
    who: "anybody",
    open: true,
    answers: {
      ...ok("Ready.", object),
      503: { says: "Not ready, with the reasons.", content: object },
    },
  },
  {
    method: "get",
    path: "/metrics",
    tag: "Service",
    summary: "Figures in Prometheus' text format",
    who: "anybody on the same machine; elsewhere a token with scope `metrics`",
    answers: ok("The figures.", { "text/plain": text }),
  },
  {
    method: "get",
    path: "/api/v1/openapi.json",
    tag: "Service",
    summary: "This document",
    who: "anybody",
    open: true,
    answers: ok("OpenAPI 3.1.", object),
  },
  {
    method: "get",
    path: "/docs",
    tag: "Service",
    summary: "This document as a page",
    who: "anybody",
    open: true,
    answers: ok("Swagger UI; its files stand below.", html),
  },
];
