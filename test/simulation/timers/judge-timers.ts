import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import { DueHeap, type Timed } from "./due-heap.ts";
import { InstantJudge } from "./judge-instants.ts";
import type { TimePolicy } from "./time-policies.ts";

/** What went wrong with a timer. `instant`: it was planned for a time that its calendar or its plain duration denies. */
export type Fault =
  | "early"
  | "double"
  | "missed"
  | "stale"
  | "instant"
  | "approved-by-jump"
  /** An invariant of `libs/check` does not hold. */
  | "invariant";

interface Planned {
  readonly kind: string;
  readonly dueAt: string;
}

interface Plan {
  readonly payloadVersion: number;
  readonly generation: number;
  /** Still to come, by step; `mark` is the due mark. */
  readonly open: Map<string, Planned>;
}

interface Story {
  readonly policy: TimePolicy;
  readonly plans: Map<number | null, Plan>;
  readonly past: Set<string>;
  expiresAt: string | null;
  /** Null while it is pending. */
  ended: string | null;
}

/** Something that has to happen in time, unless it stands no longer. */
interface Expected extends Timed {
  readonly stream: string;
  readonly what: string;
  readonly isApproving: boolean;
  stands(): boolean;
}

interface Effect {
  readonly level: number | null;
  readonly step: number | null;
  readonly payloadVersion: number;
  readonly generation: number;
  readonly dueAt: string;
}

const effects: ReadonlySet<string> = new Set([
  "ReminderDue",
  "RequestEscalated",
  "ExecutivesNotified",
  "LevelAutoApproved",
  "RequestAutoApproved",
  "LevelOverdue",
  "TimerSuppressed",
]);
const ends: ReadonlySet<string> = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
]);
const approving: ReadonlySet<string> = new Set(["LevelAutoApproved", "RequestAutoApproved"]);
const MOST_TRUSTED_MS = 600_000;

const stepName = (step: number | null): string => (step === null ? "mark" : String(step));

/** Reads the log as it grows and says what timers did wrong. It knows events and policies, and nothing of the decider. */
export class TimerJudge {
  readonly faults: { readonly fault: Fault; readonly what: string }[] = [];
  readonly seen = new Map<string, number>();
  readonly #policies: ReadonlyMap<string, TimePolicy>;
  readonly #stories = new Map<string, Story>();
  readonly #heap = new DueHeap<Expected>();
  readonly #missed = new Set<Expected>();
  readonly #instants = new InstantJudge();
  readonly #trustedUntil: () => number;

  /** `trustedUntil`: the time by which something may be approved, milliseconds since 1970, now. */
  constructor(policies: readonly TimePolicy[], trustedUntil: () => number) {
    this.#policies = new Map(policies.map((policy) => [policy.id, policy]));
    this.#trustedUntil = trustedUntil;
  }

  read({ stream, type, data, metadata }: RecordedEvent): void {
    const at = (JSON.parse(metadata) as { readonly occurredAt: string }).occurredAt;
    const event = { type, data: JSON.parse(data) as unknown } as RequestEvent;
    if (event.type === "RequestSubmitted") this.#submitted(stream, event.data);
    const story = this.#stories.get(stream);
    if (story === undefined) return;
    if (effects.has(type)) this.#took(stream, story, type, event.data as Effect, at);
    else if (event.type === "TimersPlanned") this.#planned(stream, story, event.data);
    else if (event.type === "ExpiryExtended") this.#expires(stream, story, event.data.expiresAt);
    else if (event.type === "LevelApproved") story.plans.delete(event.data.level);
    else if (event.type === "LevelReopened") this.#reopened(story, event.data.level);
    else if (type === "ExpiryApproaching") this.#once(stream, story, `${type} ${story.expiresAt}`);
    else if (ends.has(type)) {
      if (type === "RequestExpired" && at < (story.expiresAt ?? ""))
        this.note("early", `${stream} ${type}`);
      story.ended = type;
      this.count(type);
    }
  }

  /** True when something is due at `now` and has not taken effect: nothing may be once everybody is idle. */
  isOverdue(now: number): boolean {
    return this.#firstDue(now) !== undefined;
  }

  /** Notes what is overdue at `now` as missed. */
  noteMissed(now: number): void {
    const first = this.#firstDue(now);
    if (first === undefined) return;
    const due = new Date(first.dueMs).toISOString();
    this.note(
      "missed",
      `${first.stream} ${first.what} due ${due} at ${new Date(now).toISOString()}`,
    );
    this.#missed.add(first);
  }

  /** Streams of requests that wait. */
  pending(): readonly string[] {
    return [...this.#stories].flatMap(([stream, { ended }]) => (ended === null ? [stream] : []));
  }

  /** The earliest time after `now` at which something is due, or null. */
  next(now: number): number | null {
    const aside: Expected[] = [];
    let found: number | null = null;
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      if (first.dueMs > now && first.stands()) {
        found = first.dueMs;
        break;
      }
      this.#heap.pop();
      if (first.stands()) aside.push(first);
    }
    for (const expected of aside) this.#heap.push(expected);
    return found;
  }

  #firstDue(now: number): Expected | undefined {
    const aside: Expected[] = [];
    let found: Expected | undefined;
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      if (first.dueMs > now) break;
      this.#heap.pop();
      if (!first.stands() || this.#missed.has(first)) continue;
      aside.push(first);
      // Who approves waits for the time that nobody set.
      if (first.isApproving && first.dueMs > this.#trustedUntil()) continue;
      found = first;
      break;
    }
    for (const expected of aside) this.#heap.push(expected);
    return found;
  }

  #submitted(
    stream: string,
    { policies, expiresAt }: Extract<RequestEvent, { type: "RequestSubmitted" }>["data"],
  ): void {
    const policy = this.#policies.get(policies[0]?.id ?? "");
    if (policy === undefined) throw new Error(`${stream} has a policy that is not of this run`);
    const story: Story = {
      policy,
      plans: new Map(),
      past: new Set(),
      expiresAt: null,
      ended: null,
    };
    this.#stories.set(stream, story);
    this.#expires(stream, story, expiresAt);
  }

  #expires(stream: string, story: Story, expiresAt: string | null): void {
    story.expiresAt = expiresAt;
    if (expiresAt === null) return;
    this.#heap.push({
      stream,
      what: "expiry",
      dueMs: Date.parse(expiresAt),
      isApproving: false,
      stands: () => story.ended === null && story.expiresAt === expiresAt,
    });
  }

  #planned(
    stream: string,
    story: Story,
    {
      level,
      payloadVersion,
      generation,
      startAt,
      timers,
      calendar,
    }: Extract<RequestEvent, { type: "TimersPlanned" }>["data"],
  ): void {
    const open = new Map<string, Planned>();
    for (const { kind, step, dueAt } of timers) {
      if (story.past.has(`${level} ${stepName(step)}`))
        this.note("double", `${stream} plans ${level} ${stepName(step)} again`);
      const planned = { kind, dueAt };
      open.set(stepName(step), planned);
      this.#heap.push({
        stream,
        what: `${level} ${stepName(step)} ${kind}`,
        dueMs: Date.parse(dueAt),
        isApproving: kind === "auto_approve",
        stands: () =>
          story.ended === null && story.plans.get(level)?.open.get(stepName(step)) === planned,
      });
      this.count("planned");
      this.#countDate(dueAt);
      if (level !== null && generation === 1 && payloadVersion === 1)
        this.#judgeInstant(stream, story.policy, step, startAt, dueAt, calendar?.zone ?? null);
    }
    if (generation > 1) this.count("planned again");
    if (payloadVersion > 1) this.count("planned for another payload");
    story.plans.set(level, { payloadVersion, generation, open });
  }

  #judgeInstant(
    stream: string,
    policy: TimePolicy,
    step: number | null,
    startAt: string,
    dueAt: string,
    zone: string | null,
  ): void {
    if (!this.#instants.isRight(policy, step, { startAt, dueAt, zone })) {
      const by = zone ?? "plain";
      this.note("instant", `${stream} ${policy.id} ${stepName(step)} ${startAt} → ${dueAt} ${by}`);
    } else if (zone !== null) {
      this.count("by a calendar");
    }
  }

  #took(stream: string, story: Story, type: string, effect: Effect, at: string): void {
    const { level, payloadVersion, generation, dueAt } = effect;
    const step = stepName(effect.step);
    const what = `${stream} ${type} ${level} ${step} v${payloadVersion} g${generation} due ${dueAt} at ${at}`;
    const plan = story.plans.get(level);
    const planned = plan?.open.get(step);
    if (story.ended !== null) this.note("stale", what);
    else if (story.past.has(`${level} ${step}`)) this.note("double", what);
    else if (plan === undefined || planned === undefined) this.note("stale", what);
    else if (
      plan.payloadVersion !== payloadVersion ||
      plan.generation !== generation ||
      planned.dueAt !== dueAt
    )
      this.note("stale", what);
    if (at < (planned?.dueAt ?? dueAt)) this.note("early", what);
    if (approving.has(type) && Date.parse(dueAt) > this.#trustedUntil() + MOST_TRUSTED_MS)
      this.note("approved-by-jump", what);
    plan?.open.delete(step);
    story.past.add(`${level} ${step}`);
    this.count(type);
  }

  #reopened({ plans, past }: Story, level: number): void {
    plans.delete(level);
    for (const what of past) if (what.startsWith(`${level} `)) past.delete(what);
  }

  #once(stream: string, story: Story, what: string): void {
    if (story.past.has(what)) this.note("double", `${stream} ${what}`);
    story.past.add(what);
    this.count("ExpiryApproaching");
  }

  #countDate(dueAt: string): void {
    if (dueAt.slice(5, 10) === "02-29") this.count("on a leap day");
    if (dueAt > "2038-01-19T03:14:08") this.count("after 2038-01-19");
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** Takes down what somebody else found. */
  note(fault: Fault, what: string): void {
    if (this.faults.length < 200) this.faults.push({ fault, what });
  }
}
