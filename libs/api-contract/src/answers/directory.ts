import { z } from "zod";
import { actor, free, items, time } from "./parts.ts";

export const person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  access: z.enum(["admin", "approver", "viewer"]),
  zone: z.string().nullable(),
  active: z.boolean(),
  roles: z.array(z.string()),
});

export const removedPerson = z.object({ id: z.string() });
export const role = z.object({ role: z.string(), members: z.array(z.string()) });

export const agent = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  version: z.string().nullable(),
});

export const delegation = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  starts_at: time,
  ends_at: time,
  policies: z.array(z.string()).nullable(),
  roles: z.array(z.string()).nullable(),
  exclusive: z.boolean(),
  redelegate: z.boolean(),
  reason: z.string().nullable(),
  status: z.enum(["scheduled", "active", "ended", "revoked"]),
  revoked_at: time.nullable(),
});

export const delegations = items(delegation);

export const apiKey = z.object({
  id: z.string(),
  agent: z.string(),
  scopes: z.array(z.string()),
  expires_at: time.nullable(),
  status: z.enum(["active", "expired", "revoked"]),
});

export const apiKeys = items(apiKey);

export const issuedApiKey = apiKey.extend({
  key: z.string().nullable().meta({ description: "Shown once: null when a call is repeated." }),
});

export const standingGrant = z.object({
  id: z.string(),
  actions: z.array(z.string()),
  agent: z.string().nullable(),
  when: z.unknown(),
  ends_at: time,
  reason: z.string(),
  status: z.enum(["active", "ended", "revoked"]),
  created_at: time,
  created_by: z.string(),
  revoked_at: time.nullable(),
});

export const standingGrants = items(standingGrant);

/** What a workflow moves. */
export const topic = z.object({
  id: z.string(),
  workflow: z.string(),
  state: z.string(),
  attributes: free,
  pending: z.array(z.string()).meta({ description: "Ids of the requests it waits for." }),
  history: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      at: time,
      by: actor,
      approval_ids: z.array(z.string()),
    }),
  ),
  sla: z
    .object({
      warning_at: time.nullable(),
      breach_at: time.nullable(),
      warned: z.boolean(),
      breached: z.boolean(),
      calendar: z.string().nullable(),
    })
    .optional(),
});

export const completedTransition = z.object({ status: z.literal("completed"), topic });

export const blockedTransition = z.object({
  status: z.literal("blocked"),
  approval_ids: z.array(z.string()),
  topic,
});

const run = z.object({ id: z.string(), spent_usd: z.number(), reserved_usd: z.number() });

/** The topic or the run that a signal was about, as it stands now. */
export const signalled = z.union([z.object({ topic }), z.object({ run })]);

/** Public keys, RFC 7517. */
export const keySet = z.object({ keys: z.array(free) });

export const devToken = z.object({ token: z.string(), sign_in_url: z.string() });
