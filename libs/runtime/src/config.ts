import type { LogLevel } from "./log.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that cannot be taken, as a sentence for whoever starts the service. */
export interface ConfigProblem {
  readonly variable: string;
  readonly sentence: string;
}

export type Configured<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const satisfies readonly LogLevel[];

/** Reads `host:port`, with `[…]` around an IPv6 address; undefined when it is none. */
const addressOf = (text: string): { host: string; port: number } | undefined => {
  const [, six, four, digits = ""] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
};

/** The environment, read once. What is wrong is collected, so that a start lists every problem together. */
export class Settings {
  readonly #environment: Environment;
  readonly problems: ConfigProblem[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  problem(variable: string, sentence: string): void {
    this.problems.push({ variable, sentence });
  }

  /** The value without the blanks around it; null when it is missing or empty. */
  text(variable: string): string | null {
    const text = this.#environment[variable]?.trim() ?? "";
    return text === "" ? null : text;
  }

  /** The value, or "" with a problem; `why` ends the sentence. */
  required(variable: string, why: string): string {
    const text = this.text(variable);
    if (text === null) this.problem(variable, `${variable} is missing: ${why}.`);
    return text ?? "";
  }

  /** `yes` turns it on; anything but `yes`, `no` or nothing is a problem. */
  flag(variable: string): boolean {
    const text = this.text(variable);
    if (text !== null && text !== "yes" && text !== "no")
      this.problem(variable, `${variable} must be yes or no; it is "${text}".`);
    return text === "yes";
  }

  /** `host:port`. */
  address(variable: string, fallback: string): { readonly host: string; readonly port: number } {
    const text = this.text(variable) ?? fallback;
    const address = addressOf(text);
    if (address === undefined)
      this.problem(
        variable,
        `${variable} must be host:port, such as ${fallback}; it is "${text}".`,
      );
    return address ?? { host: "", port: 0 };
  }

  /** A URL with one of these protocols (`https:`); null when it is missing. */
  url(variable: string, protocols: readonly string[]): URL | null {
    const text = this.text(variable);
    if (text === null) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && protocols.includes(url.protocol)) return url;
    const beginnings = protocols.map((protocol) => `${protocol}//`).join(" or ");
    this.problem(variable, `${variable} must be a URL that begins with ${beginnings}.`);
    return null;
  }

  logLevel(): LogLevel {
    const variable = "COUNTERSIGN_LOG_LEVEL";
    const text = this.text(variable) ?? "info";
    const level = LEVELS.find((known) => known === text);
    if (level === undefined)
      this.problem(variable, `${variable} must be one of ${LEVELS.join(", ")}; it is "${text}".`);
    return level ?? "info";
  }
}

/** Reads a config; either all of it is right, or every problem is answered. */
export const readSettings = <Config>(
  environment: Environment,
  read: (settings: Settings) => Config,
): Configured<Config> => {
  const settings = new Settings(environment);
  const config = read(settings);
  return settings.problems.length === 0
    ? { ok: true, config }
    : { ok: false, problems: settings.problems };
};
