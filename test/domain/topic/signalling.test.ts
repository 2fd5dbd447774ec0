import { describe, expect, test } from "vitest";
import type { Actor, EventMetadata } from "@countersign/domain/actor.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { decodeTopicEvent } from "@countersign/domain/topic/codec.ts";
import { absentTopic, evolveTopic } from "@countersign/domain/topic/evolve.ts";
import { signalTopic } from "@countersign/domain/topic/signal.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";

const bot: Actor = { kind: "agent", id: "ci" };
const bo: Actor = { kind: "person", id: "bo" };

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: bot,
  channel: "rest",
  occurredAt: "2026-01-05T09:00:00.000Z",
  schemaVersion: 1,
};

const after = (state: TopicState, events: readonly TopicEvent[]): TopicState =>
  events.reduce(
    (known, { type, data }) =>
      evolveTopic(known, { event: decodeTopicEvent(type, JSON.stringify(data), 1), metadata }),
    state,
  );

const release = after(absentTopic, [
  {
    type: "TopicCreated",
    data: { workflow: "release", id: "R-1", state: "planned", claimed: false },
  },
]);

/** The topic after these signals. */
const given = (...signals: readonly (readonly [Actor, JsonObject])[]): TopicState =>
  signals.reduce(
    (state, [by, facts]) => after(state, signalTopic(state, facts, by).events),
    release,
  );

describe("a signal", () => {
  test("merges facts; each attribute remembers who set it last", () => {
    const state = given([bot, { priority: "low", owner: "cy" }], [bo, { priority: "high" }]);
    expect(state).toMatchObject({
      attributes: { priority: "high", owner: "cy" },
      setBy: { priority: bo, owner: bot },
    });
  });
  test("removes what is null, and says nothing of what is not there", () => {
    expect(given([bot, { priority: "low" }], [bot, { priority: null }])).toMatchObject({
      attributes: {},
    });
    expect(signalTopic(release, { priority: null }, bot)).toEqual({ events: [] });
  });
  test.each([
    ["a word", "low"],
    ["nothing but false", false],
    ["a list", [1, { a: null }]],
    ["an object, whatever its order", { b: 2, a: { c: [] } }],
  ])("of %s that stands so already, from the same one, changes nothing", (_, value) => {
    const state = given([bot, { fact: value }]);
    const same = value instanceof Object && "b" in value ? { a: { c: [] }, b: 2 } : value;
    expect(signalTopic(state, { fact: same }, bot)).toEqual({ events: [] });
  });
  test.each([
    [[1, 2], [1]],
    [[1], [1, 2]],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, [1]],
    [[], {}],
    [{}, []],
    [
      [1, 2],
      [1, 3],
    ],
    [
      { a: 1, b: 2 },
      { a: 1, b: 3 },
    ],
    [
      { a: 1, b: 2 },
      { a: 1, c: 2 },
    ],
    [{ x: {} }, JSON.parse('{"__proto__": {}}')],
    ["x", ["x"]],
    [0, false],
    ["1", 1],
  ])("%j is not %j", (one, other) => {
    expect(signalTopic(given([bot, { fact: one }]), { fact: other }, bot).events).toHaveLength(1);
  });
  test("of somebody else confirms it: who set it last matters", () => {
    expect(signalTopic(given([bot, { priority: "low" }]), { priority: "low" }, bo).events).toEqual([
      { type: "AttributesChanged", data: { patch: { priority: "low" }, by: bo } },
    ]);
    const other: Actor = { kind: "agent", id: "deployment-bot" };
    expect(
      signalTopic(given([bot, { priority: "low" }]), { priority: "low" }, other).events,
    ).toHaveLength(1);
    const namesake: Actor = { kind: "person", id: "ci" };
    expect(
      signalTopic(given([bot, { priority: "low" }]), { priority: "low" }, namesake).events,
    ).toHaveLength(1);
  });
  test("says only what is new in it", () => {
    const state = given([bot, { priority: "low" }]);
    expect(signalTopic(state, { priority: "low", owner: "cy" }, bot).events).toEqual([
      { type: "AttributesChanged", data: { patch: { owner: "cy" }, by: bot } },
    ]);
  });
  test("may name an attribute like a part of every object", () => {
    const state = given([bot, { constructor: "x", toString: null }]);
    expect(state).toMatchObject({ attributes: { constructor: "x" } });
    expect(signalTopic(state, { constructor: "x", valueOf: null }, bot)).toEqual({ events: [] });
  });
  test("may name one like the prototype of every object, and again after it was removed", () => {
    const fact = JSON.parse('{"__proto__": {}}');
    expect(signalTopic(release, fact, bot).events).toHaveLength(1);
    expect(signalTopic(given([bot, fact]), fact, bot).events).toEqual([]);
    const gone = given([bot, fact], [bot, JSON.parse('{"__proto__": null}')]);
    expect(signalTopic(gone, fact, bot).events).toHaveLength(1);
  });
  test("that somebody removed is said again by whoever said it", () => {
    const gone = given([bot, { priority: "low" }], [bot, { priority: null }]);
    expect(signalTopic(gone, { priority: "low" }, bot).events).toHaveLength(1);
  });
  test("that would make a topic too large to be moved is refused; what makes it smaller is not", () => {
    const half = "x".repeat(65_000);
    const state = given([bot, { one: half }], [bot, { two: half }]);
    const message =
      "A topic's attributes have at most 131072 characters as JSON; null removes one.";
    expect(signalTopic(state, { three: half }, bot)).toEqual({
      events: [],
      refusal: {
        code: "unprocessable",
        message,
        details: { faults: [{ path: "facts", message }] },
      },
    });
    expect(signalTopic(state, { three: half, one: null }, bot).events).toHaveLength(1);
    const attributes = { one: half.repeat(3), two: "long" };
    const large = state.status === "present" ? { ...state, attributes } : state;
    expect(signalTopic(large, { two: "" }, bot).events).toHaveLength(1);
    expect(signalTopic(large, { two: "same" }, bot).events).toHaveLength(1);
    expect(signalTopic(large, { two: "more!" }, bot).events).toEqual([]);
    const most = 131_072 - JSON.stringify({ one: "" }).length;
    expect(signalTopic(release, { one: "x".repeat(most) }, bot).events).toHaveLength(1);
    expect(signalTopic(release, { one: "x".repeat(most + 1) }, bot).events).toEqual([]);
  });
  test("about a topic that is not there is not found", () => {
    expect(signalTopic(absentTopic, { priority: "low" }, bot)).toEqual({
      events: [],
      refusal: { code: "not-found", message: "There is no such topic." },
    });
  });
});
