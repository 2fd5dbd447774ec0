import { describe, expect, test } from "vitest";
import type { Actor } from "@countersign/domain/actor.ts";
import type { GroupRecord } from "@countersign/domain/request/events.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { broken, sentences } from "./broken.ts";
import { append, minute, type Written } from "./planting.ts";
import { asking, by, people, story, type Step } from "./scenario.ts";
import {
  approved,
  bot,
  group,
  level,
  levelApproved,
  opened,
  person,
  pool,
  policy,
  imported,
  stream,
  submitted,
  voted,
} from "./written.ts";

const judge = { kind: "agent", id: "judge" } as const;
const judgeOf = (owner: string): Step =>
  people(["AgentChanged", { id: "judge", name: "Judge", owner, version: null }]);
const withAgents = (...agents: string[]): GroupRecord => ({
  ...pool("qa_lead"),
  slots: agents.map((id) => ({
    approver: `agent ${id}`,
    via: { type: "agent", identifier: id },
  })),
});

const defaults = (agentDeciders: "allow" | "forbid"): Written => [
  "DefaultsImported",
  {
    kind: "defaults",
    id: "defaults",
    version: 1,
    label: null,
    hash: "sha256:0",
    file: "f.yaml",
    source: "",
    content: {
      policy: null,
      expiresIn: null,
      routing: null,
      autoApprove: "forbid",
      agentDeciders,
      selfApproval: "forbid",
      calendar: null,
    },
  },
];

const judged = (
  record: GroupRecord,
  actor: Actor,
  votedBy: string,
  over: {
    readonly deciders?: readonly string[];
    readonly owner?: string;
    readonly escalated?: boolean;
    readonly definitions?: readonly Written[];
  } = {},
): LogEntry[] =>
  story(
    {
      levels: [level(1, [group("qa_lead")], { deciders: over.deciders ?? ["judge"] })],
      asked: { escalated: over.escalated ?? false },
      definitions: over.definitions ?? [],
    },
    asking(),
    judgeOf(over.owner ?? "gus"),
    { by: bot, events: [opened(1, record)] },
    { by: actor, events: [voted(votedBy), levelApproved(actor), approved(actor)] },
  );

describe("I4: agents decide only where they are named and allowed", () => {
  test("a named agent's approval in its own name is fine", () => {
    expect(broken(judged(withAgents("judge"), judge, "agent judge"))).toEqual([]);
  });

  test("a level that leaves a named agent out, or lets in another, is found", () => {
    expect(broken(judged(pool("qa_lead"), person("bo"), "bo"))).toEqual(["I2"]);
    const stray = judged(withAgents("judge", "ci"), person("bo"), "bo");
    expect(broken(stray)).toEqual(["I2"]);
  });

  test("an agent that votes where nobody named it is found", () => {
    const planted = judged(withAgents("judge"), judge, "agent judge", { deciders: [] });
    expect(sentences(planted, "I4")).toEqual([
      "agent judge votes at a level that does not name it.",
    ]);
  });

  test("an agent that votes in a person's name, and a person in an agent's, are found", () => {
    expect(sentences(judged(withAgents("judge"), judge, "bo"), "I4")).toEqual([
      "agent judge votes in another's name.",
    ]);
    expect(sentences(judged(withAgents("judge"), person("bo"), "agent judge"), "I4")).toHaveLength(
      1,
    );
  });

  test.each([
    ["of the asking agent's owner", { owner: "ana" }],
    ["on what a gate asked for", { escalated: true }],
    ["where the org forbids it", { definitions: [defaults("forbid")] }],
  ])("an agent %s is found", (_why, over) => {
    const planted = judged(withAgents("judge"), judge, "agent judge", over);
    expect(broken(planted)).toEqual(expect.arrayContaining(["I2", "I4"]));
  });

  test.each([
    ["named agent extends is fine", judge, ["judge"], 0],
    ["agent that nobody named extends is found", judge, [], 1],
    ["asking agent extends is found", bot, ["ci"], 1],
  ] as const)("what a %s", (_what, actor, deciders, faults) => {
    const later = { expiresAt: minute(1_500), before: minute(1_440), reason: "r" };
    const planted = story(
      { levels: [level(1, [group("qa_lead")], { deciders })] },
      asking(),
      judgeOf("gus"),
      { by: bot, events: [opened(1, withAgents(...deciders.filter((id) => id === "judge")))] },
      { by: actor, events: [["ExpiryExtended", later]] },
    );
    expect(sentences(planted, "I2").filter((text) => text.includes("extended"))).toHaveLength(
      faults,
    );
  });

  test("an agent that fills a person's place is found", () => {
    const all = { quorum: { required: "all", count: null, percent: null } } as const;
    const record: GroupRecord = {
      group: "sre",
      needed: 2,
      pools: [],
      slots: [
        ...["eli", "fay"].map((approver) => ({
          approver,
          via: { type: "role", identifier: "sre" } as const,
        })),
        ...withAgents("judge").slots,
      ],
    };
    const planted = story(
      { levels: [level(1, [group("sre", all)], { deciders: ["judge"] })] },
      asking(),
      judgeOf("gus"),
      { by: bot, events: [opened(1, record)] },
      { by: judge, events: [voted("agent judge")] },
      by("eli", voted("eli"), levelApproved("eli"), approved("eli")),
    );
    expect(broken(planted)).toEqual(["I2"]);
  });
});

const child = stream("apr_child");
const system = { kind: "system", id: "apr_child" } as const;
const slot = {
  approver: "workflow qa_lead security",
  via: { type: "workflow", identifier: "security" },
  child: "apr_child",
} as const;
const waiting: GroupRecord = { group: "qa_lead", needed: 1, pools: [], slots: [slot] };
const security = imported("Policy", policy("security", [level(1, [group("sre")])]));
const parent = { id: "apr_1", level: 1, group: "qa_lead", depth: 1, path: ["p"] };
const childAsk = (over: object = {}): Written =>
  submitted("apr_child", {
    policies: [{ id: "security", version: 1, gate: null }],
    parent,
    ...over,
  });
const answer = (over: object = {}): Written => {
  const [type, data] = voted("apr_child", 1, { onBehalfOf: slot.approver });
  return [type, { ...(data as object), child: "approved", ...over }];
};

const answered = ({
  ask = childAsk(),
  end = [voted("eli"), levelApproved("eli"), approved("eli")],
  vote = answer(),
}: {
  readonly ask?: Written;
  readonly end?: readonly Written[];
  readonly vote?: Written;
} = {}): LogEntry[] => {
  const asks = { type: "workflow", identifier: "security" } as const;
  const start = story(
    { levels: [level(1, [group("qa_lead", { assignments: [asks] })])], definitions: [security] },
    asking(opened(1, waiting)),
  );
  const made = append(start, {
    stream: child,
    actor: bot,
    events: [ask, opened(1, pool("sre"))],
    minute: 6,
  });
  const done =
    end.length === 0
      ? made
      : append(made, { stream: child, actor: person("eli"), events: end, minute: 7 });
  return append(done, {
    stream: stream("apr_1"),
    actor: system,
    events: [vote, levelApproved(system), approved(system)],
    minute: 8,
  });
};

describe("I2: a child request answers its own slot, as it ended", () => {
  test("an approved child's approval is fine", () => {
    expect(broken(answered())).toEqual([]);
  });

  test("a slot answered before its child ended is found", () => {
    expect(sentences(answered({ end: [] }), "I2")).toEqual([
      "the slot of child request apr_child is answered before it ended.",
    ]);
  });

  test("a denied child that approves is found", () => {
    const denial: readonly Written[] = [
      voted("eli", 1, { decision: "deny" }),
      ["LevelDenied", { level: 1, group: "sre", by: person("eli"), pools: {} }],
      ["RequestDenied", { by: person("eli"), reason: "no", notes: null, pools: {} }],
    ];
    expect(broken(answered({ end: denial }))).toEqual(["I2"]);
  });

  test("a child that an edit of its parent asked for anew is fine", () => {
    const hash = "sha256:2";
    const again = { ...waiting, slots: [{ ...slot, child: "apr_again" }] };
    const people = { ...pool("sre"), group: "people" };
    const asks = { type: "workflow", identifier: "security" } as const;
    const role = { type: "role", identifier: "sre" } as const;
    const edited = story(
      {
        levels: [
          level(1, [
            group("qa_lead", { assignments: [asks] }),
            group("people", { assignments: [role] }),
          ]),
        ],
        definitions: [security],
      },
      asking(opened(1, waiting, people)),
      by(
        "eli",
        [
          "PayloadModified",
          { payload: { size: 1 }, patch: [], hash, version: 2, editor: "eli", level: 1 },
        ],
        voted("eli", 1, { payloadHash: hash }),
        ["LevelReopened", { level: 1, because: null, groups: [again, people] }],
      ),
    );
    const [type, data] = childAsk({ payloadHash: hash });
    const made = append(edited, {
      stream: stream("apr_again"),
      actor: bot,
      events: [[type, { ...(data as object), requestId: "apr_again" }], opened(1, pool("sre"))],
      minute: 7,
    });
    expect(sentences(made, "I2")).toEqual([]);
  });

  test("a person who answers for a child is found", () => {
    const [type, data] = voted("bo", 1, { onBehalfOf: slot.approver });
    expect(broken(answered({ vote: [type, data] }))).toEqual(["I2"]);
  });

  test.each([
    ["another parent", { parent: { ...parent, id: "apr_2" } }],
    ["another requester", { requester: { kind: "person", id: "gus", owner: null } }],
    ["a policy that leads back to itself", { parent: { ...parent, path: ["p", "security"] } }],
    ["too many above it", { parent: { ...parent, depth: 4 } }],
  ])("a child with %s is found", (_what, over) => {
    expect(broken(answered({ ask: childAsk(over) }))).toContain("I2");
  });

  test("a child that issues a grant is found", () => {
    const [type, data] = approved("eli");
    const grant = { id: "grt_1", validUntil: "2026-03-01T11:00:00.000Z" };
    const planted = answered({
      end: [voted("eli"), levelApproved("eli"), [type, { ...(data as object), grant }]],
    });
    expect(sentences(planted, "I5")).toEqual(["a child request issues a grant."]);
  });
});
