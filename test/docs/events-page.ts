import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { cloudEventType } from "@countersign/messaging/cloud-events.ts";

const domain = join(import.meta.dirname, "../../libs/domain/src");

interface Source {
  readonly category: string;
  /** Heading of the section; the category where it has one only. */
  readonly title?: string;
  readonly file: string;
  readonly union: string;
}

const sources: readonly Source[] = [
  { category: "request", file: "request/events.ts", union: "RequestEvent" },
  {
    category: "request",
    title: "request, while it is changed",
    file: "request/change-events.ts",
    union: "ChangeEvent",
  },
  {
    category: "request",
    title: "request, by its timers",
    file: "request/timers/events.ts",
    union: "TimerEvent",
  },
  { category: "topic", file: "topic/topic.ts", union: "TopicEvent" },
  { category: "directory", file: "directory/directory.ts", union: "DirectoryEvent" },
  {
    category: "directory",
    title: "directory, API keys",
    file: "directory/api-key.ts",
    union: "ApiKeyEvent",
  },
  {
    category: "delegation",
    file: "delegation/delegation.ts",
    union: "DelegationEvent",
  },
  { category: "run", file: "run/run.ts", union: "RunEvent" },
  { category: "automation", file: "automation/automation.ts", union: "AutomationEvent" },
  { category: "security", file: "security/security.ts", union: "SecurityEvent" },
  { category: "definition", file: "definition/definition.ts", union: "DefinitionEvent" },
  {
    category: "definition",
    title: "definition, standing grants",
    file: "standing-grant/standing-grant.ts",
    union: "StandingGrantEvent",
  },
];

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(domain, file), "utf8"), ts.ScriptTarget.ESNext, true);

const declarationsOf = (source: ts.SourceFile): ReadonlyMap<string, Declaration> =>
  new Map(
    source.statements
      .filter((each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each))
      .map((each) => [each.name.text, each]),
  );

/** A declaration as written, its comment included. */
const textOf = (source: ts.SourceFile, declaration: Declaration | undefined): string =>
  declaration === undefined
    ? ""
    : source.text.slice(declaration.getStart(source, true), declaration.getEnd());

/** Names of the file's own types that stand behind a type, itself first, in the order they are met. */
const behind = (
  name: string,
  all: ReadonlyMap<string, Declaration>,
  found: Set<string> = new Set(),
): ReadonlySet<string> => {
  const declaration = all.get(name);
  if (declaration === undefined || found.has(name)) {
    return found;
  }
  found.add(name);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      behind(node.text, all, found);
    }
    node.forEachChild(visit);
  };
  declaration.forEachChild(visit);
  return found;
};

/** Names of the events of a union: the literals of its members' `type`. */
const eventNames = (union: Declaration): string[] => {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertySignature(node) &&
      node.name.getText() === "type" &&
      (node.parent.parent === union || node.parent.parent.parent === union) &&
      node.type !== undefined &&
      ts.isLiteralTypeNode(node.type) &&
      ts.isStringLiteral(node.type.literal)
    ) {
      names.push(node.type.literal.text);
    }
    node.forEachChild(visit);
  };
  union.forEachChild(visit);
  return names;
};

const section = ({ category, title = category, file, union }: Source): string => {
  const source = parse(file);
  const all = declarationsOf(source);
  const events = all.get(union);
  if (events === undefined) {
    throw new Error(`${file} has no ${union}.`);
  }
  const shapes = [...behind(union, all)].map((name) => textOf(source, all.get(name)));
  const rows = eventNames(events).map(
    (name) => `| \`${name}\` | \`${cloudEventType(category, name)}\` |`,
  );
  return [
    `## ${title}`,
    ["| event | CloudEvent type |", "| --- | --- |", ...rows].join("\n"),
    `From \`libs/domain/src/${file}\`:`,
    ["```ts", shapes.join("\n\n"), "```"].join("\n"),
  ].join("\n\n");
};

const metadataSection = (): string => {
  const source = parse("actor.ts");
  const all = declarationsOf(source);
  const shapes = [...behind("EventMetadata", all)].map((name) => textOf(source, all.get(name)));
  return [
    "## Beside every event",
    "From `libs/domain/src/actor.ts`:",
    ["```ts", shapes.join("\n\n"), "```"].join("\n"),
  ].join("\n\n");
};

/** `docs/events.md` as it must stand: every event's shape, printed from the sources. */
export const eventsPage = (): string =>
  [
    "# Events",
    "Every fact that Countersign records, by category. Data is plain JSON in camelCase, times are ISO 8601 UTC. Each event goes out as a CloudEvent with this very `data`. This page is printed by `npm run print:events`; a test compares it with the sources.",
    metadataSection(),
    ...sources.map(section),
  ].join("\n\n") + "\n";

/** Where the page stands. */
export const eventsPagePath = join(import.meta.dirname, "../../docs/events.md");
