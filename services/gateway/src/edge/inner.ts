import type { VerifiedToken } from "@countersign/identity/jwt.ts";
import { resultText } from "@countersign/messaging/answers.ts";
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

/** The gateway's way inwards: commands to the commander, queries to the projector. */
export interface Inner {
  command(caller: Caller, name: CommandName, options: CommandOptions): Promise<Reply>;
  /** `timeoutMs`: default 10 s. */
  query(
    caller: Caller,
    name: QueryName,
    parameters: object,
    options?: { readonly timeoutMs: number },
  ): Promise<Reply>;
  /** The public keys that grants are signed with: nobody's in particular. */
  grantKeys(): Promise<Reply>;
  /** Whose API key has this id and hash. */
  resolveKey(key: {
    readonly org: string;
    readonly id: string;
    readonly hash: string;
  }): Promise<Reply>;
  /** Lets the security log know of something that was refused here; nobody waits for it, and it may be lost. */
  refused(caller: Caller, code: "foreign-org" | "unauthenticated", operation: string): void;
}

/** Commands that change a pending request, as paths and the bus call them. */
export const changeNames = [
  "modify",
  "withdraw-vote",
  "question",
  "answer",
  "claim",
  "release",
  "reassign",
  "extend",
  "amend",
  "break-glass",
] as const;

export type ChangeName = (typeof changeNames)[number];

export type CommandName =
  | "request-approval"
  | "evaluate"
  | "approve"
  | "deny"
  | "cancel"
  | ChangeName
  | "bulk-approve"
  | "bulk-deny"
  | "attach-context"
  | "attach-recommendation"
  | "consume"
  | "report-execution"
  | "delegate"
  | "revoke-delegation"
  | "import-delegations"
  | "import-definitions"
  | "lint-definitions"
  | "retire-definition"
  | "simulate"
  | "request-transition"
  | "put-person"
  | "remove-person"
  | "put-role"
  | "put-agent"
  | "issue-api-key"
  | "revoke-api-key"
  | "create-standing-grant"
  | "revoke-standing-grant"
  | "signal";

export type QueryName =
  | "request"
  | "requests"
  | "counts"
  | "queue-entry"
  | "request-audit"
  | "audit"
  | "stats"
  | "backtest"
  | "events"
  | "definitions"
  | "definition"
  | "definition-diff"
  | "definitions-export"
  | "topic"
  | "person"
  | "role"
  | "agent"
  | "delegations"
  | "api-keys"
  | "standing-grants"
  | "viewer";

const TIMEOUT_MS = 10_000;
const QUERY_OPTIONS = { timeoutMs: TIMEOUT_MS };
/** A transition waits for its guards, each of which may have half a minute, and for an advisor. */
const TRANSITION_MS = 40_000;
/** In subjects of what belongs to no org. */
const NO_ORG = "_";
/** How an answer begins to who is no active member of the org, or not any more. */
const NOT_A_MEMBER = '{"ok":false,"error":{"code":"unauthenticated"';
const PLAIN = /^[\w-]*$/;
const MAX_ORGS = 1_000;

/** Subjects are built once for each org and name, of which there are few, in a bounded map of orgs. */
const remembering = (build: (org: string, name: string) => string) => {
  const built = new Map<string, Map<string, string>>();
  return (org: string, name: string): string => {
    let ofOrg = built.get(org);
    if (ofOrg === undefined) {
      if (built.size >= MAX_ORGS) built.clear();
      built.set(org, (ofOrg = new Map()));
    }
    let subject = ofOrg.get(name);
    if (subject === undefined) ofOrg.set(name, (subject = build(org, name)));
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
  const refused: Inner["refused"] = (caller, code, operation) => {
    bus
      .request(
        commandTo(caller.who.principal.org, "note-attempt"),
        JSON.stringify({ code, operation }),
        { headers: headersOf(caller), timeoutMs: TIMEOUT_MS },
      )
      .catch(() => undefined);
  };
  return {
    refused,
    grantKeys: () =>
      bus.request(commandTo(NO_ORG, "grant-keys"), "", { headers: {}, timeoutMs: TIMEOUT_MS }),
    resolveKey: ({ org, id, hash }) =>
      bus.request(commandTo(org, "resolve-api-key"), JSON.stringify({ id, hash }), {
        headers: {},
        timeoutMs: TIMEOUT_MS,
      }),
    command(caller, name, { target, idempotencyKey, body, headers: more }) {
      const headers = headersOf(caller);
      if (target !== undefined) {
        headers["Countersign-Target"] = PLAIN.test(target) ? target : encodeURIComponent(target);
      }
      if (idempotencyKey !== undefined) headers["Countersign-Idempotency-Key"] = idempotencyKey;
      if (more !== undefined) Object.assign(headers, more);
      return bus.request(commandTo(caller.who.principal.org, name), body, {
        headers,
        timeoutMs: name === "request-transition" ? TRANSITION_MS : TIMEOUT_MS,
      });
    },
    query(caller, name, parameters, { timeoutMs } = QUERY_OPTIONS) {
      const asked = bus.request(
        queryTo(caller.who.principal.org, name),
        JSON.stringify(parameters),
        { headers: headersOf(caller), timeoutMs },
      );
      return asked.then((reply) => {
        if (resultText(reply) === undefined && reply.body.startsWith(NOT_A_MEMBER))
          refused(caller, "unauthenticated", name);
        return reply;
      });
    },
  };
};
