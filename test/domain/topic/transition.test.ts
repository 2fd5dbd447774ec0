import { describe, expect, test } from "vitest";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { blockTransition, decideTransition } from "@countersign/domain/topic/transition.ts";
import { ask, blocked, bot, changed, created, fold, noGuards, release } from "./release.ts";

import { code, decide, refusal } from "./deciding.ts";

describe("a topic nobody has named yet", () => {
  const complete = { version_tag: "v2", changelog: "…" };

  test("starts in the initial state, wherever it stands in the file", () => {
    expect(decide(ask("staging", { attributes: complete }))).toMatchObject({
      kind: "completed",
      events: [
        {
          type: "TopicCreated",
          data: { workflow: "release", id: "R-42", state: "development", claimed: false },
        },
        {
          type: "TransitionCompleted",
          data: {
            from: "development",
            to: "staging",
            name: null,
            approvalIds: [],
            patch: complete,
            by: bot,
          },
        },
      ],
    });
  });

  test("starts in the first state when none is initial", () => {
    const plain = release();
    const states = plain.states.map((state) => ({ ...state, type: null }));
    const answer = decide(ask("development"), absentTopic, { ...plain, states });
    expect(answer).toMatchObject({ events: [{ data: { state: "staging" } }, {}] });
  });

  test("starts where its caller says, as a claim", () => {
    const answer = decide(ask("development", { state: "staging" }));
    expect(answer).toMatchObject({
      kind: "completed",
      events: [{ type: "TopicCreated", data: { state: "staging", claimed: true } }, {}],
    });
  });

  test("cannot start in a state the workflow does not have", () => {
    expect(refusal(ask("staging", { state: "nirvana" }))).toMatchObject({
      code: "unprocessable",
      details: { faults: [{ path: "topic.state" }] },
    });
  });

  test("cannot start in a workflow without states", () => {
    expect(code(ask("staging"), absentTopic, { ...release(), states: [] })).toBe("unprocessable");
  });

  test.each(["*", ">", "a b", "", "x".repeat(129), "zoë", "a\nb", "x".repeat(10_000)])(
    "cannot have the id %j",
    (topicId) => {
      expect(refusal(ask("staging", { topicId }))).toMatchObject({
        code: "unprocessable",
        details: { faults: [{ path: "topic.id" }] },
      });
    },
  );

  test.each(["R-42", "acme/shop#17", "urn:x:1.2_3", "x".repeat(128)])(
    "may have the id %j",
    (topicId) => {
      expect(code(ask("staging", { topicId, attributes: complete }))).toBe("completed");
    },
  );
});

describe("a transition", () => {
  test("of an unknown workflow is refused", () => {
    const answer = decideTransition(absentTopic, undefined, ask("staging"), noGuards);
    expect(answer).toMatchObject({ kind: "refused", refusal: { code: "unprocessable" } });
  });

  test("that the workflow does not have names those it has", () => {
    expect(refusal(ask("production"), fold([created("staging")]))).toMatchObject({
      code: "no-such-transition",
      message: expect.stringContaining("pending_approval, development"),
      details: { from: "staging", to: "production", possible: ["pending_approval", "development"] },
    });
  });

  test("out of a last state says that nothing leads out", () => {
    expect(refusal(ask("staging"), fold([created("production")]))).toMatchObject({
      message: expect.stringContaining("nothing leads out of production"),
    });
  });

  test("of a known topic must name the state it is in, if any", () => {
    const topic = fold([created("staging")]);
    expect(refusal(ask("development", { state: "production" }), topic)).toMatchObject({
      code: "topic-state",
      details: { state: "staging" },
    });
    expect(code(ask("development", { state: "staging" }), topic)).toBe("completed");
    expect(code(ask("development"), topic)).toBe("completed");
  });

  test("without a policy passes and records who moved it", () => {
    const topic = fold([created("staging")]);
    expect(decide(ask("development", { attributes: { note: "redo" } }), topic)).toMatchObject({
      kind: "completed",
      events: [
        {
          type: "TransitionCompleted",
          data: {
            from: "staging",
            to: "development",
            name: null,
            approvalIds: [],
            patch: { note: "redo" },
            by: bot,
          },
        },
      ],
    });
  });
});

describe("a transition that needs approval", () => {
  const known = fold([created("staging"), changed({ version_tag: "v2", old: "x" })]);
  const needed = (to: string, state: TopicState, attributes = {}) => {
    const answer = decide(ask(to, { attributes }), state);
    if (answer.kind !== "needs-approval") {
      throw new Error(answer.kind);
    }
    return answer;
  };

  test("asks with the attributes as merged", () => {
    const answer = needed("pending_approval", known, { labels: ["urgent"], old: null });
    expect(answer.ask).toMatchObject({
      title: "Request Production Approval",
      policy: "release--staging--pending_approval",
      approvers: null,
      urgency: "normal",
      action: {
        type: "workflow:transition",
        parameters: {
          workflow: "release",
          topic: "R-42",
          from: "staging",
          to: "pending_approval",
          attributes: { version_tag: "v2", labels: ["urgent"] },
        },
      },
      topic: { workflow: "release", id: "R-42", from: "staging", to: "pending_approval" },
    });
  });

  test("is called by topic and states when it has no name, and is as urgent as its author says", () => {
    expect(needed("production", fold([created("pending_approval")])).ask).toMatchObject({
      title: "R-42: pending_approval → production",
      urgency: "critical",
    });
  });

  test("blocks the topic with what was asked, the patch beside it", () => {
    const answer = needed("pending_approval", known, { old: null });
    expect(blockTransition(answer, ["apr_1"], { title: "…" })).toEqual([
      {
        type: "TransitionBlocked",
        data: {
          from: "staging",
          to: "pending_approval",
          name: "Request Production Approval",
          workflowVersion: 3,
          approvalIds: ["apr_1"],
          patch: { old: null },
          by: bot,
          ask: { title: "…" },
        },
      },
    ]);
  });

  test("creates a topic nobody has named yet in the same append", () => {
    const answer = decide(ask("pending_approval", { state: "staging" }));
    expect(
      answer.kind === "needs-approval" && blockTransition(answer, ["apr_1"], {}),
    ).toMatchObject([{ type: "TopicCreated" }, { type: "TransitionBlocked" }]);
  });
});

describe("a blocked topic", () => {
  const topic = fold([created(), blocked()]);

  test("answers the same transition with the same ids and changes nothing", () => {
    const again = ask("pending_approval", { attributes: { x: 1 }, state: "staging" });
    expect(decide(again, topic)).toEqual({ kind: "waiting", approvalIds: ["apr_1"] });
  });

  test("takes no other transition", () => {
    expect(refusal(ask("development"), topic)).toMatchObject({
      code: "topic-blocked",
      details: { approval_ids: ["apr_1"], to: "pending_approval" },
    });
  });

  test("still says when the caller is wrong about its state", () => {
    expect(code(ask("pending_approval", { state: "production" }), topic)).toBe("topic-state");
  });
});
