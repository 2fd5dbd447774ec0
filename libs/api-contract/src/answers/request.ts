import { z } from "zod";
import { level } from "./levels.ts";
import { actor, free, page, position, requestStatus, time } from "./parts.ts";

const by = z.object({ kind: z.string(), id: z.string() });
const named = z.object({ type: z.enum(["role", "user"]), identifier: z.string() });

/** What is asked for, whole: the payload that the hash stands for. */
export const action = z.object({
  type: z.string(),
  tool: z.string().nullable().optional(),
  parameters: free,
});

export const question = z.object({
  id: z.string(),
  level: z.int(),
  text: z.string(),
  asked_by: z.string(),
  asked_at: time,
  answer: z.string().nullable(),
  answered_by: z.string().nullable(),
  answered_at: time.nullable(),
});

export const attachment = z.object({ by, at: time, context: free });

export const recommendation = z.object({
  by,
  at: time,
  recommendation: z.enum(["approve", "deny", "modify"]),
  confidence: z.number(),
  summary: z.string(),
  payload: free.nullable(),
});

const child = z.object({
  id: z.string(),
  level: z.int(),
  group: z.string(),
  policy: z.string(),
  status: requestStatus,
});

const attempt = z.object({
  id: z.string(),
  status: requestStatus,
  reason: z.string().nullable(),
  notes: z.string().nullable(),
  resolved_at: time,
});

export const timelineEntry = z
  .object({
    at: time,
    at_local: z.string().optional(),
    action: z.string(),
    level: z.int().nullable(),
    step: z.int().nullable(),
    to: z.array(z.string()),
    on_timeout: z.string().nullable().optional(),
    suppressed: z.string().optional().meta({ description: "Why it will do nothing." }),
  })
  .meta({ description: "One thing that will happen if nobody acts." });

export const execution = z.object({
  status: z.enum(["granted", "consumed", "executed", "failed"]),
  valid_until: time.nullable(),
  result: z.unknown().meta({ description: "Whatever the executor reported; null before that." }),
});

/** The one picture of a request, wherever one stands. Every key always stands but `grant`. */
export const request = z.object({
  id: z.string(),
  org: z.string(),
  status: requestStatus,
  title: z.string(),
  description: z.string().nullable(),
  action,
  payload_hash: z.string(),
  payload_version: z.int(),
  view: z.string().nullable(),
  requester: z.object({
    kind: z.enum(["person", "agent"]),
    id: z.string(),
    owner: z.string().nullable(),
  }),
  agent: free.nullable(),
  policy: z.object({ id: z.string(), version: z.int() }).nullable(),
  policies: z.array(z.object({ id: z.string(), version: z.int(), gate: z.string().nullable() })),
  reason_codes: z.array(z.string()),
  gate_type: z.string().nullable(),
  policy_trace: free,
  risk_snapshot: free,
  context: free,
  recommendations: z.array(recommendation),
  links: free,
  urgency: z.enum(["low", "normal", "high", "critical"]),
  validation: free.nullable(),
  previous_request_id: z.string().nullable(),
  levels: z.array(level),
  blocked: z.boolean().meta({ description: "Nobody can decide it by the people of the day." }),
  caller_paused: z.boolean(),
  observers: z.array(named),
  suggested: z.array(named),
  attachments: z.array(attachment),
  claimed_by: z.string().nullable(),
  questions: z.array(question),
  children: z.array(child),
  parent: z.string().nullable(),
  attempts: z.array(attempt),
  automations: z.array(free),
  created_at: time,
  expires_at: time.nullable().meta({ description: "Null is never." }),
  resolved_at: time.nullable(),
  resolution: z
    .object({
      by: actor,
      reason: z.string().nullable(),
      notes: z.string().nullable(),
      due_at: time.nullable(),
    })
    .nullable(),
  execution: execution.nullable(),
  timeline: z.array(timelineEntry),
  position,
  grant: z
    .string()
    .nullable()
    .optional()
    .meta({ description: "The signed one-time permission, in the requester's own view only." }),
});

/** A request as lists show it: without what makes it long. */
export const listedRequest = request
  .omit({ context: true, attachments: true, timeline: true, grant: true })
  .extend({ action: action.omit({ parameters: true }) });

export const requestPage = z.object({ items: z.array(listedRequest), page });

/** What became of each item of a bulk vote, in order. */
export const bulkResult = z.object({
  results: z.array(
    z.object({
      approval_id: z.string(),
      status: z.enum([...requestStatus.options, "error"]),
      error: z
        .object({ code: z.string(), message: z.string(), details: free.optional() })
        .optional(),
    }),
  ),
  summary: z.object({
    approved: z.int().optional(),
    denied: z.int().optional(),
    pending: z.int(),
    errors: z.int(),
  }),
});

/** What a spent grant gives out. */
export const consumed = z.object({ payload: action, valid_until: time.nullable() });

/** The execution alone: for who executes, and does not see the request. */
export const executed = z.object({
  id: z.string(),
  status: requestStatus,
  execution: execution.nullable(),
});

/** The queue in ToolWeaver's words. */
export const toolWeaverQueue = z.object({
  pending_count: z.int(),
  requests: z.array(
    z.object({
      request_id: z.string(),
      title: z.string(),
      description: z.string().nullable(),
      created_at: time,
      expires_at: time.nullable(),
    }),
  ),
});

const word = z.enum(["pending", "approved", "rejected", "expired", "cancelled"]);

export const toolWeaverRequest = toolWeaverQueue.shape.requests.element.extend({
  proposed_action: action,
  status: word,
});

export const toolWeaverDecision = z.object({
  status: word,
  request_id: z.string(),
  reviewer: z.string(),
  reason: z.string().nullable().optional(),
  approved_at: time.nullable().optional(),
  rejected_at: time.nullable().optional(),
});
