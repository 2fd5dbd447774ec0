import { builder } from "./builder.ts";
import { ask, command } from "./context.ts";
import { DefinitionKind } from "./enums.ts";
import { Definition, type WireDefinition } from "./query-types.ts";
import {
  IgnoredKey,
  ImportWarning,
  Refusal,
  settle,
  type WireIgnored,
  type WireWarning,
} from "./results.ts";

const LintDefinitionsInput = builder.inputType("LintDefinitionsInput", {
  description:
    "A file of definitions; mediaType is application/yaml when left out. strict makes ignored keys faults.",
  fields: (t) => ({
    source: t.string({ required: true }),
    file: t.string(),
    mediaType: t.string(),
    strict: t.boolean(),
  }),
});

const RetireDefinitionInput = builder.inputType("RetireDefinitionInput", {
  fields: (t) => ({
    kind: t.field({ type: DefinitionKind, required: true }),
    id: t.string({ required: true }),
    idempotencyKey: t.string(),
  }),
});

interface WireLint {
  readonly ok: boolean;
  readonly faults: readonly WireWarning[];
  readonly warnings: readonly WireWarning[];
  readonly ignored: readonly WireIgnored[];
}

const DefinitionFault = builder.objectRef<WireWarning>("DefinitionFault").implement({
  description: "What keeps a file from being imported. Lines and columns count from 1.",
  fields: (t) => ({
    code: t.exposeString("code"),
    message: t.exposeString("message"),
    line: t.exposeInt("line"),
    column: t.exposeInt("column"),
    path: t.exposeString("path"),
    text: t.exposeString("text"),
    hint: t.string({ nullable: true, resolve: ({ hint }) => hint ?? null }),
  }),
});

const LintDefinitionsSuccess = builder
  .objectRef<WireLint & { readonly kind: "LintDefinitionsSuccess" }>("LintDefinitionsSuccess")
  .implement({
    description: "What an import of the file would find. Nothing was imported.",
    fields: (t) => ({
      ok: t.exposeBoolean("ok"),
      faults: t.expose("faults", { type: [DefinitionFault] }),
      warnings: t.expose("warnings", { type: [ImportWarning] }),
      ignored: t.expose("ignored", { type: [IgnoredKey] }),
    }),
  });

const LintDefinitionsResult = builder.unionType("LintDefinitionsResult", {
  types: [LintDefinitionsSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

const RetireDefinitionSuccess = builder
  .objectRef<{ readonly kind: "RetireDefinitionSuccess"; readonly definition: WireDefinition }>(
    "RetireDefinitionSuccess",
  )
  .implement({
    fields: (t) => ({ definition: t.expose("definition", { type: Definition }) }),
  });

const RetireDefinitionResult = builder.unionType("RetireDefinitionResult", {
  types: [RetireDefinitionSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

interface WireChange {
  readonly path: string;
  readonly text: string;
  readonly loosens: boolean;
}

interface WireDiff {
  readonly changes: readonly WireChange[];
  readonly lines: readonly string[];
}

const DefinitionChange = builder.objectRef<WireChange>("DefinitionChange").implement({
  description: "One difference in words; loosens: something may pass now that was held before.",
  fields: (t) => ({
    path: t.exposeString("path"),
    text: t.exposeString("text"),
    loosens: t.exposeBoolean("loosens"),
  }),
});

const DefinitionDiff = builder.objectRef<WireDiff>("DefinitionDiff").implement({
  description: "What changed between two versions: in words, and line by line like `diff -u`.",
  fields: (t) => ({
    changes: t.expose("changes", { type: [DefinitionChange] }),
    lines: t.expose("lines", { type: ["String"] }),
  }),
});

builder.queryFields((t) => ({
  definition: t.field({
    type: Definition,
    description: "One definition with its source, at a version or the newest.",
    args: {
      kind: t.arg({ type: DefinitionKind, required: true }),
      id: t.arg.string({ required: true }),
      version: t.arg.int(),
    },
    resolve: (_root, { kind, id, version }, context) =>
      ask<WireDefinition>(context, "definition", { kind, id, version }),
  }),
  definitionDiff: t.field({
    type: DefinitionDiff,
    description: "Without from and to: the newest version and the one before it.",
    args: {
      kind: t.arg({ type: DefinitionKind, required: true }),
      id: t.arg.string({ required: true }),
      from: t.arg.int(),
      to: t.arg.int(),
    },
    resolve: (_root, { kind, id, from, to }, context) =>
      ask<WireDiff>(context, "definition-diff", { kind, id, from, to }),
  }),
}));

builder.mutationFields((t) => ({
  lintDefinitions: t.field({
    type: LintDefinitionsResult,
    args: { input: t.arg({ type: LintDefinitionsInput, required: true }) },
    resolve: async (_root, { input: { source, file, mediaType, strict } }, context) => {
      const headers: Record<string, string> = {
        "Countersign-Content-Type": mediaType ?? "application/yaml",
      };
      if (typeof file === "string") headers["Countersign-File"] = encodeURIComponent(file);
      if (strict === true) headers["Countersign-Strict"] = "1";
      return settle(
        await command<WireLint>(context, "lint-definitions", { body: source, headers }),
        (lint) => ({ kind: "LintDefinitionsSuccess" as const, ...lint }),
      );
    },
  }),
  retireDefinition: t.field({
    type: RetireDefinitionResult,
    args: { input: t.arg({ type: RetireDefinitionInput, required: true }) },
    resolve: async (_root, { input: { kind, id, idempotencyKey } }, context) =>
      settle(
        await command<WireDefinition>(context, "retire-definition", {
          target: `${kind}/${id}`,
          idempotencyKey,
          body: "",
        }),
        (definition) => ({ kind: "RetireDefinitionSuccess" as const, definition }),
      ),
  }),
}));
