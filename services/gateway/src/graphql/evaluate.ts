import { builder } from "./builder.ts";
import { command } from "./context.ts";
import { askFields } from "./inputs.ts";
import { bodyOf } from "./mutations.ts";
import { Refusal, settle } from "./results.ts";

const GateDecision = builder.enumType("GateDecision", {
  description: "What the gates hold an action to be.",
  values: { ALLOW: {}, DENY: {}, ESCALATE: {} } as const,
});

interface WireReason {
  readonly code: string;
  readonly message: string;
}

const GateReason = builder.objectRef<WireReason>("GateReason").implement({
  fields: (t) => ({ code: t.exposeString("code"), message: t.exposeString("message") }),
});

const EvaluateInput = builder.inputType("EvaluateInput", {
  description:
    "An ask, whose title may be left out; with ask, the request is made when the answer is ESCALATE.",
  fields: (t) => ({
    title: t.string(),
    ...askFields(t),
    ask: t.boolean(),
    idempotencyKey: t.string(),
  }),
});

interface WireEvaluation {
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  readonly reasons: readonly WireReason[];
  readonly policy_trace: unknown;
  readonly approval_id?: string;
}

const EvaluateSuccess = builder
  .objectRef<WireEvaluation & { readonly kind: "EvaluateSuccess" }>("EvaluateSuccess")
  .implement({
    fields: (t) => ({
      decision: t.expose("decision", { type: GateDecision }),
      reasons: t.expose("reasons", { type: [GateReason] }),
      policyTrace: t.expose("policy_trace", { type: "JSON" }),
      approvalId: t.id({ nullable: true, resolve: ({ approval_id }) => approval_id ?? null }),
    }),
  });

const EvaluateResult = builder.unionType("EvaluateResult", {
  types: [EvaluateSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

builder.mutationField("evaluate", (t) =>
  t.field({
    type: EvaluateResult,
    args: { input: t.arg({ type: EvaluateInput, required: true }) },
    resolve: async (_root, { input: { idempotencyKey, ...asked } }, context) =>
      settle(
        await command<WireEvaluation>(context, "evaluate", {
          idempotencyKey,
          body: bodyOf(asked),
        }),
        (evaluation) => ({ kind: "EvaluateSuccess" as const, ...evaluation }),
      ),
  }),
);
