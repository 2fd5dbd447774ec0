import type { ListFilter } from "@countersign/read-models/queue/list-requests.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { voterOf } from "@countersign/domain/request/people/deciders.ts";
import type { Asked, Viewer } from "../asked.ts";
import {
  optionalText,
  optionalTexts,
  optionalTime,
  optionalWord,
  wholeNumber,
} from "../parameters.ts";
import { badParameter, yes } from "../reply.ts";
import { NOTHING, pageText } from "./page-text.ts";
import { reachMinPosition, type QueuePart } from "./queue-part.ts";

const statuses = ["pending", "approved", "denied", "expired", "cancelled"];

/** Statuses as filters name them: `rejected` is another word for `denied`. */
const statusesOf = (parameters: JsonObject): readonly string[] | undefined => {
  const named = optionalTexts(parameters, "status");
  if (named === undefined || named.length === 0) return undefined;
  return [...new Set(named.map((name) => (name === "rejected" ? "denied" : name)))].map((name) => {
    if (!statuses.includes(name))
      throw badParameter("status", `must be one of ${statuses.join(", ")}`);
    return name;
  });
};

/** Undefined: nothing can be in it, because nobody hands anything over to an agent. */
const mineOf = (
  stand: "now" | "later" | "requested" | "delegate",
  { principal }: Viewer,
  at: number,
): Pick<ListFilter, "mine" | "agent"> | undefined => {
  if (principal.kind === "person") {
    const person = principal.id;
    return {
      mine: stand === "delegate" || stand === "now" ? { stand, person, at } : { stand, person },
    };
  }
  if (stand === "requested") return { agent: principal.id };
  return stand === "delegate" ? undefined : { mine: { stand, person: voterOf(principal) } };
};

/** Only what is there, so that absent keys stay absent. */
const given = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const filterOf = (
  { org, parameters, viewer }: Asked,
  { reader, clock }: QueuePart,
): ListFilter | undefined => {
  const mine = optionalWord(parameters, "mine", ["now", "later", "delegate", "requested"] as const);
  const own = mine === undefined ? {} : mineOf(mine, viewer, clock.now());
  if (own === undefined) return undefined;
  const { principal } = viewer;
  return given<ListFilter>({
    status: statusesOf(parameters),
    mine: own.mine,
    visibleTo: own.agent ?? (principal.kind === "agent" ? principal.id : undefined),
    decides:
      principal.kind === "agent" &&
      mine !== "requested" &&
      reader.isDecider(org, principal.id, null)
        ? true
        : undefined,
    agent: optionalText(parameters, "agent"),
    action: optionalText(parameters, "action"),
    reasonCode: optionalText(parameters, "reason_code"),
    gateType: optionalText(parameters, "gate_type"),
    approver: optionalText(parameters, "approver"),
    pipeline: optionalText(parameters, "pipeline"),
    from: optionalTime(parameters, "from"),
    to: optionalTime(parameters, "to"),
    q: optionalText(parameters, "q"),
    id: optionalText(parameters, "id"),
  });
};

/** The list of requests, newest first unless asked otherwise, 50 a page. */
export const requestsQuery = (part: QueuePart, asked: Asked): Reply | Promise<Reply> => {
  const reaching = reachMinPosition(part, asked.parameters);
  return reaching === undefined ? listed(part, asked) : reaching.then(() => listed(part, asked));
};

const listed = (part: QueuePart, asked: Asked): Reply => {
  const { parameters, org } = asked;
  const filter = filterOf(asked, part);
  const sort =
    optionalWord(parameters, "sort", ["newest", "oldest", "urgency"] as const) ?? "newest";
  const limit = wholeNumber(parameters, "limit", { from: 1, to: 100, otherwise: 50 });
  const after = optionalText(parameters, "after") ?? null;
  if (filter === undefined) return yes(`{"items":[],"page":${pageText(NOTHING, parameters)}}`);
  const page = part.reader.page({ org, filter, sort, limit, after });
  if (page === null) throw badParameter("after", "is no place in this list");
  return yes(`{"items":[${page.items.join(",")}],"page":${pageText(page, parameters)}}`);
};

/** Pending requests that an agent may see, exact up to 1,000. */
const pendingOf = ({ reader }: QueuePart, org: string, agent: string): number => {
  const filter = {
    status: ["pending"],
    visibleTo: agent,
    ...(reader.isDecider(org, agent, null) ? { decides: true } : {}),
  };
  return reader.page({ org, filter, sort: "newest", limit: 1, after: null })?.totalEstimate ?? 0;
};

/** The badge of the viewer; with `turns: true` also when it will be another without any event. */
export const countsQuery = (part: QueuePart, asked: Asked): Reply | Promise<Reply> => {
  const reaching = reachMinPosition(part, asked.parameters);
  return reaching === undefined ? counted(part, asked) : reaching.then(() => counted(part, asked));
};

const counted = (part: QueuePart, { org, viewer, parameters }: Asked): Reply => {
  const { principal } = viewer;
  const now = part.clock.now();
  const counts = part.reader.counts(org, voterOf(principal), now);
  return yes(
    JSON.stringify({
      mine_now: counts.mineNow,
      mine_later: counts.mineLater,
      as_delegate: counts.asDelegate,
      pending: principal.kind === "person" ? counts.pending : pendingOf(part, org, principal.id),
      ...(parameters["turns"] === true
        ? { turns_at: part.reader.nextTurn(org, voterOf(principal), now) }
        : {}),
    }),
  );
};
