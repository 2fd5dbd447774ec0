import { CountersignError } from "@countersign/client/errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { show } from "../remote.ts";
import { faultsOf } from "../show/error-text.ts";
import { findingText } from "../show/faults-text.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Runs something with a file's text. Where the server refuses the file, its faults are printed like those of lint and the
 * exit code is 1; everything else is thrown on.
 */
export const reportingFaults = async (
  terminal: Terminal,
  options: { readonly json?: boolean },
  { file, text }: { readonly file: string; readonly text: string },
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "invalid-definition") throw error;
    const faults = faultsOf(error);
    const lines = text.replace(/^\uFEFF/, "").split("\n");
    show(terminal, options, { faults }, () =>
      [...faults.map((fault) => findingText(file, fault, lines)), visible(error.message)].join(
        "\n",
      ),
    );
    terminal.exitCode = exitCodes.error;
  }
};
