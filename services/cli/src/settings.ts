import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "smol-toml";
import { UsageError } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Where to speak, to which org, and as whom. */
export interface Settings {
  readonly url: string;
  readonly org: string;
  readonly token: string;
}

/** What of it the command line says. */
export interface ServerOptions {
  readonly url?: string;
  readonly org?: string;
}

/** What `login` keeps: a token belongs to the server it was given for, and goes to no other. */
interface Logins {
  readonly current: string;
  readonly servers: Readonly<Record<string, { readonly org: string; readonly token: string }>>;
}

export const DEFAULT_URL = "http://127.0.0.1:4400";
const PROJECT_FILE = "countersign.toml";

/** One spelling for one server. */
export const plainUrl = (url: string): string => {
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new UsageError(`${url} is no URL such as ${DEFAULT_URL}.`);
  return url.replace(/\/+$/, "");
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ENOENT" || error.code === "ENOTDIR");

const readIfThere = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** `url` and `org` of the nearest `countersign.toml`, from the working directory upwards. Never a token. */
const projectOptions = async (from: string): Promise<ServerOptions> => {
  const path = join(from, PROJECT_FILE);
  const text = await readIfThere(path);
  if (text === null) {
    const above = dirname(from);
    return above === from ? {} : projectOptions(above);
  }
  let read: Record<string, unknown>;
  try {
    read = parse(text);
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { url, org } = read;
  return {
    ...(typeof url === "string" ? { url } : {}),
    ...(typeof org === "string" ? { org } : {}),
  };
};

/** Where `login` keeps what it was told. */
const loginFile = ({ env }: Terminal): string => {
  const own = env["COUNTERSIGN_CONFIG"];
  if (own !== undefined && own !== "") return own;
  const config = env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? ".", ".config");
  return join(config, "countersign", "login.json");
};

const readLogins = async (terminal: Terminal): Promise<Logins | null> => {
  const path = loginFile(terminal);
  const text = await readIfThere(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Logins;
  } catch {
    throw new UsageError(`${path} cannot be read: run "countersign login" again.`);
  }
};

/** Keeps a login, readable by its owner only, and makes it the current one. Answers the file. */
export const saveLogin = async (
  terminal: Terminal,
  { url, org, token }: Settings,
): Promise<string> => {
  const path = loginFile(terminal);
  const known = await readLogins(terminal);
  const logins: Logins = { current: url, servers: { ...known?.servers, [url]: { org, token } } };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
  return path;
};

/**
 * Where to speak and as whom: options, then `COUNTERSIGN_URL`, `COUNTERSIGN_ORG`, `COUNTERSIGN_TOKEN`, then the
 * project's `countersign.toml`, then the last login. Throws `UsageError` when there is no token for that server.
 */
export const settingsOf = async (terminal: Terminal, options: ServerOptions): Promise<Settings> => {
  const { env, cwd } = terminal;
  const project = await projectOptions(cwd);
  const logins = await readLogins(terminal);
  const url = plainUrl(
    options.url ?? env["COUNTERSIGN_URL"] ?? project.url ?? logins?.current ?? DEFAULT_URL,
  );
  const login = logins?.servers[url];
  const token = env["COUNTERSIGN_TOKEN"] ?? login?.token;
  if (token === undefined || token === "")
    throw new UsageError(
      `There is no login for ${url}: run "countersign login --url ${url}", or set COUNTERSIGN_TOKEN.`,
    );
  const org = options.org ?? env["COUNTERSIGN_ORG"] ?? project.org ?? login?.org ?? "demo";
  return { url, org, token };
};
