import { describe, expect, test } from "vitest";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { changed, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
} from "../../testkit/examples/policies.ts";
import { modifies } from "../../testkit/changing.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people, type Happening } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

/** `judge`, an agent of gus that ana's agents may be judged by; `ci` is ana's, as the asking bot is. */
const withJudge = (directory: DirectoryState): DirectoryState => ({
  ...directory,
  agents: new Map(directory.agents).set("judge", {
    id: "judge",
    name: "Judge",
    owner: "gus",
    version: null,
  }),
});

const judged = (
  fields: Partial<LevelPlan> = {},
  defaults: World["defaults"] = { agentDeciders: "allow" },
  groups = [group(any, "qa_lead")],
): World => {
  const from = world(policy(level(groups, { deciders: ["judge", "ci"], ...fields })));
  return { ...from, defaults, directory: withJudge(from.directory) };
};

const as = (happening: Happening, id: string): Happening =>
  happening.kind === "command"
    ? {
        ...happening,
        principal: { kind: "agent", id, org: "demo" },
        actor: { kind: "agent", id },
      }
    : happening;
const agentApproves = as(approves("judge"), "judge");
const agentDenies = as(denies("judge"), "judge");

describe("an agent named as decider", () => {
  test("has a slot of its own in each group of the level, with the reason shown", () => {
    const two = judged({}, { agentDeciders: "allow" }, [group(any, "qa_lead"), group(any, "sre")]);
    const { view } = given(two, asked());
    for (const { slots } of view.levels[0]?.groups ?? []) {
      expect(slots).toContainEqual(
        expect.objectContaining({
          approver: "judge",
          via: { type: "agent", identifier: "judge" },
          why: "named as decider",
          status: "open",
        }),
      );
    }
  });

  test("may approve where any one is enough, under its own name", () => {
    const after = given(judged(), asked()).when(agentApproves);
    after.yields("VoteCast", "LevelApproved", "RequestApproved");
    const slot = after.view.levels[0]?.groups[0]?.slots.find(({ vote }) => vote !== null);
    expect(slot).toMatchObject({
      approver: "judge",
      counted: true,
      vote: { voted_by: "judge", on_behalf_of: null },
    });
  });

  test("may deny, with a reason", () => {
    given(judged(), asked()).when(agentDenies).yields("VoteCast", "LevelDenied", "RequestDenied");
  });

  test("its vote said again changes nothing, and another one replaces it", () => {
    const world2 = judged({}, { agentDeciders: "allow" }, [group(atLeast(2), "qa_lead")]);
    given(world2, asked(), agentApproves).when(agentApproves).yieldsNothing();
    given(world2, asked(), agentApproves)
      .when(agentDenies)
      .yields("VoteWithdrawn", "VoteCast", "LevelDenied", "RequestDenied");
  });

  test("counts as one where a number of approvals is wanted", () => {
    given(judged({}, { agentDeciders: "allow" }, [group(atLeast(2), "qa_lead")]), asked())
      .and(agentApproves)
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test.each([all, percent(100)])("never fills a person's slot: $required", (quorum) => {
    const history = given(
      judged({}, { agentDeciders: "allow" }, [group(quorum, "sre")]),
      asked(),
      agentApproves,
      approves("eli"),
    );
    expect(history.status).toBe("pending");
    expect(history.view.levels[0]?.groups[0]?.needed).toBe(2);
    history.when(approves("fay")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test.each([all, percent(100)])(
    "its deny is a veto, though it fills no slot: $required",
    (quorum) => {
      given(judged({}, { agentDeciders: "allow" }, [group(quorum, "sre")]), asked())
        .when(agentDenies)
        .yields("VoteCast", ["LevelDenied", { group: "sre" }], "RequestDenied");
    },
  );

  test("people are not kept waiting for it where all of them are wanted", () => {
    given(judged({}, { agentDeciders: "allow" }, [group(all, "sre")]), asked(), approves("eli"))
      .when(approves("fay"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("counts in one AND group only, as a person does", () => {
    const two = judged({}, { agentDeciders: "allow" }, [group(any, "qa_lead"), group(any, "sre")]);
    given(two, asked()).when(agentApproves).yields("VoteCast");
  });

  test("decides only at the level that names it", () => {
    const from = judged();
    const [first] = from.policies[0]?.chain ?? [];
    if (first === undefined) throw new Error("no level");
    const chain = policy([level(group(any, "sre")), first]);
    given({ ...from, policies: [chain] }, asked())
      .when(agentApproves)
      .refused("level-not-open");
  });

  test("stands in nobody's queue, and the people of the level still do", () => {
    expect(given(judged(), asked()).queue).toEqual({ now: ["bo", "cy"], later: [] });
  });
});

describe("an agent does not decide", () => {
  test("when no level names it", () => {
    given(judged({ deciders: [] }), asked())
      .when(agentApproves)
      .refused("not-an-approver");
  });

  test("when its owner is the requester's owner", () => {
    const { view } = given(judged(), asked());
    const holders = view.levels[0]?.groups[0]?.slots.map(({ approver }) => approver);
    expect(holders).not.toContain("ci");
    given(judged(), asked())
      .when(as(approves("ci"), "ci"))
      .refused("separation-of-duties");
  });

  test("when its owner asked themselves, even where self approval is allowed", () => {
    given(
      judged({}, { agentDeciders: "allow", selfApproval: "allow" }),
      asked({ agent: null }, "gus"),
    )
      .when(agentApproves)
      .refused("separation-of-duties");
  });

  test("about what it asked for itself", () => {
    const from = judged(
      { deciders: ["deployment-bot"] },
      {
        agentDeciders: "allow",
        selfApproval: "allow",
      },
    );
    given(from, asked())
      .when(as(approves("deployment-bot"), "deployment-bot"))
      .refused("separation-of-duties");
  });

  test("where the org forbids it, from the moment that it does", () => {
    given(judged({}, { agentDeciders: "forbid" }), asked())
      .when(agentApproves)
      .refused("not-an-approver");
    const forbids: Happening = {
      kind: "world",
      change: (from) => ({ ...from, defaults: { ...from.defaults, agentDeciders: "forbid" } }),
    };
    given(judged(), asked(), forbids).when(agentApproves).refused("not-an-approver");
  });

  test("about a request that a gate asked for", () => {
    const inherited = {
      requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
      escalated: true,
      selfApproval: false,
      expiresAt: null,
    } as const;
    given(judged(), asked({ inherited })).when(agentApproves).refused("not-an-approver");
  });
});

describe("where people are counted by head and a deny only counts when the rest are too few", () => {
  const half = judged({ onDeny: "unreachable" }, { agentDeciders: "allow" }, [
    group(percent(50), "sre"),
  ]);

  test("an agent's deny takes nobody's answer away: the level still waits for people", () => {
    const denied = given(half, asked(), agentDenies, denies("eli"));
    expect(denied.view.blocked).toBe(false);
    denied.when(approves("fay")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("it denies nothing where people are missing, because it is none of them", () => {
    const empty = given(half, people(role("sre")), asked());
    expect(empty.view.blocked).toBe(true);
    empty.when(agentDenies).yields("VoteCast");
  });
});

describe("an agent that edited the payload", () => {
  const twice = (first: LevelPlan): World => {
    const from = judged();
    const [last] = from.policies[0]?.chain ?? [];
    if (last === undefined) throw new Error("no level");
    return { ...from, policies: [policy([first, last])] };
  };
  const edits = as(modifies("judge"), "judge");
  const judgeSlots = (from: World): number => {
    const [first] = given(from, asked(), approves("eli"), edits).view.levels;
    const slots = first?.groups.flatMap((each) => each.slots) ?? [];
    return slots.filter(({ approver }) => approver === "judge").length;
  };

  test("has no slot at another level that is asked again, as no person would", () => {
    expect(judgeSlots(twice(level(group(any, "sre"), { deciders: ["judge"] })))).toBe(0);
  });

  test("leaves a level to block that nobody else could answer now", () => {
    const from = twice(level(group(any, "sre"), { deciders: ["judge"] }));
    given(from, asked(), approves("eli"), people(role("sre")))
      .when(edits)
      .yields("PayloadModified", "VotesVoided", "VoteCast", "LevelReopened", "LevelBlocked");
  });
});

test("a person called like the agent gets neither its slot nor its vote", () => {
  const namesake = people(changed("judge", {}));
  given(judged(), asked(), namesake).when(approves("judge")).refused("not-an-approver");
  const lead = people(changed("judge", {}), role("qa_lead", "judge", "bo"));
  const both = given(
    judged({}, { agentDeciders: "allow" }, [group(atLeast(2), "qa_lead")]),
    lead,
    asked(),
    agentApproves,
  );
  both.when(approves("judge")).yields("VoteCast", "LevelApproved", "RequestApproved");
});
