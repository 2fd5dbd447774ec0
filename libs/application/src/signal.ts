import type { JsonObject } from "@countersign/domain/json.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { signalTopic } from "@countersign/domain/topic/signal.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Engine, type Outcome } from "./execute.ts";
import { topicStream } from "./streams.ts";
import type { TopicKind } from "./topic.ts";

/** Facts about a topic. */
export interface TopicFacts {
  readonly workflow: string;
  readonly id: string;
  readonly facts: JsonObject;
}

/** Merges facts into a topic's attributes: agents, and people but viewers. */
export const commandTopicFacts = async (
  engine: Engine,
  kind: TopicKind,
  envelope: Envelope,
  { workflow, id, facts }: TopicFacts,
  fault: Refusal | null,
): Promise<Outcome<TopicState>> =>
  execute(
    engine,
    kind,
    topicStream(envelope.org, workflow, id),
    envelope,
    (state, _now, reference) => {
      const denied = authorise(envelope.principal, "signal", reference);
      if (denied !== null) return { events: [], refusal: denied };
      if (fault !== null) return { events: [], refusal: fault };
      return signalTopic(state, facts, envelope.actor);
    },
  );
