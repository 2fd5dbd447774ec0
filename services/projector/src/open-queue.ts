import { join } from "node:path";
import { QueueProjection } from "@countersign/read-models/queue/queue-projection.ts";
import { QueueReader } from "@countersign/read-models/queue/read-queue.ts";
import type { SharedStates } from "@countersign/read-models/request-states.ts";
import { readAsked, type Asked } from "./asked.ts";
import { loadFrom } from "./load-from.ts";
import { LongPolls } from "./long-polls.ts";
import type { OpenPart, PartOptions } from "./open-part.ts";
import { PositionWaits } from "./position-waits.ts";
import { backtestQuery } from "./queries/backtest.ts";
import {
  definitionDiffQuery,
  definitionQuery,
  definitionsExportQuery,
  definitionsQuery,
} from "./queries/definitions.ts";
import { apiKeysQuery, standingGrantsQuery } from "./queries/credentials.ts";
import { delegationsQuery } from "./queries/delegations.ts";
import { agentQuery, personQuery, roleQuery, viewerQuery } from "./queries/directory.ts";
import { openRequestsQuery } from "./queries/open-requests.ts";
import type { QueuePart } from "./queries/queue-part.ts";
import { queueEntryQuery, requestQuery } from "./queries/request.ts";
import { countsQuery, requestsQuery } from "./queries/requests.ts";
import { topicQuery } from "./queries/topic.ts";
import { topicsQuery } from "./queries/topics.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Query } from "./serve.ts";

/** Opens the queue: requests, lists, badges, topics, people and definitions. */
export const openQueue = (
  {
    store,
    bus,
    dataDir,
    clock,
    references,
    evaluateExpression,
    businessTimeOf,
    bootId,
  }: PartOptions,
  shared: { readonly states: SharedStates | undefined; readonly inProcess: boolean },
): OpenPart => {
  const projection = new QueueProjection({
    path: join(dataDir, "read-queue.db"),
    evaluateExpression,
    load: loadFrom(store, clock),
    references,
    ...(shared.states === undefined ? {} : { states: shared.states }),
    ...(businessTimeOf === undefined ? {} : { businessTimeOf }),
    ...(bootId === undefined ? {} : { bootId }),
  });
  const polls = new LongPolls(clock);
  const positions = new PositionWaits(clock);
  projection.onChange((changes) => {
    for (const change of changes) polls.changed(change);
    positions.advance(projection.position);
  });
  const part: QueuePart = {
    projection,
    reader: new QueueReader(projection),
    references,
    polls,
    positions,
    clock,
    commandsOver: bus,
    peekOver: shared.inProcess ? null : bus,
  };
  const asking =
    (query: (part: QueuePart, asked: Asked) => Reply | Promise<Reply>): Query =>
    (org, message) =>
      query(part, readAsked(message, org, references.of(org)));
  return {
    projection,
    file: projection.file,
    queries: new Map<string, Query>([
      ["request", asking(requestQuery)],
      ["requests", asking(requestsQuery)],
      ["counts", asking(countsQuery)],
      ["queue-entry", asking(queueEntryQuery)],
      ["open-requests", (org, message) => openRequestsQuery(part, org, message.body)],
      ["topic", asking(topicQuery)],
      ["backtest", asking(backtestQuery)],
      ["topics", (org, message) => topicsQuery(part, org, message.body)],
      ["definitions", asking(definitionsQuery)],
      ["definition", asking(definitionQuery)],
      ["definition-diff", asking(definitionDiffQuery)],
      ["definitions-export", asking(definitionsExportQuery)],
      ["person", asking(personQuery)],
      ["role", asking(roleQuery)],
      ["agent", asking(agentQuery)],
      ["delegations", asking(delegationsQuery)],
      ["api-keys", asking(apiKeysQuery)],
      ["standing-grants", asking(standingGrantsQuery)],
      ["viewer", asking(viewerQuery)],
    ]),
    release() {
      polls.close();
      positions.close();
    },
  };
};
