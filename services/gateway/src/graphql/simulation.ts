import type { TimelineEntry } from "@countersign/domain/request/view/wire.ts";
import { Refused } from "../edge/refused.ts";
import { resultOf } from "../edge/answer.ts";
import { BACKTEST_TIMEOUT_MS, backtestParameters } from "../rest/simulation.ts";
import { builder } from "./builder.ts";
import { command, type GraphContext } from "./context.ts";
import { Logic } from "./enums.ts";
import { Via } from "./level-type.ts";
import { TimelineItem } from "./request-type.ts";
import type { WireWarning } from "./results.ts";

interface WireSlot {
  readonly approver: string | null;
  readonly via: {
    readonly type: "role" | "user" | "round_robin" | "agent" | "workflow";
    readonly identifier: string;
  };
  readonly why: string;
}

interface WireGroup {
  readonly group: string;
  readonly required: string;
  readonly needed: number;
  readonly slots: readonly WireSlot[];
  readonly dead_end: string | null;
}

interface WireLevel {
  readonly number: number;
  readonly name: string;
  readonly applies: boolean;
  readonly because: string | null;
  readonly logic: "AND" | "OR";
  readonly groups: readonly WireGroup[];
}

/** A warning about the scene has no place in a file. */
type WireRemark = Pick<WireWarning, "code" | "message"> & Partial<WireWarning>;

interface WireSimulation {
  readonly levels: readonly WireLevel[];
  readonly timers: readonly TimelineEntry[];
  readonly expires_at: string | null;
  readonly warnings: readonly WireRemark[];
}

interface WireBacktest {
  readonly period: { readonly from: string; readonly to: string };
  readonly requests: number;
  readonly allow: number;
  readonly deny: number;
  readonly escalate: number;
  readonly changed: readonly {
    readonly approval_id: string;
    readonly was: string;
    readonly would: string;
  }[];
  readonly approvers: Readonly<Record<string, number>>;
  readonly average_response_time_minutes: number | null;
  readonly warnings: readonly WireRemark[];
}

const MoveInput = builder.inputType("SimulatedTransitionInput", {
  fields: (t) => ({
    workflow: t.string({ required: true }),
    from: t.string({ required: true }),
    to: t.string({ required: true }),
  }),
});

const SimulatedActionInput = builder.inputType("SimulatedActionInput", {
  fields: (t) => ({
    type: t.string({ required: true }),
    tool: t.string(),
    parameters: t.field({ type: "JSON" }),
  }),
});

const FactsInput = builder.inputType("SimulatedFactsInput", {
  description: "What conditions are to see, in the shapes of an ask.",
  fields: (t) => ({
    issue: t.field({ type: "JSON" }),
    context: t.field({ type: "JSON" }),
    action: t.field({ type: SimulatedActionInput }),
    risk: t.field({ type: "JSON" }),
  }),
});

const SimulateInput = builder.inputType("SimulateInput", {
  description:
    "An active policy, a transition, or a draft (source). language (yaml, json, toml) is seen from the source when left out.",
  fields: (t) => ({
    policy: t.string(),
    source: t.string(),
    language: t.string(),
    name: t.string(),
    transition: t.field({ type: MoveInput }),
    facts: t.field({ type: FactsInput }),
    requester: t.id(),
    at: t.field({ type: "DateTime" }),
  }),
});

const BacktestInput = builder.inputType("BacktestInput", {
  description: "A draft, and how many days back its requests are looked at: 1 to 90, default 30.",
  fields: (t) => ({
    source: t.string({ required: true }),
    language: t.string(),
    name: t.string(),
    days: t.int(),
  }),
});

const SimulatedSlot = builder.objectRef<WireSlot>("SimulatedSlot").implement({
  fields: (t) => ({
    approver: t.exposeString("approver", { nullable: true }),
    via: t.expose("via", { type: Via }),
    why: t.exposeString("why"),
  }),
});

const SimulatedGroup = builder.objectRef<WireGroup>("SimulatedGroup").implement({
  fields: (t) => ({
    group: t.exposeString("group"),
    required: t.exposeString("required"),
    needed: t.exposeInt("needed"),
    slots: t.expose("slots", { type: [SimulatedSlot] }),
    deadEnd: t.exposeString("dead_end", { nullable: true }),
  }),
});

const SimulatedLevel = builder.objectRef<WireLevel>("SimulatedLevel").implement({
  fields: (t) => ({
    number: t.exposeInt("number"),
    name: t.exposeString("name"),
    applies: t.exposeBoolean("applies"),
    because: t.exposeString("because", { nullable: true }),
    logic: t.expose("logic", { type: Logic }),
    groups: t.expose("groups", { type: [SimulatedGroup] }),
  }),
});

const SimulationWarning = builder.objectRef<WireRemark>("SimulationWarning").implement({
  description: "Something odd; line and column only where it stands in the draft.",
  fields: (t) => ({
    code: t.exposeString("code"),
    message: t.exposeString("message"),
    line: t.int({ nullable: true, resolve: ({ line }) => line ?? null }),
    column: t.int({ nullable: true, resolve: ({ column }) => column ?? null }),
    path: t.string({ nullable: true, resolve: ({ path }) => path ?? null }),
    hint: t.string({ nullable: true, resolve: ({ hint }) => hint ?? null }),
  }),
});

const Simulation = builder.objectRef<WireSimulation>("Simulation").implement({
  description: "Who would be asked, when and why. Nothing was written.",
  fields: (t) => ({
    levels: t.expose("levels", { type: [SimulatedLevel] }),
    timers: t.expose("timers", { type: [TimelineItem] }),
    expiresAt: t.expose("expires_at", { type: "DateTime", nullable: true }),
    warnings: t.expose("warnings", { type: [SimulationWarning] }),
  }),
});

const ChangedDecision = builder
  .objectRef<WireBacktest["changed"][number]>("ChangedDecision")
  .implement({
    fields: (t) => ({
      approvalId: t.exposeID("approval_id"),
      was: t.exposeString("was"),
      would: t.exposeString("would"),
    }),
  });

const BacktestPeriod = builder.objectRef<WireBacktest["period"]>("BacktestPeriod").implement({
  fields: (t) => ({
    from: t.expose("from", { type: "DateTime" }),
    to: t.expose("to", { type: "DateTime" }),
  }),
});

const Backtest = builder.objectRef<WireBacktest>("Backtest").implement({
  description:
    "What a draft would have done to recorded requests. approvers counts requests by person.",
  fields: (t) => ({
    period: t.expose("period", { type: BacktestPeriod }),
    requests: t.exposeInt("requests"),
    allow: t.exposeInt("allow"),
    deny: t.exposeInt("deny"),
    escalate: t.exposeInt("escalate"),
    changed: t.expose("changed", { type: [ChangedDecision] }),
    approvers: t.expose("approvers", { type: "JSON" }),
    averageResponseTimeMinutes: t.exposeFloat("average_response_time_minutes", { nullable: true }),
    warnings: t.expose("warnings", { type: [SimulationWarning] }),
  }),
});

const backtested = async ({ caller, live }: GraphContext, body: string): Promise<WireBacktest> => {
  const options = { timeoutMs: BACKTEST_TIMEOUT_MS };
  const reply = await live.inner.query(caller, "backtest", backtestParameters(body), options);
  return resultOf<WireBacktest>(reply, caller.correlationId, live.log);
};

/** Each costs more than what it shows: it runs the decider over a chain, or over months of requests. */
const SIMULATION = 20;
const BACKTEST = 200;

builder.queryFields((t) => ({
  simulate: t.field({
    type: Simulation,
    complexity: SIMULATION,
    args: { input: t.arg({ type: SimulateInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const body = JSON.stringify(input);
      const answer = await command<WireSimulation>(context, "simulate", { body });
      if (answer.ok) return answer.result;
      const { code, message, details } = answer.error;
      throw new Refused(code, message, details);
    },
  }),
  backtest: t.field({
    type: Backtest,
    complexity: BACKTEST,
    args: { input: t.arg({ type: BacktestInput, required: true }) },
    resolve: (_root, { input: { days, ...rest } }, context) =>
      backtested(
        context,
        JSON.stringify({ ...rest, ...(typeof days === "number" ? { days } : {}) }),
      ),
  }),
}));
