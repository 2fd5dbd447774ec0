import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Bus, BusSubscription, Message, Reply } from "@countersign/messaging/bus.ts";
import { queryPattern, parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { no, Refused, unavailable } from "./reply.ts";

/** Answers one query of an org. */
export type Query = (org: string, message: Message) => Reply | Promise<Reply>;

/** The queries that one read model answers, and whether it can. */
export interface Served {
  readonly queries: ReadonlyMap<string, Query>;
  readonly ready: () => boolean;
}

const answerToFailure = (error: unknown, name: string, log: Log): Reply => {
  if (error instanceof Refused) return no(error.error);
  if (error instanceof StoreUnavailable)
    return no({ code: "unavailable", message: "The event store cannot be reached; try again." });
  log.error({ err: error, query: name }, "a query failed");
  return no({ code: "internal", message: "Something went wrong here; it was recorded." });
};

/** Answers queries from the bus, one subscription a name, so that a projector with one read model serves its own. */
export const serveQueries = (bus: Bus, { queries, ready }: Served, log: Log): BusSubscription[] =>
  [...queries].map(([name, query]) =>
    bus.serve(queryPattern({ name }), "projector", (message): Reply | Promise<Reply> => {
      try {
        const subject = parseSubject(message.subject);
        if (subject === undefined) throw new Error(`no query subject: ${message.subject}`);
        if (!ready()) throw unavailable("The read model is being built; try again.");
        const answer = query(subject.org, message);
        return answer instanceof Promise
          ? answer.catch((error: unknown) => answerToFailure(error, name, log))
          : answer;
      } catch (error) {
        return answerToFailure(error, name, log);
      }
    }),
  );
