/** A real gateway on a free port and a real in-memory bus; the services behind the bus are the test's own answers. */
import type { AddressInfo } from "node:net";
import type { VerifiedToken } from "@countersign/identity/jwt.ts";
import { InvalidToken } from "@countersign/identity/jwt.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import type { Bus, Message, Reply } from "@countersign/messaging/bus.ts";
import { toCloudEvent } from "@countersign/messaging/cloud-events.ts";
import {
  commandPattern,
  eventSubject,
  parseSubject,
  queryPattern,
} from "@countersign/messaging/subjects.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { openGateway, type GatewayOptions } from "@countersign/gateway/open-gateway.ts";

/** What a service behind the bus answers: a result, or an error as it stands on the bus. */
export type Answer =
  | { readonly result: unknown; readonly outcome?: "created" | "repeated" | "done" | "blocked" }
  | { readonly error: { code: string; message: string; details?: object } };

export type Answers = Readonly<
  Record<string, (message: Message, body: Record<string, unknown>) => Answer | Promise<Answer>>
>;

/** One message as it reached a service, with its name. */
export interface Received extends Message {
  readonly name: string;
}

const principals: Readonly<
  Record<string, readonly [VerifiedToken["principal"]["kind"], string, string]>
> = {
  ana: ["person", "ana", "demo"],
  bo: ["person", "bo", "demo"],
  ci: ["agent", "ci", "demo"],
  eve: ["person", "eve", "other"],
  metrics: ["person", "ana", "demo"],
};

/** Tokens are names here; `<name>~<ms>` is one that ends then. */
const verify = (token: string): VerifiedToken => {
  const [name = "", expires] = token.split("~");
  const found = principals[name];
  if (found === undefined) throw new InvalidToken("no such token");
  const expiresAt = expires === undefined ? Number.MAX_SAFE_INTEGER : Number(expires);
  const [kind, id, org] = found;
  const principal = { kind, id, org, scopes: name === "metrics" ? ["metrics"] : [] };
  return {
    principal,
    principalText: JSON.stringify(principal),
    expiresAt,
    fingerprint: token,
    checkAgainAt: expiresAt,
  };
};

const viewers: Readonly<Record<string, object>> = {
  ana: { access: "admin", roles: ["admin"] },
  bo: { access: "approver", roles: ["qa_lead"] },
  ci: { access: null, roles: [] },
  eve: { access: "admin", roles: [] },
};

export const viewerAnswer = (message: Message): Answer => {
  const { id, kind, org } = JSON.parse(message.headers["Countersign-Principal"] ?? "{}");
  return { result: { id, kind, org, name: id, ...viewers[id] } };
};

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
}

export interface UnderTest extends AsyncDisposable {
  readonly url: string;
  readonly bus: Bus;
  readonly received: Received[];
  readonly logged: LoggedLine[];
  /** A request as somebody (default bo). */
  call(method: string, path: string, options?: CallOptions): Promise<Called>;
  /** Publishes an event as the relay does. */
  publish(
    position: number,
    name: string,
    options?: { category?: string; subject?: string; org?: string },
  ): Promise<void>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly as?: string | null;
  readonly body?: string | object;
  readonly headers?: Record<string, string>;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

const noJson = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

export const openUnderTest = async (
  answers: Answers = {},
  overrides: Partial<GatewayOptions> = {},
): Promise<UnderTest> => {
  const bus = makeMemoryBus({ clock: systemClock });
  const received: Received[] = [];
  const logged: LoggedLine[] = [];
  const all: Answers = { viewer: viewerAnswer, ...answers };
  const respond = async (message: Message): Promise<Reply> => {
    const subject = parseSubject(message.subject);
    const name = subject?.kind === "command" || subject?.kind === "query" ? subject.name : "";
    received.push({ ...message, name });
    const answer = (await all[name]?.(message, noJson(message.body))) ?? {
      error: { code: "not-found", message: "nothing of that kind" },
    };
    return "error" in answer
      ? { headers: {}, body: JSON.stringify({ ok: false, error: answer.error }) }
      : {
          headers: { "Countersign-Outcome": answer.outcome ?? "done" },
          body: `{"ok":true,"result":${JSON.stringify(answer.result)}}`,
        };
  };
  bus.serve(commandPattern(), "commander", respond);
  bus.serve(queryPattern(), "projector", respond);
  const log = (level: string) => (_fields: object, message: string) =>
    void logged.push({ level, message });
  const gateway = await openGateway({
    bus,
    verify,
    clock: systemClock,
    log: { debug: log("debug"), warn: log("warn"), error: log("error") },
    publicUrl: "http://127.0.0.1:4400",
    rateLimit: null,
    metrics: async () => "countersign_up 1\n",
    ...overrides,
  });
  const { port } = (await gateway.listen("127.0.0.1", 0)) satisfies Pick<AddressInfo, "port">;
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    await gateway.close();
    await bus.close();
  };
  return {
    url,
    bus,
    received,
    logged,
    async call(method, path, { as = "bo", body, headers = {} } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: noJson(text) };
    },
    async publish(position, name, { category = "request", subject, org = "demo" } = {}) {
      const body = toCloudEvent({
        eventId: `00000000-0000-4000-8000-${String(position).padStart(12, "0")}`,
        category,
        type: name,
        org,
        position: BigInt(position),
        occurredAt: "2026-03-01T10:00:00.000Z",
        ...(subject === undefined ? {} : { subject }),
        dataText: '{"level":1}',
      });
      await bus.publish({ subject: eventSubject(org, category, name), id: `${position}`, body });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** A well-formed id of an approval request. */
export const requestId = (number = 1): string => `apr_${String(number).padStart(26, "0")}`;
