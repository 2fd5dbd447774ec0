import { Command } from "commander";
import { openServer, type Server } from "./server.ts";
import { settingsOf, type ServerOptions, type Settings } from "./settings.ts";
import { jsonText } from "./show/visible.ts";
import type { Terminal } from "./terminal.ts";

/** The options of every command that speaks with a server. */
export interface RemoteOptions extends ServerOptions {
  readonly json?: boolean;
}

/** A command that speaks with a server. */
export const remoteCommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option("--url <url>", "the server; else COUNTERSIGN_URL, countersign.toml, the last login")
    .option("--org <id>", "the organisation")
    .option("--json", "print JSON");

/** The server that the options mean, spoken to as whoever logged in. */
export const connect = async (
  terminal: Terminal,
  options: RemoteOptions,
): Promise<{ readonly server: Server; readonly settings: Settings }> => {
  const settings = await settingsOf(terminal, options);
  return { server: openServer(settings), settings };
};

/** Prints a value as JSON when that was asked for, else as text. */
export const show = <T>(
  terminal: Terminal,
  { json }: { readonly json?: boolean },
  value: T,
  toText: (value: T) => string,
): void => terminal.print(json === true ? jsonText(value) : toText(value));
