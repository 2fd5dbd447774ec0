import { describe, expect, test } from "vitest";
import { policyChanges } from "@countersign/domain/definition/changes/policy-changes.ts";
import type { LadderStep, LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import { all, any, group, level, policy } from "../../../testkit/examples/policies.ts";
import { told } from "./telling.ts";

const asks = (name: string, who = name.toLowerCase()): LevelPlan =>
  level(group(any, who), { name });
const auto: LadderStep = {
  after: "1h",
  action: "auto_approve",
  to: [],
  channels: [],
  reason: null,
};

describe("what a policy is besides its levels", () => {
  test.each<[Partial<Policy>, Partial<Policy>, string]>([
    [{ name: "A" }, { name: "B" }, "name: the name is now B instead of A"],
    [{}, { expiresIn: "2h" }, "expires_in: expires_in is now 2h instead of nothing"],
    [
      { selfApproval: "forbid" },
      {},
      "LOOSENS self_approval: self_approval is now nothing instead of forbid",
    ],
    [
      {},
      { selfApproval: "allow" },
      "LOOSENS self_approval: self_approval is now allow instead of nothing",
    ],
    [{ selfApproval: "allow" }, {}, "self_approval: self_approval is now nothing instead of allow"],
    [
      {},
      { onAllSkipped: "approve" },
      "LOOSENS on_all_skipped: on_all_skipped is now approve instead of block",
    ],
    [
      { onAllSkipped: "approve" },
      {},
      "on_all_skipped: on_all_skipped is now block instead of approve",
    ],
    [
      {},
      { autoApprove: "allow" },
      "LOOSENS auto_approve: auto_approve is now allow instead of forbid",
    ],
    [{ autoApprove: "allow" }, {}, "auto_approve: auto_approve is now forbid instead of allow"],
    [{}, { riskCeiling: 0.6 }, "LOOSENS risk_ceiling: risk_ceiling is now 0.6 instead of 0.5"],
    [{}, { riskCeiling: 0.4 }, "risk_ceiling: risk_ceiling is now 0.4 instead of 0.5"],
    [{}, { maxResubmissions: 9 }, "max_resubmissions: max_resubmissions is now 9 instead of 3"],
    [
      {},
      { reapproval: "not_required" },
      "LOOSENS reapproval: reapproval is now not_required instead of required",
    ],
    [
      { reapproval: "not_required" },
      {},
      "reapproval: reapproval is now required instead of not_required",
    ],
    [
      {},
      { grantValidFor: "2h" },
      "LOOSENS grant_valid_for: grant_valid_for is now 2h instead of 1h",
    ],
    [{}, { grantValidFor: "30m" }, "grant_valid_for: grant_valid_for is now 30m instead of 1h"],
    [{}, { pauseOnQuestion: "1h" }, "pause_on_question: pause_on_question is now 1h instead of 0"],
    [
      {},
      { schema: { type: "object" } },
      'schema: the schema of the parameters is now {"type":"object"} instead of nothing',
    ],
    [
      { schema: { type: "object" } },
      {},
      'LOOSENS schema: the schema of the parameters is now nothing instead of {"type":"object"}',
    ],
    [
      {},
      { onePendingPer: "action.type" },
      "one_pending_per: one_pending_per is now action.type instead of nothing",
    ],
    [
      { onePendingPer: "action.type" },
      {},
      "LOOSENS one_pending_per: one_pending_per is now nothing instead of action.type",
    ],
    [
      {},
      { observers: [{ type: "role", identifier: "qa" }] },
      'observers: the list of observers is now [{"type":"role","identifier":"qa"}] instead of []',
    ],
    [
      {},
      { escalation: [auto] },
      "LOOSENS escalation[0]: the request will now auto_approve after 1h",
    ],
    [{}, { fallback: asks("QA") }, "fallback: the fallback level is new"],
    [{ fallback: asks("QA") }, {}, "LOOSENS fallback: the fallback level is gone"],
    [
      { fallback: asks("QA") },
      { fallback: asks("SRE", "qa") },
      "fallback.name: the fallback level is now called SRE instead of QA",
    ],
  ])("%j, then %j", (before, after, line) => {
    expect(told(policyChanges(policy(asks("QA"), before), policy(asks("QA"), after)))).toEqual([
      line,
    ]);
  });

  test("ids and versions are no difference", () => {
    expect(
      policyChanges(policy(asks("QA")), policy(asks("QA"), { id: "other", version: 7 })),
    ).toEqual([]);
  });
});

describe("levels of a chain", () => {
  const [qa, ops, sre] = [asks("QA"), asks("Ops"), asks("SRE")];
  const unnamed = (number: number, who: string): LevelPlan => asks(`Level ${number}`, who);

  test.each<[string, readonly LevelPlan[], readonly LevelPlan[], readonly string[]]>([
    ["one that is gone loosens", [qa, sre], [qa], ["LOOSENS chain: level 2 (SRE) of sre is gone"]],
    ["one that came does not", [qa], [qa, sre], ["chain[1]: level 2 (SRE) of sre is new"]],
    [
      "one without a name of its own is called by its number",
      [unnamed(1, "qa"), unnamed(2, "sre")],
      [unnamed(1, "qa")],
      ["LOOSENS chain: level 2 of sre is gone"],
    ],
    [
      "all of its people are named",
      [qa, level([group(any, "ops", "user:bo"), group(all, "sre")], { name: "Technical" })],
      [qa],
      ["LOOSENS chain: level 2 (Technical) of ops, bo, sre is gone"],
    ],
    [
      "one that moved up for a gap says nothing of it",
      [qa, sre],
      [sre],
      ["LOOSENS chain: level 1 (QA) of qa is gone"],
    ],
    [
      "nor one that moved down for a new one",
      [sre],
      [qa, sre],
      ["chain[0]: level 1 (QA) of qa is new"],
    ],
    [
      "those that changed places say so",
      [qa, ops, sre],
      [qa, sre, ops],
      ["chain[1]: SRE is now level 2 instead of 3", "chain[2]: Ops is now level 3 instead of 2"],
    ],
    [
      "another name at the same place is the same level",
      [qa, ops],
      [qa, { ...ops, name: "Operations" }],
      ["chain[1].name: level 2 is now called Operations instead of Ops"],
    ],
    [
      "another name of one hides no other that is gone",
      [qa, ops, sre],
      [{ ...qa, name: "Quality" }, sre],
      [
        "LOOSENS chain: level 2 (Ops) of ops is gone",
        "chain[0].name: level 1 is now called Quality instead of QA",
      ],
    ],
    [
      "a name taken by another level is followed",
      [qa, ops],
      [{ ...ops, name: "Operations" }, qa],
      [
        "LOOSENS chain: level 2 (Ops) of ops is gone",
        "chain[0]: level 1 (Operations) of ops is new",
      ],
    ],
    [
      "each says its own changes at its new place, in the order of the chain",
      [
        { ...qa, message: "Look" },
        { ...sre, message: "Look" },
      ],
      [asks("Quality", "qa"), ops, sre],
      [
        "chain[1]: level 2 (Ops) of ops is new",
        "chain[0].name: level 1 is now called Quality instead of QA",
        "chain[0].metadata.message: level 1 now shows nothing instead of Look",
        "chain[2].metadata.message: level 3 now shows nothing instead of Look",
      ],
    ],
  ])("%s", (_, before, after, lines) => {
    expect(told(policyChanges(policy(before), policy(after)))).toEqual(lines);
  });
});
