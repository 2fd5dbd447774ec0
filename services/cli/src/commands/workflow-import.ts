import { basename } from "node:path";
import { languageOf } from "@countersign/definitions/language.ts";
import type { Command } from "commander";
import { readText } from "../arguments.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { findingText, type Finding } from "../show/faults-text.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";
import { reportingFaults } from "./report-faults.ts";

interface ImportAnswer {
  readonly definitions: readonly {
    readonly kind: string;
    readonly id: string;
    readonly version: number;
  }[];
  readonly warnings: readonly Finding[];
  readonly ignored: readonly {
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly why: string;
  }[];
}

const importText = ({ definitions, warnings, ignored }: ImportAnswer, file: string): string =>
  [
    ...definitions.map(({ kind, id, version }) => `${kind} ${id}: version ${version} is active`),
    ...warnings.map(({ code, ...rest }) => findingText(file, { ...rest, code: `warning ${code}` })),
    ...ignored.map(({ path, line, column, why }) =>
      visible(`${file}:${line}:${column} ignored ${path}: ${why}`),
    ),
  ].join("\n");

/** `workflow import FILE`: makes a file of definitions active, whole or not at all. */
export const importCommand = (terminal: Terminal): Command =>
  remoteCommand("import", "import a file of definitions as new, immutable versions")
    .argument("<file>", "YAML, JSON or TOML; - is standard input")
    .option("--name <name>", "the file's name in messages and ids; default its own")
    .action(async (file: string, options: RemoteOptions & { readonly name?: string }) => {
      const text = await readText(terminal, file);
      const name = options.name ?? (file === "-" ? "definitions" : basename(file));
      const { server } = await connect(terminal, options);
      await reportingFaults(terminal, options, { file, text }, async () => {
        const answer = await server.post<ImportAnswer>(
          `/definitions?name=${encodeURIComponent(name)}`,
          text,
          { contentType: `application/${languageOf(text, name)}` },
        );
        show(terminal, options, answer, (imported) => importText(imported, file));
      });
    });
