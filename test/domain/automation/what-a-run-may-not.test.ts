import { describe, test } from "vitest";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { agent, dueWithin, escalatesTo, givesTo, person, reaches, run, skips } from "./runs.ts";

const chain = policy([
  level(group(any, "qa_lead"), { timeout: "4h", onTimeout: "deny" }),
  level(group(all, "sre"), { timeout: "8h", onTimeout: "approve" }),
  level(group(any, "manager")),
]);
const open = given(world(chain), asked());
const second = open.and(approves("bo"));

describe("what a run is refused", () => {
  const byBot = { setBy: { severity: [agent("deployment-bot")] } };
  const byAna = { namedBy: { deputy: [person("ana")] } };
  const refusal = (facts: string, data: Record<string, unknown>) =>
    [
      "AmendmentRefused",
      {
        recipe: { recipe: "hotfix", version: 1, run: "run_1" },
        reason: `The recipe rests on what the asking side set: ${facts}.`,
        facts: facts.split(", "),
        skipLevels: [],
        addApprovers: [],
        shorten: [],
        reassignTo: [],
        ...data,
      },
    ] as const;
  const manager = [
    { level: 1, group: "qa-lead", approvers: [{ type: "role", identifier: "manager" }] },
  ] as const;
  const hal = [{ type: "user", identifier: "hal" }] as const;

  test("is parted from what it may have", () => {
    open
      .when(reaches(run([skips(3), escalatesTo("manager"), givesTo("hal")], byBot)))
      .yields(
        "ContextAttached",
        refusal("severity", { skipLevels: [3], reassignTo: hal }),
        ["ChainAmended", { skipLevels: [], addApprovers: manager, shorten: [] }],
        "LevelOpened",
      );
    open
      .when(reaches(run([skips(3), escalatesTo("manager"), dueWithin("1h", 2)], byAna)))
      .yields("ContextAttached", refusal("deputy", { addApprovers: manager }), [
        "ChainAmended",
        { skipLevels: [3], addApprovers: [], shorten: [{ level: 2, step: null, after: "1h" }] },
      ]);
    open
      .when(reaches(run([givesTo("hal")], byAna)))
      .yields("ContextAttached", refusal("deputy", { reassignTo: hal }));
  });

  test("names each fact once, those of the conditions first", () => {
    const both = {
      setBy: { severity: [agent("ci")], labels: [person("gus")] },
      namedBy: { severity: [agent("ci")], deputy: [person("ana")] },
    };
    open
      .when(reaches(run([skips(3), escalatesTo("manager")], both)))
      .yields(
        "ContextAttached",
        refusal("severity, deputy", { skipLevels: [3], addApprovers: manager }),
      );
  });

  test("is nothing where names of the asking side are not used, and where nothing gets weaker", () => {
    open.when(reaches(run([skips(3)], byAna))).yields("ContextAttached", "ChainAmended");
    open
      .when(reaches(run([dueWithin("1h", 1)], byBot)))
      .yields("ContextAttached", "ChainAmended", "TimersPlanned");
    open.when(reaches(run([], { ...byBot, ...byAna }))).yields("ContextAttached");
  });

  test("is a reassignment that would put the quorum out of reach, by its sentence", () => {
    second.when(reaches(run([givesTo("hal")]))).yields("ContextAttached", [
      "AmendmentRefused",
      {
        recipe: { recipe: "hotfix", version: 1, run: "run_1" },
        reason: "Group sre of level 2 wants 2 approvals and 1 can be given (role sre).",
        facts: [],
        skipLevels: [],
        addApprovers: [],
        shorten: [],
        reassignTo: hal,
      },
    ]);
  });

  test("is who is not known, each by name, while the others are named", () => {
    open.when(reaches(run([givesTo("zoe"), escalatesTo("zoo", "manager")]))).yields(
      "ContextAttached",
      [
        "AmendmentRefused",
        {
          reason: "The directory does not know user zoe, role zoo.",
          facts: [],
          skipLevels: [],
          addApprovers: [],
          shorten: [],
          reassignTo: [
            { type: "user", identifier: "zoe" },
            { type: "role", identifier: "zoo" },
          ],
        },
      ],
      ["ChainAmended", { addApprovers: manager }],
      "LevelOpened",
    );
  });
});

describe("slots that a run gives to others", () => {
  test("say which run gave them", () => {
    open
      .when(reaches(run([givesTo("hal")])))
      .yields(
        "ContextAttached",
        [
          "RequestReassigned",
          { reason: "Recipe hotfix", recipe: { recipe: "hotfix", version: 1, run: "run_1" } },
        ],
        "LevelOpened",
      );
  });

  test("are none when the amendment ended the request", () => {
    const left = given(
      world(policy([level(group(all, "sre")), level(group(any, "manager"))])),
      asked(),
      approves("eli"),
      people(leaves("fay")),
      rechecked,
    );
    left
      .when(reaches(run([skips(2), givesTo("hal")])))
      .yields(
        "ContextAttached",
        "ChainAmended",
        "LevelApproved",
        "LevelSkipped",
        "RequestApproved",
      );
    const unreachable = policy([
      level(group(atLeast(2), "qa_lead", "user:dee"), { onDeny: "unreachable" }),
      level(group(any, "manager")),
    ]);
    given(world(unreachable), asked(), approves("bo"), denies("dee"))
      .and(people(role("qa_lead", "bo")), rechecked)
      .when(reaches(run([skips(2), givesTo("hal")])))
      .yields("ContextAttached", "ChainAmended", "LevelDenied", "RequestDenied");
  });
});
