import { lookup } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { Clock } from "@countersign/runtime/clock.ts";
import { isPrivateAddress } from "./private-addresses.ts";

/** Asks somebody outside, once; never throws. */
export type Post = (
  url: string,
  body: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    /** Addresses that are not on the open internet may be asked. */
    readonly allowPrivate: boolean;
  },
) => Promise<Posted>;

/** What came back: the body of a 2xx answer, or why there is none. */
export type Posted =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly why: string };

/** Longest answer that is read, in bytes. */
const LONGEST_ANSWER = 65_536;

const no = (why: string): Posted => ({ ok: false, why });

/** The one address that is asked: found once and pinned, so that a name cannot point elsewhere a moment later. */
const addressOf = async (
  host: string,
  allowPrivate: boolean,
): Promise<{ readonly address: string; readonly family: number } | string> => {
  const found = await lookup(host, { all: true, verbatim: true });
  const [first] = found;
  if (first === undefined) return "its name has no address";
  if (!allowPrivate && found.some(({ address }) => isPrivateAddress(address)))
    return "it has a private address, which the operator does not allow";
  return first;
};

const readBody = async (response: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

const exchange = (
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  pinned: { readonly address: string; readonly family: number },
  signal: AbortSignal,
): Promise<Posted> => {
  const { promise, resolve, reject } = Promise.withResolvers<Posted>();
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const lookupPinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [pinned]);
    else done(null, pinned.address, pinned.family);
  };
  const sent = send(
    url,
    {
      method: "POST",
      agent: false,
      lookup: lookupPinned,
      signal,
      headers: {
        ...headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body).toString(),
        accept: "application/json",
      },
    },
    (response) => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) {
        response.destroy();
        // A redirect is an answer like any other: it is not followed.
        resolve(no(`it answered ${status}`));
        return;
      }
      readBody(response).then((text) => {
        if (text === null) response.destroy();
        resolve(text === null ? no("its answer is too long") : { ok: true, body: text });
      }, reject);
    },
  );
  sent.on("error", reject);
  sent.end(body);
  return promise;
};

/** Posts over HTTP. No redirects, one pinned address, bounded in time and size. */
export const httpPost =
  (clock: Clock): Post =>
  async (text, body, { headers, timeoutMs, allowPrivate }) => {
    const stop = new AbortController();
    const late = Promise.withResolvers<Posted>();
    const cancel = clock.after(timeoutMs, () => {
      late.resolve(no("it did not answer in time"));
      stop.abort();
    });
    const asked = async (): Promise<Posted> => {
      const url = new URL(text);
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const pinned = await addressOf(host, allowPrivate);
      if (typeof pinned === "string") return no(pinned);
      return exchange(url, body, headers, pinned, stop.signal);
    };
    try {
      return await Promise.race([asked().catch(() => no("it cannot be reached")), late.promise]);
    } finally {
      cancel();
      stop.abort();
    }
  };
