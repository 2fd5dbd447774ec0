import type { Policy } from "@countersign/domain/policy/policy.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { chainKeys, readChain } from "./read-chain.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { ID, readId, readLabel, readName } from "./values.ts";

const shape = {
  what: "a policy",
  keys: ["id", "name", "version", "description", "metadata", ...chainKeys],
};

/** A name as an id, cut to what an id may hold; empty when nothing is left. */
const idFrom = (name: string): string => kebabCase(name).slice(0, 64);

/** The file's name without folder and ending. */
export const stem = (file: string): string =>
  (file.split("/").at(-1) ?? file).replace(/\.[^.]*$/, "");

/** An id as written; without one the name in kebab-case, without both the file's name. */
export const readOwnId = (
  reading: Reading,
  fields: Fields,
  file: string,
  what: string,
): string | null => {
  const written = fields.get("id");
  if (written !== undefined) {
    return readId(reading, written);
  }
  const name = fields.get("name");
  const named = name?.node.kind === "scalar" ? idFrom(name.node.text) : "";
  const id = named === "" ? idFrom(stem(file)) : named;
  if (!ID.test(id)) {
    reading.missing(fields.cursor, "id", `${what} needs an \`id\`.`);
    return null;
  }
  return id;
};

/** A policy as read, with its label. `version` is 0 until it is imported. */
export const readPolicy = (
  reading: Reading,
  cursor: Cursor,
  file: string,
): { readonly policy: Policy; readonly label: string | null } | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  const id = readOwnId(reading, fields, file, "A policy");
  const label = readLabel(reading, fields.get("version"));
  const name = readName(reading, fields.get("name")) ?? id ?? "";
  const policy = { id: id ?? "", name, ...readChain(reading, fields, { name: null }) };
  return { policy, label };
};
