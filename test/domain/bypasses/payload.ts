import assert from "node:assert/strict";
import type { Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import {
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
  when,
} from "../../testkit/examples/policies.ts";
import { modifies, withdraws } from "../../testkit/changing.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  command,
  denies,
  imported,
  timerFires,
  type Happening,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { Story, type Bypass } from "./story.ts";

/** Approvals of something else than was shown, after the end, without the facts, or used more than once. */

const twoLevels = world(policy([level(group(any, "qa_lead")), level(group(any, "qa_lead"))]));
const twoOfThree = world(policy(level(group(atLeast(2), "qa_lead", "user:dee"))));

const GRANT = "grt_01JARZ3NDEKTSV4RRFFQ69G5FA-1";
const consumes = (hash = "sha256:aa", grantId: string | null = GRANT): Happening =>
  command("deployment-bot", { type: "consume", grantId, payloadHash: hash });
const reports = (hash = "sha256:aa"): Happening =>
  command("deployment-bot", {
    type: "report-execution",
    status: "executed",
    result: null,
    payloadHash: hash,
  });
const asAgent = (id: string, said: RequestCommand): Happening => {
  const principal: Principal = { kind: "agent", id, org: "demo" };
  return { kind: "command", command: said, principal, actor: { kind: "agent", id } };
};

const conditional = world(
  policy(level(group(any, "qa_lead"), { conditions: when("amount", 5) }), {
    onAllSkipped: "approve",
  }),
);

export const payloads: readonly Bypass[] = [
  {
    title: "a vote for another payload is refused",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo", { hash: "sha256:other" }))
        .refused("payload-changed")
        .is("pending"),
  },
  {
    title: "a vote without a hash is for the first payload, and not for an edited one",
    attempt: (build) =>
      new Story(build, twoOfThree)
        .when(asked(), modifies("bo"), approves("cy"))
        .refused("payload-changed")
        .is("pending"),
  },
  {
    title: "approvals of the old payload do not count for the edited one",
    attempt: (build) =>
      new Story(build, twoOfThree)
        .when(asked(), approves("cy"), modifies("bo"))
        .accepted()
        .is("pending"),
  },
  {
    title: "earlier levels are asked again after an edit",
    attempt: (build) =>
      new Story(build, twoLevels)
        .when(asked(), approves("bo", { level: 1 }), modifies("cy", { level: 2 }))
        .accepted()
        .is("pending"),
  },
  {
    title: "a payload that does not fit its schema is not taken",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(
          asked(),
          modifies("bo", { faults: [{ path: "replicas", message: "must be a number" }] }),
        )
        .refused("schema-mismatch")
        .is("pending"),
  },
  {
    title: "an edit names the payload that was edited",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), modifies("bo", { from: "sha256:older" }))
        .refused("payload-changed")
        .is("pending"),
  },
  {
    title: "a vote for one level is not applied to another",
    attempt: (build) =>
      new Story(build, twoLevels)
        .when(asked(), approves("bo", { level: 1 }), approves("cy", { level: 1 }))
        .refused("level-resolved")
        .is("pending"),
  },
  {
    title: "a double click does not approve the next level",
    attempt: (build) =>
      new Story(build, twoLevels)
        .when(asked(), approves("bo"), approves("bo"))
        .refused("level-not-named")
        .is("pending"),
  },
  {
    title: "a policy that is imported later does not change a request that stands",
    attempt: (build) =>
      new Story(build, twoLevels)
        .when(
          asked(),
          imported(policy(level(group(any, "qa_lead")), { version: 2 })),
          approves("bo"),
        )
        .accepted()
        .is("pending"),
  },
  {
    title: "a condition whose field is missing asks for the approval",
    attempt: (build) =>
      new Story(build, conditional)
        .when(asked({ context: {} }))
        .accepted()
        .is("pending"),
  },
  {
    title: "a condition on a name of the prototype finds no fact",
    attempt: (build) =>
      new Story(
        build,
        world(
          policy(
            level(group(any, "qa_lead"), {
              conditions: {
                kind: "field",
                field: "context.constructor.name",
                operator: "!=",
                value: "Object",
              },
            }),
            { onAllSkipped: "approve" },
          ),
        ),
      )
        .when(asked())
        .accepted()
        .is("pending"),
  },
  {
    title: "when all levels are skipped nothing passes unless the policy says so",
    attempt: (build) =>
      new Story(
        build,
        world(policy(level(group(any, "qa_lead"), { conditions: when("amount", 5) }))),
      )
        .when(asked({ context: { amount: 1 } }))
        .accepted()
        .is("pending"),
  },
  {
    title: "an approval after a veto changes nothing",
    attempt: (build) =>
      new Story(build, twoOfThree)
        .when(asked(), denies("cy"), approves("bo"))
        .refused("already-resolved")
        .is("denied"),
  },
  {
    title: "a deny without a reason is none",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), denies("bo", { reason: "  " }))
        .refused("reason-required")
        .is("pending"),
  },
  {
    title: "an approval at the instant of expiry comes too late, and the request expires",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked({ expiresIn: "1h" }), clockShows("2026-01-05T10:00:00.000Z"), approves("bo"))
        .refused("already-resolved")
        .is("expired"),
  },
  {
    title: "a timer that fires early takes no effect",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked({ expiresIn: "1h" }), clockShows("2026-01-05T09:59:59.999Z"), timerFires)
        .is("pending"),
  },
  {
    title: "a cancelled request is not approved",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), cancels("deployment-bot"), approves("bo"))
        .refused("already-resolved")
        .is("cancelled"),
  },
  {
    title: "strangers do not cancel a request",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), cancels("hal"))
        .refused("forbidden")
        .is("pending"),
  },
  {
    title: "a vote that a modify voided cannot be withdrawn",
    attempt: (build) =>
      new Story(build, twoOfThree)
        .when(asked(), approves("cy"), modifies("bo"), withdraws("cy"))
        .refused("no-vote"),
  },
  {
    title: "one approval is one execution",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo"), consumes())
        .accepted()
        .when(consumes())
        .refused("grant-spent"),
  },
  {
    title: "what runs is what was approved",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo"), consumes("sha256:other"))
        .refused("payload-changed")
        .when(consumes(), reports("sha256:other"))
        .refused("payload-changed"),
  },
  {
    title: "a grant is good for its time",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo"), clockShows("2026-01-05T10:00:00.000Z"), consumes())
        .refused("grant-expired"),
  },
  {
    title: "a grant of another request opens nothing",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo"), consumes("sha256:aa", "grt_other-1"))
        .refused("unprocessable"),
  },
  {
    title: "nothing is executed before the grant is spent",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(asked(), approves("bo"), reports())
        .refused("not-consumed"),
  },
  {
    title: "another agent does not spend the grant",
    attempt: (build) =>
      new Story(build, world(qaOnly))
        .when(
          asked(),
          approves("bo"),
          asAgent("ci", { type: "consume", grantId: GRANT, payloadHash: "sha256:aa" }),
        )
        .refused("forbidden"),
  },
  {
    title: "a pending request has no grant",
    attempt: (build) => {
      const story = new Story(build, world(qaOnly)).when(asked());
      assert.equal(story.view.execution, null);
      story.when(consumes()).refused("conflict");
    },
  },
];
