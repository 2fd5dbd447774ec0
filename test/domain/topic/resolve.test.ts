import { describe, expect, test } from "vitest";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { resolveTransition } from "@countersign/domain/topic/resolve.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import { at, blocked, bot, created, fold, named, policy, release, transition } from "./release.ts";

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

  test("completes by the name and with all the approvals that it was blocked with", () => {
    const [event] = resolveTransition(named, release(), complete("apr_8"));
    expect(event).toMatchObject({ data: { name: "Go live", approvalIds: ["apr_7", "apr_8"] } });
  });

  test("completes also when its workflow was changed or taken away meanwhile", () => {
    expect(resolveTransition(waiting, undefined, complete())).toHaveLength(1);
  });

  test("moves the topic and is remembered with its approval", () => {
    const [event] = resolveTransition(waiting, release(), complete());
    const after = event && fold([event], waiting);
    expect(after?.status === "present" && topicView(after)).toStrictEqual({
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

  test("takes the rejection transition of its own state, and no other way out of it", () => {
    const workflow = release(
      transition("staging", "development", { rejection: true }),
      transition("pending_approval", "development"),
    );
    expect(resolveTransition(named, workflow, reject("denied", "apr_7"))).toEqual([
      {
        type: "TransitionRejected",
        data: {
          from: "pending_approval",
          to: "production",
          name: "Go live",
          approvalIds: ["apr_7", "apr_8"],
          state: "staging",
          code: "denied",
          reason: "no",
        },
      },
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
