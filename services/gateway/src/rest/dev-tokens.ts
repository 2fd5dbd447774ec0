import { parseIJson } from "@countersign/api-contract/i-json.ts";
import { PERSON_ID } from "@countersign/api-contract/ids.ts";
import type { DevIssuer } from "@countersign/identity/dev-issuer.ts";
import type { FastifyInstance } from "fastify";
import { callerOf, resultOf, sendJson } from "../edge/answer.ts";
import { Refused } from "../edge/refused.ts";
import { bodyText, type RouteOptions } from "./approvals.ts";

export interface DevTokenOptions extends RouteOptions {
  readonly dev: Pick<DevIssuer, "issue">;
  readonly publicUrl: string;
}

const readSub = (text: string): string => {
  const parsed = parseIJson(text);
  if (!parsed.ok) {
    const { code, message, path } = parsed.fault;
    throw new Refused(code, message, { path });
  }
  const { value } = parsed;
  const sub = typeof value === "object" && value !== null && "sub" in value ? value.sub : undefined;
  if (typeof sub !== "string" || !PERSON_ID.test(sub)) {
    const message = "must be the id of a person or an agent";
    throw new Refused("unprocessable", `sub ${message}.`, { faults: [{ path: "sub", message }] });
  }
  return sub;
};

/** `POST /dev/tokens`, in dev mode only: admins get a token for anybody in their directory. */
export const devTokenRoutes = (app: FastifyInstance, options: DevTokenOptions): void => {
  const { inner, log, dev, publicUrl } = options;
  app.post("/dev/tokens", async (request, reply) => {
    const caller = callerOf(request);
    const ask = async <T>(name: "viewer" | "person", parameters: object): Promise<T> =>
      resultOf<T>(await inner.query(caller, name, parameters), request.id, log);
    const viewer = await ask<{ access: string | null }>("viewer", {});
    if (viewer.access !== "admin") {
      throw new Refused("forbidden", "Only an admin may issue tokens for others.");
    }
    const sub = readSub(bodyText(request));
    const isPerson = await ask("person", { id: sub }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refused && error.error.code === "not-found") return false;
        throw error;
      },
    );
    if (!isPerson) resultOf(await inner.query(caller, "agent", { id: sub }), request.id, log);
    const { org } = request.who.principal;
    const token = await dev.issue({ org, sub, kind: isPerson ? "person" : "agent" });
    const sign_in_url = `${publicUrl}/sign-in?token=${encodeURIComponent(token)}`;
    sendJson(reply, 200, JSON.stringify({ token, sign_in_url }));
    return reply;
  });
};
