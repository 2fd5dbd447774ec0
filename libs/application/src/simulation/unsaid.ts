import type { Ask } from "@countersign/domain/request/commands.ts";

/** What nobody said in an ask that is only played: simulations and backtests say the rest. */
export const unsaid = {
  description: null,
  agent: null,
  approvers: null,
  expiresIn: null,
  reasonCodes: [],
  policyTrace: {},
  urgency: "normal",
  schema: null,
  dedupe: null,
  previousRequestId: null,
  validation: null,
  observers: [],
  suggested: [],
} as const satisfies Partial<Ask>;
