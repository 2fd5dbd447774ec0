import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { builder } from "./builder.ts";
import "./scalars.ts";
import "./queries.ts";
import "./mutations.ts";
import "./change-mutations.ts";
import "./bulk-mutations.ts";
import "./attachments.ts";
import "./definition-fields.ts";
import "./delegations.ts";
import "./evaluate.ts";
import "./api-keys.ts";
import "./signals.ts";
import "./standing-grants.ts";
import "./grants.ts";
import "./simulation.ts";
import "./subscriptions.ts";

/** The GraphQL schema, made of the type modules. */
export const schema: GraphQLSchema = builder.toSchema();

/** The schema as it stands in `schema.graphql`. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
