import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { UsageError } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** `role:qa_lead` or `user:ana`, one option each time. */
export interface Target {
  readonly type: "role" | "user";
  readonly identifier: string;
}

/** Reads one more `role:…` or `user:…`. */
export const collectTargets = (text: string, before: readonly Target[] = []): readonly Target[] => {
  const [type, identifier] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  if ((type !== "role" && type !== "user") || identifier === "")
    throw new InvalidArgumentError("It is role:<id> or user:<id>.");
  return [...before, { type, identifier }];
};

/** Reads one more text. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
];

/** Reads a whole number above zero. */
export const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("It is a whole number, at least 1.");
  return number;
};

const units: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** Reads `90s`, `30m`, `2h` or `1d` as milliseconds. */
export const durationOption = (text: string): number => {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError("It is a number with a unit: 90s, 30m, 2h, 1d.");
  return ms;
};

/** Reads a file as text; `-` is standard input. */
export const readText = async (terminal: Terminal, path: string): Promise<string> => {
  if (path === "-") return terminal.readAll();
  try {
    return await readFile(resolve(terminal.cwd, path), "utf8");
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** A JSON object given as text, as `@file`, or as `@-` on standard input. Undefined stays undefined. */
export const jsonObject = async (
  terminal: Terminal,
  option: string,
  given: string | undefined,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  if (given === undefined) return undefined;
  const text = given.startsWith("@") ? await readText(terminal, given.slice(1)) : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${option} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${option} must be a JSON object.`);
  return value as Readonly<Record<string, unknown>>;
};
