import type { AskInput } from "@countersign/api-contract/ask.ts";
import { makeClient } from "@countersign/client/client.ts";
import type { Request } from "@countersign/client/request.ts";
import { Option, type Command } from "commander";
import { collectTargets, durationOption, jsonObject, type Target } from "../arguments.ts";
import { exitOfStatus, UsageError } from "../exit-codes.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { outcomeText, requestText } from "../show/request-text.ts";
import type { Terminal } from "../terminal.ts";
import { waitFor } from "./waiting.ts";

interface AskOptions extends RemoteOptions {
  readonly file?: string;
  readonly title?: string;
  readonly description?: string;
  readonly action?: string;
  readonly tool?: string;
  readonly parameters?: string;
  readonly policy?: string;
  readonly approver?: readonly Target[];
  readonly context?: string;
  readonly urgency?: "low" | "normal" | "high" | "critical";
  readonly expiresIn?: string;
  readonly key?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

const bodyOf = async (terminal: Terminal, options: AskOptions): Promise<object> => {
  const whole = await jsonObject(terminal, "--file", options.file && `@${options.file}`);
  if (whole !== undefined) return whole;
  const { title, description, action, tool, policy, approver, urgency, expiresIn } = options;
  if (title === undefined || action === undefined)
    throw new UsageError("Name --title and --action, or a --file with the whole ask.");
  const parameters = await jsonObject(terminal, "--parameters", options.parameters);
  return {
    title,
    description,
    action: { type: action, tool, parameters: { ...parameters } },
    policy,
    approvers: approver === undefined ? undefined : [...approver],
    context: await jsonObject(terminal, "--context", options.context),
    urgency,
    expires_in: expiresIn,
  } satisfies AskInput;
};

/** `approval request`: asks; with `--wait` the exit code says how it ended. */
export const requestCommand = (terminal: Terminal): Command =>
  remoteCommand("request", "ask for approval; with --wait, wait for the end")
    .option("--title <text>", "what the approvers read")
    .option("--description <text>")
    .option("--action <type>", "such as kubernetes:deploy")
    .option("--tool <name>")
    .option("--parameters <json>", "what is to be run: JSON, or @file")
    .option("--policy <id>", "the policy; default the organisation's")
    .option(
      "--approver <who>",
      "role:<id> or user:<id>, instead of a policy; repeatable",
      collectTargets,
    )
    .option("--context <json>", "JSON, or @file")
    .addOption(new Option("--urgency <word>").choices(["low", "normal", "high", "critical"]))
    .option("--expires-in <duration>", "24h, 7d, never, …")
    .option("--file <path>", "the whole ask as JSON; - is standard input")
    .option("--key <key>", "idempotency key: the same key is the same request")
    .option("--wait", "wait for the end: exit code 0 approved, 3 denied, 4 expired, 5 cancelled")
    .option("--timeout <duration>", "stop waiting after 90s, 30m, 2h, …", durationOption)
    .action(async (options: AskOptions) => {
      const body = await bodyOf(terminal, options);
      const { server, settings } = await connect(terminal, options);
      const asked = await server.post<Request>("/approvals", body, {
        idempotencyKey: options.key ?? crypto.randomUUID(),
      });
      if (options.wait !== true) {
        show(terminal, options, asked, requestText);
        return;
      }
      if (options.json !== true) terminal.print(outcomeText(asked));
      const ended = await waitFor(makeClient(settings), asked.id, options.timeout);
      show(terminal, options, ended, outcomeText);
      terminal.exitCode = exitOfStatus(ended.status);
    });
