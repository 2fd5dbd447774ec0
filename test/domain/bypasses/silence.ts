import type { Defaults } from "@countersign/domain/definition/definition.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { Build } from "../model/build.ts";
import { role } from "../../testkit/examples/directory.ts";
import { active, gate } from "../../testkit/examples/gates.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { asked, clockShows, denies, people, type Happening } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { Story, type Bypass } from "./story.ts";

/** Ways from silence to an approval that nobody gave. */

const qa = group(any, "qa_lead");
const late = clockShows("2026-01-05T12:00:00.000Z");
const lowRisk = { riskSnapshot: { advisor_score: 0.1 } };
const approving = policy(level(qa, { escalation: [after("1h", "auto_approve")] }));

const org = (autoApprove: Defaults["autoApprove"]): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, defaults: { ...from.defaults, autoApprove } }),
});

/** A request under a policy that lets a timer approve, in an org that does. */
const silent = (
  build: Build,
  of: Policy = approving,
  ask: Partial<Ask> = lowRisk,
  autoApprove: Defaults["autoApprove"] = "allow",
): Story =>
  new Story(build, { ...world({ ...of, autoApprove: "allow" }), defaults: { autoApprove } }).when(
    asked({ policy: "release", ...ask }),
  );

const fired = fires("auto_approve");

export const silence: readonly Bypass[] = [
  {
    title: "a timer does not approve before it is due",
    attempt: (build) => void silent(build).when(fired).is("pending"),
  },
  {
    title: "a clock that jumped does not approve",
    attempt: (build) =>
      void silent(build)
        .when(late, fires("auto_approve", { approveUntil: "2026-01-05T09:00:00.000Z" }))
        .is("pending"),
  },
  {
    title: "a timer does not approve what has expired",
    attempt: (build) =>
      void silent(build, { ...approving, expiresIn: "2h" })
        .when(late, fired)
        .is("expired"),
  },
  {
    title: "a timer does not approve where the org forbids it by then",
    attempt: (build) => void silent(build).when(org("forbid"), late, fired).is("pending"),
  },
  {
    title: "an org that allows it later lets no timer approve what was asked before",
    attempt: (build) =>
      void silent(build, approving, lowRisk, "forbid")
        .when(org("allow"), late, fired)
        .is("pending"),
  },
  {
    title: "a timer does not approve what a gate asked for",
    attempt: (build) => {
      const always = gate({ type: "require_approval" }, { id: "always", policy: "release" });
      const of = world({ ...approving, autoApprove: "allow" });
      new Story(build, { ...of, gates: active([always]), defaults: { autoApprove: "allow" } })
        .when(asked({ policy: "release", ...lowRisk }))
        .accepted()
        .when(late, fired)
        .is("pending");
    },
  },
  {
    title: "a timer does not approve over a deny that stands",
    attempt: (build) =>
      void silent(
        build,
        policy(
          level([qa, group(any, "tech_lead")], {
            logic: "OR",
            escalation: [after("1h", "auto_approve")],
          }),
        ),
      )
        .when(denies("bo"), late, fired)
        .is("pending"),
  },
  {
    title: "the asker's own word for its risk lets no timer approve",
    attempt: (build) =>
      void silent(build, approving, { riskSnapshot: { score: 0 } })
        .when(late, fired)
        .is("pending"),
  },
  {
    title: "a risk above the ceiling lets no timer approve",
    attempt: (build) =>
      void silent(build, approving, { riskSnapshot: { advisor_score: 0.1, score: 0.9 } })
        .when(late, fired)
        .is("pending"),
  },
  {
    title: "a timer does not approve for a level that nobody can decide",
    attempt: (build) =>
      void silent(build)
        .when(people(role("qa_lead")), late, fired)
        .is("pending"),
  },
  {
    title: "a timer does not approve when nobody was told before",
    attempt: (build) =>
      void silent(
        build,
        policy(
          level(qa, {
            escalation: [after("30m", "escalate", "ghosts"), after("1h", "auto_approve")],
          }),
        ),
      )
        .when(late, fires("auto_approve", { step: 2 }))
        .is("pending"),
  },
];
