import { refTo, type SchemaName } from "../schemas.ts";
import { ok, ORG, type Operation } from "../operation.ts";

const eligible = "who is eligible for an open slot";

interface Decision extends Pick<Operation, "description" | "bodyOptional"> {
  readonly name: string;
  readonly summary: string;
  readonly who: string;
  readonly body: SchemaName;
}

/** Each answers the whole request. */
const decisions: readonly Decision[] = [
  {
    name: "approve",
    summary: "Approve",
    description:
      "Always send the hash and the level that you showed: a payload that changed since is 409 `payload-changed`. Unknown fields are ignored.",
    who: eligible,
    body: "ApproveBody",
    bodyOptional: true,
  },
  {
    name: "deny",
    summary: "Deny, with a reason",
    description: "Without a reason: 422 `reason-required`. Unknown fields are ignored.",
    who: eligible,
    body: "DenyBody",
  },
  {
    name: "modify",
    summary: "Edit the payload and approve it",
    description: "Votes on the payload before are voided, as the policy says.",
    who: eligible,
    body: "ModifyBody",
  },
  {
    name: "withdraw-vote",
    summary: "Take one's vote back",
    who: "who cast it",
    body: "WithdrawVoteBody",
    bodyOptional: true,
  },
  {
    name: "cancel",
    summary: "Cancel the request",
    who: "the requester, the owner of the asking agent, admins",
    body: "CancelBody",
    bodyOptional: true,
  },
  {
    name: "question",
    summary: "Ask the requester something",
    who: eligible,
    body: "QuestionBody",
  },
  {
    name: "answer",
    summary: "Answer a question",
    description: "Without `question_id` the one that is open.",
    who: "the requester, the owner of the asking agent",
    body: "AnswerBody",
  },
  {
    name: "claim",
    summary: "Say that one looks after it",
    who: eligible,
    body: "NothingBody",
    bodyOptional: true,
  },
  {
    name: "release",
    summary: "Give a claim back",
    who: "the claimer, admins",
    body: "NothingBody",
    bodyOptional: true,
  },
  {
    name: "reassign",
    summary: "Put others in place of an approver",
    description: "Without `from` all open slots.",
    who: "the slot's holder, admins",
    body: "ReassignBody",
  },
  {
    name: "extend",
    summary: "Extend the expiry",
    who: "an approver of an open level, admins; never the requester or owner",
    body: "ExtendBody",
  },
  {
    name: "amend",
    summary: "Amend the chain",
    description: "Skip levels that were not reached, add approvers, shorten timers.",
    who: "admins; never the requester or owner",
    body: "AmendBody",
  },
  {
    name: "break-glass",
    summary: "Approve without the quorum, by a named right",
    who: "members of the role `break_glass`; never requester, owner or editor",
    body: "BreakGlassBody",
  },
];

const decisionRow = ({ name, ...rest }: Decision): Operation => ({
  method: "post",
  path: `${ORG}/approvals/:id/${name}`,
  tag: "Decisions",
  repeats: true,
  answers: ok("The whole request, as it stands now.", "ApprovalRequest"),
  ...rest,
});

const either = (...names: readonly SchemaName[]) => ({
  "application/json": { anyOf: names.map(refTo) },
});

const bulk = (vote: "approve" | "deny", body: SchemaName): Operation => ({
  method: "post",
  path: `${ORG}/approvals/bulk-${vote}`,
  tag: "Decisions",
  summary: vote === "approve" ? "Approve up to 500 requests" : "Deny up to 500 requests",
  description: "Each is the single vote; one that is refused stops none of the others.",
  who: "people and agents who may vote; each item is judged alone",
  body,
  repeats: true,
  answers: ok("What became of each, in order.", "BulkResult"),
});

/** What people and agents do with a request that is there. */
export const decisionOperations: readonly Operation[] = [
  ...decisions.map(decisionRow),
  bulk("approve", "BulkApproveBody"),
  bulk("deny", "BulkDenyBody"),
  {
    method: "post",
    path: `${ORG}/approvals/:id/context`,
    tag: "Decisions",
    summary: "Attach context",
    description: "Kept as `attachments`, never read by conditions.",
    who: "the requester; other agents of the organisation while it is pending",
    body: "ContextBody",
    repeats: true,
    answers: ok(
      "The request; to another agent what it attached.",
      either("ApprovalRequest", "Attachment"),
    ),
  },
  {
    method: "post",
    path: `${ORG}/approvals/:id/recommendation`,
    tag: "Decisions",
    summary: "Attach a recommendation",
    description: "`payload` proposes new `action.parameters`.",
    who: "the requester; other agents of the organisation while it is pending",
    body: "RecommendationBody",
    repeats: true,
    answers: ok(
      "The request; to another agent what it attached.",
      either("ApprovalRequest", "Recommendation"),
    ),
  },
  {
    method: "post",
    path: `${ORG}/approvals/:id/consume`,
    tag: "Grants",
    summary: "Spend the grant, once",
    description: "The second time: 409 `grant-spent`. Too late: 410 `grant-expired`.",
    who: "the requester's credential; agents with scope `execute`",
    body: "ConsumeBody",
    repeats: true,
    takesGrant: true,
    answers: ok("The whole action.", "Consumed"),
  },
  {
    method: "post",
    path: `${ORG}/approvals/:id/execution`,
    tag: "Grants",
    summary: "Report what became of it",
    who: "the requester's credential; agents with scope `execute`",
    body: "ExecutionBody",
    repeats: true,
    takesGrant: true,
    answers: ok(
      "The request; to another agent the execution alone.",
      either("ApprovalRequest", "Executed"),
    ),
  },
];
