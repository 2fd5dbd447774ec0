import { authorRefusal } from "@countersign/application/definition.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import type { Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import { fileOf, readFile } from "./definition-file.ts";

/**
 * Says what an import of a file would find, and imports nothing. Whoever may import may lint: hints name roles and
 * people of the org.
 */
export const lintDefinitions = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const file = fileOf(incoming);
  if ("code" in file) return no(file);
  const denied = authorRefusal(incoming.principal, decider.engine.references.of(incoming.org));
  if (denied !== null) return no(denied);
  const strict = incoming.headers["Countersign-Strict"] === "1";
  const { faults, warnings, ignored } = readFile(decider, incoming, file, strict);
  return yes("done", JSON.stringify({ ok: faults.length === 0, faults, warnings, ignored }));
};
