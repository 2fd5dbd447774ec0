import { productDefaults } from "@countersign/domain/definition/evolve.ts";
import type { ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ownSource } from "./own-source.ts";
import { readCalendar } from "./read-calendar.ts";
import { readDefaults } from "./read-defaults.ts";
import { readApprovalLevels } from "./read-approval-levels.ts";
import { readGate } from "./read-gates.ts";
import { ownWorkflow, readGuard } from "./read-guard.ts";
import { readPolicy } from "./read-policy.ts";
import { readRecipe } from "./read-recipe.ts";
import { readRouting } from "./read-routing.ts";
import { readRule } from "./read-rules.ts";
import { silent } from "./read-states.ts";
import { readWorkflow } from "./read-workflow.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readList } from "./values.ts";

const bringing = [
  "workflow",
  "policy",
  "policies",
  "gates",
  "gate_type",
  "routing",
  "rules",
  "recipe",
  "calendars",
  "defaults",
  "tasks",
  "namespaces",
  "approvals",
  "guards",
];
const shape = {
  what: "a file of definitions",
  keys: [...bringing, "model_version", "states", "transitions"],
  silent: {
    hooks: silent["hooks"] ?? "",
    automations: silent["automations"] ?? "",
    analytics: silent["analytics"] ?? "",
  },
};

/** A definition with the place that a second one of its id would be faulted at. */
export interface Placed {
  readonly definition: ParsedDefinition;
  readonly cursor: Cursor;
}

/** Readings of one file's root, in the order of its keys. */
export const readRoot = (reading: Reading, root: Cursor, file: string): readonly Placed[] => {
  const gateAlone =
    root.node.kind === "map" && root.node.entries.some(({ key }) => key === "gate_type");
  if (gateAlone) {
    const gate = gateAt(reading, root, file, 1);
    return gate === null ? [] : [gate];
  }
  const fields = fieldsOf(reading, root, shape);
  if (fields === null) {
    return [];
  }
  const { entries } = fields.cursor.node;
  const beside = ["states", "transitions"].find((key) => fields.get(key) !== undefined);
  const brings = entries.some(({ key }) => bringing.includes(key) || Object.hasOwn(silent, key));
  if (beside !== undefined && fields.get("workflow") === undefined) {
    reading.missing(root, "workflow", `\`${beside}\` stands beside a \`workflow\`.`);
  } else if (!brings && reading.faults.length === 0) {
    const message = `A file brings at least one of ${bringing.join(", ")}.`;
    reading.missing(root, "workflow", message);
  }
  const levels = ["tasks", "namespaces", "approvals"].find((key) => fields.get(key) !== undefined);
  return entries.flatMap(({ key }) =>
    key === levels ? readLevels(reading, fields) : readKey(reading, fields, key, file),
  );
};

const gateAt = (reading: Reading, cursor: Cursor, file: string, number: number): Placed | null => {
  const content = readGate(reading, cursor, file, number);
  const source = ownSource(reading, cursor);
  return content === null
    ? null
    : placed(cursor, { kind: "gate", id: content.id, label: null, source, content });
};

const readLevels = (reading: Reading, fields: Fields): readonly Placed[] => {
  const content = readApprovalLevels(reading, fields);
  const source = ["tasks", "namespaces", "approvals"]
    .flatMap((key) => {
      const part = fields.get(key);
      return part === undefined ? [] : [ownSource(reading, part, fields.keyStart(key))];
    })
    .join("\n");
  return [
    {
      definition: { kind: "levels", id: "levels", label: null, source, content },
      cursor: fields.cursor,
    },
  ];
};

const readKey = (
  reading: Reading,
  fields: Fields,
  key: string,
  file: string,
): readonly Placed[] => {
  const cursor = fields.get(key);
  if (cursor === undefined) {
    return [];
  }
  const each = (read: (item: Cursor, number: number) => Placed | null): readonly Placed[] =>
    readList(reading, cursor, 500).flatMap((item, index) => read(item, index + 1) ?? []);
  switch (key) {
    case "workflow": {
      const read = readWorkflow(reading, fields, cursor, file);
      const parts = ["workflow", "states", "transitions"].flatMap((name) => {
        const part = fields.get(name);
        return part === undefined ? [] : [ownSource(reading, part, fields.keyStart(name))];
      });
      // Pairs of a flow mapping need the comma that stood between them.
      const inFlow = reading.source.text[fields.cursor.node.start] === "{";
      const source = parts.join(inFlow && !reading.slicesSayLess ? ",\n" : "\n");
      return read === null
        ? []
        : [
            placed(cursor, {
              kind: "workflow",
              id: read.workflow.id,
              label: read.label,
              source,
              content: read.workflow,
            }),
          ];
    }
    case "policy": {
      const read = readPolicy(reading, cursor, file);
      const source = ownSource(reading, cursor, fields.keyStart(key));
      return read === null
        ? []
        : [
            placed(cursor, {
              kind: "policy",
              id: read.policy.id,
              label: read.label,
              source,
              content: read.policy,
            }),
          ];
    }
    case "policies":
      return each((item) => {
        const read = readPolicy(reading, item, "");
        const source = ownSource(reading, item);
        return read === null
          ? null
          : placed(item, {
              kind: "policy",
              id: read.policy.id,
              label: read.label,
              source,
              content: read.policy,
            });
      });
    case "gates":
      return each((item, number) => gateAt(reading, item, file, number));
    case "rules":
      return each((item, number) => {
        const content = readRule(reading, item, file, number);
        const source = ownSource(reading, item);
        return content === null
          ? null
          : placed(item, { kind: "rule", id: content.id, label: null, source, content });
      });
    case "calendars":
      return each((item) => {
        const content = readCalendar(reading, item);
        const source = ownSource(reading, item);
        return content === null
          ? null
          : placed(item, { kind: "calendar", id: content.id, label: null, source, content });
      });
    case "guards": {
      const own = ownWorkflow(fields.get("workflow"), file);
      return each((item, number) => {
        const read = readGuard(reading, item, file, number, own);
        const source = ownSource(reading, item);
        return read === null ? null : placed(item, { kind: "guard", label: null, source, ...read });
      });
    }
    case "recipe": {
      const read = readRecipe(reading, cursor);
      const source = ownSource(reading, cursor, fields.keyStart(key));
      return read === null
        ? []
        : [
            placed(cursor, {
              kind: "recipe",
              id: read.id,
              label: null,
              source,
              content: read.content,
            }),
          ];
    }
    case "defaults": {
      const content = readDefaults(reading, cursor);
      const source = ownSource(reading, cursor, fields.keyStart(key));
      return [placed(cursor, { kind: "defaults", id: "defaults", label: null, source, content })];
    }
    case "routing": {
      const today = reading.known?.definition?.defaults ?? productDefaults;
      const content = { ...today, routing: readRouting(reading, cursor) };
      const source = ownSource(reading, cursor, fields.keyStart(key));
      return [placed(cursor, { kind: "defaults", id: "defaults", label: null, source, content })];
    }
    default:
      return [];
  }
};

const placed = (cursor: Cursor, definition: ParsedDefinition): Placed => ({ definition, cursor });
