import { makeClient } from "@countersign/client/client.ts";
import type { Command } from "commander";
import { durationOption } from "../arguments.ts";
import { exitOfStatus } from "../exit-codes.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { outcomeText } from "../show/request-text.ts";
import type { Terminal } from "../terminal.ts";
import { waitFor } from "./waiting.ts";

/** `approval wait ID`: waits for the end; the exit code says which. */
export const waitCommand = (terminal: Terminal): Command =>
  remoteCommand("wait", "wait for the end: exit code 0 approved, 3 denied, 4 expired, 5 cancelled")
    .argument("<id>", "apr_…")
    .option("--timeout <duration>", "exit with 4 after 90s, 30m, 2h, …", durationOption)
    .action(async (id: string, options: RemoteOptions & { readonly timeout?: number }) => {
      const { settings } = await connect(terminal, options);
      const request = await waitFor(makeClient(settings), id, options.timeout);
      show(terminal, options, request, outcomeText);
      terminal.exitCode = exitOfStatus(request.status);
    });
