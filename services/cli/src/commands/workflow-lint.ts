import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { Command } from "commander";
import { readText } from "../arguments.ts";
import { exitCodes } from "../exit-codes.ts";
import { findingText, type Finding } from "../show/faults-text.ts";
import { jsonText, visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

/** What is to be said about one file. */
interface Linted {
  readonly file: string;
  readonly ok: boolean;
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly ignored: readonly Finding[];
}

const DEFINITION = /\.(?:ya?ml|json|toml)$/i;

/** The files that a path means: itself, or every definition below it. */
const filesBelow = async (terminal: Terminal, path: string): Promise<readonly string[]> => {
  const whole = resolve(terminal.cwd, path);
  const isFolder = path !== "-" && (await stat(whole).catch(() => null))?.isDirectory() === true;
  if (!isFolder) return [path];
  const entries = await readdir(whole, { recursive: true });
  return entries
    .filter((entry) => DEFINITION.test(entry))
    .toSorted()
    .map((entry) => join(path, entry));
};

const lint = (file: string, text: string, strict: boolean): Linted => {
  const name = file === "-" ? "definitions.yaml" : file;
  const parsed = parseFile({
    text,
    mediaType: languageOf(text, name),
    file: name,
    schemaFault,
  });
  const ignored = parsed.ignored.map(({ why, ...place }) => ({
    ...place,
    code: "unknown-key",
    message: why,
  }));
  const faults = strict ? [...parsed.faults, ...ignored] : parsed.faults;
  return {
    file,
    ok: faults.length === 0,
    faults,
    warnings: parsed.warnings,
    ignored: strict ? [] : ignored,
  };
};

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

const report = (
  terminal: Terminal,
  { file, faults, warnings, ignored }: Linted,
  text: string,
): void => {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const fault of faults) terminal.print(findingText(file, fault, lines));
  for (const { code, ...warning } of warnings)
    terminal.print(findingText(file, { ...warning, code: `warning ${code}` }, lines));
  for (const { line, column, path, message } of ignored)
    terminal.print(visible(`${file}:${line}:${column} ignored ${path}: ${message}`));
  const verdict = faults.length === 0 ? "ok" : counted(faults.length, "fault");
  const rest = [
    ...(warnings.length === 0 ? [] : [counted(warnings.length, "warning")]),
    ...(ignored.length === 0 ? [] : [counted(ignored.length, "ignored key")]),
  ];
  terminal.print(visible(`${file}: ${[verdict, ...rest].join(", ")}`));
};

/** `workflow lint FILE…`: checks definitions without a server, every fault at once. */
export const lintCommand = (terminal: Terminal): Command =>
  new Command("lint")
    .description("check definition files (or folders of them) offline; exit code 1 on a fault")
    .argument("<file...>", "YAML, JSON or TOML files; - is standard input")
    .option("--strict", "keys that have no effect are faults")
    .option("--json", "print JSON")
    .action(async (paths: readonly string[], options: { strict?: boolean; json?: boolean }) => {
      const results: Linted[] = [];
      for (const path of paths) {
        for (const file of await filesBelow(terminal, path)) {
          const text = await readText(terminal, file);
          const linted = lint(file, text, options.strict === true);
          results.push(linted);
          if (options.json !== true) report(terminal, linted, text);
        }
      }
      const ok = results.every((linted) => linted.ok);
      if (options.json === true) terminal.print(jsonText({ ok, files: results }));
      if (!ok) terminal.exitCode = exitCodes.error;
    });
