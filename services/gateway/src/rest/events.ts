import type { FastifyInstance } from "fastify";
import { callerOf } from "../edge/answer.ts";
import { position, readQuery } from "../edge/query-values.ts";
import type { Streams } from "../live/streams.ts";
import { openReplay } from "../live/replay.ts";
import { openSse, sseEvent } from "../live/sse.ts";
import type { LiveParts } from "../live/watch.ts";

export interface EventRouteOptions {
  readonly live: LiveParts;
  readonly streams: Streams;
}

/** Where a stream begins. */
export const eventParameters = { after: position };

/** `GET /orgs/:org/events`: live CloudEvents as server-sent events, resumable by position. */
export const eventRoutes = (app: FastifyInstance, { live, streams }: EventRouteOptions): void => {
  app.get("/events", async (request, reply) => {
    const { after } = readQuery(request.query, eventParameters);
    const last = request.headers["last-event-id"];
    const header = typeof last === "string" && last !== "" ? last : undefined;
    // What the reader saw last is later than where its link once began.
    const from = header === undefined ? after : position(header, "Last-Event-ID");

    const replay = await openReplay(
      live,
      callerOf(request),
      from === undefined ? null : String(from),
    );
    reply.hijack();
    const sse = openSse(reply.raw, live.clock);
    streams.add(sse);
    sse.onEnd(() => replay.close());
    sse.comment("ready");
    replay.start({
      event: (event) => sse.write(sseEvent(event.position, event.text)),
      ended: () => sse.end(),
    });
    return reply;
  });
};
