import { describe, expect, test } from "vitest";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { agentHolder } from "@countersign/domain/request/people/deciders.ts";
import {
  isAdmin,
  isAsker,
  mayBreakGlass,
} from "@countersign/domain/request/people/standing-rights.ts";
import { modifies } from "../../testkit/changing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { changed, role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  denies,
  people,
  rechecked,
  type Happening,
} from "../../testkit/happenings.ts";
import { referenceOf, world, type World } from "../../testkit/world.ts";

type Kind = "person" | "agent";

/** The same, said by a person or an agent of this name, whatever the directory knows under it. */
const as = (kind: Kind, happening: Happening): Happening => {
  if (happening.kind !== "command" || happening.principal === null) return happening;
  const { id } = happening.principal;
  return {
    ...happening,
    principal: { kind, id, org: "demo" },
    actor: { kind, id },
  };
};

const agents =
  (owners: Readonly<Record<string, string>>) =>
  (directory: DirectoryState): DirectoryState => ({
    ...directory,
    agents: new Map([
      ...directory.agents,
      ...Object.entries(owners).map(
        ([id, owner]) => [id, { id, name: id, owner, version: null }] as const,
      ),
    ]),
  });

describe("whoever is called like somebody with a right", () => {
  const { state, world: around } = given(
    world(qaOnly),
    people(role("break_glass", "hal")),
    asked(),
  ).moment;
  if (state.status === "absent") throw new Error("there is no request");
  const reference = referenceOf(around);
  const rightsOf = (kind: Kind, id: string) => {
    const principal = { kind, id, org: "demo" };
    return {
      admin: isAdmin(principal, reference),
      glass: mayBreakGlass(principal, reference),
      asker: isAsker(state, principal),
    };
  };
  const none = { admin: false, glass: false, asker: false };

  test.each<[Kind, string, Partial<typeof none>]>([
    ["person", "ivy", { admin: true }],
    ["agent", "ivy", {}],
    ["person", "hal", { glass: true }],
    ["agent", "hal", {}],
    ["agent", "deployment-bot", { asker: true }],
    ["person", "deployment-bot", {}],
    ["person", "ana", { asker: true, admin: true }],
    ["agent", "ana", {}],
    ["agent", "ci", {}],
    ["person", "bo", {}],
  ])("has no more of it than their own: the %s %s", (kind, id, rights) => {
    expect(rightsOf(kind, id)).toEqual({ ...none, ...rights });
  });

  test("is no asker: a person votes on what an agent of their name asked", () => {
    given(world(qaOnly), people(agents({ bo: "ana" })))
      .and(as("agent", asked({ agent: null }, "bo")))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("is a stranger: a person of the asking agent's name", () => {
    given(world(qaOnly), asked(), people(changed("deployment-bot", {})))
      .when(as("person", approves("deployment-bot")))
      .refused("not-an-approver");
  });
});

describe("agents that are named as deciders", () => {
  const judged = (...levels: Parameters<typeof policy>): World => ({
    ...world(policy(...levels)),
    defaults: { agentDeciders: "allow" },
  });
  const withJudge = people(agents({ judge: "gus" }));
  const by = { deciders: ["judge", "ghost"] };
  const judge = (happening: Happening): Happening => as("agent", happening);

  test("decide what people asked who do not own them", () => {
    given(judged(level(group(any, "qa_lead"), by)), withJudge)
      .and(asked({ agent: null }, "hal"))
      .when(judge(approves("judge")))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("are enough where any one is and nobody else is there", () => {
    const alone = given(judged(level(group(any, "legal"), by)), withJudge).when(asked());
    alone.yields("RequestSubmitted", "LevelOpened");
    expect(alone.view.blocked).toBe(false);
  });

  test("decide nothing where the directory does not know them", () => {
    given(judged(level(group(any, "qa_lead"), by)), asked())
      .when(judge(approves("ghost")))
      .refused("not-an-approver");
  });

  test("are not counted in the bar of those who stay", () => {
    const crew = role("crew", "bo", "cy", "dee");
    const left = given(judged(level(group(all, "crew"), by)), withJudge, people(crew), asked()).and(
      people(role("crew", "bo", "cy")),
      rechecked,
    );
    expect(left.view.levels[0]?.groups[0]?.needed).toBe(2);
    left
      .and(approves("bo"))
      .when(approves("cy"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("approve the level of their own edit under their own name when its turn comes", () => {
    const chain = [level(group(any, "sre")), level(group(any, "qa_lead"), by)];
    given(judged(chain), withJudge, asked(), approves("eli"))
      .and(judge(modifies("judge")))
      .when(approves("eli", { hash: "sha256:bb" }))
      .yields(
        "VoteCast",
        "LevelApproved",
        "LevelReopened",
        ["LevelApproved", { level: 2, by: { kind: "agent", id: "judge" } }],
        ["RequestApproved", { by: { kind: "agent", id: "judge" } }],
      );
    expect(agentHolder("judge")).toBe("agent judge");
  });
});

test("a delegate who edited approves in the name of both when the turn of the level comes", () => {
  const by = { kind: "person", id: "gus", onBehalfOf: "bo" } as const;
  given(
    world(policy([level(group(any, "sre")), level(group(any, "qa_lead"))])),
    asked(),
    handedOver(handsOver("bo", "gus")),
    approves("eli"),
    modifies("gus"),
  )
    .when(approves("fay", { hash: "sha256:bb" }))
    .yields(
      "VoteCast",
      "LevelApproved",
      "LevelReopened",
      ["LevelApproved", { level: 2, by }],
      ["RequestApproved", { by }],
    );
});

describe("whoever edited the payload", () => {
  const chain = policy([level(group(any, "user:bo")), level(group(any, "user:gus"))]);
  const edited = given(world(chain), asked(), approves("bo")).and(modifies("gus"));

  test("hands nothing on at another level: their delegate answers where they do", () => {
    edited
      .and(handedOver(handsOver("bo", "gus", { redelegate: true }), handsOver("gus", "hal")))
      .when(denies("hal", { hash: "sha256:bb" }))
      .refused("level-not-open");
  });
});
