import type { LikelyMove } from "@countersign/application/topic.ts";
import { plainMs } from "@countersign/domain/policy/duration.ts";
import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import type { AskedAttachment } from "@countersign/domain/request/commands.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import type { Counsel } from "@countersign/domain/topic/counsel.ts";
import type { WorkflowGuard } from "@countersign/domain/topic/workflow-guard.ts";
import type { Outside } from "./outside.ts";

/** Metadata that approvers are shown of one guard, in characters of its JSON; more is left out. */
const MOST_METADATA = 16_384;
const LONGEST_MESSAGE = 2_000;
const DEFAULT_MS = 5_000;

interface Word {
  readonly guard: WorkflowGuard;
  /** `silent`: no answer that can be read, in time. */
  readonly status: "allow" | "deny" | "pending" | "silent";
  readonly message: string | null;
  readonly metadata: JsonObject | null;
}

const wordOf = (guard: WorkflowGuard, answer: JsonObject): Word => {
  const { status, message, metadata } = answer;
  const said = status === "allow" || status === "deny" || status === "pending";
  const known: Json = metadata ?? null;
  const shown = isObject(known) && JSON.stringify(known).length <= MOST_METADATA ? known : null;
  return {
    guard,
    status: said ? status : "silent",
    message: said
      ? typeof message === "string"
        ? message.slice(0, LONGEST_MESSAGE)
        : null
      : "It answered with none of allow, deny and pending.",
    metadata: shown,
  };
};

const ask = async (outside: Outside, guard: WorkflowGuard, question: JsonObject): Promise<Word> => {
  const answer = await outside.ask(guard.url, question, {
    timeoutMs: plainMs(guard.timeout) ?? DEFAULT_MS,
    allowPrivate: outside.settings.allowPrivate,
  });
  return answer.ok
    ? wordOf(guard, answer.value)
    : { guard, status: "silent", message: `No answer: ${answer.why}.`, metadata: null };
};

const attachmentOf = ({ guard, status, message, metadata }: Word): AskedAttachment => ({
  by: { kind: "system", id: `guard:${guard.id}` },
  context: {
    guard: guard.id,
    status: status === "silent" ? "no-answer" : status,
    message,
    ...(metadata === null ? {} : { metadata }),
  },
});

const refusalOf = (denied: Word | undefined): Refusal | null =>
  denied === undefined
    ? null
    : refuse(
        "denied-by-rule",
        denied.message ?? `The guard ${denied.guard.id} does not let this transition pass.`,
        {
          guard: denied.guard.id,
          ...(denied.metadata === null ? {} : { metadata: denied.metadata }),
        },
      );

/** What a guard is asked. */
const questionOf = (
  org: string,
  move: LikelyMove,
  asked: { readonly workflowId: string; readonly topicId: string; readonly to: string },
): JsonObject => {
  const { from, attributes, caller, asks } = move;
  const { kind, id, owner } = caller.requester;
  return {
    type: "workflow.before_transition",
    org,
    workflow: asked.workflowId,
    topic: { id: asked.topicId, state: from, attributes },
    transition: { from, to: asked.to },
    requester: { kind, id, owner },
    approval_required: asks,
  };
};

/** Asks all guards of a move at once: one no refuses it, one that is unsure or silent asks people. */
export const askGuards = async (
  outside: Outside,
  guards: readonly WorkflowGuard[],
  org: string,
  move: LikelyMove,
  asked: { readonly workflowId: string; readonly topicId: string; readonly to: string },
): Promise<Counsel> => {
  const question = questionOf(org, move, asked);
  const words = await Promise.all(guards.map((guard) => ask(outside, guard, question)));
  const unsure = words.filter(({ status }) => status === "pending" || status === "silent");
  const named = [...unsure, ...words].find(({ guard }) => guard.policy !== null);
  return {
    revision: move.revision,
    refusal: refusalOf(words.find(({ status }) => status === "deny")),
    needed: unsure.length > 0,
    policy: named?.guard.policy ?? null,
    attachments: words
      .filter(
        ({ status, message, metadata }) =>
          status !== "allow" || message !== null || metadata !== null,
      )
      .map(attachmentOf),
  };
};
