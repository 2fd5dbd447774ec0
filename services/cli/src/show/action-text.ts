import type { Request } from "@countersign/client/request.ts";
import { visible, visibleLines } from "./visible.ts";

/** A value on one line, or a text of several lines as they are: a diff is read, not decoded. */
const parameterText = ([name, value]: readonly [string, unknown]): string =>
  typeof value === "string" && value.includes("\n")
    ? `  ${visible(name)}:\n${visibleLines(value.replace(/\n$/, ""), "    ")}`
    : `  ${visible(name)}: ${visible(JSON.stringify(value))}`;

/** What is to be run, every parameter of it: the payload that the hash is over. */
export const actionText = ({ action }: Request): string =>
  [
    `  type: ${visible(action.type)}`,
    ...(action.tool === undefined ? [] : [`  tool: ${visible(action.tool)}`]),
    ...Object.entries(action.parameters).map(parameterText),
  ].join("\n");
