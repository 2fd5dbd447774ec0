import { parseContext, parseRecommendation } from "@countersign/api-contract/attachments.ts";
import { parseExecution } from "@countersign/api-contract/grants.ts";
import { parseApprove, parseCancel, parseDeny } from "@countersign/api-contract/votes.ts";
import type { Json, JsonObject } from "@countersign/domain/json.ts";
import { readChanges } from "./read-changes.ts";
import { reader, type ReadBody } from "./reader.ts";

export const readContext: ReadBody = reader(
  parseContext,
  ({ context }) => ({ type: "attach-context", context: context as JsonObject }),
  { type: "attach-context", context: {} },
);

export const readRecommendation: ReadBody = reader(
  parseRecommendation,
  ({ recommendation, confidence, summary, payload }) => ({
    type: "attach-recommendation",
    recommendation,
    confidence,
    summary,
    payload: (payload ?? null) as JsonObject | null,
  }),
  {
    type: "attach-recommendation",
    recommendation: "approve",
    confidence: 0,
    summary: "",
    payload: null,
  },
);

export const readExecution: ReadBody = reader(
  parseExecution,
  ({ status, result, payload_hash }) => ({
    type: "report-execution",
    status,
    result: (result ?? null) as Json,
    payloadHash: payload_hash,
  }),
  { type: "report-execution", status: "failed", result: null, payloadHash: null },
);

/** By the command's name in REST, on the bus and in the intake. */
export const readCommands: ReadonlyMap<string, ReadBody> = new Map([
  [
    "approve",
    reader(
      parseApprove,
      ({ notes, payload_hash, level }) => ({
        type: "approve",
        notes: notes ?? null,
        payloadHash: payload_hash ?? null,
        level: level ?? null,
      }),
      { type: "approve", notes: null, payloadHash: null, level: null },
    ),
  ],
  [
    "deny",
    reader(
      parseDeny,
      ({ reason, notes, payload_hash, level }) => ({
        type: "deny",
        reason,
        notes: notes ?? null,
        payloadHash: payload_hash ?? null,
        level: level ?? null,
      }),
      { type: "deny", reason: null, notes: null, payloadHash: null, level: null },
    ),
  ],
  [
    "cancel",
    reader(parseCancel, ({ reason }) => ({ type: "cancel", reason: reason ?? null }), {
      type: "cancel",
      reason: null,
    }),
  ],
  ...readChanges,
  ["report-execution", readExecution],
  ["attach-context", readContext],
  ["attach-recommendation", readRecommendation],
]);
