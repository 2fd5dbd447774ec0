import { reachMark, type ReachMark } from "@countersign/domain/topic/sla.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Engine, type Outcome } from "./execute.ts";
import type { TopicKind } from "./topic.ts";

/** A topic's time in its state has reached a mark, as a timer says; `id` is what stands in its stream behind the org. */
export const reachSlaMark = async (
  engine: Engine,
  kind: TopicKind,
  envelope: Envelope,
  id: string,
  mark: ReachMark,
): Promise<Outcome<TopicState>> =>
  execute(engine, kind, `topic-${envelope.org}.${id}`, envelope, (state, now) => ({
    events: reachMark(state, mark, now),
  }));
