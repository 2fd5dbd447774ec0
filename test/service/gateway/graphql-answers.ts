import { exampleRequest, exampleRow } from "./example-request.ts";
import { requestId, type Answers } from "./gateway-under-test.ts";

const id = requestId();

/** What the services behind the bus say to GraphQL's operations: one answer each. */
export const graphqlAnswers: Answers = {
  request: (_message, body) =>
    body["id"] === id
      ? { result: exampleRequest() }
      : { error: { code: "not-found", message: "absent" } },
  requests: (_message, body) => ({
    result: {
      items: [1, 2, 3].map((number) => exampleRow({ id: requestId(number) })),
      page: {
        next: body["after"] === undefined ? "n1" : null,
        total_estimate: 6,
        cursors: ["c1", "c2", "n1"],
      },
    },
  }),
  counts: () => ({ result: { mine_now: 2, mine_later: 1, as_delegate: 0, pending: 9 } }),
  audit: () => ({
    result: {
      items: [
        {
          at: "2026-03-01T10:00:00.000Z",
          event: "VoteCast",
          request: id,
          actor: { kind: "person", id: "bo" },
          channel: "graphql",
          notes: null,
          reason: null,
          position: "12",
        },
      ],
      page: { next: null, total_estimate: 1, cursors: ["c12"] },
    },
  }),
  approve: () => ({ result: exampleRequest({ status: "approved" }) }),
  deny: () => ({
    error: { code: "reason-required", message: "A deny needs a reason.", details: { a: 1 } },
  }),
  cancel: () => ({ error: { code: "unavailable", message: "behind" } }),
  "request-approval": () => ({ result: exampleRequest(), outcome: "created" }),
  "request-transition": () => ({
    result: {
      status: "blocked",
      approval_ids: [id],
      topic: {
        id: "7",
        workflow: "release",
        state: "staging",
        attributes: {},
        pending: [id],
        history: [
          {
            from: "development",
            to: "staging",
            at: "2026-08-01T00:00:00.000Z",
            by: { kind: "agent", id: "ci" },
            approval_ids: ["apr_0"],
          },
        ],
      },
    },
    outcome: "blocked",
  }),
  "import-definitions": () => ({
    result: {
      definitions: [{ kind: "workflow", id: "release", version: 1, active: true, hash: "h" }],
      warnings: [],
      ignored: [{ path: "hooks" }],
    },
    outcome: "created",
  }),
};
