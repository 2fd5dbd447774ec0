import type { LadderAction, LadderStep } from "@countersign/domain/policy/policy.ts";
import { fieldsOf } from "./fields.ts";
import { readTargets } from "./read-people.ts";
import { isEarlier, readTimer, type Follows } from "./read-timer.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readList, readText, readTexts, readWord } from "./values.ts";

const shape = {
  what: "a ladder step",
  keys: ["after", "action", "to", "channels", "reason"],
};

const actions: readonly LadderAction[] = [
  "reminder",
  "escalate",
  "reassign",
  "auto_approve",
  "auto_deny",
  "notify_executive",
];
const needsTargets: ReadonlySet<LadderAction> = new Set([
  "escalate",
  "reassign",
  "notify_executive",
]);

/** A step with its place, for warnings that need the whole policy. */
export interface PlacedStep {
  readonly step: LadderStep;
  /** The step's `action`. */
  readonly cursor: Cursor;
}

const readStep = (reading: Reading, cursor: Cursor, follows: Follows): PlacedStep | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  for (const key of ["after", "action"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A ladder step needs \`${key}\`.`);
    }
  }
  const after = readTimer(reading, fields.get("after"), follows);
  const action = readWord(reading, fields.get("action"), actions);
  const targets = fields.get("to");
  const to = readTargets(reading, targets);
  if (action !== null && needsTargets.has(action) && targets === undefined) {
    reading.missing(cursor, "to", `\`${action}\` needs \`to\`.`);
  } else if (targets?.node.kind === "list" && targets.node.items.length === 0) {
    reading.fault("out-of-range", targets, "At least one target is needed.");
  }
  const channels = readTexts(reading, fields.get("channels"));
  const reason = readText(reading, fields.get("reason"));
  const place = fields.get("action");
  return after === null || action === null || place === undefined
    ? null
    : { step: { after, action, to, channels, reason }, cursor: place };
};

/** The steps of a ladder in file order. A step that is due before the one above it is worth a warning. */
export const readLadder = (
  reading: Reading,
  cursor: Cursor | undefined,
  follows: Follows,
): readonly PlacedStep[] => {
  const steps = readList(reading, cursor).flatMap((item) => readStep(reading, item, follows) ?? []);
  let latest: string | null = null;
  let denied = false;
  for (const { step, cursor: place } of steps) {
    const { after } = step;
    if (latest !== null && isEarlier(after, latest)) {
      const message = `This step is due after ${after}, before the one above it.`;
      reading.warn("step-order", place, message);
    } else if (denied) {
      reading.warn("unreachable-step", place, "The request was denied by a step above.");
    }
    if (latest === null || isEarlier(latest, after)) latest = after;
    denied ||= step.action === "auto_deny";
  }
  return steps;
};
