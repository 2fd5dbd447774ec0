import type { AutomationView } from "@countersign/domain/request/view/wire.ts";
import { builder } from "./builder.ts";

export const Automation = builder.objectRef<AutomationView>("Automation").implement({
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
