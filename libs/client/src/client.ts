import type { AskInput } from "@countersign/api-contract/ask.ts";
import type { ModifyInput } from "@countersign/api-contract/changes.ts";
import type { EvaluateInput } from "@countersign/api-contract/evaluate.ts";
import type { ConsumeBody, ExecutionBody } from "@countersign/api-contract/grants.ts";
import type { RunSignalInput, TopicSignalInput } from "@countersign/api-contract/signals.ts";
import type { TransitionInput } from "@countersign/api-contract/transitions.ts";
import type { ApproveBody, DenyBody } from "@countersign/api-contract/votes.ts";
import type { Evaluation, Run, Topic, Transition } from "./answers.ts";
import type { ListedRequest, Request, RequestStatus } from "./request.ts";
import { makeTransport, mayPass, pauseAfter, type ClientOptions } from "./transport.ts";

export interface CallOptions {
  /** 1 to 255 visible ASCII characters. Without one the client makes one per call, so that its own retries are safe. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface WaitOptions {
  /** Ends the wait: it throws the signal's reason. Without one it lasts as long as the request. */
  readonly signal?: AbortSignal;
  /** True: only the request's end counts, whatever else happens to it. */
  readonly terminalOnly?: boolean;
}

/** What a list is narrowed to; times are ISO 8601, `from` inclusive, `to` exclusive. */
export interface ListFilter {
  /** One or several. */
  readonly status?: RequestStatus | readonly RequestStatus[];
  readonly agent?: string;
  readonly action?: string;
  readonly reason_code?: string;
  readonly gate_type?: string;
  readonly approver?: string;
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly q?: string;
  readonly mine?: "now" | "later" | "delegate" | "requested";
  readonly sort?: "urgency" | "newest" | "oldest";
  /** Requests per page, 1 to 100, default 50; all pages are read whatever it is. */
  readonly limit?: number;
}

/** The action to run, once and before `valid_until`. */
export interface Consumed {
  readonly payload: Request["action"];
  readonly valid_until: string;
}

/**
 * One org of a Countersign, as one caller. Every method throws `CountersignError`; no connection, 429, 502, 503 and 504
 * are tried again for about a minute before that.
 */
export interface Client {
  /** Asks. The same key with the same body is the same request, whenever it comes again; with another body `conflict`. */
  ask(body: AskInput, options?: CallOptions): Promise<Request>;
  /**
   * Would this action need approval? With `ask: true` the request is made when it would; its id is in the answer, to be
   * waited for.
   */
  evaluate(body: EvaluateInput, options?: CallOptions): Promise<Evaluation>;
  /** Moves a topic, or learns which requests it waits for; the same transition again answers the same ones. */
  transition(body: TransitionInput, options?: CallOptions): Promise<Transition>;
  /** Facts about a topic, which recipes look at. */
  signal(body: TopicSignalInput, options?: CallOptions): Promise<{ readonly topic: Topic }>;
  /** What a run has cost, which cost gates look at. */
  signal(body: RunSignalInput, options?: CallOptions): Promise<{ readonly run: Run }>;
  /** The request as it stands. */
  get(id: string): Promise<Request>;
  /**
   * Waits until the request has ended or, unless `terminalOnly`, needs the caller: a question is open, the payload was
   * changed, the caller is paused. What came before the call counts too; what a wait of this client has already
   * answered does not count again, so that waiting on is calling it again. Once the request has been seen, an outage of any
   * length is waited out. A question in the moment between two polls may be told a minute late, the end never.
   */
  wait(id: string, options?: WaitOptions): Promise<Request>;
  /** Votes for it. Send the hash and the level that were shown. */
  approve(id: string, vote?: ApproveBody, options?: CallOptions): Promise<Request>;
  /** Votes against it; the requester reads the reason. */
  deny(
    id: string,
    vote: ApproveBody & { readonly reason: NonNullable<DenyBody["reason"]> },
    options?: CallOptions,
  ): Promise<Request>;
  /** Edits `action.parameters` and votes for the result, in one. */
  modify(id: string, edit: ModifyInput, options?: CallOptions): Promise<Request>;
  /** Asks the requester something; the request stays pending. */
  question(id: string, text: string, options?: CallOptions): Promise<Request>;
  /** Answers what an approver asked; `questionId` where several questions are open. */
  answer(id: string, text: string, questionId?: string, options?: CallOptions): Promise<Request>;
  /** Takes the ask back. */
  cancel(id: string, reason?: string, options?: CallOptions): Promise<Request>;
  /** Spends the grant of an approved request (`request.grant`). A second time: `grant-spent`. */
  consume(id: string, grant: ConsumeBody, options?: CallOptions): Promise<Consumed>;
  /** Says how the action went. */
  reportExecution(id: string, execution: ExecutionBody, options?: CallOptions): Promise<Request>;
  /** All requests the caller may see and the filter lets through, page by page as they are read. */
  list(filter?: ListFilter): AsyncIterable<ListedRequest>;
}

interface Page {
  readonly items: readonly ListedRequest[];
  readonly page: { readonly next: string | null };
}

/** What a caller was already told of a pending request. */
interface Told {
  readonly version: number;
  readonly questions: ReadonlySet<string>;
  readonly paused: boolean;
}

const FRESH: Told = { version: 1, questions: new Set(), paused: false };
/** The longest that the server takes, and what the answer itself may need on top. */
const POLL = "wait=60s";
const POLL_TIMEOUT_MS = 80_000;

const hasEnded = ({ status }: Request): boolean => status !== "pending";

const needsCaller = (request: Request, told: Told): boolean =>
  request.payload_version > told.version ||
  (request.caller_paused && !told.paused) ||
  request.questions.some(({ id, answer }) => answer === null && !told.questions.has(id));

/** Speaks REST with Countersign at `url`, as whom the token names. Opens nothing: there is nothing to close. */
export const makeClient = (options: ClientOptions): Client => {
  const { once, send } = makeTransport(options);
  const toldOf = new Map<string, Told>();

  const pathOf = (id: string, rest = ""): string => `/approvals/${encodeURIComponent(id)}${rest}`;
  const post = <T>(path: string, body: unknown, call: CallOptions = {}): Promise<T> =>
    send({ path, body, ...call, idempotencyKey: call.idempotencyKey ?? crypto.randomUUID() });

  /** Whether a wait is over with this; remembers what its caller is told then. */
  const isAnswer = (request: Request, terminalOnly: boolean): boolean => {
    if (hasEnded(request)) {
      toldOf.delete(request.id);
      return true;
    }
    if (terminalOnly || !needsCaller(request, toldOf.get(request.id) ?? FRESH)) return false;
    toldOf.set(request.id, {
      version: request.payload_version,
      questions: new Set(request.questions.map(({ id }) => id)),
      paused: request.caller_paused,
    });
    return true;
  };

  return {
    ask: (body, call) => post("/approvals", body, call),
    evaluate: (body, call) => post("/evaluate", body, call),
    transition: (body, call) => post("/transitions", body, call),
    signal: <T>(body: TopicSignalInput | RunSignalInput, call?: CallOptions) =>
      post<T>("/signals", body, call),
    get: (id) => send({ path: pathOf(id) }),
    async wait(id, { signal, terminalOnly = false } = {}) {
      const poll = pathOf(id, terminalOnly ? `?${POLL}&wait_for=terminal` : `?${POLL}`);
      // A wrong address or id shows here, before anything is waited out.
      let request = await send<Request>({ path: pathOf(id), signal });
      let failures = 0;
      let polls = true;
      for (;;) {
        if (isAnswer(request, terminalOnly)) return request;
        try {
          if (polls) {
            request = await once<Request>({ path: poll, signal, timeoutMs: POLL_TIMEOUT_MS });
            failures = 0;
          } else {
            // Also a server that is stopping answers polls at once: without a pause this would spin on it.
            if (failures === 0) await pauseAfter(1, signal);
            request = await once<Request>({ path: pathOf(id), signal });
          }
          polls = !polls;
        } catch (error) {
          if (!mayPass(error)) throw error;
          // A poll wakes only for what comes after it began: what came since the last one is looked for first.
          polls = false;
          failures++;
          await pauseAfter(failures, signal);
        }
      }
    },
    approve: (id, vote = {}, call) => post(pathOf(id, "/approve"), vote, call),
    deny: (id, vote, call) => post(pathOf(id, "/deny"), vote, call),
    modify: (id, edit, call) => post(pathOf(id, "/modify"), edit, call),
    question: (id, text, call) => post(pathOf(id, "/question"), { text }, call),
    answer: (id, text, questionId, call) =>
      post(
        pathOf(id, "/answer"),
        questionId === undefined ? { text } : { text, question_id: questionId },
        call,
      ),
    cancel: (id, reason, call) =>
      post(pathOf(id, "/cancel"), reason === undefined ? {} : { reason }, call),
    consume: (id, grant, call) => post(pathOf(id, "/consume"), grant, call),
    reportExecution: (id, execution, call) => post(pathOf(id, "/execution"), execution, call),
    async *list(filter = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(filter))
        if (value !== undefined) query.set(name, String(value));
      for (let next: string | null = ""; next !== null;) {
        if (next !== "") query.set("after", next);
        const { items, page }: Page = await send({ path: `/approvals?${query}` });
        yield* items;
        next = page.next;
      }
    },
  };
};
