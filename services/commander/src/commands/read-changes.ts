import {
  parseAmend,
  parseAnswer,
  parseBreakGlass,
  parseExtend,
  parseModify,
  parseNothing,
  parseQuestion,
  parseReassign,
  parseWithdrawVote,
} from "@countersign/api-contract/changes.ts";
import { editPayload } from "@countersign/application/edit-payload.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { reader, type ReadBody } from "./reader.ts";

const noEdit = (): { hash: string; patch: []; faults: [] } => ({ hash: "", patch: [], faults: [] });

/** Commands that change a pending request, by their name in REST, on the bus and in the intake. */
export const readChanges: readonly (readonly [string, ReadBody])[] = [
  [
    "modify",
    reader(
      parseModify,
      ({ payload, payload_hash, level, notes }) => ({
        type: "modify",
        parameters: payload as JsonObject,
        payloadHash: payload_hash,
        level: level ?? null,
        notes: notes ?? null,
        edit: editPayload(payload as JsonObject),
      }),
      { type: "modify", parameters: {}, payloadHash: "", level: null, notes: null, edit: noEdit },
    ),
  ],
  [
    "withdraw-vote",
    reader(parseWithdrawVote, ({ level }) => ({ type: "withdraw-vote", level: level ?? null }), {
      type: "withdraw-vote",
      level: null,
    }),
  ],
  [
    "question",
    reader(parseQuestion, ({ text }) => ({ type: "question", text }), {
      type: "question",
      text: "",
    }),
  ],
  [
    "answer",
    reader(
      parseAnswer,
      ({ text, question_id }) => ({ type: "answer", text, questionId: question_id ?? null }),
      { type: "answer", text: "", questionId: null },
    ),
  ],
  ["claim", reader(parseNothing, () => ({ type: "claim" }), { type: "claim" })],
  ["release", reader(parseNothing, () => ({ type: "release" }), { type: "release" })],
  [
    "reassign",
    reader(
      parseReassign,
      ({ from, to, reason }) => ({ type: "reassign", from: from ?? null, to, reason }),
      { type: "reassign", from: null, to: [], reason: "" },
    ),
  ],
  [
    "extend",
    reader(
      parseExtend,
      ({ expires_at, reason }) => ({ type: "extend", expiresAt: expires_at, reason }),
      { type: "extend", expiresAt: "", reason: "" },
    ),
  ],
  [
    "amend",
    reader(
      parseAmend,
      ({ skip_levels, add_approvers, shorten, reason }) => ({
        type: "amend",
        skipLevels: skip_levels ?? [],
        addApprovers: (add_approvers ?? []).map(({ level, group, approvers }) => ({
          level,
          group: group ?? null,
          approvers,
        })),
        shorten: (shorten ?? []).map(({ level, step, after }) => ({
          level,
          step: step ?? null,
          after,
        })),
        reason,
      }),
      { type: "amend", skipLevels: [], addApprovers: [], shorten: [], reason: "" },
    ),
  ],
  [
    "break-glass",
    reader(
      parseBreakGlass,
      ({ reason, payload_hash }) => ({
        type: "break-glass",
        reason,
        payloadHash: payload_hash ?? null,
      }),
      { type: "break-glass", reason: "", payloadHash: null },
    ),
  ],
];
