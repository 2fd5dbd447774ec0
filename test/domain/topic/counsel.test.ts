import { describe, expect, test } from "vitest";
import { counselAt, type Counsel } from "@countersign/domain/topic/counsel.ts";
import { refuse } from "@countersign/domain/request/refusals.ts";
import { decide, refusal } from "./deciding.ts";
import { bot, policy, transition } from "./release.ts";
import type { TransitionCommand } from "@countersign/domain/topic/transition.ts";
import { guardsOf } from "@countersign/domain/topic/workflow-guard.ts";
import { defined, guard, imported, workflow } from "./counselled.ts";

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
    const silent = decide(command({ counsel: counsel() }), undefined, guarded);
    const nobody = decide(command(), undefined, guarded);
    for (const answer of [silent, nobody])
      expect(answer.kind === "needs-approval" && answer.ask).toMatchObject({ riskSnapshot: {} });
    expect(silent.kind === "needs-approval" && "attachments" in silent.ask).toBe(false);
    expect(nobody.kind === "needs-approval" && "attachments" in nobody.ask).toBe(false);
  });

  test("an advisor that was asked in vain leaves its mark, and asks nobody", () => {
    const inVain = counsel({ advisorScore: null });
    expect(decide(command({ counsel: inVain }), undefined, free).kind).toBe("completed");
    expect(decide(command({ counsel: inVain }), undefined, guarded)).toMatchObject({
      ask: { riskSnapshot: { advisor_score: null } },
    });
  });
});

describe("the guards of a move", () => {
  const any = guard("any");
  const leaving = guard("leaving", { from: "cart" });
  const paying = guard("paying", { to: "paid" });
  const elsewhere = guard("elsewhere", { workflow: "release" });
  const shop = defined(...[leaving, any, elsewhere, paying].map((each) => imported(each)));

  test.each([
    ["cart", "paid", [any, leaving, paying]],
    ["cart", "lost", [any, leaving]],
    ["lost", "paid", [any, paying]],
    ["lost", "cart", [any]],
    [null, "paid", [any, leaving, paying]],
    [null, "lost", [any, leaving]],
  ])("from %s to %s are those of its workflow and states, by their ids", (from, to, guards) => {
    expect(guardsOf(shop, "shop", from, to)).toEqual(guards);
    expect(guardsOf(shop, "nowhere", from, to)).toEqual([]);
  });

  test("are those that are active, as imported last", () => {
    const state = defined(imported(any), imported(paying), imported({ ...paying, to: "lost" }, 2), {
      type: "GuardRetired",
      data: { kind: "guard", id: "any", version: 1 },
    });
    expect(guardsOf(state, "shop", "cart", "paid")).toEqual([]);
    expect(guardsOf(state, "shop", "cart", "lost")).toEqual([{ ...paying, to: "lost" }]);
  });

  test("are none where other things are defined alone", () => {
    const moves = { ...free, id: "any" };
    const data = { ...imported(any).data, kind: "workflow", content: moves } as const;
    expect(guardsOf(defined({ type: "WorkflowImported", data }), "shop", "cart", "paid")).toEqual(
      [],
    );
  });
});
