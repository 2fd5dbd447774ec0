import type { WorkflowGuard } from "@countersign/domain/topic/workflow-guard.ts";
import { durationMs } from "@countersign/domain/policy/duration.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import { fieldsOf } from "./fields.ts";
import { stem } from "./read-policy.ts";
import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";
import type { Cursor } from "./tree.ts";
import { readDuration, readId, readText } from "./values.ts";

const shape = {
  what: "a guard",
  keys: ["id", "workflow", "from", "to", "url", "timeout", "policy", "name", "description"],
};

/** A transition waits for its guards, so none may take longer. */
const LONGEST_MS = 30_000;

const isAddress = (text: string): boolean => {
  if (!/^https?:\/\/[^\s@]+$/.test(text) || text.length > 2_000) return false;
  try {
    return new URL(text).hostname !== "";
  } catch {
    return false;
  }
};

const readAddress = (reading: Reading, cursor: Cursor | undefined): string | null => {
  const text = readText(reading, cursor, 2_000);
  if (text === null || cursor === undefined || isAddress(text)) return text;
  const message = "This has to be an http or https address without a name and password.";
  reading.fault("wrong-type", cursor, message);
  return null;
};

/** The id of the workflow that a guard stands beside in its file; null when the file has none. */
export const ownWorkflow = (cursor: Cursor | undefined, file: string): string | null => {
  if (cursor?.node.kind !== "map") return null;
  const textOf = (key: string): string | null => {
    const value =
      cursor.node.kind === "map" && cursor.node.entries.find((e) => e.key === key)?.value;
    return value !== false && value?.kind === "scalar" && typeof value.value === "string"
      ? value.value
      : null;
  };
  return textOf("id") ?? kebabCase(textOf("name") ?? stem(file));
};

/** A guard as it was read, with its place. */
interface GuardRead {
  readonly id: string;
  readonly content: WorkflowGuard;
}

/** One workflow guard; `number` is its place in the file, from 1. `workflow` is the file's own, or null. */
export const readGuard = (
  reading: Reading,
  cursor: Cursor,
  file: string,
  number: number,
  own: string | null,
): GuardRead | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) return null;
  const workflowPlace = fields.get("workflow");
  for (const key of own === null ? ["workflow", "url"] : ["url"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A guard needs \`${key}\`.`);
    }
  }
  const workflow = workflowPlace === undefined ? own : readId(reading, workflowPlace);
  const known = reading.known?.definition?.workflows;
  if (workflow !== null && workflow !== own && workflowPlace !== undefined && known !== undefined) {
    if (!known.has(workflow)) {
      const meant = suggest(workflow, [...known.keys(), ...(own === null ? [] : [own])]);
      const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
      reading.fault("unknown-name", workflowPlace, `There is no workflow \`${workflow}\`.`, hint);
    }
  }
  const url = readAddress(reading, fields.get("url"));
  const place = fields.get("timeout");
  const timeout = readDuration(reading, place) ?? "5s";
  if (place !== undefined && (durationMs(timeout) ?? 0) > LONGEST_MS) {
    reading.fault("out-of-range", place, "A guard has at most 30 seconds to answer.");
  }
  const policyPlace = fields.get("policy");
  const policy = readText(reading, policyPlace, 300);
  if (policy !== null && policyPlace !== undefined) {
    reading.policyNames.push({ ...policyPlace, name: policy });
  }
  const readState = (key: "from" | "to"): string | null => {
    const statePlace = fields.get(key);
    const name = readText(reading, statePlace, 200);
    if (name !== null && statePlace !== undefined && workflow !== null) {
      reading.guardStates.push({ ...statePlace, name, workflow });
    }
    return name;
  };
  const [from, to] = [readState("from"), readState("to")];
  const made = `${kebabCase(stem(file)).slice(0, 40) || "file"}-guard-${number}`;
  const idPlace = fields.get("id");
  const id = idPlace === undefined ? made : readId(reading, idPlace);
  return id === null || workflow === null || url === null
    ? null
    : { id, content: { id, workflow, from, to, url, timeout, policy } };
};
