import { describe, expect, test } from "vitest";
import { counselAt, type Counsel } from "@countersign/domain/topic/counsel.ts";
import { refuse } from "@countersign/domain/request/refusals.ts";
import { decide, refusal } from "./deciding.ts";
import { bot, policy, transition } from "./release.ts";
import type { TransitionCommand } from "@countersign/domain/topic/transition.ts";
import { workflow } from "./counselled.ts";

const counsel = (fields: Partial<Counsel> = {}): Counsel => ({
  revision: 3,
  refusal: null,
  needed: false,
  policy: null,
  attachments: [],
  ...fields,
});

const command = (fields: Partial<TransitionCommand> = {}): TransitionCommand => ({
  workflowId: "shop",
  topicId: "order-1",
  state: "cart",
  to: "paid",
  attributes: {},
  requester: { kind: "agent", id: bot.id, owner: "ana" },
  agent: null,
  ...fields,
});

const free = workflow([transition("cart", "paid")]);
const guarded = workflow([transition("cart", "paid", { policy: policy("shop--cart--paid") })]);
const attachments = [{ by: { kind: "system" as const, id: "guard:x" }, context: { ai: "ok" } }];

describe("what guards say of a move", () => {
  test("nothing against it: it goes on as the workflow says", () => {
    expect(decide(command({ counsel: counsel() }), undefined, free).kind).toBe("completed");
    const asks = decide(command({ counsel: counsel({ attachments }) }), undefined, guarded);
    expect(asks).toMatchObject({
      kind: "needs-approval",
      ask: { policy: "shop--cart--paid", attachments },
    });
  });

  test("a no refuses it, whether people would be asked or not", () => {
    const denied = counsel({ refusal: refuse("denied-by-rule", "Stolen card.") });
    for (const moves of [free, guarded])
      expect(refusal(command({ counsel: denied }), undefined, moves)).toMatchObject({
        code: "denied-by-rule",
        message: "Stolen card.",
      });
  });

  test("doubt asks people by the transition's policy, else the guard's, else the org's", () => {
    const doubt = counsel({ needed: true, policy: "by-hand", attachments });
    expect(decide(command({ counsel: doubt }), undefined, guarded)).toMatchObject({
      ask: { policy: "shop--cart--paid" },
    });
    expect(decide(command({ counsel: doubt }), undefined, free)).toMatchObject({
      kind: "needs-approval",
      ask: { policy: "by-hand", attachments },
    });
    const nobody = counsel({ needed: true });
    expect(decide(command({ counsel: nobody }), undefined, free)).toMatchObject({
      ask: { policy: null },
    });
  });

  test("what was said of a topic that changed since counts as doubt, and says nothing else", () => {
    const said = counsel({
      refusal: refuse("denied-by-rule", "No."),
      attachments,
      advisorScore: 0.1,
    });
    expect(counselAt(said, 3)).toBe(said);
    expect(counselAt(said, 4)).toEqual({
      revision: 4,
      refusal: null,
      needed: true,
      policy: null,
      attachments: [],
      advisorScore: null,
    });
    expect(counselAt(counsel({ policy: "by-hand" }), 4)).toEqual({
      revision: 4,
      refusal: null,
      needed: true,
      policy: "by-hand",
      attachments: [],
    });
  });

  test("the advisor's score stands in the risk snapshot; without an advisor there is none", () => {
    const scored = counsel({ advisorScore: 0.7 });
    expect(decide(command({ counsel: scored }), undefined, guarded)).toMatchObject({
      ask: { riskSnapshot: { score: 0.7, advisor_score: 0.7 } },
    });
    expect(decide(command(), undefined, guarded)).toMatchObject({ ask: { riskSnapshot: {} } });
  });
});
