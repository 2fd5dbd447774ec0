import { describe, expect, test } from "vitest";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, childEnds, command, denies } from "../../testkit/happenings.ts";
import { modifies, reassigns } from "../../testkit/changing.ts";
import { world, type World } from "../../testkit/world.ts";

const named = (id: string, ...who: readonly string[]): Policy =>
  policy(level(group(any, ...who)), { id });

const security = named("security", "security_team");
/** Bo or cy, and a whole request under the policy `security`. */
const both = world(
  policy(level([group(any, "qa_lead"), group(all, "workflow:security")])),
  security,
);
const child = "apr_child:1:1:security:workflow security security";

describe("a level answered by a child request", () => {
  test("records the child, derived from its slot, and shows it", () => {
    const { view } = given(both, asked());
    expect(view.children).toEqual([
      { id: child, level: 1, group: "security", policy: "security", status: "pending" },
    ]);
    expect(view.levels[0]?.groups[1]?.slots).toEqual([
      expect.objectContaining({
        approver: null,
        via: { type: "workflow", identifier: "security" },
        why: "answered by a request under security",
        status: "open",
      }),
    ]);
  });

  test("the child's approval is the slot's, and nobody else's", () => {
    const history = given(both, asked(), approves("bo"));
    expect(history.status).toBe("pending");
    const after = history.when(childEnds(child, "approved"));
    after.yields("VoteCast", "LevelApproved", "RequestApproved");
    expect(after.view.children).toMatchObject([{ id: child, status: "approved" }]);
    expect(after.view.levels[0]?.groups[1]?.slots[0]).toMatchObject({
      approver: null,
      status: "approved",
      vote: { voted_by: child, on_behalf_of: null },
    });
  });

  test.each(["denied", "expired", "cancelled"] as const)(
    "a child that was %s denies the slot, with a reason",
    (outcome) => {
      const after = given(both, asked()).when(childEnds(child, outcome));
      after.yields("VoteCast", "LevelDenied", "RequestDenied");
      expect(after.view.resolution?.reason).toMatch(outcome);
      expect(after.view.children).toMatchObject([{ status: outcome }]);
    },
  );

  test("the feedback of a denied child reaches the parent's requester", () => {
    const { view } = given(both, asked()).when(childEnds(child, "denied", "Open ports."));
    expect(view.resolution?.reason).toBe("Open ports.");
  });

  test("its vote stands with how the child ended, a person's without", () => {
    const { state } = given(both, asked(), approves("bo"), childEnds(child, "approved")).moment;
    if (state.status === "absent") throw new Error("it was asked");
    const votes = state.levels[0]?.votes ?? [];
    expect(votes.map((vote) => [vote.votedBy, vote.child, "child" in vote])).toEqual([
      ["bo", undefined, false],
      [child, "approved", true],
    ]);
    const voted = given(both, asked(), approves("bo"));
    expect(voted.view.children).toMatchObject([{ id: child, status: "pending" }]);
  });

  test("an end told twice, or of a request that is no child of this one, changes nothing", () => {
    given(both, asked(), childEnds(child, "approved"))
      .when(childEnds(child, "approved"))
      .yieldsNothing();
    given(both, asked()).when(childEnds("apr_stranger", "approved")).yieldsNothing();
  });

  test("a child that could not be made leaves its level blocked, never approved", () => {
    const after = given(both, asked()).when(childEnds(child, "refused", "Nobody asks any more."));
    after.yields("SlotVoided", "LevelBlocked");
    expect(after.view.blocked).toBe(true);
  });

  test("a child that nobody waits for any more is shown as cancelled", () => {
    expect(given(both, asked(), denies("bo")).view.children).toMatchObject([
      { status: "cancelled" },
    ]);
    expect(given(both, asked(), cancels("ana")).view.children).toMatchObject([
      { status: "cancelled" },
    ]);
  });

  test("it stands in nobody's queue but the child's own approvers'", () => {
    expect(given(both, asked()).queue).toEqual({ now: ["bo", "cy"], later: [] });
  });
});

const inherited = {
  requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
  escalated: false,
  selfApproval: false,
  expiresAt: "2026-01-05T12:00:00.000Z",
} as const;
const parent = { id: "apr_p", level: 1, group: "security", depth: 1, path: ["release"] };

describe("a child request", () => {
  test("names its parent and issues no grant", () => {
    const history = given(both, asked({ policy: "security", inherited, parent }));
    expect(history.view.parent).toBe("apr_p");
    history
      .when(approves("eli"))
      .yields("VoteCast", "LevelApproved", ["RequestApproved", { grant: null }]);
  });

  test("does not outlive its parent", () => {
    const long = world(both.policies[0] ?? security, { ...security, expiresIn: "7d" });
    for (const from of [both, long]) {
      const { view } = given(from, asked({ policy: "security", inherited, parent }));
      expect(view.expires_at).toBe(inherited.expiresAt);
    }
    const short = world({ ...security, expiresIn: "1h" });
    expect(given(short, asked({ policy: "security", inherited, parent })).view.expires_at).toBe(
      "2026-01-05T10:00:00.000Z",
    );
  });

  test("gets the time that its parent is given, unless its own policy wrote less", () => {
    const before = inherited.expiresAt;
    const expiresAt = "2026-01-07T09:00:00.000Z";
    const more = command(null, { type: "extend-with-parent", expiresAt, before });
    const child = asked({ policy: "security", inherited, parent });
    const after = given(both, child).when(more);
    after.yields(["ExpiryExtended", { expiresAt, before }]);
    expect(after.view.expires_at).toBe(expiresAt);
    given(both, child).and(more).when(more).yieldsNothing();
    given(world({ ...security, expiresIn: "1h" }), child)
      .when(more)
      .yieldsNothing();
    given(both, asked()).when(more).refused("forbidden");
    given(both, child)
      .when(command("ivy", { type: "extend-with-parent", expiresAt, before }))
      .refused("forbidden");
  });

  test("is decided by nobody who asked for its parent", () => {
    const own = world(named("security", "admin"));
    given(own, asked({ policy: "security", inherited, parent }))
      .when(approves("ana"))
      .refused("separation-of-duties");
  });
});

describe("asking under policies that ask for one another", () => {
  const chainOf = (...ids: readonly string[]): World =>
    world(
      ...ids.map((id, index) =>
        named(id, ids[index + 1] === undefined ? "qa_lead" : `workflow:${ids[index + 1]}`),
      ),
    );

  test("a policy that leads back to itself is refused", () => {
    const circle = world(named("release", "workflow:a"), named("a", "workflow:release"));
    given(circle)
      .when(asked())
      .refused("policy-cycle", { path: ["release", "a", "release"] });
    given(world(named("release", "workflow:release")))
      .when(asked())
      .refused("policy-cycle");
  });

  test("children may be three deep, and no deeper", () => {
    given(chainOf("release", "a", "b", "c"))
      .when(asked())
      .yields("RequestSubmitted", "LevelOpened");
    given(chainOf("release", "a", "b", "c", "d"))
      .when(asked())
      .refused("policy-cycle", { path: ["release", "a", "b", "c", "d"] });
  });

  test("a child asked for later is held against its whole path", () => {
    given(world(named("security", "workflow:release"), named("release", "qa_lead")))
      .when(asked({ policy: "security", inherited, parent }))
      .refused("policy-cycle");
  });

  test("a policy that is not active is refused, with the place", () => {
    given(world(named("release", "workflow:gone")))
      .when(asked())
      .refused("unknown-policy", { level: 1, policy: "gone" });
  });

  test("levels that do not apply ask for nothing", () => {
    const unless = policy([
      level(group(any, "qa_lead")),
      level(group(any, "workflow:release"), { conditions: when("priority", "critical") }),
    ]);
    given(world(unless))
      .when(asked({ context: { priority: "low" } }))
      .yields("RequestSubmitted", "LevelOpened");
    given(world(unless))
      .when(asked({ context: { priority: "critical" } }))
      .refused("policy-cycle");
  });

  test("what a child would be refused for, the parent is refused for", () => {
    const unreachable = policy(
      level(group({ required: "threshold", count: 5, percent: null }, "security_team")),
      { id: "security" },
    );
    given(world(named("release", "workflow:security"), unreachable))
      .when(asked())
      .refused("quorum-unreachable");
  });
});

describe("a child request and an edited payload", () => {
  const twoLevels = world(
    policy([level(group(any, "workflow:security")), level(group(any, "qa_lead"))]),
    security,
  );
  const old = "apr_child:1:1:security:workflow security security";

  test("the edit is refused in the child, because the payload is its parent's", () => {
    given(both, asked({ policy: "security", inherited, parent }))
      .when(modifies("eli"))
      .refused("unprocessable");
  });

  test("an edit of the parent asks a new child about the new payload", () => {
    const { view } = given(twoLevels, asked(), childEnds(old, "approved")).when(modifies("bo"));
    expect(view.payload_version).toBe(2);
    expect(view.children).toMatchObject([
      { id: old, status: "approved" },
      { id: old.replace("apr_child:1:", "apr_child:2:"), status: "pending" },
    ]);
  });

  test("the old child's answer does not count for the new payload", () => {
    const edited = given(both, asked(), modifies("bo"));
    edited.when(childEnds(child, "approved")).yieldsNothing();
    expect(edited.view.children).toMatchObject([{ status: "cancelled" }, { status: "pending" }]);
  });
});

describe("giving away slots beside a child request", () => {
  const director = world(
    policy(level([group(any, "director"), group(any, "workflow:security")])),
    security,
  );

  test("names nobody in the child's place, who gives away all of the others", () => {
    const away = given(director, asked()).and(reassigns("hal", { to: ["bo", "cy"] }));
    expect(away.view.levels[0]?.groups.map(({ slots }) => slots.length)).toEqual([3, 1]);
    const everybody = away.and(approves("bo"), approves("cy"));
    expect(everybody.view.status).toBe("pending");
    everybody
      .when(childEnds(everybody.view.children[0]?.id ?? "", "approved"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
});
