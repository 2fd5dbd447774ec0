import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refused } from "./refused.ts";

const isUtf8Charset = (contentType: string): boolean =>
  !/;\s*charset\s*=/i.test(contentType) ||
  /;\s*charset\s*=\s*"?utf-?8"?\s*(?:;|$)/i.test(contentType);

const textOf = (request: FastifyRequest, body: Buffer): string => {
  if (!isUtf8Charset(request.headers["content-type"] ?? "")) {
    throw new Refused("unsupported-media-type", "Send the body as UTF-8.");
  }
  if (!isUtf8(body)) throw new Refused("bad-request", "The body is not UTF-8.");
  return body.toString("utf8");
};

/** Takes bodies of these media types as text, unparsed: whoever they are for reads them once. */
export const takeText = (
  app: FastifyInstance,
  mediaTypes: readonly string[],
  bodyLimit: number,
): void => {
  app.addContentTypeParser(
    [...mediaTypes],
    { parseAs: "buffer", bodyLimit },
    (request, body: Buffer, done) => {
      try {
        done(null, textOf(request, body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
};
