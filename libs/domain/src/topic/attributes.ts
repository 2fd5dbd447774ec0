import { isObject, type Json, type JsonObject } from "../json.ts";

/**
 * The attributes after a patch. Each attribute is one unit: the patch's value stands in place of the old one, null
 * removes it. Whoever set an attribute therefore set all of it, which is what `setBy` remembers.
 */
export const mergeAttributes = (attributes: JsonObject, patch: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(attributes));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(name);
    } else {
      merged.set(name, value);
    }
  }
  return Object.fromEntries(merged);
};

const isEmpty = (value: Json): boolean =>
  value === null ||
  (typeof value === "string" && value.trim() === "") ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

const own = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

const isPresent = (attributes: JsonObject, path: string): boolean => {
  let value: Json | undefined = attributes;
  for (const name of path.split(".")) {
    value = own(value, name);
  }
  return value !== undefined && !isEmpty(value);
};

/** Required fields that are neither an attribute nor one of `custom_fields`, or are null or empty; in their order. */
export const missingFields = (
  attributes: JsonObject,
  required: readonly string[],
): readonly string[] =>
  required.filter(
    (field) => !isPresent(attributes, field) && !isPresent(attributes, `custom_fields.${field}`),
  );
