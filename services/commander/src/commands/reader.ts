import type { ReadCommand, ExistingCommand } from "@countersign/application/request.ts";
import type { Parsed } from "@countersign/api-contract/errors.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { bodyRefusal } from "../reply.ts";

/** Reads the body of a command on one request; a faulty one keeps its fault beside the command's bare form. */
export type ReadBody = (body: JsonObject) => ReadCommand;

/** `bare` is what the command is as far as a faulty body goes: enough to find the refusals that come first. */
export const reader =
  <Body>(
    parse: (body: JsonObject) => Parsed<Body>,
    toCommand: (body: Body) => ExistingCommand,
    bare: ExistingCommand,
  ): ReadBody =>
  (body) => {
    const parsed = parse(body);
    return parsed.ok
      ? { command: toCommand(parsed.value), fault: null }
      : { command: bare, fault: bodyRefusal(parsed.error) };
  };
