import { listParameters, oneParameters, statsParameters } from "../../rest/approvals.ts";
import { trailParameters } from "../../rest/audit.ts";
import { eventParameters } from "../../rest/events.ts";
import { ok, ORG, type Operation } from "../operation.ts";

const readers =
  "people, in their whole organisation; agents, requests they made or are a named decider of (others are absent to them)";
const text = { type: "string" };

/** Asking, reading, and the trail. */
export const approvalOperations: readonly Operation[] = [
  {
    method: "post",
    path: `${ORG}/approvals`,
    tag: "Requests",
    summary: "Ask for an approval",
    description:
      "Either `policy` or inline `approvers` (one level) or neither: then the organisation's default policy. `expires_in` is a duration with a unit (`24h`, `2bd`) or `never`.",
    who: "agents; people but viewers",
    body: "AskBody",
    repeats: true,
    answers: {
      200: { says: "The request that this key made before.", content: "ApprovalRequest" },
      201: { says: "The new request.", content: "ApprovalRequest" },
    },
  },
  {
    method: "get",
    path: `${ORG}/approvals`,
    tag: "Requests",
    summary: "List requests",
    description:
      "Newest first, 50 a page. Rows leave out `action.parameters`, `context`, `attachments` and `timeline`.",
    who: readers,
    query: listParameters,
    answers: ok("A page of requests.", "RequestPage"),
  },
  {
    method: "get",
    path: `${ORG}/approvals/:id`,
    tag: "Requests",
    summary: "Read a request, or wait for its answer",
    description:
      "`wait` answers once the request has ended, and earlier when a question opens, the payload changes or the caller is paused, unless `wait_for=terminal`. `min_position` reads one's own writes: 503 when it is not reached in 5 s.",
    who: readers,
    query: oneParameters,
    answers: ok("The request.", "ApprovalRequest"),
  },
  {
    method: "get",
    path: `${ORG}/approvals/:id/audit`,
    tag: "Audit",
    summary: "The trail of one request",
    who: readers,
    answers: ok("All its events, oldest first.", "RequestTrail"),
  },
  {
    method: "get",
    path: `${ORG}/approvals/stats`,
    tag: "Requests",
    summary: "Figures of a period",
    description: "By creation time, `from` inclusive, `to` exclusive.",
    who: readers,
    query: statsParameters,
    answers: ok("The figures.", "Stats"),
  },
  {
    method: "get",
    path: `${ORG}/audit`,
    tag: "Audit",
    summary: "The organisation's audit trail",
    description:
      "Newest first: in pages as JSON, whole as JSON lines or CSV (which take no `limit` and `after`).",
    who: `${readers}; refused attempts: admins, and keys with scope \`security:read\``,
    query: trailParameters,
    answers: ok("A page of the trail, or all of it.", {
      "application/json": "TrailPage",
      "application/x-ndjson": text,
      "text/csv": text,
    }),
  },
  {
    method: "get",
    path: `${ORG}/events`,
    tag: "Audit",
    summary: "Live events",
    description:
      "Server-sent events: `id` is the position, `data` a CloudEvent; the comment `: ready` once attached. Without a position it starts now, `after=0` at the beginning; `Last-Event-ID` goes before `after`.",
    who: readers,
    query: eventParameters,
    answers: ok("A stream that does not end; its `data` lines hold `CloudEvent`s.", {
      "text/event-stream": text,
    }),
  },
  {
    method: "post",
    path: `${ORG}/evaluate`,
    tag: "Evaluation",
    summary: "Would this action need approval?",
    description:
      'The body of an ask, whose title may be left out. With `"ask": true` the request is made when the answer is ESCALATE.',
    who: "agents; people but viewers",
    body: "EvaluateBody",
    repeats: true,
    answers: ok("ALLOW, DENY or ESCALATE, with the reasons.", "Evaluation"),
  },
];
