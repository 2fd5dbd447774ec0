import { describe, expect, test } from "vitest";
import { refuse, refuseField } from "@countersign/domain/request/refusals.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy } from "../../testkit/examples/policies.ts";
import { Given, given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people, type Happening } from "../../testkit/happenings.ts";
import { modifies } from "../../testkit/changing.ts";
import { world, type World } from "../../testkit/world.ts";

test("a refusal says its details where it has any, and the place in the body where that is known", () => {
  expect(refuse("conflict", "No.")).toStrictEqual({ code: "conflict", message: "No." });
  expect(refuse("conflict", "No.", { by: "bo" })).toStrictEqual({
    code: "conflict",
    message: "No.",
    details: { by: "bo" },
  });
  expect(refuseField("unprocessable", "text", "No.", { by: "bo" })).toStrictEqual({
    code: "unprocessable",
    message: "No.",
    details: { by: "bo", faults: [{ path: "text", message: "No." }] },
  });
});

const three = policy([
  level(group(any, "qa_lead")),
  level(group(any, "sre")),
  level(group(any, "manager")),
]);

describe("after a level was approved", () => {
  const first = given(world(three), asked(), approves("bo"));

  test("who had a slot there and said nothing learns by whom and where it is resolved", () => {
    first.when(approves("cy")).refused("level-resolved", {
      level: 1,
      status: "approved",
      resolved_by: { kind: "person", id: "bo" },
    });
  });

  test("who voted there learns the same, also when the role is gone since", () => {
    first.when(denies("bo")).refused("level-resolved", { level: 1 });
    first
      .and(people(role("qa_lead", "cy")))
      .when(denies("bo"))
      .refused("level-resolved");
  });

  test("who stood there when it closed learns the same, also when the role is gone since", () => {
    first
      .and(people(role("qa_lead", "bo")))
      .when(approves("cy"))
      .refused("level-resolved");
  });

  test("who joined the role afterwards learns the same", () => {
    first
      .and(people(role("qa_lead", "bo", "cy", "dee")))
      .when(approves("dee"))
      .refused("level-resolved");
  });

  test("who voted there with a slot of their own learns the same, also when the role is gone since", () => {
    const both = policy([level(group(all, "sre")), level(group(any, "manager"))]);
    given(world(both), asked(), approves("eli"), approves("fay"), people(role("sre", "fay")))
      .when(denies("eli"))
      .refused("level-resolved", { level: 1 });
  });

  test("who stood in one of its groups when it closed learns the same", () => {
    const both = policy([
      level([group(any, "sre"), group(any, "qa_lead")]),
      level(group(any, "manager")),
    ]);
    given(world(both), asked(), approves("eli"), approves("bo"), people(role("qa_lead", "bo")))
      .when(approves("cy"))
      .refused("level-resolved", { level: 1 });
  });

  test("a stranger stays a stranger", () => {
    first.when(approves("dee")).refused("not-an-approver");
  });

  test("its approver is told of that level, though they name the open one", () => {
    const second = first.and(approves("eli"));
    second.when(approves("cy", { level: 3 })).refused("level-resolved", { level: 1 });
    second.when(approves("cy", { level: 2 })).refused("level-resolved", { level: 2 });
  });

  test("an approver of a level to come learns which one is open", () => {
    first.when(approves("gus", { level: 3 })).refused("level-not-open", { level: 3, open: 2 });
    first.when(approves("gus", { level: 2 })).refused("level-not-open");
  });

  test("a delegate's approval names both", () => {
    given(world(three), asked(), handedOver(handsOver("bo", "hal")), approves("hal"))
      .when(approves("cy"))
      .refused("level-resolved", {
        resolved_by: { kind: "person", id: "hal", on_behalf_of: "bo" },
      });
  });
});

describe("whom separation of duties keeps out", () => {
  test("is told so where a level that applies names them, and else nothing", () => {
    const isHigh = { kind: "field", field: "priority", operator: "=", value: "high" } as const;
    const named = world(
      policy([level(group(any, "qa_lead")), level(group(any, "user:ana"), { conditions: isHigh })]),
    );
    given(named, asked({ context: { priority: "high" } }))
      .when(approves("ana"))
      .refused("separation-of-duties");
    given(named, asked({ context: { priority: "low" } }))
      .when(approves("ana"))
      .refused("not-an-approver");
  });

  describe("because they edited the payload at another level", () => {
    const chain = policy([
      level([group(any, "qa_lead"), group(any, "sre")]),
      level(group(any, "sre")),
    ]);
    const edited = given(world(chain), asked(), approves("bo"), approves("eli")).and(
      modifies("fay", { level: 2 }),
    );

    test("is told at which, though they would fill one group only", () => {
      edited
        .when(denies("fay", { hash: "sha256:bb" }))
        .refused("separation-of-duties", { level: 2 });
      edited.when(denies("fay", { hash: "sha256:bb", level: 1 })).refused("separation-of-duties");
    });

    test("is told that their own level is not open when they name it", () => {
      edited
        .when(denies("fay", { hash: "sha256:bb", level: 2 }))
        .refused("level-not-open", { level: 2, open: 1 });
    });
  });
});

describe("who handed their slots over for somebody else alone to answer", () => {
  const away = handedOver(handsOver("bo", "hal", { exclusive: true }));

  test("is told to whom", () => {
    const after = given(world(three), asked(), away).when(approves("bo"));
    after.refused("not-an-approver");
    expect(after.decision.refusal?.message).toContain("handed their slots over to hal");
  });

  test("is told so where they stand in one of several groups", () => {
    const two = policy(level([group(any, "sre"), group(any, "qa_lead")]));
    const after = given(world(two), asked(), away).when(approves("bo"));
    expect(after.decision.refusal?.message).toContain("handed their slots over to hal");
  });

  test("is told who answers now, and not who answers beside them or did so before", () => {
    const over = { exclusive: true, endsAt: "2026-01-05T08:00:00.000Z" };
    const others = handedOver(handsOver("bo", "dee"), handsOver("bo", "gus", over));
    const after = given(world(three), asked(), others, away).when(approves("bo"));
    expect(after.decision.refusal?.message).toBe(
      "bo has handed their slots over to hal until 2026-01-12T00:00:00.000Z.",
    );
  });

  test("is told of the delegation that reaches to this slot, and of no older one that does not", () => {
    const others = handedOver(
      handsOver("bo", "dee", { exclusive: true, policies: ["other"] }),
      handsOver("bo", "gus", { exclusive: true, roles: ["director"] }),
      handsOver("bo", "vic", { exclusive: true }),
    );
    const after = given(world(three), asked(), others, away).when(approves("bo"));
    expect(after.decision.refusal?.message).toBe(
      "bo has handed their slots over to hal until 2026-01-12T00:00:00.000Z.",
    );
  });

  test("is told nothing of it where they had no slot", () => {
    const other = policy(level(group(any, "sre")));
    const after = given(world(other), asked(), away).when(approves("bo"));
    after.refused("not-an-approver");
    expect(after.decision.refusal?.message).not.toContain("handed");
  });
});

describe("an agent that decided before", () => {
  const withJudge = (directory: DirectoryState): DirectoryState => ({
    ...directory,
    agents: new Map(directory.agents).set("judge", {
      id: "judge",
      name: "Judge",
      owner: "gus",
      version: null,
    }),
  });
  const deciders = { deciders: ["judge"] };
  const from = world(
    policy([level(group(any, "qa_lead"), deciders), level(group(any, "sre"), deciders)]),
  );
  const allowing: World = {
    ...from,
    defaults: { agentDeciders: "allow" },
    directory: withJudge(from.directory),
  };
  const said = (happening: Happening): Happening =>
    happening.kind === "command"
      ? {
          ...happening,
          principal: { kind: "agent", id: "judge", org: "demo" },
          actor: { kind: "agent", id: "judge" },
        }
      : happening;

  test("is no approver any more, of no level, once the org forbids it", () => {
    const forbids: Happening = {
      kind: "world",
      change: (before) => ({ ...before, defaults: { agentDeciders: "forbid" } }),
    };
    given(allowing, asked(), said(approves("judge")))
      .and(forbids)
      .when(said(denies("judge")))
      .refused("not-an-approver");
  });
});

test("where every level was skipped, an approver is told that the named one is not open, and no other", () => {
  const off = {
    conditions: { kind: "field", field: "priority", operator: "=", value: "high" },
  } as const;
  const skipped = policy([level(group(any, "qa_lead"), off), level(group(any, "sre"), off)]);
  const after = given(world(skipped), asked({ context: { priority: "low" } })).when(
    approves("eli", { level: 1 }),
  );
  after.refused("level-not-open");
  expect(after.decision.refusal?.details).toEqual({ level: 1 });
});

test("an edit at another level than the open one is refused as a vote there is", () => {
  given(world(three), asked())
    .when(modifies("bo", { level: 2 }))
    .refused("level-not-open", { level: 2, open: 1 });
});

test("a request whose own validation failed is over for everybody", () => {
  const failed = given(world(three)).when(asked({ validation: { is_valid: false, issues: [] } }));
  expect(failed.decision.refusal?.code).toBe("validation-failed");
  new Given(failed.moment).when(approves("bo")).refused("already-resolved");
});
