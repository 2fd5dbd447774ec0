import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerOf, resultOf, sendJson } from "../edge/answer.ts";
import type { CommandName } from "../edge/inner.ts";
import { notFound } from "../edge/refused.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** What these paths read of a request. */
interface Seen {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly status: string;
  readonly action: unknown;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly resolved_at: string | null;
  readonly levels: readonly {
    readonly groups: readonly {
      readonly slots: readonly {
        readonly vote: {
          readonly voted_by: string;
          readonly at: string;
          readonly reason: string | null;
        } | null;
      }[];
    }[];
  }[];
}

/** Here alone a denied request is called rejected. */
const statusWord = (status: string): string => (status === "denied" ? "rejected" : status);

const idOf = (request: FastifyRequest): string => {
  const { id } = request.params as { id: string };
  if (!REQUEST_ID.test(id)) throw notFound();
  return id;
};

const summary = ({ id, title, description, created_at, expires_at }: Seen) => ({
  request_id: id,
  title,
  description,
  created_at,
  expires_at,
});

const voteOf = (seen: Seen, person: string) =>
  seen.levels
    .flatMap((level) => level.groups.flatMap((group) => group.slots.map((slot) => slot.vote)))
    .findLast((vote) => vote?.voted_by === person);

/** ToolWeaver's paths, on the credential's org. The reviewer is the credential's person, whatever the body says. */
export const toolWeaverRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.get("/approval/pending", async (request, reply) => {
    const answer = await inner.query(callerOf(request), "requests", {
      status: ["pending"],
      limit: 100,
    });
    const { items, page } = resultOf<{
      items: readonly Seen[];
      page: { total_estimate: number };
    }>(answer, request.id, log);
    const body = { pending_count: page.total_estimate, requests: items.map(summary) };
    sendJson(reply, 200, JSON.stringify(body));
    return reply;
  });

  app.get("/approval/:id", async (request, reply) => {
    const answer = await inner.query(callerOf(request), "request", { id: idOf(request) });
    const seen = resultOf<Seen>(answer, request.id, log);
    const { created_at, expires_at, ...rest } = summary(seen);
    const body = {
      ...rest,
      proposed_action: seen.action,
      status: statusWord(seen.status),
      created_at,
      expires_at,
    };
    sendJson(reply, 200, JSON.stringify(body));
    return reply;
  });

  const decide = (path: string, name: CommandName, word: string): void => {
    app.post(path, async (request, reply) => {
      const answer = await inner.command(callerOf(request), name, {
        target: idOf(request),
        idempotencyKey: idempotencyKey(request),
        body: bodyText(request),
      });
      const seen = resultOf<Seen>(answer, request.id, log);
      const reviewer = request.who.principal.id;
      const vote = voteOf(seen, reviewer);
      const body = {
        status: statusWord(seen.status),
        request_id: seen.id,
        reviewer,
        ...(name === "deny" ? { reason: vote?.reason ?? null } : {}),
        [word]: vote?.at ?? seen.resolved_at,
      };
      sendJson(reply, 200, JSON.stringify(body));
      return reply;
    });
  };
  decide("/approval/:id/approve", "approve", "approved_at");
  decide("/approval/:id/reject", "deny", "rejected_at");
};
