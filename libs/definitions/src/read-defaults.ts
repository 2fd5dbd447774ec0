import type { Defaults } from "@countersign/domain/definition/definition.ts";
import { productDefaults } from "@countersign/domain/definition/evolve.ts";
import { fieldsOf } from "./fields.ts";
import { readRouting } from "./read-routing.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readDuration, readText, readWord } from "./values.ts";

const shape = {
  what: "`defaults`",
  keys: [
    "policy",
    "expires_in",
    "routing",
    "auto_approve",
    "agent_deciders",
    "self_approval",
    "calendar",
    "description",
  ],
};
const forbidOrAllow = ["forbid", "allow"] as const;

/** What an org falls back to; what is left out is the product's own. */
export const readDefaults = (reading: Reading, cursor: Cursor): Defaults => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return productDefaults;
  }
  const policyPlace = fields.get("policy");
  const policy = readText(reading, policyPlace, 300);
  if (policy !== null && policyPlace !== undefined) {
    reading.policyNames.push({ ...policyPlace, name: policy });
  }
  const calendarPlace = fields.get("calendar");
  const calendar = readText(reading, calendarPlace, 64);
  if (calendar !== null && calendarPlace !== undefined) {
    reading.calendarNames.push({ ...calendarPlace, name: calendar });
  }
  const routing = fields.get("routing");
  const expiry = fields.get("expires_in");
  const never = expiry?.node.kind === "scalar" && expiry.node.value === "never";
  return {
    policy,
    expiresIn: never ? "never" : readDuration(reading, expiry),
    routing: routing === undefined ? null : readRouting(reading, routing),
    autoApprove: readWord(reading, fields.get("auto_approve"), forbidOrAllow) ?? "forbid",
    agentDeciders: readWord(reading, fields.get("agent_deciders"), forbidOrAllow) ?? "allow",
    selfApproval: readWord(reading, fields.get("self_approval"), forbidOrAllow) ?? "forbid",
    calendar,
  };
};
