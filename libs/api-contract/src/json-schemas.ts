import { z } from "zod";

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 has them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Schemas as JSON Schema, by name: what a sender may write. One that stands in another is a reference to `at` and its
 * name. What JSON Schema cannot say (a refinement, a transform) is left out.
 */
export const jsonSchemas = (
  named: Readonly<Record<string, z.ZodType>>,
  at: string,
): Readonly<Record<string, JsonSchema>> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => `${at}${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]),
  );
};
