import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { openServer } from "../server.ts";
import { DEFAULT_URL, plainUrl, saveLogin } from "../settings.ts";
import { jsonText, visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

interface LoginOptions {
  readonly url: string;
  readonly org: string;
  readonly as?: string;
  readonly data: string;
  readonly json?: boolean;
}

/** The token of a development server, from the file that it writes for whoever runs it. */
const devToken = async (terminal: Terminal, data: string, id: string): Promise<string> => {
  const path = join(resolve(terminal.cwd, data), "dev-tokens.json");
  let tokens: Readonly<Record<string, string>>;
  try {
    tokens = JSON.parse(await readFile(path, "utf8")) as Readonly<Record<string, string>>;
  } catch {
    throw new UsageError(`${path} cannot be read: --as goes with a development server's --data.`);
  }
  const token = Object.hasOwn(tokens, id) ? tokens[id] : undefined;
  if (token === undefined) throw new UsageError(`${path} has no token for ${id}.`);
  return token;
};

const typedToken = async (terminal: Terminal): Promise<string> => {
  const text = terminal.isInteractive ? await terminal.ask("Token: ") : await terminal.readAll();
  const token = text.trim();
  if (token === "") throw new UsageError("Give the token on standard input.");
  return token;
};

/** `login`: tries a token and keeps it for this server. It is never taken from the command line, where others see it. */
export const loginCommand = (terminal: Terminal): Command =>
  new Command("login")
    .description("keep a token (read from standard input) for a server")
    .option("--url <url>", "the server", DEFAULT_URL)
    .option("--org <id>", "the organisation", "demo")
    .option("--as <id>", "a development server: this person's or agent's token from --data")
    .option("--data <folder>", "where the development server keeps its data", "./data")
    .option("--json", "print JSON")
    .action(async (options: LoginOptions) => {
      const { org, as, data, json } = options;
      const url = plainUrl(options.url);
      const token =
        as === undefined ? await typedToken(terminal) : await devToken(terminal, data, as);
      const settings = { url, org, token };
      await openServer(settings).get("/approvals?limit=1");
      const file = await saveLogin(terminal, settings);
      terminal.print(
        json === true
          ? jsonText({ url, org, file })
          : visible(`Logged in to ${url}, organisation ${org}; kept in ${file}.`),
      );
    });
