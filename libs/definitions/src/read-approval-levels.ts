import { approvalLevels, type ApprovalLevels } from "@countersign/domain/gate/gate.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import type { Reading } from "./reading.ts";
import { below } from "./tree.ts";
import { readBoolean, readDuration, readWord } from "./values.ts";

const tasksShape = { what: "`tasks`", keys: ["default_approval"] };
const namespaceShape = { what: "a namespace", keys: ["approval", "default_approval"] };
const approvalsShape = { what: "`approvals`", keys: ["timeout", "notify"] };

const readNamespaces = (reading: Reading, root: Fields): ApprovalLevels["namespaces"] => {
  const place = root.get("namespaces");
  if (place?.node.kind !== "map") {
    return {};
  }
  return Object.fromEntries(
    place.node.entries.flatMap(({ key, value }) => {
      const cursor = { node: value, path: below(place.path, key) };
      const fields = fieldsOf(reading, cursor, namespaceShape);
      const level = readWord(reading, fields?.get("approval"), approvalLevels);
      const fallback = readWord(reading, fields?.get("default_approval"), approvalLevels);
      const said = level ?? fallback;
      return said === null ? [] : [[key, said] as const];
    }),
  );
};

/** Kage's tables `tasks`, `namespaces` and `approvals` as one definition. */
export const readApprovalLevels = (reading: Reading, root: Fields): ApprovalLevels => {
  const [tasks, approvals] = [root.get("tasks"), root.get("approvals")];
  const task = tasks === undefined ? null : fieldsOf(reading, tasks, tasksShape);
  const timing = approvals === undefined ? null : fieldsOf(reading, approvals, approvalsShape);
  return {
    fallback: readWord(reading, task?.get("default_approval"), approvalLevels),
    namespaces: readNamespaces(reading, root),
    timeout: readDuration(reading, timing?.get("timeout")),
    notify: readBoolean(reading, timing?.get("notify"), false),
  };
};
