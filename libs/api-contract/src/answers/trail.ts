import { z } from "zod";
import { actor, free, items, page, position, time } from "./parts.ts";

/** One event as a trail shows it. What only some events have is absent from the others. */
export const auditEntry = z.object({
  at: time,
  event: z.string().meta({ description: "The event's name, such as VoteCast." }),
  category: z.string(),
  request: z.string().nullable(),
  topic: z.object({ workflow: z.string(), id: z.string() }).nullable(),
  actor,
  channel: z.string(),
  notes: z.string().nullable(),
  reason: z.string().nullable(),
  position,
  event_id: z.string(),
  correlation_id: z.string(),
  level: z.int().nullable().optional(),
  step: z.int().nullable().optional(),
  decision: z.string().optional(),
  group: z.string().nullable().optional(),
  because: z.unknown().optional(),
  code: z.string().optional(),
  patch: z
    .union([z.array(free), free])
    .nullable()
    .optional()
    .meta({ description: "RFC 6902; of a topic the attributes that changed." }),
  operation: z.string().optional(),
  count: z.int().optional(),
  recipe: z.string().optional(),
  run: z.string().optional(),
  trigger: z.unknown().optional(),
  phase: z.string().optional(),
  diff: z.unknown().optional(),
  definition: z
    .object({
      kind: z.string(),
      id: z.string().nullable(),
      version: z.int().nullable(),
    })
    .optional(),
  changes: z.unknown().optional(),
});

export const requestTrail = items(auditEntry);
export const trailPage = z.object({ items: z.array(auditEntry), page });

const counts = {
  pending: z.int(),
  approved: z.int(),
  denied: z.int(),
  expired: z.int(),
  cancelled: z.int(),
};

const minutes = z.number().nullable();

/** Figures over the requests created in a period. */
export const stats = z.object({
  period: z.object({ from: time.nullable(), to: time.nullable() }),
  totals: z.object(counts),
  average_response_time_minutes: minutes,
  approval_rate: z
    .number()
    .nullable()
    .meta({ description: "approved / (approved + denied); null when there are none." }),
  by_agent: z.array(z.object({ agent: z.string(), ...counts })),
  by_reason_code: z.record(z.string(), z.int()),
  by_reviewer: z.array(
    z.object({
      reviewer: z.string(),
      approved: z.int(),
      denied: z.int(),
      average_response_time_minutes: minutes,
    }),
  ),
  by_level: z.array(
    z.object({
      policy: z.string().nullable(),
      level: z.int(),
      count: z.int(),
      average_minutes: minutes,
    }),
  ),
  percentiles: z.object({ p50: minutes, p90: minutes, p99: minutes }),
});

/** What a line of `data:` of the live stream holds: CloudEvents 1.0. */
export const cloudEvent = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  time,
  org: z.string(),
  position,
  data: free,
});
