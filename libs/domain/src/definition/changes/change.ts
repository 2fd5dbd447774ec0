/** One difference between two versions of a definition, in words. */
export interface Change {
  /** Where it stands, as in faults: `chain[1].required`. */
  readonly path: string;
  /** A sentence without its full stop: `level 2 now needs 2 of sre instead of any`. */
  readonly text: string;
  /** True when something may now pass, or is decided by others, that was held before; also when that cannot be told. */
  readonly loosens: boolean;
}

/** Longest quotation of a value in a text, in characters. */
const SHOWN = 120;

const cut = (text: string): string =>
  text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;

/** A value as a text quotes it: a plain word as it is, everything else as JSON; cut when it is long. */
export const quoted = (value: unknown): string =>
  cut(
    typeof value === "string" && /^[\w.:/*@-]+$/.test(value)
      ? value
      : (JSON.stringify(value) ?? "nothing"),
  );

/** Several values in one text: the first five, and how many there are more. */
export const listed = (values: readonly string[]): string =>
  values.length <= 5
    ? values.map(cut).join(", ")
    : `${values.slice(0, 5).map(cut).join(", ")} and ${values.length - 5} more`;

/** Parts of both sides by what names them: those of both, those that are gone, those that came; the same name may stand several times. */
export const paired = <Part>(
  before: readonly Part[],
  after: readonly Part[],
  nameOf: (part: Part) => string,
): {
  readonly both: readonly (readonly [Part, Part])[];
  readonly gone: readonly Part[];
  readonly come: readonly Part[];
} => {
  const left = new Map<string, Part[]>();
  for (const part of before) {
    left.set(nameOf(part), [...(left.get(nameOf(part)) ?? []), part]);
  }
  const both: (readonly [Part, Part])[] = [];
  const come: Part[] = [];
  for (const part of after) {
    const other = left.get(nameOf(part))?.shift();
    if (other === undefined) {
      come.push(part);
    } else {
      both.push([other, part]);
    }
  }
  return { both, gone: [...left.values()].flat(), come };
};
