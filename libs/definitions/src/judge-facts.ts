import type { JsonObject } from "@countersign/domain/json.ts";
import { isObject } from "@countersign/domain/json.ts";
import { isAskersWord } from "./fact-names.ts";
import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";

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

const PARAMETERS = "action.parameters.";

/**
 * Faults for parameters that the conditions below a path name, and that the policy's own schema shuts out: no request
 * that fits the schema has them.
 */
export const judgeParameters = (reading: Reading, path: string, schema: JsonObject): void => {
  const { properties, additionalProperties } = schema;
  if (additionalProperties !== false || !isObject(properties)) {
    return;
  }
  const declared = Object.keys(properties);
  for (const { name, ...cursor } of reading.factNames) {
    const [parameter = ""] = name.startsWith(PARAMETERS)
      ? name.slice(PARAMETERS.length).split(".")
      : [];
    if (parameter !== "" && cursor.path.startsWith(path) && !declared.includes(parameter)) {
      const meant = suggest(parameter, declared);
      const hint = meant === undefined ? undefined : `Did you mean \`${PARAMETERS}${meant}\`?`;
      const message = `The policy's schema has no parameter \`${parameter}\`.`;
      reading.fault("unknown-name", cursor, message, hint);
    }
  }
};
