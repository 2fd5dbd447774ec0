import { describe, expect, test } from "vitest";
import type { Policy, Target } from "@countersign/domain/policy/policy.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { agentOf } from "@countersign/domain/request/asking/asker.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { demoDirectory } from "../../testkit/examples/directory.ts";
import { active, asksFor, levels } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { asked } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const leads = level(group(any, "qa_lead"));
const named = (id: string, fields: Partial<Policy> = {}): Policy =>
  policy(leads, { id, ...fields });
const inline = { policy: null, approvers: [{ type: "user" as const, identifier: "bo" }] };

/** The fixed part of a request made of this ask in this world. */
const becomes = (
  from: World,
  fields: Partial<Ask> = {},
  by = "deployment-bot",
): SubmittedFields => {
  const [event] = given(from).when(asked(fields, by)).decision.events;
  if (event?.type !== "RequestSubmitted") throw new Error("the ask was refused");
  return event.data;
};
/** Two policies: one that a gate asks and one that the ask names. */
const both = (
  gates: Partial<Policy>,
  release: Partial<Policy>,
  defaults: World["defaults"] = {},
) => ({
  ...world(named("deploy", gates), named("release", release)),
  gates: active([asksFor("kubernetes:*", { approvers: [], policy: "deploy" })]),
  defaults,
});

describe("who asks", () => {
  test("is described by the directory where the agent is silent, and never by another id", () => {
    const { agents } = demoDirectory;
    const known = {
      ...demoDirectory,
      agents: new Map(agents).set("ci", { id: "ci", name: "CI", owner: "gus", version: "3" }),
    };
    const requester = { kind: "agent", id: "ci", owner: "gus" } as const;
    expect(agentOf({ agent: null }, requester, known)).toEqual({
      id: "ci",
      name: "CI",
      version: "3",
    });
    expect(agentOf({ agent: { id: null, version: "4", host: "h" } }, requester, known)).toEqual({
      id: "ci",
      name: "CI",
      version: "4",
      host: "h",
    });
    expect(agentOf({ agent: null }, { ...requester, id: "new" }, known)).toEqual({
      id: "new",
      name: null,
      version: null,
    });
  });

  test("need not name itself", () => {
    expect(becomes(world(qaOnly), { agent: { id: null } }).agent).toMatchObject({
      id: "deployment-bot",
    });
    expect(becomes(world(qaOnly), { agent: {} }).agent).toMatchObject({ id: "deployment-bot" });
    expect(becomes(world(qaOnly), { agent: { name: "Mine" } }, "gus").agent).toBeNull();
  });
});

describe("each flag of a request is at its strictest", () => {
  test.each<readonly [string, boolean, World, Partial<Ask>]>([
    [
      "the org's where the policy says nothing",
      true,
      { ...world(qaOnly), defaults: { selfApproval: "allow" } },
      {},
    ],
    [
      "the policy's where it says something",
      false,
      {
        ...world(named("release", { selfApproval: "forbid" })),
        defaults: { selfApproval: "allow" },
      },
      {},
    ],
    [
      "the policy's where the org forbids it",
      true,
      world(named("release", { selfApproval: "allow" })),
      {},
    ],
    ["forbidden where nobody says anything", false, world(qaOnly), {}],
    [
      "the org's for inline approvers",
      true,
      { ...world(), defaults: { selfApproval: "allow" } },
      inline,
    ],
    ["forbidden for inline approvers where the org says nothing", false, world(), inline],
  ])("self approval: %s", (_, expected, from, fields) => {
    expect(becomes(from, fields).selfApproval).toBe(expected);
  });

  test.each<readonly [string, true | undefined, World, Partial<Ask>]>([
    [
      "org and policy allow it",
      true,
      { ...world(named("release", { autoApprove: "allow" })), defaults: { autoApprove: "allow" } },
      {},
    ],
    [
      "the org alone allows it",
      undefined,
      { ...world(qaOnly), defaults: { autoApprove: "allow" } },
      {},
    ],
    [
      "the policy alone allows it",
      undefined,
      world(named("release", { autoApprove: "allow" })),
      {},
    ],
    ["there is no policy", undefined, { ...world(), defaults: { autoApprove: "allow" } }, inline],
    [
      "one of two policies allows it",
      undefined,
      both({ autoApprove: "allow" }, {}, { autoApprove: "allow" }),
      {},
    ],
  ])("timers may approve or not where %s", (_, expected, from, fields) => {
    expect(becomes(from, fields).autoApprove).toBe(expected);
  });

  test("a child is no looser than its parent, and is asked for by a gate if the parent was", () => {
    const requester = { kind: "agent", id: "deployment-bot", owner: "ana" } as const;
    const parents = { requester, expiresAt: null };
    const lenient = { ...world(qaOnly), defaults: { selfApproval: "allow" as const } };
    const of = (escalated: boolean, selfApproval: boolean) => {
      const made = becomes(lenient, { inherited: { ...parents, escalated, selfApproval } });
      return [made.escalated, made.selfApproval];
    };
    expect(of(false, true)).toEqual([false, true]);
    expect(of(false, false)).toEqual([false, false]);
    expect(of(true, true)).toEqual([true, false]);
  });
});

describe("when a child request expires", () => {
  const parents = "2026-01-05T12:00:00.000Z";
  const requester = { kind: "agent", id: "deployment-bot", owner: "ana" } as const;
  test.each<readonly [string, string | null, string | null, World]>([
    ["with its parent, where nobody wrote less", parents, parents, world(qaOnly)],
    ["never, as its parent", null, null, world(qaOnly)],
    [
      "by its policy, where its parent never does",
      "2026-01-05T10:00:00.000Z",
      null,
      world(named("release", { expiresIn: "1h" })),
    ],
    [
      "by its policy, where that is sooner",
      "2026-01-05T10:00:00.000Z",
      parents,
      world(named("release", { expiresIn: "1h" })),
    ],
    [
      "by what the org wrote, where that is sooner",
      "2026-01-05T11:00:00.000Z",
      parents,
      { ...world(qaOnly), defaults: { expiresIn: "2h" } },
    ],
    [
      "with its parent, where its policy wrote more",
      parents,
      parents,
      world(named("release", { expiresIn: "7d" })),
    ],
    [
      "with its parent, where its policy wrote never",
      parents,
      parents,
      world(named("release", { expiresIn: "never" })),
    ],
  ])("%s", (_, expected, expiresAt, from) => {
    const inherited = { requester, escalated: false, selfApproval: false, expiresAt };
    expect(becomes(from, { inherited }).expiresAt).toBe(expected);
  });

  test("no gate asks again about what its parent was asked about", () => {
    const inherited = { requester, escalated: false, selfApproval: false, expiresAt: null };
    expect(becomes(both({}, {}), { inherited }).policies.map(({ id }) => id)).toEqual(["release"]);
  });
});

describe("when a request expires that a table of approval levels asks for", () => {
  const org = (timeout: string | null): World => ({
    ...world(
      named("release"),
      policy(level(group(any, "sre"), { timeout: "30h" }), { id: "slow" }),
    ),
    gates: active([], { levels: levels({ fallback: "always", timeout }) }),
    defaults: { policy: "release" },
  });
  test.each([
    ["after the pause that it adds and an hour", "48h", null, "2026-01-07T10:00:00.000Z"],
    ["after a day where it adds none", null, null, "2026-01-06T09:00:00.000Z"],
    ["after the named policy's marks as well", "48h", "slow", "2026-01-08T16:00:00.000Z"],
    ["after these alone where it adds none", null, "slow", "2026-01-06T16:00:00.000Z"],
  ])("%s", (_, timeout, by, expected) => {
    expect(becomes(org(timeout), { policy: by }).expiresAt).toBe(expected);
  });
});

describe("who observes", () => {
  const role = (identifier: string): Target => ({ type: "role", identifier });
  const observers = [role("sre")];

  test("are the policies' observers, whom a gate replaced, and the ask's", () => {
    const from = both({ observers: [role("director")] }, { observers: [role("manager")] });
    const fields = { observers, approvers: inline.approvers, policy: null };
    expect(becomes(from, { observers }).observers).toEqual([
      role("director"),
      role("manager"),
      role("sre"),
    ]);
    expect(becomes(from, fields).observers).toEqual([
      role("director"),
      ...inline.approvers,
      role("sre"),
    ]);
    expect(becomes(both({}, {}), fields).observers).toEqual([...inline.approvers, role("sre")]);
    expect(becomes(world(), { observers, ...inline }).observers).toEqual(observers);
  });
});

describe("a validation that failed", () => {
  test.each([
    [["a"], ["a"]],
    ["a", []],
    [null, []],
  ])("is recorded with its issues, none where it lists none: %j", (issues, listed) => {
    const validation = { is_valid: false, issues };
    const { events, refusal } = given(world(qaOnly)).when(asked({ validation })).decision;
    const by = { kind: "system", id: "validation" };
    const reason = "The asker's own validation failed.";
    expect(events.slice(1)).toEqual([
      { type: "ValidationFailed", data: { issues: listed } },
      { type: "RequestCancelled", data: { by, reason, pools: {} } },
    ]);
    expect(refusal).toEqual({
      code: "validation-failed",
      message: "The ask says itself that its validation failed.",
      details: { approval_id: ask().requestId, issues: listed },
    });
  });
});

describe("what the server learnt before it was asked", () => {
  test("is attached before anybody is asked, in the name of who said it", () => {
    const by = { kind: "system", id: "advisor" } as const;
    const attachments = [
      { by, context: { score: 0.4 } },
      { by, context: { cost: 3 } },
    ];
    const after = given(world(qaOnly)).when(asked({ attachments }));
    after.yields(
      "RequestSubmitted",
      ["ContextAttached", { by, context: { score: 0.4 } }],
      ["ContextAttached", { by, context: { cost: 3 } }],
      "LevelOpened",
    );
    const at = "2026-01-05T09:00:00.000Z";
    expect(after.view.attachments).toEqual(attachments.map((each) => ({ ...each, at })));
  });
});
