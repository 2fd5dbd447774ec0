import { sameJson } from "../../policy/compare-fact.ts";
import { quoted, type Change } from "./change.ts";

/** A key as authors write it, whatever the model calls it. */
const snake = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isMapping = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Mappings inside of mappings are opened down to here; what lies deeper is compared as one value. */
const DEPTH = 6;

/** True for what says nothing: writing a default is no change. */
const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** Values by path, those that say something. */
const valuesOf = (
  value: object,
  whole: ReadonlySet<string>,
  prefix = "",
  depth = 1,
  found: Map<string, unknown> = new Map(),
): ReadonlyMap<string, unknown> => {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    // A namespace is called as its author calls it: two that differ in a capital are two.
    const path = `${prefix}${prefix === "namespaces." ? key : snake(key)}`;
    if (isMapping(inner) && depth < DEPTH && !whole.has(path)) {
      valuesOf(inner, whole, `${path}.`, depth + 1, found);
    } else if (!isNothing(inner)) {
      found.set(path, inner);
    }
  }
  return found;
};

/** What a value was and is; undefined where it is not written. */
export type Loosening = (path: string, before: unknown, after: unknown) => boolean;

/** How a kind's values are compared. */
export interface Comparing {
  readonly loosens: Loosening;
  /** A path of the model as authors write it. */
  readonly written?: (path: string) => string;
  /** Paths that are compared as one value, whatever is inside. */
  readonly whole: ReadonlySet<string>;
}

/** How the values of two mappings differ, by path in the author's spelling. */
export const valueChanges = (
  before: object,
  after: object,
  { loosens, written = (path) => path, whole }: Comparing,
): readonly Change[] => {
  const [old, now] = [valuesOf(before, whole), valuesOf(after, whole)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => !sameJson(old.get(path), now.get(path)))
    .map((found) => {
      const [was, is] = [old.get(found), now.get(found)];
      const path = written(found);
      const text =
        is === undefined
          ? `${path} is gone; it was ${quoted(was)}`
          : was === undefined
            ? `${path} is now ${quoted(is)}`
            : `${path} is now ${quoted(is)} instead of ${quoted(was)}`;
      return { path, text, loosens: loosens(path, was, is) };
    });
};
