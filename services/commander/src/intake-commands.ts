import { askId } from "@countersign/application/ask-id.ts";
import { canonicalHash } from "@countersign/application/canonical.ts";
import { derivedCommandId, derivedRequestId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { parseAsk } from "@countersign/api-contract/ask.ts";
import { parseEvaluate } from "@countersign/api-contract/evaluate.ts";
import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { CommandEnvelope } from "@countersign/messaging/cloud-events.ts";
import type { IntakeVerdict } from "@countersign/messaging/dead-letters.ts";
import { askFromBody } from "./commands/ask-from-body.ts";
import { bulkVotes, castEach, parseBulk, type BulkVote } from "./commands/bulk.ts";
import { takeEvaluation } from "./commands/evaluate.ts";
import { readConsume } from "./commands/grants.ts";
import { readCommands } from "./commands/read-commands.ts";
import { transitionFromBody } from "./commands/request-transition.ts";
import { takeSignal } from "./commands/signals.ts";
import type { Decider } from "./decider.ts";
import { bodyRefusal } from "./reply.ts";

/** A command that a producer published, its CloudEvent read. */
export interface Published {
  readonly decider: Decider;
  readonly principal: Principal;
  readonly command: string;
  readonly event: CommandEnvelope;
  /** Takes note of an attempt that was refused on one request of several. */
  note(code: string, request: string): void;
}

type Take = (published: Published) => Promise<IntakeVerdict>;

const verdictOf = (
  outcome: { readonly ok: true } | { readonly ok: false; readonly refusal: IntakeVerdict },
): IntakeVerdict => (outcome.ok ? "ack" : outcome.refusal);

/** The envelope of a published command; `target` where one message gives several commands. */
const envelopeFor = ({ principal, command, event }: Published, target?: string): Envelope => ({
  commandId: derivedCommandId(
    "intake",
    principal.org,
    principal.id,
    event.source,
    event.id,
    ...(target === undefined ? [] : [target]),
  ),
  // The pair stands for one command: the same one as another command has another hash.
  commandHash: canonicalHash({ [command]: event.data }),
  org: principal.org,
  principal,
  actor: { kind: principal.kind, id: principal.id },
  channel: "nats",
  correlationId: event.id,
  causationId: null,
});

/** Commands on a request name it as `approval_id` beside the body's own fields. */
const aimed = (data: unknown): { readonly target: string; readonly body: JsonObject } => {
  const { approval_id: target, ...body } = isObject(data as Json) ? (data as JsonObject) : {};
  return { target: typeof target === "string" ? target : "", body };
};

const ask: Take = async (published) => {
  const { decider, principal, event } = published;
  const body = parseAsk(event.data);
  const id = askId(
    principal.org,
    body.ok ? body.value : null,
    derivedRequestId("intake", principal.org, principal.id, event.source, event.id),
  );
  const asked = body.ok ? askFromBody(body.value, id) : bodyRefusal(body.error);
  return verdictOf(await decider.ask(envelopeFor(published), id, asked));
};

/** Nobody hears the answer of an evaluation here: only one that makes the request is taken in. */
const evaluate: Take = async (published) => {
  const { decider, principal, event } = published;
  const parsed = parseEvaluate(event.data);
  if (parsed.ok && !parsed.value.makesRequest)
    return {
      code: "unprocessable",
      message: "An evaluation has no answer here: send ask: true, or ask over REST.",
    };
  const key = ["intake", principal.org, principal.id, event.source, event.id] as const;
  const outcome = await takeEvaluation(
    decider,
    envelopeFor(published),
    derivedRequestId(...key),
    derivedCommandId(...key),
    parsed,
  );
  if (!outcome.ok) return outcome.refusal;
  const { decision, reasons } = outcome.evaluation;
  return decision === "DENY"
    ? { code: "denied-by-rule", message: reasons[0]?.message ?? "A gate denies this action." }
    : "ack";
};

/** A topic that waits is an acknowledged transition: the producer reads on in the events. */
const transition: Take = async (published) =>
  verdictOf(
    await published.decider.transition(
      envelopeFor(published),
      transitionFromBody(published.event.data),
    ),
  );

const signal: Take = async (published) =>
  verdictOf(await takeSignal(published.decider, envelopeFor(published), published.event.data));

/** The payload is not given out here: who spends a grant over the broker knows what it is about to run. */
const consume: Take = async (published) => {
  const { decider, principal, event } = published;
  const { target, body } = aimed(event.data);
  const read = await readConsume(decider, principal.org, target, body);
  return verdictOf(await decider.command(envelopeFor(published), target, read));
};

/** Every vote that can be cast is; when some are refused, the message is a dead letter that names the first of them. */
const bulk =
  (vote: BulkVote): Take =>
  async (published) => {
    const parsed = parseBulk(vote, published.event.data);
    if (!parsed.ok) return parsed.error;
    const results = await castEach(published.decider, vote, parsed.value, (target) =>
      envelopeFor(published, target),
    );
    const refused = results.flatMap((result) =>
      "error" in result ? [{ id: result.approval_id, ...result.error }] : [],
    );
    if (refused.some(({ code }) => code === "unavailable"))
      throw new StoreUnavailable("the event store went away during a bulk vote");
    for (const { code, id } of refused) published.note(code, id);
    const [first] = refused;
    if (first === undefined) return "ack";
    const message = `${refused.length} of ${results.length} votes were refused; ${first.id}: ${first.message}`;
    return { code: first.code, message };
  };

const onRequest: Take = async (published) => {
  const { decider, command, event } = published;
  const read = readCommands.get(command);
  if (read === undefined)
    return { code: "not-found", message: `There is no command ${command} to take in.` };
  const { target, body } = aimed(event.data);
  return verdictOf(await decider.command(envelopeFor(published), target, read(body)));
};

const takes: ReadonlyMap<string, Take> = new Map<string, Take>([
  ["request-approval", ask],
  ["evaluate", evaluate],
  ["request-transition", transition],
  ["signal", signal],
  ["consume", consume],
  ...[...bulkVotes].map(([name, vote]): [string, Take] => [name, bulk(vote)]),
]);

/** Gives a published command to the decider: what an agent may do over REST has the same effect here. */
export const takePublished = (published: Published): Promise<IntakeVerdict> =>
  (takes.get(published.command) ?? onRequest)(published);
