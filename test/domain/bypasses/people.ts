import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import { delegationsOf, handsOver, withoutDelegation } from "../../testkit/examples/delegations.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { amends, reassigns } from "../../testkit/changing.ts";
import {
  approves,
  asked,
  clockShows,
  denies,
  people,
  rechecked,
  type Happening,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { Story, type Bypass } from "./story.ts";
import assert from "node:assert/strict";

/** Approvals by people who may not give them any more, not yet, not twice, or who are not there at all. */

const delegated = (over: Parameters<typeof handsOver>[2] = {}): Happening => ({
  kind: "world",
  change: (before) => ({ ...before, delegation: delegationsOf([handsOver("bo", "gus", over)]) }),
});
const revoked: Happening = {
  kind: "world",
  change: (before) => ({
    ...before,
    delegation: withoutDelegation(before.delegation, handsOver("bo", "gus").id),
  }),
};

const both = world(policy(level([group(any, "qa_lead"), group(any, "user:bo", "user:dee")])));

export const otherPeople: readonly Bypass[] = [
  {
    title: "a role that was taken away is gone at the moment of the vote",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), people(role("qa_lead", "cy")), approves("bo"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a vote does not count any more when the level is judged after its voter lost the role",
    attempt: (build) =>
      new Story(build, world(policy(level(group(atLeast(2), "qa_lead", "sre")))))
        .when(asked(), approves("bo"), people(role("qa_lead", "cy")), approves("eli"))
        .accepted()
        .is("pending"),
  },
  {
    title: "an inactive person does not vote",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), people(changed("bo", { active: false })), approves("bo"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a viewer does not vote, though listed in the role",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(people(role("qa_lead", "vic", "bo")), asked(), approves("vic"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "an empty set of approvers approves nothing",
    attempt: (build) =>
      new Story(build, world(policy([level(group(all, "qa_lead")), level(group(any, "user:dee"))])))
        .when(people(role("qa_lead")), asked(), approves("dee"))
        .refused("level-not-open")
        .is("pending"),
  },
  {
    title: "people who leave do not bring the approval about",
    attempt: (build) => {
      const story = new Story(build, world(policy(level(group(all, "qa_lead")))));
      story.when(asked(), approves("bo"), people(leaves("cy")), rechecked).is("pending");
      assert.equal(story.view.blocked, true);
    },
  },
  {
    title: "one person fills one group only",
    attempt: (build) => void new Story(build, both).when(asked(), approves("bo")).is("pending"),
  },
  {
    title: "the same person twice is one approval",
    attempt: (build) =>
      new Story(build, world(policy(level(group(atLeast(2), "qa_lead")))))
        .when(asked(), approves("bo"), approves("bo"), approves("bo", { level: 1 }))
        .is("pending"),
  },
  {
    title: "a delegate who is approver too has one vote",
    attempt: (build) =>
      new Story(
        build,
        world(policy(level(group(atLeast(2), "qa_lead", "sre"), { onDeny: "unreachable" }))),
      )
        .when(asked(), delegated(), approves("gus"), people(role("sre", "gus", "eli", "fay")))
        .when(denies("gus"), approves("cy"))
        .accepted()
        .is("pending"),
  },
  {
    title: "the asker names no approvers whom the directory does not know",
    attempt: (build) =>
      new Story(build, world())
        .when(asked({ policy: null, approvers: [{ type: "user", identifier: "mallory" }] }))
        .refused("unknown-approver")
        .is("absent"),
  },
  {
    title: "a delegate's right ends with the window",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(
          delegated({ startsAt: "2026-01-05T08:00:00.000Z", endsAt: "2026-01-05T10:00:00.000Z" }),
          asked(),
          clockShows("2026-01-05T10:00:00.000Z"),
          approves("gus"),
        )
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a delegate's right begins with the window",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(
          delegated({ startsAt: "2026-01-05T09:30:00.000Z", endsAt: "2026-01-05T10:00:00.000Z" }),
          asked(),
          approves("gus"),
        )
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a revoked delegation gives no right",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(delegated(), asked(), revoked, approves("gus"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a delegation for other policies gives no right here",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(delegated({ policies: ["payments"] }), asked(), approves("gus"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a delegation for other roles gives no right here",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(delegated({ roles: ["sre"] }), asked(), approves("gus"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "an exclusive delegation leaves its owner no vote",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(delegated({ exclusive: true }), asked(), approves("bo"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a delegate of a delegate has no right that may not be handed on",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(
          {
            kind: "world",
            change: (before) => ({
              ...before,
              delegation: delegationsOf([handsOver("bo", "gus"), handsOver("gus", "hal")]),
            }),
          },
          asked(),
          approves("hal"),
        )
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "a level that its policy calls unskippable is not amended away",
    attempt: (build) =>
      new Story(
        build,
        world(
          policy([level(group(any, "qa_lead")), level(group(any, "sre"), { unskippable: true })]),
        ),
      )
        .when(asked(), amends("ivy", { skip: [2] }))
        .refused("unprocessable")
        .when(approves("bo"))
        .is("pending"),
  },
  {
    title: "only admins amend a chain",
    attempt: (build) =>
      new Story(build, world(policy([level(group(any, "qa_lead")), level(group(any, "sre"))])))
        .when(asked(), amends("bo", { skip: [2] }))
        .refused("forbidden"),
  },
  {
    title: "whoever gives all open slots away names nobody in a child request's place",
    attempt: (build) =>
      new Story(
        build,
        world(
          policy(level([group(any, "director"), group(any, "workflow:security")])),
          policy(level(group(any, "security_team")), { id: "security" }),
        ),
      )
        .when(asked(), reassigns("hal", { to: ["bo", "cy"] }), approves("bo"), approves("cy"))
        .accepted()
        .is("pending"),
  },
];
