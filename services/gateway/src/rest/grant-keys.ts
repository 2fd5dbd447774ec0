import { resultText } from "@countersign/messaging/answers.ts";
import type { FastifyInstance } from "fastify";
import { sendJson } from "../edge/answer.ts";
import type { Inner } from "../edge/inner.ts";
import { Refused } from "../edge/refused.ts";

const PATH = "/.well-known/countersign/jwks.json";

/** The public keys that grants are signed with, for everybody: whoever runs an action can verify its grant alone. */
export const grantKeyRoutes = (app: FastifyInstance, inner: Inner): void => {
  app.get(PATH, async (_request, reply) => {
    const keys = resultText(await inner.grantKeys());
    if (keys === undefined) throw new Refused("unavailable", "The keys cannot be read; try again.");
    sendJson(reply, 200, keys);
    reply.header("cache-control", "public, max-age=300");
    return reply;
  });
};
