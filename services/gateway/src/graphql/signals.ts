import { builder } from "./builder.ts";
import { command } from "./context.ts";
import { Refusal, settle, Topic, type WireTopic } from "./results.ts";

interface WireRun {
  readonly id: string;
  readonly spent_usd: number;
  readonly reserved_usd: number;
}

const Run = builder.objectRef<WireRun>("Run").implement({
  description: "What a run of an agent has spent, and what is reserved for actions under way.",
  fields: (t) => ({
    id: t.exposeID("id"),
    spentUsd: t.exposeFloat("spent_usd"),
    reservedUsd: t.exposeFloat("reserved_usd"),
  }),
});

const SignalTopicInput = builder.inputType("SignalTopicInput", {
  fields: (t) => ({ workflow: t.id({ required: true }), id: t.id({ required: true }) }),
});

const SignalInput = builder.inputType("SignalInput", {
  description:
    "Facts about a topic (null removes an attribute), or, with run, {cost_usd: …}; settles names the idempotency key that the cost was reserved under.",
  fields: (t) => ({
    topic: t.field({ type: SignalTopicInput }),
    run: t.string(),
    facts: t.field({ type: "JSON", required: true }),
    settles: t.string(),
    idempotencyKey: t.string(),
  }),
});

interface WireSignal {
  readonly topic?: WireTopic;
  readonly run?: WireRun;
}

const SignalSuccess = builder
  .objectRef<WireSignal & { readonly kind: "SignalSuccess" }>("SignalSuccess")
  .implement({
    description: "The topic, or the run, as it stands now.",
    fields: (t) => ({
      topic: t.field({ type: Topic, nullable: true, resolve: ({ topic }) => topic ?? null }),
      run: t.field({ type: Run, nullable: true, resolve: ({ run }) => run ?? null }),
    }),
  });

const SignalResult = builder.unionType("SignalResult", {
  types: [SignalSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

builder.mutationField("signal", (t) =>
  t.field({
    type: SignalResult,
    args: { input: t.arg({ type: SignalInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { idempotencyKey, topic, run, settles, facts } = input;
      const body = JSON.stringify({
        facts,
        ...(topic ? { topic } : {}),
        ...(typeof run === "string" ? { run } : {}),
        ...(typeof settles === "string" ? { settles } : {}),
      });
      return settle(
        await command<WireSignal>(context, "signal", { idempotencyKey, body }),
        (result) => ({ kind: "SignalSuccess" as const, ...result }),
      );
    },
  }),
);
