import { GraphQLError, Kind, valueFromASTUntyped, visit, type ValueNode } from "graphql";
import { time } from "../edge/query-values.ts";
import { Refused } from "../edge/refused.ts";
import { builder } from "./builder.ts";

const readTime = (value: unknown): string => {
  try {
    return String(time(typeof value === "string" ? value : "", "DateTime"));
  } catch (error) {
    throw new GraphQLError(error instanceof Refused ? error.message : "no DateTime");
  }
};

builder.scalarType("DateTime", {
  description: "A time in ISO 8601 UTC, such as 2026-03-01T10:00:00.000Z.",
  serialize: (value) => value,
  parseValue: readTime,
});

/** Literals in the query text never passed the scan that bodies do: the same faults are refused here. */
const checkLiteral = (node: ValueNode): void => {
  visit(node, {
    [Kind.INT]: ({ value }) => {
      if (String(Number(value)) !== value && !/^-0$/.test(value)) {
        throw new GraphQLError(`The whole number ${value} would be rounded: send it as text.`);
      }
    },
    [Kind.FLOAT]: ({ value }) => {
      if (!Number.isFinite(Number(value))) throw new GraphQLError("The number is too large.");
    },
    [Kind.OBJECT_FIELD]: ({ name }) => {
      if (name.value === "__proto__") throw new GraphQLError('The key "__proto__" is not allowed.');
    },
  });
};

builder.scalarType("JSON", {
  description: "Any JSON value.",
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => {
    checkLiteral(node);
    return valueFromASTUntyped(node, variables ?? undefined);
  },
});
