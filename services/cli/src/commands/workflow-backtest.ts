import { basename } from "node:path";
import type { Command } from "commander";
import { readText, wholeNumber } from "../arguments.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { backtestText, type BacktestAnswer } from "../show/simulation-text.ts";
import type { Terminal } from "../terminal.ts";
import { reportingFaults } from "./report-faults.ts";

/** `workflow backtest FILE`: what a draft would have done to the requests of the last days. */
export const backtestCommand = (terminal: Terminal): Command =>
  remoteCommand("backtest", "hold a draft against the recorded requests of the last days")
    .argument("<file>", "YAML, JSON or TOML; - is standard input")
    .option("--days <n>", "how far back, at most 90", wholeNumber, 30)
    .action(async (file: string, options: RemoteOptions & { readonly days: number }) => {
      const source = await readText(terminal, file);
      const { server } = await connect(terminal, options);
      const body = { source, name: basename(file === "-" ? "draft" : file), days: options.days };
      await reportingFaults(terminal, options, { file, text: source }, async () => {
        const answer = await server.post<BacktestAnswer>("/definitions/backtest", body);
        const lines = source.split("\n");
        show(terminal, options, answer, (backtest) => backtestText(backtest, file, lines));
      });
    });
