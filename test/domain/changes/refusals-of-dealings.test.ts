import { answers, asks, claims, modifies, reassigns, releases } from "../../testkit/changing.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, attachesContext, command } from "../../testkit/happenings.ts";
import { areRefused, no, noFor, own, wrong } from "../../testkit/refusing.ts";
import { world } from "../../testkit/world.ts";
import { run } from "../automation/runs.ts";

const two = world(policy([level(group(any, "qa_lead")), level(group(all, "sre"))]));
const open = given(two, asked());
const second = open.and(approves("bo"));
const ended = given(world(policy(level(group(any, "qa_lead")))), asked(), approves("bo"));
const critical = { conditions: when("priority", "critical") };
/** Every level was skipped: none is open, and the request waits for an admin. */
const nothing = given(
  world(policy(level(group(any, "qa_lead"), critical))),
  asked({ context: { priority: "low" } }),
);
const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
const parent = { id: "apr_p", level: 1, group: "g", depth: 1, path: ["parents"] };
const fifty = Array.from({ length: 50 });
const claimed = open.and(claims("bo"));
const answered = open.and(asks("bo"), answers("ana"));
const faults = [
  { path: "payload.replicas", message: "must be a number" },
  { path: "", message: "is too large" },
];
const editingBySystem = command(null, {
  type: "modify",
  parameters: {},
  payloadHash: "sha256:aa",
  level: null,
  notes: null,
  edit: () => ({ hash: "sha256:bb", patch: [], faults: [] }),
});
const forHolders = no("forbidden", "Only a slot's holder and admins reassign it.");
const forClaimers = no("forbidden", "Only the claimer and admins release a claim.");
const forAskers = no(
  "forbidden",
  "Only the requester and the owner of the asking agent answer questions.",
);
const answeredBefore = no("conflict", "This question was answered before.");

areRefused("a claim or its release", [
  [
    "by a process of ours",
    open,
    command(null, { type: "claim" }),
    no("forbidden", "Requests are claimed by their approvers."),
  ],
  [
    "where another has claimed it",
    claimed,
    claims("cy"),
    no("conflict", "bo has claimed the request.", { claimed_by: "bo" }),
  ],
  ["of another's claim", claimed, releases("cy"), forClaimers],
  ["of no claim, by who could not have claimed", open, releases("gus"), forClaimers],
  ["of no claim, by a process of ours", open, command(null, { type: "release" }), forClaimers],
]);

areRefused("a question or its answer", [
  [
    "by a process of ours",
    open,
    command(null, { type: "question", text: "Why?" }),
    no("forbidden", "Questions are asked by approvers."),
  ],
  [
    "beyond the fiftieth",
    open.and(...fifty.map(() => asks("bo"))),
    asks("bo"),
    wrong("text", "would be more than the 50 questions that a request takes"),
  ],
  ["by who did not ask", open.and(asks("bo")), answers("bo"), forAskers],
  [
    "by an answering process of ours",
    open.and(asks("bo")),
    command(null, { type: "answer", text: "So.", questionId: null }),
    forAskers,
  ],
  [
    "where none is open",
    open,
    answers("ana"),
    wrong("question_id", "is missing: no question is open"),
  ],
  [
    "to a question that is none",
    open.and(asks("bo")),
    answers("ana", { questionId: "q2" }),
    wrong("question_id", "names no question"),
  ],
  [
    "to a question that was answered",
    answered,
    answers("ana", { questionId: "q1", text: "No." }),
    answeredBefore,
  ],
  [
    "in the same words by somebody else",
    answered,
    answers("deployment-bot", { questionId: "q1" }),
    answeredBefore,
  ],
]);

areRefused("a reassignment", [
  ["by who has no slot", open, reassigns("gus", { to: ["hal"] }), forHolders],
  [
    "by a process of ours",
    open,
    command(null, { type: "reassign", from: null, to: [], reason: "x" }),
    forHolders,
  ],
  [
    "without a reason",
    open,
    reassigns("ivy", { to: ["hal"], reason: null }),
    noFor("reason-required", "reason", "A reassignment needs a reason."),
  ],
  [
    "to a stranger",
    open,
    reassigns("ivy", { to: ["hal", "zoe"] }),
    no("unknown-approver", "The directory knows no user zoe.", { type: "user", identifier: "zoe" }),
  ],
  ["by who asked", open, reassigns("ana", { to: ["hal"] }), own("reassigns")],
  [
    "of a slot that is not open",
    open,
    reassigns("ivy", { from: "gus", to: ["hal"] }),
    wrong("from", "holds no open slot: gus"),
  ],
  [
    "where no level is open",
    nothing,
    reassigns("ivy", { to: ["hal"] }),
    no("level-not-open", "No level of the request is open."),
  ],
  [
    "that puts the quorum out of reach",
    second,
    reassigns("ivy", { to: ["hal"] }),
    no(
      "quorum-unreachable",
      "Group sre of level 2 wants 2 approvals and 1 can be given (role sre).",
      { level: 2, groups: ["sre"] },
    ),
  ],
]);

areRefused("an edit", [
  [
    "by a process of ours",
    open,
    editingBySystem,
    no("forbidden", "Payloads are edited by approvers."),
  ],
  [
    "of a transition",
    given(two, asked({ topic })),
    modifies("bo"),
    wrong("payload", "of a transition's request cannot be edited"),
  ],
  [
    "of a child request",
    given(two, asked({ parent })),
    modifies("bo"),
    wrong("payload", "of a child request is its parent's and edited there"),
  ],
  [
    "that does not fit its schema",
    open,
    modifies("bo", { faults }),
    no(
      "schema-mismatch",
      "The payload does not fit its schema: payload.replicas must be a number.",
      {
        faults,
      },
    ),
  ],
  [
    "that does not fit its schema as a whole",
    open,
    modifies("bo", { faults: [{ path: "", message: "is too large" }] }),
    no("schema-mismatch", "The payload does not fit its schema: it is too large.", {
      faults: [{ path: "", message: "is too large" }],
    }),
  ],
]);

areRefused("an attachment or a run of a recipe", [
  [
    "by a person who did not ask",
    open,
    attachesContext("bo"),
    no(
      "forbidden",
      "Only the requester and agents of the organisation attach something to a request.",
    ),
  ],
  [
    "by another agent after the end",
    ended,
    attachesContext("ci"),
    no("not-found", "There is no such approval request."),
  ],
  [
    "beyond the fiftieth",
    open.and(...fifty.map(() => attachesContext("ci"))),
    attachesContext("ci"),
    no("unprocessable", "A request takes no more than 50 attachments and recommendations.", {
      faults: [{ path: "", message: "takes no more than 50 attachments and recommendations" }],
    }),
  ],
  [
    "by an admin",
    open,
    command("ivy", { type: "automate", run: run([]) }),
    no("forbidden", "Only recipes run recipes."),
  ],
]);
