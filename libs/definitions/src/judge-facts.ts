import { isAskersWord } from "./fact-names.ts";
import type { Reading } from "./reading.ts";

/** Conditions of a workflow see the topic; recipes look at what has happened, and nobody asks them anything. */
const ofTopic = /^(?:workflow|states|transitions)\b/;
const ofRecipe = /^recipe\b/;

/** Warns of conditions on facts that whoever asks may say as they like: such a condition keeps nobody from anything. */
export const judgeFacts = (reading: Reading): void => {
  const said = new Set<string>();
  for (const { name, ...cursor } of reading.factNames) {
    const place = `${cursor.path} ${name}`;
    if (ofRecipe.test(cursor.path) || said.has(place)) {
      continue;
    }
    said.add(place);
    if (isAskersWord(name, ofTopic.test(cursor.path))) {
      const message = `\`${name}\` is what whoever asks says it is.`;
      const hint = "Only `action.parameters` is what will be run.";
      reading.warn("asker-fact", cursor, message, hint);
    }
  }
};
