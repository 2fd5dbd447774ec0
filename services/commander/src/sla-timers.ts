import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { reachSlaMark } from "@countersign/application/sla.ts";
import type { ReachMark } from "@countersign/domain/topic/sla.ts";
import type { Verdict } from "@countersign/messaging/bus.ts";
import type { Decider } from "./decider.ts";

/** What a due timer of a topic says; `request` is the workflow and the topic's id, base64url-encoded. */
interface TopicTimer {
  readonly key: string;
  readonly request: string;
  readonly generation: number;
}

const topicPattern = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,200}$/;

const marks: Readonly<Record<string, ReachMark["mark"]>> = {
  sla_warning: "warning",
  sla_breach: "breach",
};

/** True for the kinds of timers that concern topics. */
export const isSlaTimer = (kind: string): boolean => Object.hasOwn(marks, kind);

const readTimer = (body: string): TopicTimer | null => {
  try {
    const value = JSON.parse(body) as Partial<TopicTimer> | null;
    return typeof value?.request === "string" &&
      topicPattern.test(value.request) &&
      typeof value.key === "string" &&
      typeof value.generation === "number"
      ? { key: value.key, request: value.request, generation: value.generation }
      : null;
  } catch {
    return null;
  }
};

/** Lets the topic decide what its due mark means. Null: this was no timer of a topic. */
export const onSlaTimer = async (
  decider: Decider,
  org: string,
  kind: string,
  body: string,
): Promise<Verdict | null> => {
  const mark = marks[kind];
  const timer = readTimer(body);
  if (mark === undefined || timer === null) return null;
  const { key, request, generation } = timer;
  const envelope: Envelope = {
    // Made from what the decider goes by, not from the message: whoever sends it twice has the effect of once.
    commandId: derivedCommandId("sla", org, request, mark, String(generation)),
    commandHash: null,
    org,
    principal: null,
    actor: { kind: "timer", id: kind },
    channel: "timer",
    correlationId: key,
    causationId: null,
  };
  await reachSlaMark(decider.engine, decider.topic, envelope, request, { mark, generation });
  return "ack";
};
