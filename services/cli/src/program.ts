import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { CountersignError } from "@countersign/client/errors.ts";
import { listCommand } from "./commands/approval-list.ts";
import { approveCommand, rejectCommand } from "./commands/approval-decide.ts";
import { requestCommand } from "./commands/approval-request.ts";
import { showCommand } from "./commands/approval-show.ts";
import { waitCommand } from "./commands/approval-wait.ts";
import { delegateCommand } from "./commands/delegate.ts";
import { checkCommand } from "./commands/gate-check.ts";
import { loginCommand } from "./commands/login.ts";
import { backtestCommand } from "./commands/workflow-backtest.ts";
import { importCommand } from "./commands/workflow-import.ts";
import {
  diffDefinition,
  listDefinitions,
  retireDefinition,
  showDefinition,
} from "./commands/workflow-kept.ts";
import { lintCommand } from "./commands/workflow-lint.ts";
import { simulateCommand } from "./commands/workflow-simulate.ts";
import { exitCodes, UsageError, type ExitCode } from "./exit-codes.ts";
import { errorText } from "./show/error-text.ts";
import { jsonText, visible } from "./show/visible.ts";
import type { Terminal } from "./terminal.ts";

const groupOf = (name: string, description: string, commands: readonly Command[]): Command =>
  commands.reduce(
    (group, command) => group.addCommand(command),
    new Command(name).description(description),
  );

const exitCodesText = `
Exit codes: 0 done, approved or allowed; 1 error; 2 usage; 3 denied; 4 expired or timed out; 5 cancelled;
6 approval needed (gate check).`;

/** Every command on its own writes and ends as the whole does: commander hands settings down only when asked to. */
const settle = (command: Command, terminal: Terminal): Command => {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.complain(text.trimEnd()),
  });
  command.showHelpAfterError("(countersign … --help says more)");
  for (const below of command.commands) settle(below, terminal);
  return command;
};

const makeProgram = (terminal: Terminal): Command =>
  settle(
    new Command("countersign")
      .description("Approvals by people, from the command line.")
      .version(manifest.version)
      // Commands below have options of the same names, which are theirs.
      .enablePositionalOptions()
      .addHelpText("after", exitCodesText)
      .addCommand(
        groupOf("approval", "approval requests: list, show, decide, ask, wait", [
          listCommand(terminal),
          showCommand(terminal),
          approveCommand(terminal),
          rejectCommand(terminal),
          requestCommand(terminal),
          waitCommand(terminal),
        ]),
      )
      .addCommand(
        groupOf("workflow", "policies, gates, workflows and recipes as files", [
          lintCommand(terminal),
          importCommand(terminal),
          simulateCommand(terminal),
          backtestCommand(terminal),
          listDefinitions(terminal),
          showDefinition(terminal),
          diffDefinition(terminal),
          retireDefinition(terminal),
        ]),
      )
      .addCommand(groupOf("gate", "what needs approval", [checkCommand(terminal)]))
      .addCommand(delegateCommand(terminal))
      .addCommand(loginCommand(terminal)),
    terminal,
  );

const complain = (terminal: Terminal, error: unknown, asJson: boolean): ExitCode => {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UsageError) {
    terminal.complain(visible(error.message));
    return exitCodes.usage;
  }
  if (error instanceof CountersignError) {
    const { code, message, details, correlationId } = error;
    terminal.complain(
      asJson
        ? jsonText({ error: { code, message, correlation_id: correlationId, details } })
        : errorText(error),
    );
    return exitCodes.error;
  }
  terminal.complain(visible(error instanceof Error ? error.message : String(error)));
  return exitCodes.error;
};

/** Runs one command line (without node and the program's own name). Never throws; the exit code is the terminal's. */
export const runCli = async (args: readonly string[], terminal: Terminal): Promise<void> => {
  try {
    await makeProgram(terminal).parseAsync([...args], { from: "user" });
  } catch (error) {
    terminal.exitCode = complain(terminal, error, args.includes("--json"));
  }
};
