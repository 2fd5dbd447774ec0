import type { Recipe, Schedule } from "@countersign/domain/automation/recipe.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { isZone } from "./read-calendar.ts";
import { readCondition } from "./read-condition.ts";
import { readApproverList, readRecipeAction } from "./read-recipe-action.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readBoolean, readId, readList, readName, readText, readWord } from "./values.ts";

const shape = {
  what: "a recipe",
  keys: [
    "key",
    "name",
    "description",
    "trigger",
    "schedule",
    "zone",
    "workflow",
    "conditions",
    "actions",
    "requires_approval",
    "approvers",
    "policy",
    "metadata",
  ],
};
const triggers = [
  "case.updated",
  "approval.timeout",
  "workflow.after_transition",
  "scheduled",
] as const;

const names = {
  month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
} as const;
/** Of minute, hour, day of the month, month and weekday: the least, the greatest, and words for them. */
const cronFields = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, names.month],
  [0, 7, names.weekday],
] as const;

/** True for `*`, a number or a range, each with a step where wanted, in a list: what every cron means the same by. */
const isCronField = (
  text: string,
  [least, greatest, words]: (typeof cronFields)[number],
): boolean => {
  const numberOf = (part: string): number | null => {
    const word = (words as readonly string[]).indexOf(part.toLowerCase());
    if (word >= 0) return word + (least === 1 ? 1 : 0);
    const value = /^\d{1,2}$/.test(part) ? Number(part) : null;
    return value !== null && value >= least && value <= greatest ? value : null;
  };
  return text.split(",").every((part) => {
    const [range = "", step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false;
    if (range === "*") return true;
    const ends = range.split("-").map(numberOf);
    const [from, to = from] = ends;
    return (
      ends.length <= 2 && from !== null && from !== undefined && to !== null && from <= Number(to)
    );
  });
};

const isCron = (text: string): boolean => {
  const parts = text.trim().split(/ +/);
  return parts.length === 5 && cronFields.every((field, at) => isCronField(parts[at] ?? "", field));
};

const readSchedule = (
  reading: Reading,
  fields: Fields,
  trigger: string | null,
): Schedule | null => {
  const place = fields.get("schedule");
  const cron = readText(reading, place, 100);
  if (trigger === "scheduled" && place === undefined) {
    reading.missing(fields.cursor, "schedule", "A scheduled recipe needs `schedule`.");
  }
  if (cron !== null && place !== undefined && !isCron(cron)) {
    const message =
      "A schedule has five fields (minute, hour, day, month, weekday) of numbers, ranges, lists and steps.";
    reading.fault("bad-schedule", place, message);
  }
  const zonePlace = fields.get("zone");
  const zone = readText(reading, zonePlace, 64);
  if (zone !== null && zonePlace !== undefined && !isZone(zone)) {
    reading.fault("unknown-zone", zonePlace, `There is no time zone \`${zone}\`.`);
  }
  return cron === null ? null : { cron: cron.trim(), zone: zone ?? "UTC" };
};

/** A recipe as it was read, with its place. */
export interface RecipeRead {
  readonly id: string;
  readonly content: Recipe;
  readonly cursor: Cursor;
}

/** One automation recipe. Actions that are not run here are listed as ignored. */
export const readRecipe = (reading: Reading, cursor: Cursor): RecipeRead | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  for (const key of ["key", "trigger", "actions"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A recipe needs \`${key}\`.`);
    }
  }
  const id = readId(reading, fields.get("key"));
  const trigger = readWord(reading, fields.get("trigger"), triggers);
  const schedule = readSchedule(reading, fields, trigger);
  const policyPlace = fields.get("policy");
  const policy = readText(reading, policyPlace, 300);
  if (policy !== null && policyPlace !== undefined) {
    reading.policyNames.push({ ...policyPlace, name: policy });
  }
  const content = {
    name: readName(reading, fields.get("name")) ?? id ?? "",
    schedule: trigger === "scheduled" ? schedule : null,
    workflow: readId(reading, fields.get("workflow")),
    conditions: readCondition(reading, fields.get("conditions")),
    actions: readList(reading, fields.get("actions"), 50).flatMap(
      (action) => readRecipeAction(reading, action) ?? [],
    ),
    requiresApproval: readBoolean(reading, fields.get("requires_approval"), false),
    approvers: readApproverList(reading, fields.get("approvers")),
    policy,
  };
  return id === null || trigger === null
    ? null
    : { id, content: { id, trigger, ...content }, cursor };
};
