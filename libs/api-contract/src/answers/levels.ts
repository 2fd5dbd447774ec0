import { z } from "zod";
import { actor, time } from "./parts.ts";

export const vote = z.object({
  decision: z.enum(["approve", "deny"]),
  voted_by: z.string(),
  on_behalf_of: z.string().nullable(),
  delegation_id: z.string().nullable(),
  at: time,
  notes: z.string().nullable(),
  reason: z.string().nullable(),
  payload_hash: z.string(),
  channel: z.string(),
});

export const via = z
  .object({
    type: z.enum(["role", "user", "round_robin", "agent", "workflow"]),
    identifier: z.string(),
  })
  .meta({ description: "Through what somebody became an approver." });

const slot = z.object({
  approver: z.string().nullable(),
  via,
  why: z.string(),
  alternate: z.boolean(),
  counted: z.boolean(),
  status: z.enum(["open", "approved", "denied", "not_required", "voided", "cancelled"]),
  vote: vote.nullable(),
});

const group = z.object({
  group: z.string(),
  message: z.string().nullable(),
  required: z.enum(["any", "all", "threshold", "percent"]),
  needed: z.int().meta({ description: "How many approvals the group wants." }),
  status: z.enum(["waiting", "open", "approved", "denied", "not_required"]),
  blocked: z.boolean().meta({ description: "The people of the day are too few for the quorum." }),
  slots: z.array(slot),
});

/** One level of a request's chain, with the slots of its groups. */
export const level = z.object({
  number: z.int(),
  name: z.string(),
  message: z.string().nullable(),
  status: z.enum(["waiting", "open", "approved", "denied", "skipped"]),
  because: z.string().nullable().meta({ description: "Why it was skipped, or why it applies." }),
  logic: z.enum(["AND", "OR"]),
  opened_at: time.nullable(),
  due_at: time.nullable(),
  overdue: z.boolean(),
  resolved_at: time.nullable(),
  resolved_by: actor.nullable(),
  groups: z.array(group),
});
