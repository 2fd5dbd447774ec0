import type { JsonObject } from "@countersign/domain/json.ts";
import { builder } from "./builder.ts";

/** A run of a recipe, as the request's JSON has it. */
export interface WireAutomation {
  readonly recipe: string;
  readonly version: number;
  readonly run: string;
  readonly trigger: string;
  readonly at: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly because: string;
  readonly facts: JsonObject;
  readonly diff: readonly JsonObject[];
}

export const Automation = builder.objectRef<WireAutomation>("Automation").implement({
  description: "A run of a recipe that asked for the request, reached it, or was refused to.",
  fields: (t) => ({
    recipe: t.exposeString("recipe"),
    version: t.exposeInt("version"),
    run: t.exposeID("run"),
    trigger: t.exposeString("trigger"),
    at: t.expose("at", { type: "DateTime" }),
    outcome: t.exposeString("outcome", { description: "asked, ran, amended or refused." }),
    reason: t.exposeString("reason", { nullable: true }),
    because: t.exposeString("because"),
    facts: t.expose("facts", { type: "JSON" }),
    diff: t.expose("diff", { type: ["JSON"] }),
  }),
});
