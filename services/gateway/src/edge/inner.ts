import type { VerifiedToken } from "@countersign/identity/jwt.ts";
import type { Bus, Headers, Reply } from "@countersign/messaging/bus.ts";
import { commandSubject, querySubject } from "@countersign/messaging/subjects.ts";

/** Who asks, and how: goes along with every message inwards. */
export interface Caller {
  readonly who: VerifiedToken;
  readonly channel: "rest" | "graphql";
  readonly correlationId: string;
}

export interface CommandOptions {
  /** Id of what the command is about. */
  readonly target?: string;
  readonly idempotencyKey?: string | undefined;
  /** JSON text, unparsed: the commander reads and checks it. */
  readonly body: string;
  readonly headers?: Headers;
}

export interface QueryOptions {
  /** Milliseconds; default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The gateway's way inwards: commands to the commander, queries to the projector. */
export interface Inner {
  command(caller: Caller, name: CommandName, options: CommandOptions): Promise<Reply>;
  query(
    caller: Caller,
    name: QueryName,
    parameters: object,
    options?: QueryOptions,
  ): Promise<Reply>;
}

export type CommandName =
  | "request-approval"
  | "approve"
  | "deny"
  | "cancel"
  | "attach-context"
  | "attach-recommendation"
  | "import-definitions"
  | "request-transition"
  | "put-person"
  | "remove-person"
  | "put-role"
  | "put-agent";

export type QueryName =
  | "request"
  | "requests"
  | "counts"
  | "queue-entry"
  | "request-audit"
  | "audit"
  | "stats"
  | "events"
  | "definitions"
  | "definition"
  | "topic"
  | "person"
  | "role"
  | "agent"
  | "viewer";

const TIMEOUT_MS = 10_000;
const PLAIN = /^[\w-]*$/;
const MAX_SUBJECTS = 10_000;

/** Subjects are built once for each org and name, in a bounded map. */
const remembering = (build: (org: string, name: string) => string) => {
  const built = new Map<string, string>();
  return (org: string, name: string): string => {
    const key = `${org} ${name}`;
    let subject = built.get(key);
    if (subject === undefined) {
      subject = build(org, name);
      if (built.size >= MAX_SUBJECTS) built.clear();
      built.set(key, subject);
    }
    return subject;
  };
};

/** Talks to the services behind the bus. The org is always the credential's. */
export const makeInner = (bus: Bus): Inner => {
  const commandTo = remembering(commandSubject);
  const queryTo = remembering(querySubject);
  const headersOf = ({ who, channel, correlationId }: Caller): Record<string, string> => ({
    "Countersign-Principal": who.principalText,
    "Countersign-Channel": channel,
    "Countersign-Correlation-Id": correlationId,
  });
  return {
    command(caller, name, { target, idempotencyKey, body, headers: more }) {
      const headers = headersOf(caller);
      if (target !== undefined) {
        headers["Countersign-Target"] = PLAIN.test(target) ? target : encodeURIComponent(target);
      }
      if (idempotencyKey !== undefined) headers["Countersign-Idempotency-Key"] = idempotencyKey;
      if (more !== undefined) Object.assign(headers, more);
      return bus.request(commandTo(caller.who.principal.org, name), body, {
        headers,
        timeoutMs: TIMEOUT_MS,
      });
    },
    query(caller, name, parameters, { timeoutMs = TIMEOUT_MS, signal } = {}) {
      const options = { headers: headersOf(caller), timeoutMs };
      return bus.request(
        queryTo(caller.who.principal.org, name),
        JSON.stringify(parameters),
        signal === undefined ? options : { ...options, signal },
      );
    },
  };
};
