import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { querySubject } from "@countersign/messaging/subjects.ts";

export type PresentTopic = Extract<TopicState, { status: "present" }>;

/** All topics of an org, in pages. */
export type ListTopics = (org: string) => AsyncIterable<readonly PresentTopic[]>;

const QUERY_MS = 10_000;

interface TopicsReply {
  readonly result?: { readonly topics: readonly TopicState[]; readonly more: boolean };
  readonly error?: { readonly message: string };
}

/**
 * Which topics there are, the queue read model knows. What it has not projected yet has been where it is for a moment
 * only, and is looked at the next time.
 */
export const topicsOverBus = (bus: Bus): ListTopics =>
  async function* list(org) {
    let after: { readonly workflow?: string; readonly id?: string } = {};
    for (;;) {
      const body = JSON.stringify(after);
      const reply = await bus.request(querySubject(org, "topics"), body, { timeoutMs: QUERY_MS });
      const { result, error } = JSON.parse(reply.body) as TopicsReply;
      if (result === undefined)
        throw new Error(`topics could not be listed: ${error?.message ?? reply.body}`);
      const topics = result.topics.filter((topic) => topic.status === "present");
      yield topics;
      const last = topics.at(-1);
      if (!result.more || last === undefined) return;
      after = { workflow: last.workflow, id: last.id };
    }
  };
