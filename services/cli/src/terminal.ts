import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import type { ExitCode } from "./exit-codes.ts";

/** What a command has of the world around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** A line, or several, on standard output. */
  print(text: string): void;
  /** On standard error. */
  complain(text: string): void;
  /** True when a person sits there who can be asked. */
  readonly isInteractive: boolean;
  /** Puts a question and answers the line that was typed. */
  ask(question: string): Promise<string>;
  /** All of standard input. */
  readAll(): Promise<string>;
  /** What the process ends with. */
  exitCode: ExitCode;
}

interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The terminal that a process stands in. */
export const openTerminal = (
  { stdin, stdout, stderr }: Streams,
  around: Pick<Terminal, "env" | "cwd" | "now">,
): Terminal => ({
  ...around,
  exitCode: 0,
  isInteractive: stdin.isTTY === true && stderr.isTTY,
  print: (text) => stdout.write(`${text}\n`),
  complain: (text) => stderr.write(`${text}\n`),
  async ask(question) {
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
  async readAll() {
    stdin.setEncoding("utf8");
    let text = "";
    for await (const chunk of stdin) text += String(chunk);
    return text;
  },
});
