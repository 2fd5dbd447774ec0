import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { UsageError } from "../exit-codes.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { table } from "../show/table.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

interface Definition {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly file: string | null;
  readonly imported_at: string | null;
  readonly imported_by: string | null;
}

interface Diff {
  readonly changes: readonly {
    readonly path: string;
    readonly text: string;
    readonly loosens: boolean;
  }[];
  readonly lines: readonly string[];
}

/** `policy/deploy-production` as a path. */
const pathOf = (name: string): string => {
  const [, kind, id] = /^([a-z]+)\/(.+)$/.exec(name) ?? [];
  if (kind === undefined || id === undefined)
    throw new UsageError("A definition is named <kind>/<id>, such as policy/deploy-production.");
  return `/definitions/${kind}/${encodeURIComponent(id)}`;
};

const definitionTable = (definitions: readonly Definition[]): string =>
  definitions.length === 0
    ? "No definitions."
    : table(
        ["DEFINITION", "VERSION", "FILE", "IMPORTED", "BY"],
        definitions.map(({ kind, id, version, file, imported_at: at, imported_by: by }) =>
          [`${kind}/${id}`, String(version), file ?? "", at ?? "", by ?? ""].map(visible),
        ),
      );

const diffText = ({ changes, lines }: Diff): string =>
  [
    ...(changes.length === 0
      ? ["No difference."]
      : changes.map(({ text, loosens }) =>
          visible(`${loosens ? "loosens: " : "         "}${text}`),
        )),
    ...(lines.length === 0 ? [] : ["", ...lines.map(visible)]),
  ].join("\n");

/** `workflow list`: what is active. */
export const listDefinitions = (terminal: Terminal): Command =>
  remoteCommand("list", "list what is active")
    .option("--kind <kind>", "policy, workflow, gate, rule, recipe, calendar, defaults, …")
    .action(async (options: RemoteOptions & { readonly kind?: string }) => {
      const { kind } = options;
      const { server } = await connect(terminal, options);
      const query = kind === undefined ? "" : `?${new URLSearchParams({ kind })}`;
      const path = `/definitions${query}`;
      const answer = await server.get<{ readonly definitions: readonly Definition[] }>(path);
      show(terminal, options, answer, ({ definitions }) => definitionTable(definitions));
    });

/** `workflow show KIND/ID`: its source as it was imported. */
export const showDefinition = (terminal: Terminal): Command =>
  remoteCommand("show", "print the source of a definition as it was imported")
    .argument("<kind/id>", "such as policy/deploy-production")
    .option("--version <n>", "which one; default the newest", wholeNumber)
    .action(async (name: string, options: RemoteOptions & { readonly version?: number }) => {
      const { version } = options;
      const { server } = await connect(terminal, options);
      const query = version === undefined ? "" : `?version=${version}`;
      const answer = await server.get<{ readonly source: string }>(`${pathOf(name)}${query}`);
      show(terminal, options, answer, ({ source }) =>
        source
          .trimEnd()
          .split("\n")
          .map((line) => visible(line.replaceAll("\t", "  ")))
          .join("\n"),
      );
    });

/** `workflow diff KIND/ID`: what changed between two versions, in words and in lines. */
export const diffDefinition = (terminal: Terminal): Command =>
  remoteCommand("diff", "say what changed between two versions, and what of it loosens")
    .argument("<kind/id>", "such as policy/deploy-production")
    .requiredOption("--from <n>", "version", wholeNumber)
    .requiredOption("--to <n>", "version", wholeNumber)
    .action(
      async (
        name: string,
        options: RemoteOptions & { readonly from: number; readonly to: number },
      ) => {
        const { from, to } = options;
        const { server } = await connect(terminal, options);
        const diff = await server.get<Diff>(`${pathOf(name)}/diff?from=${from}&to=${to}`);
        show(terminal, options, diff, diffText);
      },
    );

/** `workflow retire KIND/ID`: takes a definition out of use; pending requests stay under it. */
export const retireDefinition = (terminal: Terminal): Command =>
  remoteCommand("retire", "take a definition out of use; pending requests stay under it")
    .argument("<kind/id>", "such as policy/deploy-production")
    .action(async (name: string, options: RemoteOptions) => {
      const { server } = await connect(terminal, options);
      const retired = await server.delete<Definition>(pathOf(name));
      show(terminal, options, retired, () => visible(`${name} is retired.`));
    });
