import { handsOver, delegationsOf } from "../../testkit/examples/delegations.ts";
import { role } from "../../testkit/examples/directory.ts";
import { any, atLeast, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { breaksGlass, modifies, prolongs, reassigns } from "../../testkit/changing.ts";
import { approves, asked, people, type Happening } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { Story, type Bypass } from "./story.ts";

/** Approving what one asked for oneself, in all the ways that people have found. */

const named = (...who: readonly string[]): ReturnType<typeof world> =>
  world(policy(level(group(any, ...who.map((id) => `user:${id}`)))));

const handsOn = (from: string, to: string): Happening => ({
  kind: "world",
  change: (before) => ({ ...before, delegation: delegationsOf([handsOver(from, to)]) }),
});

const twoLevels = world(
  policy([level(group(any, "qa_lead")), level(group(any, "qa_lead", "user:dee"))]),
);

export const ownRequests: readonly Bypass[] = [
  {
    title: "a requester does not approve their own request, even when the policy names them",
    attempt: (build) =>
      new Story(build, named("bo", "cy"))
        .when(asked({ agent: null }, "bo"), approves("bo"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "the owner of an agent does not approve what it asked for",
    attempt: (build) =>
      new Story(build, named("ana", "cy"))
        .when(asked(), approves("ana"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "an agent does not approve with its own credential",
    attempt: (build) =>
      new Story(build, named("bo"))
        .when(asked(), approves("deployment-bot"))
        .refused("not-an-approver")
        .when(approves("ci"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a delegate of the requester does not approve in their place",
    attempt: (build) =>
      new Story(build, named("bo", "cy"))
        .when(asked({ agent: null }, "bo"), handsOn("bo", "gus"), approves("gus"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "a requester does not approve as somebody else's delegate",
    attempt: (build) =>
      new Story(build, named("cy", "dee"))
        .when(asked({ agent: null }, "bo"), handsOn("cy", "bo"), approves("bo"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "a requester does not give the slots of their own request to somebody",
    attempt: (build) =>
      new Story(build, named("bo", "cy"))
        .when(asked({ agent: null }, "ivy"), reassigns("ivy", { to: ["dee"] }))
        .refused("separation-of-duties"),
  },
  {
    title: "the owner of the asking agent does not give its request more time",
    attempt: (build) =>
      new Story(build, named("bo"))
        .when(asked(), prolongs("ana", "2026-01-08T09:00:00.000Z"))
        .refused("separation-of-duties"),
  },
  {
    title: "the owner of the asking agent does not break the glass for it",
    attempt: (build) =>
      new Story(build, named("bo"))
        .when(people(role("break_glass", "ana", "hal")), asked(), breaksGlass("ana"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "the glass is broken by members of the role only",
    attempt: (build) =>
      new Story(build, named("bo"))
        .when(people(role("break_glass", "hal")), asked(), breaksGlass("ivy"))
        .refused("forbidden")
        .is("pending"),
  },
  {
    title: "whoever edited the payload does not break the glass for it",
    attempt: (build) =>
      new Story(build, world(policy(level(group(atLeast(2), "qa_lead", "user:dee")))))
        .when(people(role("break_glass", "bo")), asked(), modifies("bo"), breaksGlass("bo"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "whoever edited the payload counts at the level of the edit and at no other",
    attempt: (build) =>
      new Story(build, twoLevels)
        .when(asked(), modifies("bo"), approves("bo", { level: 2, hash: "sha256:bb" }))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "an agent of the asker's owner does not decide, though the policy names it",
    attempt: (build) =>
      new Story(build, {
        ...world(policy(level(group(any, "qa_lead"), { deciders: ["ci"] }))),
        defaults: { agentDeciders: "allow" },
      })
        .when(asked(), approves("ci"))
        .refused("separation-of-duties")
        .is("pending"),
  },
  {
    title: "an ask cannot describe itself as another agent than its credential's",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked({ agent: { id: "ci" } }))
        .refused("unprocessable")
        .is("absent"),
  },
];
