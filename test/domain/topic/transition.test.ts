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

describe("a transition that cannot be is refused with a sentence that says why", () => {
  const staging = fold([created("staging")]);
  const stateless = { ...release(), states: [] };
  test.each([
    [
      "topic.id",
      "A topic id has 1 to 128 letters, digits or _ - . / : #.",
      ask("staging", { topicId: "a b" }),
      release(),
    ],
    ["workflow", "There is no workflow release.", ask("staging"), undefined],
    [
      "topic.state",
      "Workflow release has no state nirvana.",
      ask("staging", { state: "nirvana" }),
      release(),
    ],
    ["topic.state", "Workflow release has no state to start in.", ask("staging"), stateless],
  ])("at %s: %s", (path, message, command, workflow) => {
    expect(decideTransition(absentTopic, workflow, command, noGuards)).toEqual({
      kind: "refused",
      refusal: {
        code: "unprocessable",
        message: `${path}: ${message}`,
        details: { faults: [{ path, message }] },
      },
    });
  });

  test.each([
    [
      "topic-state",
      "The topic is in staging, not in production.",
      ask("development", { state: "production" }),
      staging,
      { state: "staging" },
    ],
    [
      "topic-blocked",
      "The topic waits for approval to go to pending_approval.",
      ask("development"),
      fold([blocked()], staging),
      { approval_ids: ["apr_1"], to: "pending_approval" },
    ],
    [
      "no-such-transition",
      "Workflow release has no transition from staging to production: from there it goes to pending_approval, development.",
      ask("production"),
      staging,
      { from: "staging", to: "production", possible: ["pending_approval", "development"] },
    ],
    [
      "no-such-transition",
      "Workflow release has no transition from production to staging: nothing leads out of production.",
      ask("staging"),
      fold([created("production")]),
      { from: "production", to: "staging", possible: [] },
    ],
    [
      "fields-missing",
      "These fields are needed: version_tag, changelog.",
      ask("staging"),
      absentTopic,
      { missing: ["version_tag", "changelog"] },
    ],
  ])("%s: %s", (refused, message, command, state, details) => {
    expect(refusal(command, state)).toEqual({ code: refused, message, details });
  });
});

describe("a transition", () => {
  test("of a known topic must name the state it is in, if any", () => {
    const topic = fold([created("staging")]);
    expect(code(ask("development", { state: "production" }), topic)).toBe("topic-state");
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

describe("a transition that passes but for a gate of the org", () => {
  test("tells what is asked instead: by no policy of its own, with the topic made first", () => {
    const answer = decide(ask("development", { state: "staging", attributes: { note: "redo" } }));
    if (answer.kind !== "completed") throw new Error(answer.kind);
    expect(answer.instead()).toMatchObject({
      kind: "needs-approval",
      because: null,
      workflowVersion: 3,
      patch: { note: "redo" },
      by: bot,
      ask: { policy: null, title: "R-42: staging → development" },
      before: [{ type: "TopicCreated" }],
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

  test("asks with the attributes as merged, and chooses nothing that its policy decides", () => {
    const answer = needed("pending_approval", known, { labels: ["urgent"], old: null });
    expect(answer.because).toBeNull();
    expect(answer.before).toEqual([]);
    expect(answer.ask).toEqual({
      title: "Request Production Approval",
      description: null,
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
      agent: { id: "deployment-bot", name: "Deployment Bot" },
      policy: "release--staging--pending_approval",
      approvers: null,
      expiresIn: null,
      reasonCodes: [],
      policyTrace: {},
      riskSnapshot: {},
      view: null,
      context: {},
      links: {},
      urgency: "normal",
      schema: null,
      dedupe: null,
      previousRequestId: null,
      validation: null,
      observers: [],
      suggested: [],
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

  test("still says when the caller is wrong about its state", () => {
    expect(code(ask("pending_approval", { state: "production" }), topic)).toBe("topic-state");
  });
});
