import { durationMs } from "@countersign/domain/policy/duration.ts";
import { plainPolicy } from "@countersign/domain/policy/plain.ts";
import type { LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { MOST_LEVELS } from "./bounds.ts";
import type { Fields } from "./fields.ts";
import { judgeParameters } from "./judge-facts.ts";
import { readFallback, readLevel } from "./read-level.ts";
import type { PlacedLevel } from "./read-level.ts";
import { readLadder } from "./read-ladder.ts";
import type { PlacedStep } from "./read-ladder.ts";
import { readTargets } from "./read-people.ts";
import { leastMs } from "./read-timer.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import {
  readDuration,
  readJsonObject,
  readList,
  readNumber,
  readText,
  readWord,
} from "./values.ts";

/** Keys that a policy and a transition's `approval_chain` have alike. */
export const chainKeys = [
  "chain",
  "escalation",
  "expires_in",
  "self_approval",
  "on_all_skipped",
  "fallback",
  "auto_approve",
  "observers",
  "risk_ceiling",
  "max_resubmissions",
  "reapproval",
  "grant_valid_for",
  "pause_on_question",
  "schema",
  "one_pending_per",
];

const forbidOrAllow = ["forbid", "allow"] as const;

const isWord = (cursor: Cursor | undefined, word: string | number): boolean =>
  cursor?.node.kind === "scalar" && cursor.node.value === word;

const readSchema = (reading: Reading, cursor: Cursor | undefined): Policy["schema"] => {
  if (cursor === undefined) {
    return null;
  }
  const schema = readJsonObject(reading, cursor);
  const fault = cursor.node.kind === "map" ? (reading.schemaFault?.(schema) ?? null) : null;
  if (fault !== null) {
    reading.fault("bad-schema", cursor, `This JSON Schema ${fault}.`);
  }
  return schema;
};

/** A template of text and `${field}` parts; anything else with `${` could never be resolved. */
const readTemplate = (reading: Reading, cursor: Cursor | undefined): string | null => {
  const text = readText(reading, cursor, 300);
  if (text !== null && cursor !== undefined) {
    const rest = text.replaceAll(/\$\{[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\}/g, "");
    if (rest.includes("${") || rest === text) {
      const message = "This is text with at least one `${field}` in it.";
      reading.fault("bad-id", cursor, message);
    }
  }
  return text;
};

const warnTimed = (
  reading: Reading,
  policy: Omit<Policy, "id" | "name">,
  levels: readonly PlacedLevel[],
  steps: readonly PlacedStep[],
): void => {
  const defaults = reading.known?.definition?.defaults;
  const expiresIn = policy.expiresIn ?? defaults?.expiresIn ?? null;
  const expiry = expiresIn === null || expiresIn === "never" ? null : durationMs(expiresIn);
  const orgAllows = defaults?.autoApprove === "allow";
  const off =
    policy.autoApprove === "forbid"
      ? "this policy does not say `auto_approve: allow`"
      : orgAllows
        ? null
        : "the org's defaults do not say `auto_approve: allow`";
  for (const { step, cursor } of [...steps, ...levels.flatMap((placed) => placed.steps)]) {
    if (expiry !== null && leastMs(step.after) >= expiry) {
      const message = `The request expires after ${expiresIn}, before this step.`;
      reading.warn("unreachable-step", cursor, message);
    }
    if (step.action === "auto_approve" && off !== null) {
      reading.warn("auto-approve-off", cursor, `This step approves nothing: ${off}.`);
    }
  }
  for (const { level, onTimeoutPlace, steps: own } of levels) {
    const ends = level.onTimeout === "expire" || level.onTimeout === "deny";
    const timeout = ends && level.timeout !== null ? durationMs(level.timeout) : null;
    for (const { step, cursor } of own) {
      if (timeout !== null && leastMs(step.after) >= timeout) {
        const message = `The level ends after ${level.timeout}, before this step.`;
        reading.warn("unreachable-step", cursor, message);
      }
    }
    if (level.onTimeout === "approve" && onTimeoutPlace !== null && off !== null) {
      reading.warn("auto-approve-off", onTimeoutPlace, `This approves nothing: ${off}.`);
    }
    const escalates = [...level.escalation, ...policy.escalation].some(
      ({ action }) => action === "escalate",
    );
    if (level.onTimeout === "escalate" && onTimeoutPlace !== null && !escalates) {
      const message = "`on_timeout: escalate` needs a ladder with an `escalate` step.";
      reading.fault("not-one-of", onTimeoutPlace, message);
    }
  }
};

const wholeTo = (max: number) => ({ min: 0, max, whole: true });

/** Levels a short form put before those written here, already numbered from 1. */
interface ChainNaming {
  readonly name: string | null;
  readonly before?: readonly LevelPlan[];
}

/** Everything of a policy but its id and name, from a mapping with `chain`. */
export const readChain = (
  reading: Reading,
  fields: Fields,
  { name, before = [] }: ChainNaming,
): Omit<Policy, "id" | "name"> => {
  const list = fields.get("chain");
  if (list === undefined) {
    reading.missing(fields.cursor, "chain", "A policy needs a `chain` of levels.");
  } else if (list.node.kind === "list" && list.node.items.length === 0) {
    reading.fault("out-of-range", list, "A chain has at least one level.");
  }
  const levels = readList(reading, list, MOST_LEVELS).flatMap(
    (item, index) => readLevel(reading, item, { name, number: before.length + index + 1 }) ?? [],
  );
  const chain = [...before, ...levels.map(({ level }) => level)];
  const steps = readLadder(reading, fields.get("escalation"), "org");
  const fallback = fields.get("fallback");
  const placedFallback =
    fallback === undefined
      ? null
      : readFallback(reading, fallback, { name: "Fallback", number: chain.length + 1 });
  const expiry = fields.get("expires_in");
  const pause = fields.get("pause_on_question");
  const noPause = pause === undefined || isWord(pause, 0) || isWord(pause, "0");
  const policy: Omit<Policy, "id" | "name"> = {
    version: 0,
    ...plainPolicy,
    chain,
    escalation: steps.map(({ step }) => step),
    expiresIn: isWord(expiry, "never") ? "never" : readDuration(reading, expiry),
    selfApproval: readWord(reading, fields.get("self_approval"), forbidOrAllow),
    onAllSkipped:
      readWord(reading, fields.get("on_all_skipped"), ["block", "approve"] as const) ?? "block",
    fallback: placedFallback?.level ?? null,
    autoApprove: readWord(reading, fields.get("auto_approve"), forbidOrAllow) ?? "forbid",
    observers: readTargets(reading, fields.get("observers")),
    riskCeiling:
      readNumber(reading, fields.get("risk_ceiling"), { min: 0, max: 1, whole: false }) ??
      plainPolicy.riskCeiling,
    maxResubmissions:
      readNumber(reading, fields.get("max_resubmissions"), wholeTo(100)) ??
      plainPolicy.maxResubmissions,
    reapproval:
      readWord(reading, fields.get("reapproval"), ["required", "not_required"] as const) ??
      "required",
    grantValidFor:
      readDuration(reading, fields.get("grant_valid_for")) ?? plainPolicy.grantValidFor,
    pauseOnQuestion: noPause ? "0" : (readDuration(reading, pause) ?? "0"),
    schema: readSchema(reading, fields.get("schema")),
    onePendingPer: readTemplate(reading, fields.get("one_pending_per")),
  };
  if (policy.schema !== null) {
    judgeParameters(reading, fields.cursor.path, policy.schema as JsonObject);
  }
  const placed = placedFallback === null ? levels : [...levels, placedFallback];
  warnTimed(reading, policy, placed, steps);
  return policy;
};
