import { describe, expect, test } from "vitest";
import type { Refusal, RefusalCode } from "@countersign/domain/request/refusals.ts";
import type { Given } from "./given-when-then.ts";
import type { Happening } from "./happenings.ts";

/** What is tried, when, how, and the whole no to it. */
export type Refused = readonly [
  what: string,
  before: Given,
  happening: Happening,
  refusal: Refusal,
];

export const no = (code: RefusalCode, message: string, details?: Refusal["details"]): Refusal =>
  details === undefined ? { code, message } : { code, message, details };

/** The no to a body that is wrong at this place. */
export const wrong = (path: string, message: string): Refusal =>
  no("unprocessable", `${path} ${message}.`, { faults: [{ path, message }] });

/** The no whose sentence is about this field of the body. */
export const noFor = (
  code: RefusalCode,
  path: string,
  message: string,
  details: Refusal["details"] = {},
): Refusal => no(code, message, { ...details, faults: [{ path, message }] });

/** The no to who would otherwise have the right. */
export const own = (what: string): Refusal =>
  no("separation-of-duties", `Nobody ${what} what they, or an agent of theirs, asked for.`);

/** Each is refused with this code, these details and this sentence, and nothing happens. */
export const areRefused = (title: string, rows: readonly Refused[]): void => {
  describe(`${title} is refused`, () => {
    test.each(rows)("%s", (_, before, happening, refusal) => {
      expect(before.when(happening).decision).toEqual({ events: [], refusal });
    });
  });
};
