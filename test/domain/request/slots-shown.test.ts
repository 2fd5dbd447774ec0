import { describe, expect, test } from "vitest";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import { renderRequest } from "@countersign/domain/request/view/render.ts";
import { amends } from "../../testkit/changing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
  when,
} from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const ten = clockShows("2026-01-05T10:00:00.000Z");
const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked());

/** `<approver> <status>`, with what else is said of the slot. */
const slots = ({ view }: Given | After): readonly string[] =>
  (view.levels[0]?.groups ?? []).flatMap((shown) =>
    shown.slots.map(({ approver, status, counted, alternate }) =>
      [approver, status, ...(counted ? ["counted"] : []), ...(alternate ? ["alternate"] : [])].join(
        " ",
      ),
    ),
  );

describe("a slot is shown", () => {
  test("with the reason why it is its person's", () => {
    const named = started(level(group(any, "user:bo")));
    expect(named.view.levels[0]?.groups[0]?.slots).toMatchObject([
      { approver: "bo", why: "named by the policy" },
    ]);
  });

  test("as cancelled after those of today, and as nobody's vote, when it was given to others", () => {
    const moving = { escalation: [after("1h", "reassign", "sre")] };
    const moved = started(level(group(all, "qa_lead"), moving)).and(approves("bo"), ten);
    const { view } = moved.when(fires("reassign"));
    expect(view.levels[0]?.groups[0]?.slots.at(-1)).toEqual({
      approver: "cy",
      via: { type: "role", identifier: "qa_lead" },
      why: "member of qa_lead",
      alternate: false,
      counted: false,
      status: "cancelled",
      vote: null,
    });
  });

  test("twice for who left and came back as one of a pool: only the second counts", () => {
    const back = started(level(group(atLeast(2), "user:bo", "sre")))
      .and(people(leaves("bo")), rechecked)
      .and(people(changed("bo", {}), role("sre", "bo", "eli")))
      .and(approves("bo"));
    expect(slots(back)).toEqual(["bo voided", "bo approved counted", "eli open"]);
  });

  test("as an alternate's only while they may answer and hold no other slot there", () => {
    const escalated = started(
      level(group(all, "qa_lead"), { escalation: [after("1h", "escalate", "manager")] }),
    ).and(ten, fires("escalate"));
    expect(slots(escalated)).toEqual(["bo open", "cy open", "gus open alternate"]);
    expect(slots(escalated.and(people(role("manager"))))).toEqual(["bo open", "cy open"]);
    const added = escalated.and(amends("ivy", { add: [{ level: 1, who: ["gus"] }] }));
    expect(slots(added)).toEqual(["bo open", "cy open", "gus open"]);
    expect(slots(added.and(approves("bo"), approves("cy"), approves("gus")))).toEqual([
      "bo approved counted",
      "cy approved counted",
      "gus approved counted",
    ]);
  });

  test("with the person for whom a delegate voted", () => {
    const done = started(level(group(any, "qa_lead")))
      .and(handedOver(handsOver("bo", "gus")))
      .when(approves("gus"));
    const by = { kind: "person", id: "gus", on_behalf_of: "bo" };
    expect(done.view.resolution?.by).toEqual(by);
    expect(done.view.levels[0]?.resolved_by).toEqual(by);
    const own = started(level(group(any, "qa_lead"))).when(approves("bo"));
    expect(own.view.resolution?.by).toEqual({ kind: "person", id: "bo" });
  });
});

describe("a level is shown", () => {
  const blocked = ({ view }: Given | After): readonly unknown[] => [
    view.blocked,
    ...(view.levels[0]?.groups ?? []).map((shown) => shown.blocked),
  ];

  test("as blocked while a group of it has fewer people than it wants, and no more after the end", () => {
    const both = started(level([group(all, "qa_lead"), group(any, "sre")]));
    expect(blocked(both)).toEqual([false, false, false]);
    const short = both.and(people(role("sre")));
    expect(blocked(short)).toEqual([true, false, true]);
    expect(blocked(short.and(cancels("ana")))).toEqual([false, false, false]);
    const critical = level(group(any, "qa_lead"), { conditions: when("priority", "critical") });
    const skipped = given(world(policy(critical)), asked({ context: { priority: "low" } }));
    expect(skipped.view.blocked).toBe(true);
    expect(skipped.and(cancels("ana")).view.blocked).toBe(false);
  });

  test("as denied in the group whose denier put groups out of reach that share their people", () => {
    const sharing = level([group(any, "sre"), group(any, "security_team")], {
      onDeny: "unreachable",
    });
    const done = started(sharing).when(denies("eli"));
    expect(done.status).toBe("denied");
    expect(done.view.levels[0]?.groups.map(({ status }) => status)).toEqual([
      "denied",
      "not_required",
    ]);
  });

  test.each<readonly [string, Partial<LevelPlan>, object]>([
    [
      "with the time at which it had opened, when people left it and it is skipped for that",
      { onEmpty: "skip" },
      { status: "skipped", opened_at: "2026-01-05T09:00:00.000Z" },
    ],
    ["as open where it waits for people", {}, { status: "open", resolved_at: null }],
  ])("%s", (_, fields, shown) => {
    const chain = [level(group(any, "qa_lead"), fields), level(group(any, "tech_lead"))];
    const done = started(chain)
      .and(people(role("qa_lead")))
      .when(rechecked);
    expect(done.view.levels[0]).toMatchObject({ overdue: false, ...shown });
    expect(done.view.levels[1]).toMatchObject({ due_at: null, overdue: false });
  });
});

describe("the picture of a pending request", () => {
  test("says that its caller is paused only when a due mark paused it", () => {
    const due = started(level(group(any, "qa_lead"), { timeout: "1h", onTimeout: "pause_caller" }));
    expect(due.view.caller_paused).toBe(false);
    expect(due.and(ten, fires("due")).view.caller_paused).toBe(true);
  });

  test("has every list, though nothing is in it", () => {
    const { view } = given(world(qaOnly), asked());
    const lists = ["recommendations", "attachments", "questions", "children", "attempts"] as const;
    for (const list of [...lists, "automations" as const]) expect(view[list]).toEqual([]);
  });
});

describe("the rendering of a request", () => {
  const plain = given(world(qaOnly), asked());
  const { state } = plain.moment;
  if (state.status === "absent") throw new Error("there is no request");

  test("is its picture as text, at the position that is asked for", () => {
    const reference = referenceOf(plain.moment.world);
    expect(JSON.parse(renderRequest(state, reference, "7"))).toEqual(plain.view);
    expect(JSON.parse(renderRequest(state, reference, "8"))).toEqual({
      ...plain.view,
      position: "8",
    });
    expect(renderRequest(state, reference, "8")).toBe(renderRequest(state, reference, "8"));
  });

  test("follows the people of the day", () => {
    const later = plain.and(people(role("qa_lead", "hal")));
    const now = renderRequest(state, referenceOf(later.moment.world), "7");
    expect(JSON.parse(now)).toEqual(later.view);
    expect(JSON.parse(renderRequest(state, referenceOf(plain.moment.world), "7"))).toEqual(
      plain.view,
    );
  });

  test("is that of the request asked for, whoever was rendered at the same place before", () => {
    const other = given(world(qaOnly), asked({ title: "Another" }));
    if (other.moment.state.status === "absent") throw new Error("there is no request");
    const reference = referenceOf(plain.moment.world);
    for (const position of ["7", "263", "7"]) {
      expect(JSON.parse(renderRequest(state, reference, position))).toEqual({
        ...plain.view,
        position,
      });
      const text = renderRequest(other.moment.state, reference, position);
      expect(JSON.parse(text)).toMatchObject({ title: "Another", position });
    }
  });

  test("is made once for as long as nothing changes", () => {
    const reference = referenceOf(plain.moment.world);
    let made = 0;
    const definition = {
      ...reference.definition,
      get activePolicies() {
        made += 1;
        return reference.definition.activePolicies;
      },
    };
    const watched = { ...reference, definition };
    renderRequest(state, watched, "7");
    const once = made;
    expect(once).toBeGreaterThan(0);
    renderRequest(state, watched, "7");
    expect(made).toBe(once);
  });
});
