import { describe, expect, test } from "vitest";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { resolveTransition } from "@countersign/domain/topic/resolve.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import { decodeTopicEvent } from "@countersign/domain/topic/codec.ts";
import { mergeAttributes } from "@countersign/domain/topic/attributes.ts";
import {
  at,
  blocked,
  bot,
  changed,
  created,
  fold,
  policy,
  release,
  transition,
} from "./release.ts";

const complete = (approvalId = "apr_1") => ({ type: "complete-transition", approvalId }) as const;
const reject = (code: string, approvalId = "apr_1") =>
  ({ type: "reject-transition", approvalId, code, reason: "no" }) as const;

const waiting = fold([created(), blocked()]);
const atGateway = fold([created("pending_approval"), blocked("pending_approval", "production")]);

describe("an approved transition", () => {
  test("completes as whoever asked for it", () => {
    expect(resolveTransition(waiting, release(), complete())).toEqual([
      {
        type: "TransitionCompleted",
        data: {
          from: "staging",
          to: "pending_approval",
          name: null,
          approvalIds: ["apr_1"],
          patch: {},
          by: bot,
        },
      },
    ]);
  });

  test("completes also when its workflow was changed or taken away meanwhile", () => {
    expect(resolveTransition(waiting, undefined, complete())).toHaveLength(1);
  });

  test("moves the topic and is remembered with its approval", () => {
    const [event] = resolveTransition(waiting, release(), complete());
    const after = event && fold([event], waiting);
    expect(after?.status === "present" && topicView(after)).toEqual({
      id: "R-42",
      workflow: "release",
      state: "pending_approval",
      attributes: {},
      pending: [],
      history: [
        {
          from: "staging",
          to: "pending_approval",
          at,
          by: { kind: "agent", id: "deployment-bot" },
          approval_ids: ["apr_1"],
        },
      ],
    });
  });
});

describe("a transition that was not approved", () => {
  test.each(["denied", "expired"])("when %s takes the state's rejection transition", (code) => {
    expect(resolveTransition(atGateway, release(), reject(code))).toMatchObject([
      {
        type: "TransitionRejected",
        data: { to: "production", state: "staging", code, reason: "no" },
      },
    ]);
  });

  test.each(["cancelled", "quorum-unreachable"])("when %s stays where it stands", (code) => {
    expect(resolveTransition(atGateway, release(), reject(code))).toMatchObject([
      { data: { state: "pending_approval", code } },
    ]);
  });

  test("stays where its state has no rejection transition, or the workflow is gone", () => {
    expect(resolveTransition(waiting, release(), reject("denied"))).toMatchObject([
      { data: { state: "staging" } },
    ]);
    expect(resolveTransition(atGateway, undefined, reject("denied"))).toMatchObject([
      { data: { state: "pending_approval" } },
    ]);
  });

  test("is not taken after all by being the rejection transition itself", () => {
    const workflow = release();
    const transitions = [
      transition("staging", "pending_approval", { policy: policy("p"), rejection: true }),
    ];
    expect(
      resolveTransition(waiting, { ...workflow, transitions }, reject("denied")),
    ).toMatchObject([{ data: { state: "staging" } }]);
  });

  test("leaves the topic free for the next attempt", () => {
    const events = resolveTransition(waiting, release(), reject("denied"));
    const after = fold(events, waiting);
    expect(after).toMatchObject({ state: "staging", blocked: null, history: [] });
  });

  test("that moved the topic stands in its history", () => {
    const after = fold(resolveTransition(atGateway, release(), reject("denied")), atGateway);
    expect(after).toMatchObject({
      state: "staging",
      blocked: null,
      history: [
        { from: "pending_approval", to: "staging", approvalIds: ["apr_1"], by: { kind: "system" } },
      ],
    });
  });
});

describe("a redelivered or foreign message", () => {
  test.each([
    ["of another request", waiting, complete("apr_2")],
    ["of another request's end", waiting, reject("denied", "apr_2")],
    ["for a topic that waits for nothing", fold([created()]), complete()],
    ["for a topic that is not there", absentTopic, complete()],
  ])("%s changes nothing", (_what, state, command) => {
    expect(resolveTransition(state, release(), command)).toEqual([]);
  });

  test("that completes twice completes once", () => {
    const once = fold(resolveTransition(waiting, release(), complete()), waiting);
    expect(resolveTransition(once, release(), complete())).toEqual([]);
  });
});

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

describe("an impossible fact of a topic", () => {
  const completed = (from: string, approvalIds: string[]) =>
    ({
      type: "TransitionCompleted",
      data: { from, to: "production", name: null, approvalIds, patch: {}, by: bot },
    }) as const;

  test.each([
    ["anything before it is there", [changed({ a: "1" })]],
    ["being created twice", [created(), created()]],
    ["being blocked twice", [created(), blocked(), blocked()]],
    ["being blocked from elsewhere", [created("production"), blocked()]],
    ["moving from elsewhere", [created(), completed("production", [])]],
    ["moving without the approval it waits for", [created(), blocked(), completed("staging", [])]],
    ["moving by an approval it does not wait for", [created(), completed("staging", ["apr_9"])]],
  ])("throws: %s", (_what, events) => {
    expect(() => fold(events)).toThrow(/cannot have happened/);
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
    expect(() => decodeTopicEvent(type, "{}", version)).toThrow(/Unknown/);
  });
});
