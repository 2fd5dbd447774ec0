import { makeClient } from "@countersign/client/client.ts";
import type { Command } from "commander";
import { durationOption, jsonObject } from "../arguments.ts";
import { exitCodes, exitOfStatus, UsageError, type ExitCode } from "../exit-codes.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { outcomeText } from "../show/request-text.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";
import { waitFor } from "./waiting.ts";

interface CheckOptions extends RemoteOptions {
  readonly parameters?: string;
  readonly tool?: string;
  readonly context?: string;
  readonly risk?: string;
  readonly run?: string;
  readonly ask?: boolean;
  readonly title?: string;
  readonly key?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

interface Evaluation {
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly approval_id?: string | null;
}

const exitOf: Readonly<Record<Evaluation["decision"], ExitCode>> = {
  ALLOW: exitCodes.done,
  DENY: exitCodes.denied,
  ESCALATE: exitCodes.escalate,
};

const evaluationText = ({ decision, reasons, approval_id: id }: Evaluation): string =>
  [
    decision,
    ...reasons.map(({ code, message }) => visible(`  ${code}: ${message}`)),
    ...(typeof id === "string" ? [visible(`  asked as ${id}`)] : []),
  ].join("\n");

const bodyOf = async (terminal: Terminal, action: string, options: CheckOptions) => {
  const { tool, run, ask, title } = options;
  if (ask === true && title === undefined) throw new UsageError("--ask needs a --title.");
  return {
    title,
    action: {
      type: action,
      tool,
      parameters: (await jsonObject(terminal, "--parameters", options.parameters)) ?? {},
    },
    context: await jsonObject(terminal, "--context", options.context),
    risk_snapshot: await jsonObject(terminal, "--risk", options.risk),
    ...(run === undefined ? {} : { links: { run } }),
    ...(ask === true ? { ask: true } : {}),
  };
};

/** `gate check ACTION`: would this action need approval? The answer is the exit code. */
export const checkCommand = (terminal: Terminal): Command =>
  remoteCommand("check", "would this action need approval? exit code 0 allow, 3 deny, 6 escalate")
    .argument("<action>", "the action's type, such as kubernetes:deploy")
    .option("--parameters <json>", "the action's parameters: JSON, or @file")
    .option("--tool <name>", "the tool it is done with")
    .option("--context <json>", "JSON, or @file")
    .option("--risk <json>", "the risk snapshot: JSON, or @file")
    .option("--run <id>", "the run it belongs to, for cost gates")
    .option("--ask", "ask the approvers when approval is needed")
    .option("--title <text>", "what the approvers read; with --ask")
    .option("--key <key>", "idempotency key: the same key is the same question")
    .option("--wait", "with --ask: wait for the end; exit code as of `approval wait`")
    .option("--timeout <duration>", "stop waiting after 90s, 30m, 2h, …", durationOption)
    .action(async (action: string, options: CheckOptions) => {
      if (options.wait === true && options.ask !== true)
        throw new UsageError("--wait goes with --ask.");
      const body = await bodyOf(terminal, action, options);
      const { server, settings } = await connect(terminal, options);
      const { key } = options;
      const answer = await server.post<Evaluation>(
        "/evaluate",
        body,
        key === undefined ? {} : { idempotencyKey: key },
      );
      show(terminal, options, answer, evaluationText);
      terminal.exitCode = exitOf[answer.decision];
      const { approval_id: id } = answer;
      if (options.wait !== true || typeof id !== "string") return;
      const request = await waitFor(makeClient(settings), id, options.timeout);
      if (options.json !== true) terminal.print(outcomeText(request));
      terminal.exitCode = exitOfStatus(request.status);
    });
