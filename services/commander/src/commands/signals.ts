import type { Parsed } from "@countersign/api-contract/errors.ts";
import {
  parseSignal,
  type RunSignalBody,
  type TopicSignalBody,
} from "@countersign/api-contract/signals.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { commandRun } from "@countersign/application/run.ts";
import { commandTopicFacts } from "@countersign/application/signal.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { costOf } from "@countersign/domain/run/counters.ts";
import type { RunState } from "@countersign/domain/run/run.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

/** What a signal came to: the topic or the run as it stands now, or why it was refused. */
type Signalled =
  | { readonly ok: true; readonly shown: JsonObject }
  | { readonly ok: false; readonly refusal: Refusal };

/** A run as signals answer it. */
const runView = (decider: Decider, state: RunState, id: string): JsonObject => {
  const { run } = costOf(state, id, toIso(decider.engine.clock.now()));
  return { id, spent_usd: run.spentUsd, reserved_usd: run.reservedUsd };
};

const signalRun = async (
  decider: Decider,
  envelope: Envelope,
  { run, facts, settles }: RunSignalBody,
): Promise<Signalled> => {
  const owner = await decider.runOwners.of(envelope.org, run, envelope.actor);
  const command = { run, costUsd: facts.cost_usd, settles: settles ?? null };
  const outcome = await commandRun(decider.engine, decider.run, envelope, owner, command);
  return outcome.ok
    ? { ok: true, shown: { run: runView(decider, outcome.fold.state, run) } }
    : outcome;
};

const signalTopic = async (
  decider: Decider,
  envelope: Envelope,
  parsed: Parsed<TopicSignalBody>,
): Promise<Signalled> => {
  const about = parsed.ok
    ? { ...parsed.value.topic, facts: parsed.value.facts as JsonObject }
    : { workflow: "none", id: "none", facts: {} };
  const fault = parsed.ok ? null : bodyRefusal(parsed.error);
  const outcome = await commandTopicFacts(decider.engine, decider.topic, envelope, about, fault);
  if (!outcome.ok) return outcome;
  const { state } = outcome.fold;
  if (state.status === "absent") throw new Error("a signal was taken for an absent topic");
  return { ok: true, shown: { topic: topicView(state) } };
};

/** Takes a signal in, from whichever door; a body that is none is refused after standing. */
export const takeSignal = async (
  decider: Decider,
  envelope: Envelope,
  body: unknown,
): Promise<Signalled> => {
  const parsed = parseSignal(body);
  if (!parsed.ok) return signalTopic(decider, envelope, parsed);
  const { value } = parsed;
  return "run" in value
    ? signalRun(decider, envelope, value)
    : signalTopic(decider, envelope, { ok: true, value });
};

/** Facts about a topic or a run. */
export const signal = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const envelope = envelopeOf(incoming, decider.ids, "signal", body);
  const outcome = await takeSignal(decider, envelope, body);
  return outcome.ok ? yes("done", JSON.stringify(outcome.shown)) : no(outcome.refusal);
};
