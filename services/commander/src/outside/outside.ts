import { parseIJson } from "@countersign/api-contract/i-json.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import type { Post } from "./post.ts";
import { signedHeaders } from "./signature.ts";

/** What the operator allows and wants of services outside. */
export interface OutsideSettings {
  /** Signs every question; a Standard Webhooks secret's bytes. */
  readonly secret: Buffer;
  /** Guards may stand on private addresses. */
  readonly allowPrivate: boolean;
  /** Where risk is scored; null for nowhere. */
  readonly advisorUrl: string | null;
  readonly advisorTimeoutMs: number;
}

/** An answer that is a JSON object, or why there is none. */
export type Answer =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly why: string };

/** Asks services outside with signed questions. */
export class Outside {
  readonly settings: OutsideSettings;
  readonly #post: Post;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(settings: OutsideSettings, post: Post, clock: Clock, ids: Ids) {
    this.settings = settings;
    this.#post = post;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Posts a question and reads the answer; never throws. */
  async ask(
    url: string,
    question: JsonObject,
    options: { readonly timeoutMs: number; readonly allowPrivate: boolean },
  ): Promise<Answer> {
    const id = `msg_${this.#ids.ulid()}`;
    const body = JSON.stringify({ id, ...question });
    const headers = signedHeaders(this.settings.secret, id, this.#clock.now(), body);
    const posted = await this.#post(url, body, { headers, ...options });
    if (!posted.ok) return posted;
    const parsed = parseIJson(posted.body);
    const value = parsed.ok ? (parsed.value as Json) : null;
    return value !== null && isObject(value)
      ? { ok: true, value }
      : { ok: false, why: "its answer is no JSON object" };
  }
}
