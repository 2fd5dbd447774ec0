import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  blocksOf,
  isRouted,
  linksIn,
  pathsIn,
  routesIn,
  scriptsIn,
  syntaxFault,
} from "./document-blocks.ts";
import { libraries } from "./import-rules.ts";
import { sourceFiles, writtenFiles } from "./source-files.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const documents = writtenFiles(root)
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: read(path), blocks: blocksOf(read(path)) }));

describe("documents", () => {
  test("have blocks of code that parse", () => {
    const blocks = documents.flatMap(({ path, blocks }) =>
      blocks.map((block) => ({ where: `${path}:${block.line}`, fault: syntaxFault(block) })),
    );
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.filter(({ fault }) => fault !== undefined)).toEqual([]);
  });

  test("name npm scripts that exist", () => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    const named = documents.flatMap(({ text }) => scriptsIn(text));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((script) => manifest.scripts[script] === undefined)).toEqual([]);
  });

  test("ask with curl for routes that the gateway has", () => {
    const routes = sourceFiles(root)
      .filter((path) => path.startsWith("services/gateway/"))
      .flatMap((path) => routesIn(path, read(path)));
    const asked = documents.flatMap(({ path, blocks }) => {
      const shell = blocks.filter(({ language }) => language === "sh");
      const base = /^api=(\S+)$/m.exec(shell.map(({ text }) => text).join("\n"))?.[1] ?? "";
      return shell.flatMap(({ text }) => pathsIn(text, base)).map((asks) => ({ path, asks }));
    });
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter(({ asks }) => !isRouted(asks, routes))).toEqual([]);
  });

  test("link to files that are there", () => {
    const links = documents.flatMap(({ path, text }) =>
      linksIn(text).map((link) => join(dirname(path), link)),
    );
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  test("show the import table as it is held", () => {
    const rows = [
      ...read("docs/architecture.md").matchAll(/^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \|$/gm),
    ]
      .filter(([, name = ""]) => name in libraries)
      .map(([, name, cell]) => [name, cell]);
    const expected = Object.entries(libraries).map(([name, allowed]) => {
      const cell = [
        ...(allowed.libs ?? []).map((lib) => `\`${lib}\``),
        ...(allowed.typesOf ?? []).map((lib) => `types of \`${lib}\``),
        ...(allowed.packages ?? []).map((dependency) => `\`${dependency}\``),
        ...(allowed.node === true ? ["Node"] : []),
      ];
      return [name, cell.join(", ") || "–"];
    });
    expect(rows).toEqual(expected);
  });
});

describe("the checks of documents find", () => {
  test.each([
    ["json", '{ "a": 1, }'],
    ["yaml", "a: [1\nb: 2"],
    ["ts", "const = 1;"],
    ["sh", "if true; echo"],
  ])("a broken block of %s", (language, text) => {
    expect(syntaxFault({ language, text, line: 1 })).toBeDefined();
  });

  test("a block without an end", () => {
    expect(() => blocksOf("```sh\nnpm start\n")).toThrow("line 1");
  });

  test("what shell lines ask for and start", () => {
    const text =
      'curl -s "$api/approvals/$id?wait=30s" -H "x"\ncurl http://127.0.0.1:4400/graphql -d 1';
    const base = "http://127.0.0.1:4400/api/v1/orgs/demo";
    expect(pathsIn(text, base)).toEqual(["/orgs/:x/approvals/:x", "/graphql"]);
    expect(scriptsIn("npm ci && npm start\nnpm run check:types; npm test -- x")).toEqual([
      "start",
      "check:types",
      "test",
    ]);
  });

  test("links and routes", () => {
    expect(linksIn("[a](docs/a.md#b) [c](https://example.com) [d](#e)")).toEqual(["docs/a.md"]);
    expect(routesIn("x.ts", 'app.get("/orgs/:org/approvals/:id", f)')).toEqual([
      "/orgs/:x/approvals/:x",
    ]);
    expect(routesIn("x.ts", "app.post(`/api/v1/orgs/:org/approvals/:id/${verb}`, f)")).toEqual([
      "/orgs/:x/approvals/:x/:x",
    ]);
    const routes = ["/orgs/:x", "/approvals", "/approvals/:x", "/approvals/:x/audit", "/graphql"];
    expect(isRouted("/orgs/:x/approvals/:x/audit", routes)).toBe(true);
    expect(isRouted("/graphql", routes)).toBe(true);
    expect(isRouted("/orgs/:x/approvals/:x/approve", routes)).toBe(false);
    expect(isRouted("/orgs/:x/stats", routes)).toBe(false);
  });
});
