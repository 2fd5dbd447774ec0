import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { modifies } from "../../testkit/changing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After, type Given } from "../../testkit/given-when-then.ts";
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

const at = (time: string): Happening => clockShows(`2026-01-05T${time}:00.000Z`);
const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked({ policy: "release" }));

const slots = ({ levels }: RequestView, index = 0): readonly (readonly string[])[] =>
  (levels[index]?.groups ?? []).map((shown) =>
    shown.slots.map(({ approver, status }) => `${approver} ${status}`),
  );

const told = ({ decision }: After): readonly string[] =>
  decision.events.flatMap((event) =>
    event.type === "ReminderDue" || event.type === "RequestEscalated" ? event.data.told : [],
  );

describe("an escalation", () => {
  const escalating = (...to: readonly string[]): Partial<LevelPlan> => ({
    escalation: [after("1h", "escalate", ...to)],
  });

  test("adds only who may not answer in the group already, people and roles at once", () => {
    const to = escalating("qa_lead", "manager", "user:bo", "user:hal");
    const hal = { approver: "hal", via: { type: "user", identifier: "hal" } } as const;
    started(level(group(any, "qa_lead"), to))
      .and(at("10:00"))
      .when(fires("escalate"))
      .yields([
        "RequestEscalated",
        { groups: [{ group: "qa-lead", pools: ["manager"], slots: [hal], alternates: [] }] },
      ]);
  });

  test("to who may answer already tells them, and adds nobody", () => {
    started(level(group(any, "qa_lead"), escalating("qa_lead")))
      .and(at("10:00"))
      .when(fires("escalate"))
      .yields(["RequestEscalated", { told: ["bo", "cy"], groups: [] }]);
  });

  test("adds nobody to a branch that is denied", () => {
    const either = level([group(any, "qa_lead"), group(any, "tech_lead")], {
      ...escalating("manager"),
      logic: "OR",
    });
    const done = started(either).and(denies("bo"), at("10:00")).when(fires("escalate"));
    expect(slots(done.view)).toEqual([
      ["bo denied", "cy not_required"],
      ["dee open", "gus open"],
    ]);
  });

  test("adds to the groups that it names, and leaves the others and earlier levels as they were", () => {
    const both = [group(any, "qa_lead"), group(any, "tech_lead")];
    const done = started([
      level(group(any, "sre")),
      level(both, escalating("manager", "tech_lead")),
    ])
      .and(approves("eli"), at("10:00"), approves("dee"))
      .when(fires("escalate", { level: 2 }));
    expect(done.view.levels[0]).toMatchObject({ status: "approved" });
    expect(slots(done.view, 1)).toEqual([
      ["bo open", "cy open", "gus open", "dee approved"],
      ["dee approved"],
    ]);
  });

  test("gives a slot back to whom a reassignment had taken it from", () => {
    const steps = [after("1h", "reassign", "sre"), after("2h", "escalate", "user:bo")];
    const moved = started(level(group(all, "qa_lead"), { escalation: steps })).and(
      at("10:00"),
      fires("reassign"),
    );
    moved.when(approves("bo")).refused("not-an-approver");
    const back = moved.and(at("11:00"), fires("escalate", { step: 2 }));
    expect(slots(back.view)).toEqual([["eli open", "fay open", "bo open", "cy cancelled"]]);
    back.when(approves("bo")).yields("VoteCast");
  });

  test("calls nobody who edited the payload at another level", () => {
    const chain = [
      level(group(any, "qa_lead"), escalating("tech_lead")),
      level(group(any, "tech_lead")),
    ];
    started(chain)
      .and(approves("bo"), modifies("dee"), at("10:00"))
      .when(fires("escalate", { payloadVersion: 2 }))
      .yields([
        "TimerSuppressed",
        { code: "nobody", reason: "Nobody behind the names may decide here." },
      ]);
  });

  test("calls neither a person who asks nor, for that, anybody else less", () => {
    const of = world(policy(level(group(any, "qa_lead"), escalating("manager", "director"))));
    const own = given(of, asked({ policy: "release", agent: null }, "gus"));
    expect(told(own.and(at("10:00")).when(fires("escalate")))).toEqual(["hal"]);
    const reminding = policy(
      level(group(any, "qa_lead", "manager"), { escalation: [after("1h", "reminder")] }),
      { selfApproval: "allow" },
    );
    const allowed = given(world(reminding), asked({ policy: "release", agent: null }, "gus"));
    expect(allowed.queue.now).toContain("gus");
    expect(told(allowed.and(at("10:00")).when(fires("reminder")))).toEqual(["bo", "cy"]);
  });

  test("keeps a role a role where the asker is none of it, self-approval or not", () => {
    const pools = (to: string, selfApproval: "allow" | null): unknown => {
      const of = policy(level(group(any, "qa_lead"), escalating(to)), { selfApproval });
      const [event] = given(world(of), asked({ policy: "release" }), at("10:00")).when(
        fires("escalate"),
      ).decision.events;
      if (event?.type !== "RequestEscalated") return event?.type;
      const [joined] = event.data.groups;
      return [joined?.pools, joined?.slots.map(({ approver }) => approver)];
    };
    expect(pools("manager", "allow")).toEqual([["manager"], []]);
    expect(pools("admin", "allow")).toEqual([[], ["ivy"]]);
    expect(pools("admin", null)).toEqual([["admin"], []]);
  });

  test("is announced again when those to whom a blocked level was escalated leave as well", () => {
    const open = started(level(group(any, "qa_lead"), escalating("manager")))
      .and(people(role("qa_lead")), rechecked)
      .and(people(role("manager")));
    expect(open.when(rechecked).decision.events.map(({ type }) => type)).toEqual(["LevelBlocked"]);
  });
});

describe("a reassignment by a ladder", () => {
  const reassigned = (
    of: Partial<LevelPlan>,
    groups: LevelPlan["groups"],
    ...before: readonly Happening[]
  ): After =>
    started(level(groups, of))
      .and(...before, at("10:00"))
      .when(fires("reassign"));
  const moving = (...to: readonly string[]): Partial<LevelPlan> => ({
    escalation: [after("1h", "reassign", ...to)],
  });

  test.each<readonly [string, LevelPlan["groups"], readonly string[]]>([
    ["people who are named", [group(any, "user:bo", "user:cy")], ["user:cy", "user:bo"]],
    ["the people of a role", [group(all, "qa_lead")], ["qa_lead"]],
  ])("to who holds the open slots already does nothing: %s", (_, groups, to) => {
    reassigned(moving(...to), groups).yields([
      "TimerSuppressed",
      { code: "theirs-already", reason: "The open slots are theirs already." },
    ]);
  });

  const named = group(any, "user:bo", "user:cy");
  const left = [people(role("qa_lead", "cy")), rechecked, people(role("qa_lead", "bo", "cy"))];

  test.each<readonly [string, LevelPlan["groups"], readonly string[], readonly Happening[]]>([
    ["another role", [group(any, "qa_lead")], ["sre"], []],
    ["a role beside them", [named], ["user:bo", "user:cy", "sre"], []],
    ["one of them", [named], ["user:bo"], []],
    ["a person more", [named], ["user:bo", "user:cy", "user:hal"], []],
    ["somebody in place of one", [named], ["user:bo", "user:dee"], []],
    [
      "who holds the slots of one group only",
      [named, group(any, "sre")],
      ["user:bo", "user:cy"],
      [],
    ],
    ["somebody who had left and came back", [group(all, "qa_lead")], ["qa_lead"], left],
  ])("is one where it changes anything: %s", (_, groups, to, before) => {
    reassigned({ ...moving(...to), distinctApprovers: false }, groups, ...before).yields(
      "RequestReassigned",
      "LevelOpened",
    );
  });
});

describe("a reminder", () => {
  const reminding = { escalation: [after("1h", "reminder")] };
  const reminded = (from: Given, ...links: readonly Delegation[]): readonly string[] =>
    told(from.and(handedOver(...links), at("10:00")).when(fires("reminder")));
  const open = started(level(group(any, "qa_lead"), reminding));
  const alone = { exclusive: true };

  test("leaves out who stands only in a branch that is denied", () => {
    const either = [group(any, "qa_lead"), group(any, "tech_lead")];
    const denied = started(level(either, { ...reminding, logic: "OR" })).and(denies("bo"));
    expect(reminded(denied)).toEqual(["dee"]);
  });

  test("goes to whoever may act on a slot that was handed over, and to nobody who cannot", () => {
    // Another delegation of the same person, for something else, does not make its delegate an approver here.
    const elsewhere = handsOver("bo", "gus", { ...alone, policies: ["other"] });
    expect(reminded(open, elsewhere, handsOver("bo", "hal", alone))).toEqual(["hal", "cy"]);
    // To the owner of the asking agent nothing is handed over.
    expect(reminded(open, handsOver("bo", "ana", alone))).toEqual(["bo", "cy"]);
    expect(reminded(open, handsOver("bo", "ana", alone), handsOver("bo", "hal", alone))).toEqual([
      "hal",
      "cy",
    ]);
    const both = [handsOver("bo", "gus", alone), handsOver("bo", "hal", { ...alone, id: "dlg_2" })];
    expect(reminded(open, ...both)).toEqual(["gus", "hal", "cy"]);
  });

  test("follows a slot that was handed on, as far as delegations reach", () => {
    const onward = { exclusive: true, redelegate: true };
    const links = [
      handsOver("bo", "gus", onward),
      handsOver("gus", "hal", onward),
      handsOver("hal", "eli", onward),
      handsOver("eli", "fay", onward),
    ];
    expect(reminded(open, ...links.slice(0, 2))).toEqual(["hal", "cy"]);
    expect(reminded(open, ...links.slice(0, 3))).toEqual(["eli", "cy"]);
    // Where it was not to be handed on, it stays with the delegate.
    expect(reminded(open, handsOver("bo", "gus", alone), ...links.slice(1, 2))).toEqual([
      "gus",
      "cy",
    ]);
  });

  test("does not go to who handed their slot over and may act for somebody else alone", () => {
    const wide = started(level(group(any, "qa_lead", "tech_lead"), reminding));
    const links = [handsOver("bo", "hal", alone), handsOver("dee", "bo")];
    expect(reminded(wide, ...links)).toEqual(["hal", "cy", "dee"]);
  });

  test("goes to the owner of a slot whose only delegate edited the payload elsewhere", () => {
    const chain = [level(group(any, "qa_lead"), reminding), level(group(any, "tech_lead"))];
    const edited = started(chain).and(approves("cy"), modifies("dee"));
    const links = handedOver(handsOver("bo", "dee", alone));
    const done = edited.and(links, at("10:00")).when(fires("reminder", { payloadVersion: 2 }));
    expect(told(done)).toEqual(["bo", "cy"]);
  });

  test("goes to a person who is called like the agent that asks", () => {
    const bot = asked({ policy: "release", agent: null });
    if (bot.kind !== "command") throw new Error("nobody asked");
    const asAgent = { kind: "agent", id: "bo" } as const;
    const from = world(policy(level(group(any, "qa_lead"), reminding)));
    const agents = new Map(from.directory.agents).set("bo", {
      id: "bo",
      name: "Bo the bot",
      owner: "ana",
      version: null,
    });
    const open = given(
      { ...from, directory: { ...from.directory, agents } },
      { ...bot, principal: { ...asAgent, org: "demo" }, actor: asAgent },
    );
    expect(reminded(open)).toEqual(["bo", "cy"]);
  });

  test("names each once, who acts for two as well", () => {
    const links = [
      handsOver("bo", "hal", alone),
      handsOver("cy", "hal", { ...alone, id: "dlg_2" }),
    ];
    expect(reminded(open, ...links)).toEqual(["hal"]);
  });
});
