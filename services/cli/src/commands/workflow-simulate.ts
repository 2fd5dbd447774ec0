import { basename } from "node:path";
import type { SimulateInput } from "@countersign/api-contract/simulation.ts";
import type { Command } from "commander";
import { jsonObject, readText } from "../arguments.ts";
import { UsageError } from "../exit-codes.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { simulationText, type SimulationAnswer } from "../show/simulation-text.ts";
import type { Terminal } from "../terminal.ts";
import { reportingFaults } from "./report-faults.ts";

interface SimulateOptions extends RemoteOptions {
  readonly policy?: string;
  readonly transition?: string;
  readonly issue?: string;
  readonly context?: string;
  readonly action?: string;
  readonly parameters?: string;
  readonly risk?: string;
  readonly requester?: string;
  readonly at?: string;
}

/** `release:staging->production` */
const transitionOf = (text: string): NonNullable<SimulateInput["transition"]> => {
  const [, workflow, from, to] = /^([^:]+):(.+?)->(.+)$/.exec(text) ?? [];
  if (workflow === undefined || from === undefined || to === undefined)
    throw new UsageError("--transition is <workflow>:<from>-><to>, in quotes.");
  return { workflow, from, to };
};

const bodyOf = async (
  terminal: Terminal,
  draft: { readonly source: string; readonly name: string } | null,
  options: SimulateOptions,
): Promise<SimulateInput> => {
  const { policy, transition, requester, at, action } = options;
  const parameters = await jsonObject(terminal, "--parameters", options.parameters);
  if (parameters !== undefined && action === undefined)
    throw new UsageError("--parameters belong to an --action.");
  return {
    ...draft,
    policy,
    transition: transition === undefined ? undefined : transitionOf(transition),
    facts: {
      issue: await jsonObject(terminal, "--issue", options.issue),
      context: await jsonObject(terminal, "--context", options.context),
      risk: await jsonObject(terminal, "--risk", options.risk),
      action: action === undefined ? undefined : { type: action, parameters },
    },
    requester,
    at,
  };
};

/** `workflow simulate`: who would be asked, when and why; nothing is written. */
export const simulateCommand = (terminal: Terminal): Command =>
  remoteCommand("simulate", "show who would be asked, when and why; nothing is written")
    .argument("[file]", "a draft to simulate with, as if it were imported; - is standard input")
    .option("--policy <id>", "a policy's id, or workflow/transition name")
    .option("--transition <move>", "<workflow>:<from>-><to>")
    .option("--issue <json>", "attributes of the topic: JSON, or @file")
    .option("--context <json>", "the ask's context: JSON, or @file")
    .option("--action <type>", "the action's type")
    .option("--parameters <json>", "the action's parameters: JSON, or @file")
    .option("--risk <json>", "the risk snapshot: JSON, or @file")
    .option("--requester <id>", "who asks, a person or an agent; default you")
    .option("--at <time>", "when, ISO 8601; default now")
    .action(async (file: string | undefined, options: SimulateOptions) => {
      if (
        [file, options.policy, options.transition, options.action].every(
          (each) => each === undefined,
        )
      )
        throw new UsageError("Name a file, a --policy, a --transition or an --action.");
      const text = file === undefined ? "" : await readText(terminal, file);
      const name = basename(file === undefined || file === "-" ? "draft" : file);
      const draft = file === undefined ? null : { source: text, name };
      const body = await bodyOf(terminal, draft, options);
      const { server } = await connect(terminal, options);
      await reportingFaults(terminal, options, { file: file ?? "source", text }, async () => {
        const answer = await server.post<SimulationAnswer>("/definitions/simulate", body);
        const lines = text.split("\n");
        show(terminal, options, answer, (found) => simulationText(found, file ?? "active", lines));
      });
    });
