import { stringifySetCookie } from "cookie";
import type { VerifyToken } from "@countersign/identity/jwt.ts";
import type { FastifyInstance } from "fastify";
import { SESSION_COOKIE } from "../edge/authenticate.ts";
import { readQuery, type ReadValue } from "../edge/query-values.ts";
import { badRequest } from "../edge/refused.ts";

export interface SessionOptions {
  readonly verify: VerifyToken;
  readonly clock: { now(): number };
  /** Where people reach the service; https makes the cookie secure. */
  readonly publicUrl: string;
}

const MAX_AGE_S = 30 * 24 * 3600;
/** Where a session begins: the page, and while there is none GraphQL's own. */
const HOME = "/graphql";

/** A token as a link carries it. */
export const token: ReadValue = (text, name) => {
  if (text === "" || text.length > 8192) throw badRequest(name, "must be a token");
  return text;
};

/** What a sign-in link carries. */
export const signInParameters = { token };

/** `GET /sign-in?token=`: keeps the token in a cookie that no script and no other site can use. */
export const sessionRoutes = (app: FastifyInstance, options: SessionOptions): void => {
  const { verify, clock, publicUrl } = options;
  app.get("/sign-in", async (request, reply) => {
    const asked = readQuery(request.query, signInParameters);
    if (typeof asked["token"] !== "string") throw badRequest("token", "is missing");
    const { expiresAt } = await verify(asked["token"]);
    const cookie = stringifySetCookie({
      name: SESSION_COOKIE,
      value: asked["token"],
      path: "/",
      httpOnly: true,
      sameSite: "strict",
      secure: publicUrl.startsWith("https:"),
      maxAge: Math.min(MAX_AGE_S, Math.floor((expiresAt - clock.now()) / 1000)),
    });
    return reply
      .header("set-cookie", cookie)
      .header("cache-control", "no-store")
      .header("referrer-policy", "no-referrer")
      .redirect(HOME, 303);
  });
};
