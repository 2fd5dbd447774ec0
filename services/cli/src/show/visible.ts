/** Control, format (bidi, zero width), unpaired surrogate, line and paragraph separators. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const shown = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `⟨U+${code}⟩`;
};

/**
 * Text of others on one line of a terminal: whatever would move the cursor, colour, hide or turn around what stands
 * beside it is shown by its number instead.
 */
export const visible = (text: string): string => text.replaceAll(HIDDEN, shown);

/** The same over several lines, each indented. */
export const visibleLines = (text: string, indent: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => indent + visible(line.replaceAll("\t", "  ")))
    .join("\n");

/** JSON for programs, with those characters as escapes: the same value, and harmless on a terminal. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll(HIDDEN, (character) =>
    character === "\n"
      ? character
      : [...character]
          .flatMap((each) => each.split(""))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join(""),
  );
