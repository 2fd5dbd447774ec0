/**
 * What no source may contain, found in the syntax tree rather than in the text, so that a comment or a message that
 * mentions a banned word is no fault. Linting catches more; these are the rules that depend on where a file stands.
 */
import ts from "typescript";

/** One fault: where it is, and which rule it breaks. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
}

interface Rule {
  readonly name: string;
  /** Whether the rule holds for the file at this path (relative to the repository, with `/`). */
  readonly holdsIn: (path: string) => boolean;
  readonly broken: (node: ts.Node) => boolean;
}

const isProduct = (path: string): boolean => /^(libs|services)\//.test(path);
const everywhere = (): boolean => true;
const isMain = (path: string): boolean =>
  /^services\/[^/]+\/src\/main\.ts$/.test(path) || path === "services/run.ts";

/** `member("Date", "now")` matches `Date.now`, called or passed on. */
const member =
  (object: string, property: RegExp) =>
  (node: ts.Node): boolean =>
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === object &&
    property.test(node.name.text);

const newDateOfNow = (node: ts.Node): boolean =>
  ts.isNewExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === "Date" &&
  (node.arguments ?? []).length === 0;

const listensToSignal = (node: ts.Node): boolean => {
  if (
    !ts.isCallExpression(node) ||
    !member("process", /^(on|once|addListener)$/)(node.expression)
  ) {
    return false;
  }
  const [event] = node.arguments;
  return event !== undefined && (!ts.isStringLiteral(event) || event.text.startsWith("SIG"));
};

const isDefaultExport = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword));

const assertsNever = (node: ts.Node): boolean =>
  ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.NeverKeyword;

const bannedEnding = /(Manager|Helper|Helpers|Impl|Base|Data|Info|Utils)$/;
const isNamedThing = (node: ts.Node): node is ts.DeclarationStatement =>
  ts.isClassDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isFunctionDeclaration(node);

const bannedName = (node: ts.Node): boolean => {
  if (!isNamedThing(node) || node.name === undefined) {
    return false;
  }
  const name = node.name.text;
  // I-JSON (RFC 7493) is a name of its own.
  const prefixed = /^I[A-Z][a-z]/.test(name) && !name.startsWith("IJson");
  return bannedEnding.test(name) || (prefixed && !ts.isFunctionDeclaration(node));
};

/** Globals through which time, chance, the machine or the network would come in unseen. */
const impure = new Set(
  "setTimeout setInterval setImmediate queueMicrotask performance crypto fetch process console globalThis".split(
    " ",
  ),
);
const usesImpureGlobal = (node: ts.Node): boolean =>
  member("Math", /^random$/)(node) ||
  (ts.isIdentifier(node) &&
    impure.has(node.text) &&
    !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
    !(ts.isPropertyAssignment(node.parent) && node.parent.name === node) &&
    !(ts.isPropertySignature(node.parent) && node.parent.name === node));

export const rules: readonly Rule[] = [
  {
    name: "the time comes from libs/runtime",
    holdsIn: (path) => isProduct(path) && !path.startsWith("libs/runtime/"),
    broken: (node) => newDateOfNow(node) || member("Date", /^now$/)(node),
  },
  {
    name: "the environment is read in main.ts only",
    holdsIn: (path) => isProduct(path) && !isMain(path),
    broken: member("process", /^env$/),
  },
  {
    name: "signals are received in main.ts only",
    holdsIn: (path) => isProduct(path) && !isMain(path),
    broken: listensToSignal,
  },
  {
    name: "nothing ends the process: exitCode is set, and what was opened is closed",
    holdsIn: everywhere,
    broken: member("process", /^(exit|abort|reallyExit)$/),
  },
  { name: "no enum", holdsIn: everywhere, broken: ts.isEnumDeclaration },
  {
    name: "no namespace",
    holdsIn: everywhere,
    broken: (node) => ts.isModuleDeclaration(node) && ts.isIdentifier(node.name),
  },
  {
    name: "no parameter properties",
    holdsIn: everywhere,
    broken: (node) => ts.isParameter(node) && (ts.getModifiers(node) ?? []).length > 0,
  },
  { name: "no decorators", holdsIn: everywhere, broken: ts.isDecorator },
  { name: "no default exports", holdsIn: everywhere, broken: isDefaultExport },
  {
    name: "no any",
    holdsIn: everywhere,
    broken: (node) => node.kind === ts.SyntaxKind.AnyKeyword,
  },
  { name: "nothing is asserted to be never", holdsIn: everywhere, broken: assertsNever },
  {
    name: "names say what a thing is: no Manager, Helper, Impl, Base, Data, Info, no I-prefix",
    holdsIn: everywhere,
    broken: bannedName,
  },
  {
    name: "the domain is pure: no clock, no chance, no machine, no network",
    holdsIn: (path) => path.startsWith("libs/domain/"),
    broken: usesImpureGlobal,
  },
];

const bannedComments: readonly { readonly name: string; readonly text: RegExp }[] = [
  { name: "no comment switches the compiler off", text: /@ts-(ignore|nocheck)\b/ },
  { name: "no comment postpones work", text: /@?\b(TODO|FIXME|XXX|HACK)\b/ },
];

/** Every comment of a file once, as [start, end). */
const commentsOf = (source: ts.SourceFile): ts.CommentRange[] => {
  const found = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    for (const range of [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.getEnd()) ?? []),
    ]) {
      found.set(range.pos, range);
    }
    for (const child of node.getChildren(source)) {
      if (child.kind < ts.SyntaxKind.FirstJSDocNode || child.kind > ts.SyntaxKind.LastJSDocNode) {
        visit(child);
      }
    }
  };
  visit(source);
  return [...found.values()];
};

/** The faults of one file, in the order of the text. */
export const faultsOf = (path: string, text: string): Fault[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const faults: Fault[] = [];
  const add = (position: number, rule: string): void => {
    const line = source.getLineAndCharacterOfPosition(position).line + 1;
    faults.push({ path, line, rule });
  };
  const held = rules.filter((rule) => rule.holdsIn(path));
  const visit = (node: ts.Node): void => {
    for (const rule of held) {
      if (rule.broken(node)) {
        add(node.getStart(source), rule.name);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const { pos, end } of commentsOf(source)) {
    for (const banned of bannedComments) {
      if (banned.text.test(text.slice(pos, end))) {
        add(pos, banned.name);
      }
    }
  }
  return faults.toSorted((a, b) => a.line - b.line);
};
