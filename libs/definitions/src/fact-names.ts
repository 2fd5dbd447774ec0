import { suggest } from "./suggest.ts";

/** Facts with a fixed shape: any other name below them is never there. */
const shapes: ReadonlyMap<string, readonly string[]> = new Map([
  ["action", ["type", "tool", "parameters"]],
  ["transition", ["from", "to"]],
  ["requester", ["kind", "id", "owner"]],
]);

const roots = ["issue", "case", "transition", "action", "context", "risk", "agent", "requester"];

/** A letter left out, written twice, or two letters swapped: other words are near a root by chance (`content.length`). */
const isSlipOf = (word: string, root: string): boolean =>
  [...root].some((letter, at) => {
    const [before, after] = [root.slice(0, at), root.slice(at + 1)];
    const swapped = before + (root[at + 1] ?? "") + letter + root.slice(at + 2);
    return (
      word !== root && [before + after, before + letter + letter + after, swapped].includes(word)
    );
  });

/** What is wrong with the name of a fact as far as names are fixed, and what was probably meant; null when nothing is. */
export const factNameFault = (
  field: string,
): { readonly message: string; readonly hint: string | undefined } | null => {
  const [first = "", second, ...rest] = field.split(".");
  if (second === undefined) {
    return null;
  }
  const behind = [second, ...rest].join(".");
  const root = roots.find((each) => isSlipOf(first, each));
  if (root !== undefined) {
    const message = `There is no fact \`${first}\`.`;
    return { message, hint: `Did you mean \`${root}.${behind}\`?` };
  }
  const names = shapes.get(first);
  if (names === undefined || names.includes(second)) {
    return null;
  }
  const meant = suggest(second, names);
  return {
    message: `\`${first}\` has only ${names.map((name) => `\`${name}\``).join(", ")}; \`${field}\` is never there.`,
    hint:
      meant === undefined ? undefined : `Did you mean \`${[first, meant, ...rest].join(".")}\`?`,
  };
};

/**
 * Whether the asker says what a fact is, without it being what will run. A bare name is looked up in `context` first,
 * but for what a workflow says: there it is an attribute of the topic, and those remember who set them.
 */
export const isAskersWord = (field: string, ofTopic: boolean): boolean => {
  const [first = "", second] = field.split(".");
  if (first === "agent") {
    return second !== "id";
  }
  if (first === "context" || first === "risk" || first === "run") {
    return true;
  }
  return !ofTopic && !roots.includes(first);
};
