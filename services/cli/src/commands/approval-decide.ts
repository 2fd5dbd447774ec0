import type { Request } from "@countersign/client/request.ts";
import type { Command } from "commander";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { outcomeText, requestText } from "../show/request-text.ts";
import type { Terminal } from "../terminal.ts";
import { approveAll } from "./approve-all.ts";

interface DecideOptions extends RemoteOptions {
  readonly notes?: string;
  readonly reason?: string;
  readonly yes?: boolean;
}

/** Votes for or against what is shown: its hash and its open level go with the vote. */
const decide = async (
  terminal: Terminal,
  id: string,
  verb: "approve" | "deny",
  options: DecideOptions,
): Promise<void> => {
  const { server } = await connect(terminal, options);
  const path = `/approvals/${encodeURIComponent(id)}`;
  const shown = await server.get<Request>(path);
  if (options.json !== true) terminal.print(`${requestText(shown)}\n`);
  const level = shown.levels.find(({ status }) => status === "open")?.number;
  const request = await server.post<Request>(
    `${path}/${verb}`,
    {
      payload_hash: shown.payload_hash,
      level,
      notes: options.notes,
      ...(verb === "deny" ? { reason: options.reason } : {}),
    },
    { idempotencyKey: crypto.randomUUID() },
  );
  show(terminal, options, request, outcomeText);
};

/** `approval approve ID`: votes for the payload and at the level that it shows; `all` for all that wait for you. */
export const approveCommand = (terminal: Terminal): Command =>
  remoteCommand("approve", "approve what is shown; `all`: everything that waits for you")
    .argument("<id>", "apr_…, or all")
    .option("--notes <text>")
    .option("--yes", "with all: do not ask first")
    .action(async (id: string, options: DecideOptions) =>
      id === "all" ? approveAll(terminal, options) : decide(terminal, id, "approve", options),
    );

/** `approval reject ID --reason …`: the requester reads the reason. */
export const rejectCommand = (terminal: Terminal): Command =>
  remoteCommand("reject", "deny what is shown; the requester reads the reason")
    .alias("deny")
    .argument("<id>", "apr_…")
    .requiredOption("--reason <text>", "why, for the requester")
    .option("--notes <text>")
    .action(async (id: string, options: DecideOptions) => decide(terminal, id, "deny", options));
