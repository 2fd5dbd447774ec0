import { describe, expect, test } from "vitest";
import type { Actor } from "@countersign/domain/actor.ts";
import { mergeAttributes } from "@countersign/domain/topic/attributes.ts";
import { decodeTopicEvent } from "@countersign/domain/topic/codec.ts";
import { evolveTopic } from "@countersign/domain/topic/evolve.ts";
import { resolveTransition } from "@countersign/domain/topic/resolve.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import { at, blocked, bot, changed, created, fold, metadata, named, release } from "./release.ts";

describe("attributes", () => {
  test("merge one by one, and null removes", () => {
    const before = { a: 1, b: { x: 1 }, c: 3 };
    expect(mergeAttributes(before, { b: { y: 2 }, c: null, d: "new", e: null })).toEqual({
      a: 1,
      b: { y: 2 },
      d: "new",
    });
    expect(before).toEqual({ a: 1, b: { x: 1 }, c: 3 });
  });

  test("called __proto__ are attributes like others", () => {
    const merged = mergeAttributes({}, JSON.parse('{"__proto__": {"admin": true}}'));
    expect(Object.hasOwn(merged, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  test("remember who set each of them last, also when it was removed", () => {
    const bo = { kind: "person", id: "bo" } as const;
    const topic = fold([created(), changed({ a: "1", b: "2" }), changed({ b: null, c: "3" }, bo)]);
    expect(topic).toMatchObject({
      attributes: { a: "1", c: "3" },
      setBy: { a: bot, b: bo, c: bo },
    });
  });
});

describe("what is known of a topic", () => {
  const later = "2026-03-02T09:00:00.000Z";
  const laterAs = (kind: Actor["kind"], topic: TopicState, event: TopicEvent): TopicState =>
    evolveTopic(topic, {
      event,
      metadata: { ...metadata, actor: { kind, id: "x" }, occurredAt: later },
    });

  test("begins with its creation", () => {
    expect(fold([created()])).toEqual({
      status: "present",
      workflow: "release",
      id: "R-42",
      state: "staging",
      attributes: {},
      setBy: {},
      blocked: null,
      history: [],
      sla: null,
      enteredAt: at,
      activeAt: at,
    });
  });

  test("says what it waits for, with the attributes that came with it and by whom", () => {
    expect(named).toMatchObject({
      attributes: { version_tag: "v2" },
      setBy: { version_tag: bot },
      blocked: {
        from: "pending_approval",
        to: "production",
        name: "Go live",
        workflowVersion: 3,
        approvalIds: ["apr_7", "apr_8"],
        by: bot,
      },
    });
    expect(named.status === "present" && topicView(named).pending).toEqual(["apr_7", "apr_8"]);
  });

  test.each([
    ["person", later],
    ["agent", later],
    ["timer", at],
    ["system", at],
  ] as const)("counts what a %s does as activity or not", (kind, activeAt) => {
    expect(laterAs(kind, fold([created()]), changed({ a: "1" }))).toMatchObject({
      activeAt,
      enteredAt: at,
    });
  });

  test("says since when it is in its state: a denial that leaves it there changes nothing", () => {
    const waiting = fold([created(), blocked()]);
    const deny = { type: "reject-transition", code: "denied", reason: null } as const;
    const [moves] = resolveTransition(named, release(), { ...deny, approvalId: "apr_7" });
    const [stays] = resolveTransition(waiting, release(), { ...deny, approvalId: "apr_1" });
    expect(moves && laterAs("system", named, moves)).toMatchObject({ enteredAt: later });
    expect(stays && laterAs("system", waiting, stays)).toMatchObject({ enteredAt: at });
  });

  test("names on whose behalf it was moved", () => {
    const by = { kind: "person", id: "cy", onBehalfOf: "bo" } as const;
    const data = { from: "staging", to: "development", name: null, approvalIds: [], patch: {}, by };
    const moved = fold([created(), { type: "TransitionCompleted", data }]);
    expect(moved.status === "present" && topicView(moved).history).toMatchObject([
      { by: { kind: "person", id: "cy", on_behalf_of: "bo" } },
    ]);
  });
});

describe("an impossible fact of a topic", () => {
  const ended: TopicEvent = {
    type: "TransitionRejected",
    data: {
      from: "staging",
      to: "pending_approval",
      name: null,
      approvalIds: [],
      state: "staging",
      code: "denied",
      reason: null,
    },
  };
  const completed = (from: string, approvalIds: string[]) =>
    ({
      type: "TransitionCompleted",
      data: { from, to: "production", name: null, approvalIds, patch: {}, by: bot },
    }) as const;

  test.each([
    [
      "anything before it is there",
      "AttributesChanged",
      "there is no such topic",
      [changed({ a: "1" })],
    ],
    ["being created twice", "TopicCreated", "the topic is there already", [created(), created()]],
    [
      "being blocked twice",
      "TransitionBlocked",
      "the topic is in staging or blocked",
      [created(), blocked(), blocked()],
    ],
    [
      "being blocked from elsewhere",
      "TransitionBlocked",
      "the topic is in production or blocked",
      [created("production"), blocked()],
    ],
    [
      "moving from elsewhere",
      "TransitionCompleted",
      "another transition is under way",
      [created(), completed("production", [])],
    ],
    [
      "moving without the approval it waits for",
      "TransitionCompleted",
      "another transition is under way",
      [created(), blocked(), completed("staging", [])],
    ],
    [
      "moving by an approval it does not wait for",
      "TransitionCompleted",
      "another transition is under way",
      [created(), completed("staging", ["apr_9"])],
    ],
    [
      "a denial of what it does not wait for",
      "TransitionRejected",
      "these approvals block nothing",
      [created(), ended],
    ],
    [
      "a denial by others than it waits for",
      "TransitionRejected",
      "these approvals block nothing",
      [created(), blocked(), ended],
    ],
  ])("throws: %s", (_what, type, why, events) => {
    expect(() => fold(events)).toThrow(`${type} cannot have happened: ${why}.`);
  });
});

describe("stored topic events", () => {
  test("come back as they were written", () => {
    const event = blocked();
    expect(decodeTopicEvent(event.type, JSON.stringify(event.data), 1)).toEqual(event);
  });

  test.each([
    ["TopicCreated", 2],
    ["TopicExploded", 1],
  ])("of type %s and version %i are not guessed at", (type, version) => {
    expect(() => decodeTopicEvent(type, "{}", version)).toThrow(
      `Unknown topic event ${type} in version ${version}.`,
    );
  });
});
