/** What documents promise: their blocks of code, the links and the commands in them. */
import { spawnSync } from "node:child_process";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

/** A fenced block: its language, text, and the line of its fence (1-based). */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a Markdown text. An unclosed fence throws: the rest of the page would be code. */
export const blocksOf = (markdown: string): Block[] => {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open === undefined && fence !== null) {
      open = { language: fence[1] ?? "", line: index + 1, lines: [] };
    } else if (open !== undefined && fence !== null) {
      blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  if (open !== undefined) {
    throw new Error(`the block that begins in line ${open.line} has no end`);
  }
  return blocks;
};

const faultOfJson = (text: string): string | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return String(error);
  }
};

const faultOfYaml = (text: string): string | undefined =>
  parseAllDocuments(text).flatMap((document) => document.errors)[0]?.message;

const faultOfTypeScript = (text: string): string | undefined => {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const [first] = diagnostics;
  return first && ts.flattenDiagnosticMessageText(first.messageText, "\n");
};

const faultOfShell = (text: string): string | undefined => {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
  return status === 0 ? undefined : stderr;
};

const checks: Readonly<Record<string, (text: string) => string | undefined>> = {
  json: faultOfJson,
  yaml: faultOfYaml,
  ts: faultOfTypeScript,
  sh: faultOfShell,
};

/** What is wrong with a block's syntax, or nothing. Languages without a check are taken as prose. */
export const syntaxFault = ({ language, text }: Block): string | undefined =>
  checks[language]?.(text);

/** The npm scripts that shell lines start: `npm start`, `npm test`, `npm run check`. */
export const scriptsIn = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, run, own]) => run ?? own ?? "",
  );

/**
 * The paths that `curl` lines ask for, below `/api/v1`, with variables as `:x`:
 * `"$api/approvals/$id?wait=30s"` with `api=http://…/api/v1/orgs/demo` is `/orgs/:x/approvals/:x`.
 */
export const pathsIn = (text: string, base: string): string[] =>
  [...text.matchAll(/\bcurl\b(?:[^\n]*?)\s["']?((?:\$api|https?:\/\/[^\s"'/]+)[^\s"'?]*)/g)].map(
    ([, url = ""]) =>
      url
        .replace("$api", base)
        .replace(/^https?:\/\/[^/]+/, "")
        .replace(/^\/api\/v1/, "")
        .replaceAll(/\$\w+|\$\{\w+\}|<\w+>/g, ":x")
        .replace(/^\/orgs\/[^/]+/, "/orgs/:x"),
  );

/** Links to files of the repository, without their anchors. */
export const linksIn = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));

/**
 * Every text in a source that looks like the path of a route, below `/api/v1` and with parameters as `:x`; what a
 * template fills in (`/approvals/:id/${verb}`) counts as a parameter.
 */
export const routesIn = (path: string, source: string): string[] => {
  const routes: string[] = [];
  const add = (text: string): void => {
    if (text.startsWith("/")) {
      routes.push(text.replace(/^\/api\/v1(?=\/|$)/, "").replaceAll(/:\w+/g, ":x"));
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      add(node.text);
    } else if (ts.isTemplateExpression(node)) {
      add(node.head.text + node.templateSpans.map(({ literal }) => `:x${literal.text}`).join(""));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true));
  return routes;
};

const fits = (route: string, path: string): boolean => {
  const asked = path.split("/");
  const offered = route.split("/");
  return (
    asked.length === offered.length &&
    offered.every((part, index) => part === ":x" || part === asked[index])
  );
};

/** Whether one of the routes answers the path, or one below the prefix that another one is. */
export const isRouted = (path: string, routes: readonly string[]): boolean => {
  const parts = path.split("/");
  return parts.some((_, index) => {
    const prefix = parts.slice(0, index).join("/");
    const rest = `/${parts.slice(index).join("/")}`.replace(/^\/\//, "/");
    const prefixed = prefix === "" || routes.some((route) => fits(route, prefix));
    return prefixed && routes.some((route) => fits(route, rest));
  });
};
