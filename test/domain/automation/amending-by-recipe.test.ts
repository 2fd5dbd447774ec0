import { describe, expect, test } from "vitest";
import { all, any, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  attachesContext,
  cancels,
  clockShows,
  recommends,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import {
  adds,
  agent,
  dueWithin,
  escalatesTo,
  givesTo,
  notifies,
  person,
  reaches,
  run,
  skips,
} from "./runs.ts";

const chain = policy([
  level(group(any, "qa_lead"), { timeout: "4h", onTimeout: "deny" }),
  level(group(all, "sre"), { timeout: "8h", onTimeout: "approve" }),
  level(group(any, "manager")),
  level(group(any, "director"), { unskippable: true }),
]);
const open = given(world(chain), asked());

describe("a recipe that reaches a pending request", () => {
  test("is shown there with its trigger, what it saw and what it changed", () => {
    const diff = [{ field: "labels", before: null, after: ["fast"] }];
    const after = open.when(reaches(run([], { diff })));
    after.yields("ContextAttached");
    expect(after.view.automations).toEqual([
      {
        recipe: "hotfix",
        version: 1,
        run: "run_1",
        trigger: "case.updated",
        at: "2026-01-05T09:00:00.000Z",
        outcome: "ran",
        reason: null,
        because: 'severity = "critical"',
        facts: { severity: "critical" },
        diff,
      },
    ]);
    expect(after.view.attachments).toMatchObject([
      { context: { automation: { recipe: "hotfix", diff } } },
    ]);
  });

  test("skips levels that are not reached, and none that its policy does not let anybody skip", () => {
    const after = open.when(reaches(run([skips(1, 3, 4, 9)])));
    after.yields("ContextAttached", [
      "ChainAmended",
      { skipLevels: [3], recipe: { recipe: "hotfix", version: 1, run: "run_1" } },
    ]);
    expect(after.view.automations[0]).toMatchObject({ outcome: "amended" });
  });

  test("adds approvers to the open level, once", () => {
    const escalated = open.when(reaches(run([escalatesTo("engineering_manager")])));
    escalated.yields(
      "ContextAttached",
      [
        "ChainAmended",
        {
          reason: "Too slow",
          addApprovers: [
            {
              level: 1,
              group: "qa-lead",
              approvers: [{ type: "role", identifier: "engineering_manager" }],
            },
          ],
        },
      ],
      "LevelOpened",
    );
    const again = run([escalatesTo("engineering_manager")], { run: "run_2" });
    open
      .and(reaches(run([escalatesTo("engineering_manager")])))
      .when(reaches(again))
      .yields("ContextAttached");
    expect(
      open.and(reaches(run([escalatesTo("engineering_manager")]))).when(approves("gus")).view
        .levels[0]?.status,
    ).toBe("approved");
  });

  test("brings the due marks forward that are later, and no other", () => {
    open
      .when(reaches(run([dueWithin("6h")])))
      .yields("ContextAttached", [
        "ChainAmended",
        { shorten: [{ level: 2, step: null, after: "6h" }] },
      ]);
  });

  test("gives the open slots to others", () => {
    const after = open.when(reaches(run([givesTo("dee")])));
    after.yields("ContextAttached", "RequestReassigned", "LevelOpened");
    expect(after.view.automations[0]).toMatchObject({ outcome: "amended" });
    expect(open.and(reaches(run([givesTo("dee")]))).when(approves("dee")).status).toBe("pending");
  });

  test("names nobody whom the directory does not know, and says so", () => {
    const after = open.when(reaches(run([escalatesTo("nobody_there"), skips(3)])));
    after.yields(
      "ContextAttached",
      ["AmendmentRefused", { reason: "The directory does not know role nobody_there." }],
      ["ChainAmended", { skipLevels: [3] }],
    );
  });

  test("leaves a request alone that has ended, and expires one whose time is over", () => {
    open
      .and(cancels("ana"))
      .when(reaches(run([skips(3)])))
      .yieldsNothing();
    open
      .and(clockShows("2026-01-07T09:00:00.000Z"))
      .when(reaches(run([skips(3)])))
      .refused("already-resolved", {}, "RequestExpired");
  });
});

describe("a recipe never weakens an approval on facts of the asking side", () => {
  test.each([
    ["the requester", agent("deployment-bot")],
    ["the owner of the asking agent", person("ana")],
    ["another agent of the same owner", agent("ci")],
    ["a recipe, which may have them from anybody", { kind: "system", id: "recipe:x" } as const],
  ])("set by %s: levels stay", (_who, by) => {
    const after = open.when(reaches(run([skips(3)], { setBy: { severity: [by] } })));
    after.yields("ContextAttached", [
      "AmendmentRefused",
      {
        skipLevels: [3],
        facts: ["severity"],
        reason: "The recipe rests on what the asking side set: severity.",
      },
    ]);
    expect(after.view.automations[0]).toMatchObject({
      outcome: "refused",
      reason: "The recipe rests on what the asking side set: severity.",
    });
  });

  test("set by the requester and others together: levels stay", () => {
    const setBy = { severity: [person("gus")], labels: [person("hal"), person("ana")] };
    open
      .when(reaches(run([skips(3)], { setBy })))
      .yields("ContextAttached", ["AmendmentRefused", { facts: ["labels"] }]);
  });

  const byBot = { setBy: { severity: [agent("deployment-bot")] } };

  test("slots stay with whom they were given to", () => {
    open
      .when(reaches(run([givesTo("dee")], byBot)))
      .yields("ContextAttached", [
        "AmendmentRefused",
        { reassignTo: [{ type: "user", identifier: "dee" }] },
      ]);
  });

  test("nothing approves itself earlier; what denies may come sooner", () => {
    open
      .when(reaches(run([dueWithin("1h")], byBot)))
      .yields(
        "ContextAttached",
        ["AmendmentRefused", { shorten: [{ level: 2, step: null, after: "1h" }] }],
        ["ChainAmended", { shorten: [{ level: 1, step: null, after: "1h" }] }],
        "TimersPlanned",
      );
  });

  test("more people may be asked on anybody's facts", () => {
    open
      .when(reaches(run([escalatesTo("engineering_manager")], byBot)))
      .yields("ContextAttached", "ChainAmended", "LevelOpened");
  });

  test("but not people whom the asking side named", () => {
    const named = { namedBy: { deputy: [person("ana")] } };
    open
      .when(reaches(run([escalatesTo("engineering_manager")], named)))
      .yields("ContextAttached", ["AmendmentRefused", { facts: ["deputy"] }]);
  });
});

describe("what a run shows to approvers", () => {
  test("is why it ran, what it saw and changed, and its messages", () => {
    const note = {
      recipe: "hotfix",
      trigger: "case.updated",
      because: 'severity = "critical"',
      facts: { severity: "critical" },
      diff: [{ field: "labels", before: null, after: ["fast"] }],
    } as const;
    const actions = [notifies("Please look."), notifies(null), skips(3)];
    open.when(reaches(run(actions, { diff: note.diff }))).yields(
      [
        "ContextAttached",
        {
          context: { automation: { ...note, messages: ["Please look."] } },
          automation: { ...note, version: 1, run: "run_1" },
        },
      ],
      ["ChainAmended", { reason: "Recipe hotfix" }],
    );
  });

  test("is nothing where the request takes no more, and it amends all the same", () => {
    const many = (count: number) => [
      ...Array.from({ length: count }, () => attachesContext("ci")),
      ...Array.from({ length: 25 }, () => recommends("ci")),
    ];
    open
      .and(...many(24))
      .when(reaches(run([])))
      .yields("ContextAttached");
    const after = open.and(...many(25)).when(reaches(run([skips(3)])));
    after.yields(["ChainAmended", { skipLevels: [3] }]);
    expect(after.view.automations).toEqual([]);
  });

  test("says of each run what came of it", () => {
    const byBot = { run: "run_2", setBy: { severity: [agent("deployment-bot")] } };
    const { view } = open.and(
      reaches(run([])),
      reaches(run([skips(3), adds("manager", { to: 2 })], byBot)),
      reaches(run([skips(3)], { run: "run_3" })),
    );
    expect(view.automations.map(({ run: id, outcome }) => [id, outcome])).toEqual([
      ["run_1", "ran"],
      ["run_2", "refused"],
      ["run_3", "amended"],
    ]);
  });

  test("begins with the run that asked", () => {
    const { version, recipe, trigger, because, facts, diff } = run([]);
    const automation = {
      holds: true,
      run: "run_0",
      version,
      recipe,
      trigger,
      because,
      facts,
      diff,
    };
    const { view } = given(world(chain), asked({ automation })).and(reaches(run([])));
    expect(view.automations).toMatchObject([
      { run: "run_0", outcome: "asked", reason: null, at: "2026-01-05T09:00:00.000Z" },
      { run: "run_1", outcome: "ran" },
    ]);
  });
});
