import type {
  BusSubscription,
  Message,
  Reply,
  RequestOptions,
} from "@countersign/messaging/bus.ts";
import { BusUnavailable, NoResponders, RequestTimeout } from "@countersign/messaging/errors.ts";
import { NO_HEADERS } from "@countersign/messaging/headers.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { Deadlines, type Waiting } from "./deadlines.ts";
import { InHand } from "./in-hand.ts";
import { SubjectIndex } from "./subject-index.ts";

type Handler = (request: Message) => Promise<Reply> | Reply;

interface Member {
  readonly handler: Handler;
  readonly inHand: InHand;
}

/** The members that share the requests of one pattern, asked in turn. */
interface Group {
  readonly members: Member[];
  turn: number;
}

/** A request that nobody has answered yet. The first answer, failure or deadline settles it; the rest is ignored. */
class Pending implements Waiting {
  readonly at: number;
  readonly #subject: string;
  readonly #deadlines: Deadlines<Pending>;
  readonly #asked = Promise.withResolvers<Reply>();
  open = true;

  constructor(at: number, subject: string, deadlines: Deadlines<Pending>) {
    this.at = at;
    this.#subject = subject;
    this.#deadlines = deadlines;
  }

  get settled(): Promise<Reply> {
    return this.#asked.promise;
  }

  answer(reply: Reply): void {
    if (this.#close()) this.#asked.resolve(reply);
  }

  fail(reason: unknown): void {
    if (this.#close()) this.#asked.reject(reason);
  }

  expire(): void {
    this.fail(new RequestTimeout(`no answer to ${this.#subject} in time`));
  }

  #close(): boolean {
    if (!this.open) return false;
    this.open = false;
    this.#deadlines.remove(this);
    return true;
  }
}

/** Request and reply inside the process: a call of the handler, without copies and without a timer of its own. */
export class Requests {
  readonly #clock: Clock;
  readonly #failed: (failure: unknown, subject: string) => void;
  readonly #groups = new SubjectIndex<Group>();
  readonly #byName = new Map<string, { group: Group; remove: () => void }>();
  readonly #deadlines: Deadlines<Pending>;

  constructor(clock: Clock, failed: (failure: unknown, subject: string) => void) {
    this.#clock = clock;
    this.#failed = failed;
    this.#deadlines = new Deadlines(clock);
  }

  request(subject: string, body: string, options: RequestOptions): Promise<Reply> {
    const groups = this.#groups.find(subject);
    if (groups.length === 0)
      return Promise.reject(new NoResponders(`nobody serves ${subject} at present`));
    const at = this.#clock.monotonic() + options.timeoutMs;
    const pending = new Pending(at, subject, this.#deadlines);
    const message = { subject, headers: options.headers ?? NO_HEADERS, body };
    // As on NATS, every group gets the request and the first answer counts. In practice there is one.
    for (const group of groups) this.#ask(group, message, pending);
    if (pending.open) this.#deadlines.add(pending);
    return pending.settled;
  }

  serve(subject: string, name: string, handler: Handler): BusSubscription {
    const key = `${name} ${subject}`;
    let entry = this.#byName.get(key);
    if (entry === undefined) {
      const group: Group = { members: [], turn: 0 };
      entry = { group, remove: this.#groups.add(subject, group) };
      this.#byName.set(key, entry);
    }
    const { group, remove } = entry;
    const member: Member = { handler, inHand: new InHand() };
    group.members.push(member);
    return {
      ready: Promise.resolve(),
      close: () => {
        const place = group.members.indexOf(member);
        if (place >= 0) {
          group.members.splice(place, 1);
          if (group.members.length === 0) {
            remove();
            this.#byName.delete(key);
          }
        }
        return member.inHand.idle();
      },
    };
  }

  /** Nobody waits any longer: every request that is still open fails. */
  stop(): void {
    for (const pending of this.#deadlines.stop())
      pending.fail(new BusUnavailable("the bus is closed"));
  }

  #ask(group: Group, message: Message, pending: Pending): void {
    group.turn = (group.turn + 1) % group.members.length;
    const member = group.members[group.turn];
    if (member === undefined) return;
    let reply: Promise<Reply> | Reply;
    try {
      reply = member.handler(message);
    } catch (failure) {
      this.#failed(failure, message.subject);
      return;
    }
    if (!(reply instanceof Promise)) {
      pending.answer(reply);
      return;
    }
    member.inHand.begin();
    reply.then(
      (answer) => {
        member.inHand.end();
        pending.answer(answer);
      },
      (failure: unknown) => {
        member.inHand.end();
        this.#failed(failure, message.subject);
      },
    );
  }
}
