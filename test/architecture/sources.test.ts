import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sourceFiles, writtenFiles } from "./source-files.ts";
import { faultsOf } from "./source-rules.ts";

const root = join(import.meta.dirname, "../..");
const files = sourceFiles(root).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

const maxLines = 300;
const tooLong = (text: string): boolean => text.trimEnd().split("\n").length > maxLines;

/** What is wrong with a path, or nothing. Names say what is inside; `index.ts` and `utils` say nothing. */
const pathFault = (path: string): string | undefined => {
  const parts = path.split("/");
  if (parts.at(-1) === "index.ts") {
    return "index.ts";
  }
  const names = parts.map((part) => part.replace(/(\.test)?\.ts$/, ""));
  const nothing = names.find((name) => /^(utils?|helpers?|common|shared|types?|misc)$/.test(name));
  return nothing ?? names.find((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name));
};

describe("sources", () => {
  test("are looked at: all workspaces have some", () => {
    expect(files.length).toBeGreaterThan(20);
    const folders = new Set(files.map(({ path }) => path.split("/")[0]));
    expect(folders).toEqual(new Set(["libs", "services", "test"]));
  });

  test("keep to the rules of the house", () => {
    const faults = files.flatMap(({ path, text }) => faultsOf(path, text));
    expect(faults.map(({ path, line, rule }) => `${path}:${line} ${rule}`)).toEqual([]);
  });

  test(`have at most ${maxLines} lines`, () => {
    expect(files.filter(({ text }) => tooLong(text)).map(({ path }) => path)).toEqual([]);
    expect(tooLong("x\n".repeat(maxLines))).toBe(false);
    expect(tooLong("x\n".repeat(maxLines + 1))).toBe(true);
  });

  test("have names that say something, in kebab-case", () => {
    const faults = files.flatMap(({ path }) => {
      const fault = pathFault(path);
      return fault === undefined ? [] : [`${path}: ${fault}`];
    });
    expect(faults).toEqual([]);
    expect(pathFault("libs/domain/src/index.ts")).toBe("index.ts");
    expect(pathFault("libs/domain/src/utils/time.ts")).toBe("utils");
    expect(pathFault("libs/domain/src/requestState.ts")).toBe("requestState");
    expect(pathFault("libs/domain/src/request/cast-vote.test.ts")).toBeUndefined();
  });
});

describe("the rules catch what they are for", () => {
  test.each([
    ["libs/domain/src/x.ts", "const at = new Date();", "the time comes from"],
    ["services/gateway/src/x.ts", "const at = Date.now();", "the time comes from"],
    ["libs/read-models/src/x.ts", "const clock = { now: Date.now };", "the time comes from"],
    ["services/gateway/src/config.ts", "export const x = process.env.X;", "the environment"],
    ["services/gateway/src/x.ts", "process.on('SIGTERM', stop);", "signals are received"],
    ["services/gateway/src/main.ts", "process.exit(1);", "nothing ends the process"],
    ["libs/domain/src/x.ts", "enum Status { open }", "no enum"],
    ["libs/domain/src/x.ts", "namespace Status {}", "no namespace"],
    ["libs/domain/src/x.ts", "class A { constructor(readonly b: string) {} }", "no parameter"],
    ["libs/domain/src/x.ts", "@sealed class A {}", "no decorators"],
    ["libs/domain/src/x.ts", "export default 1;", "no default exports"],
    ["libs/domain/src/x.ts", "export default function f() {}", "no default exports"],
    ["test/domain/x.test.ts", "const x: any = 1;", "no any"],
    ["test/domain/x.test.ts", "f(x as never);", "nothing is asserted"],
    ["libs/domain/src/x.ts", "interface PolicyManager {}", "names say"],
    ["libs/domain/src/x.ts", "interface IPolicy {}", "names say"],
    ["libs/domain/src/x.ts", "const x = Math.random();", "the domain is pure"],
    ["libs/domain/src/x.ts", "setTimeout(f, 1);", "the domain is pure"],
    ["libs/domain/src/x.ts", `f(/* ${"TO"}DO: later */ 1);`, "no comment postpones"],
    ["libs/domain/src/x.ts", `f();\n// @ts-${"ignore"}\ng();`, "no comment switches"],
  ])("%s: %s", (path, text, rule) => {
    const faults = faultsOf(path, text);
    expect(faults.map((fault) => fault.rule.startsWith(rule))).toEqual([true]);
  });

  test.each([
    ["libs/runtime/src/clock.ts", "const clock = { now: () => Date.now() };"],
    ["libs/domain/src/time.ts", "const due = new Date(Date.parse(at) + 5).toISOString();"],
    ["services/gateway/src/main.ts", "process.on('SIGTERM', stop); f(process.env);"],
    ["libs/domain/src/x.ts", "const event = { performance: 1 }; f(event.process);"],
    [
      "libs/domain/src/x.ts",
      "// We never call Date.now() or process.exit() here: enum, any.\nf();",
    ],
  ])("and nothing else: %s: %s", (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });
});

describe("written files", () => {
  // Put together here, so that this file does not contain what it looks for.
  const foreign = [
    ["", "work", "main"].join("/"),
    ["..", "shared"].join("/"),
    ["", "work", "shared"].join("/"),
  ];
  const mentions = (text: string): boolean => foreign.some((path) => text.includes(path));

  test("point to nothing outside the repository", () => {
    const written = writtenFiles(root).filter((path) =>
      /(\.(ts|md|ya?ml|json|sh|toml|graphql)|run|file)$/i.test(path),
    );
    expect(written.length).toBeGreaterThan(40);
    const faults = written.filter((path) => mentions(readFileSync(join(root, path), "utf8")));
    expect(faults).toEqual([]);
    expect(mentions(`see ${foreign[1]}/design`)).toBe(true);
  });
});
