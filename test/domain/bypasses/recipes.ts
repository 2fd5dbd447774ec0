import type { Actor } from "@countersign/domain/actor.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { RecipeAction } from "@countersign/domain/automation/recipe.ts";
import type { Build } from "../model/build.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { approves, asked, command } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { escalatesTo, givesTo, reaches, run, skips } from "../automation/runs.ts";
import { Story, type Bypass } from "./story.ts";

/** Ways to let a recipe do what people would not let one do. */

const chain = world(
  policy([level(group(any, "qa_lead")), level(group(any, "sre")), level(group(any, "manager"))]),
);

const bot: Actor = { kind: "agent", id: "deployment-bot" };
const by = (actor: Actor): Partial<AutomationRun> => ({ setBy: { severity: [actor] } });

/** A run reaches a request of the deployment bot, whose owner is ana. */
const reached = (build: Build, action: RecipeAction, fields: Partial<AutomationRun>): Story =>
  new Story(build, chain).when(asked(), reaches(run([action], fields)));

const skipsNothing = (build: Build, actor: Actor): void =>
  void reached(build, skips(2, 3), by(actor)).when(approves("bo")).is("pending");

export const recipes: readonly Bypass[] = [
  {
    title: "a recipe skips no level on what the requester says",
    attempt: (build) => skipsNothing(build, bot),
  },
  {
    title: "a recipe skips no level on what the owner of the asking agent says",
    attempt: (build) => skipsNothing(build, { kind: "person", id: "ana" }),
  },
  {
    title: "a recipe skips no level on what another agent of the same owner says",
    attempt: (build) => skipsNothing(build, { kind: "agent", id: "ci" }),
  },
  {
    title: "a recipe skips no level on what another recipe made of somebody's words",
    attempt: (build) => skipsNothing(build, { kind: "system", id: "recipe:other" }),
  },
  {
    title: "a recipe gives no slots away on what the requester says",
    attempt: (build) =>
      void reached(build, givesTo("dee"), by(bot)).when(approves("dee")).refused("not-an-approver"),
  },
  {
    title: "a recipe brings in nobody whom the requester named",
    attempt: (build) =>
      void reached(build, escalatesTo("director"), { namedBy: { deputy: [bot] } })
        .when(approves("hal"))
        .refused("not-an-approver"),
  },
  {
    title: "nobody sends a run of a recipe themselves",
    attempt: (build) => {
      const sent = command("gus", { type: "automate", run: run([skips(2, 3)]) });
      new Story(build, chain).when(asked(), sent).refused("forbidden").is("pending");
    },
  },
];
