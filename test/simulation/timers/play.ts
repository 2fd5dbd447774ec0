import { timerSubject } from "@countersign/messaging/subjects.ts";
import type { ExistingCommand } from "@countersign/application/request.ts";
import { check } from "@countersign/check/check.ts";
import { logEntry } from "@countersign/check/log-entry.ts";
import { canonicalHash } from "@countersign/application/canonical.ts";
import type { Dice } from "../../testkit/simulation/dice.ts";
import type { TimerJudge } from "./judge-timers.ts";
import { nextState, TopicJudge } from "./judge-topics.ts";
import { AGENT, ORG, STAFF, type TimerWorld } from "./timer-world.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const YEAR = 365.25 * 24 * HOUR;

/** One run: a world, its judge, and what somebody does to both. */
export class Play {
  readonly #world: TimerWorld;
  readonly #judge: TimerJudge;
  readonly #dice: Dice;
  readonly #policies: readonly string[];
  /** Seconds for which somebody may be busy with what is due. */
  readonly #patience: number;
  readonly #topics = new TopicJudge();
  #read = 0;
  #asked = 0;

  constructor(
    world: TimerWorld,
    judge: TimerJudge,
    dice: Dice,
    policies: readonly string[],
    patience: number,
  ) {
    this.#patience = patience;
    this.#world = world;
    this.#judge = judge;
    this.#dice = dice;
    this.#policies = policies;
  }

  get planned(): number {
    return this.#judge.seen.get("planned") ?? 0;
  }

  /** Lets everybody finish what is due; what is due then and has not happened was missed. */
  async settle(): Promise<void> {
    const { clock } = this.#world;
    for (let patience = 0; ; patience++) {
      await this.#world.idle();
      this.#readOn();
      if (!this.#judge.isOverdue(clock.now()) && this.#topics.overdue(clock.now()) === null) return;
      if (patience === this.#patience) break;
      clock.lapse(SECOND);
    }
    this.#judge.noteMissed(clock.now());
    const topic = this.#topics.overdue(clock.now());
    if (topic !== null) this.#judge.note("missed", topic);
  }

  /** Topics go on: those that stay too long are warned of and breached in the meantime. */
  async move(): Promise<void> {
    const { topics } = this;
    for (let moved = 0; moved < 10; moved++) {
      const number = this.#dice.between(0, 59);
      const topic = `T-${number}`;
      const stream = `topic-${ORG}.tickets.${Buffer.from(topic).toString("base64url")}`;
      await this.#world.move(topic, nextState(topics.get(stream) ?? "new"));
      this.#readOn();
    }
    await this.settle();
  }

  get topics(): ReadonlyMap<string, string> {
    return this.#topics.states();
  }

  /** Holds the whole log against what must hold of any log. */
  check(): void {
    for (const { invariant, stream, message } of check(this.#world.store.log.map(logEntry)))
      this.#judge.note("invariant", `${invariant} ${stream} ${message}`);
  }

  async ask(count: number): Promise<void> {
    for (let asked = 0; asked < count; asked++) {
      const policy = this.#policies[this.#asked++ % this.#policies.length];
      await this.#world.ask(policy ?? "none");
    }
  }

  /** Waits until just before something is due, and then until it is. */
  async toTheMoment(): Promise<void> {
    const { clock } = this.#world;
    const next = this.#judge.next(clock.now());
    if (next === null) return;
    clock.lapse(Math.max(0, next - clock.now() - 1));
    await this.settle();
    clock.lapse(1);
    // Whoever looks once a second finds it now, or at the latest with the next look.
    await this.settle();
    this.#judge.count("waited for the very moment");
  }

  async lapse(most: number): Promise<void> {
    this.#world.clock.lapse(Math.round(Math.exp(this.#dice.next() * Math.log(most))));
    await this.settle();
  }

  /** Sets the wall clock, looks what happens, and puts it right again. */
  async jump(): Promise<void> {
    const { clock } = this.#world;
    const size = Math.round(Math.exp(this.#dice.next() * Math.log((10 * YEAR) / SECOND)) * SECOND);
    const by = this.#dice.chance(0.5) ? size : -size;
    clock.set(by);
    clock.lapse(this.#dice.between(0, 2_000));
    await this.settle();
    clock.set(-by);
    clock.lapse(SECOND);
    await this.settle();
    this.#judge.count(by > 0 ? "the clock was set forward" : "the clock was set back");
  }

  /** Everything that cancels timers or plans them anew, to many requests at once. */
  async storm(): Promise<void> {
    const pending = this.#judge.pending();
    for (let hit = 0; hit < Math.min(200, pending.length / 5); hit++) {
      const stream = this.#dice.pick(pending);
      await this.#disturb(stream.slice(stream.indexOf(".") + 1));
    }
    this.#readOn();
    await this.settle();
  }

  /** Timer messages that nobody should have sent: of the past, of the future, of another step, level or generation. */
  async rumours(): Promise<void> {
    const { published, bus } = this.#world;
    for (let told = 0; told < 20 && published.length > 0; told++) {
      const { subject, body } = this.#dice.pick(published);
      const timer = JSON.parse(body) as Readonly<Record<string, unknown>> & {
        readonly step: number | null;
      };
      const twisted = this.#dice.pick([
        {},
        { generation: this.#dice.between(1, 4) },
        { version: this.#dice.between(1, 3) },
        { level: this.#dice.pick([null, 1, 2]) },
        { step: (timer.step ?? 0) + 1, due_at: new Date(this.#world.clock.now()).toISOString() },
      ]);
      const kind = this.#dice.pick([
        subject.slice(subject.lastIndexOf(".") + 1),
        "reminder",
        "auto_deny",
        "auto_approve",
        "due",
        "expiry",
      ]);
      await bus.publish({
        subject: timerSubject(ORG, kind),
        id: `rumour-${published.length}-${told}`,
        body: JSON.stringify({ ...timer, ...twisted }),
      });
    }
    this.#judge.count("rumours");
    await this.settle();
  }

  async #disturb(id: string): Promise<void> {
    const by = this.#dice.pick(STAFF);
    const { clock } = this.#world;
    const parameters = { size: this.#dice.between(2, 1_000_000) };
    const orders: Readonly<Record<string, () => readonly [string, ExistingCommand]>> = {
      cancel: () => [AGENT, { type: "cancel", reason: null }],
      ask: () => [by, { type: "question", text: "Why?" }],
      answer: () => [AGENT, { type: "answer", text: "Because.", questionId: null }],
      approve: () => [by, { type: "approve", payloadHash: null, level: 1, notes: null }],
      extend: () => [
        "ana",
        {
          type: "extend",
          expiresAt: new Date(clock.now() + 20 * 24 * HOUR).toISOString(),
          reason: "Later.",
        },
      ],
      modify: () => [
        by,
        {
          type: "modify",
          parameters,
          payloadHash: canonicalHash({ type: "job:run", parameters: { size: 1 } }),
          level: 1,
          notes: null,
          edit: (current) => ({
            hash: canonicalHash({ ...current, parameters }),
            patch: [],
            faults: [],
          }),
        },
      ],
      shorten: () => [
        "ana",
        {
          type: "amend",
          skipLevels: [],
          addApprovers: [],
          shorten: [{ level: 1, step: this.#dice.between(2, 6), after: "1s" }],
          reason: "Sooner.",
        },
      ],
    };
    const name = this.#dice.pick([
      "cancel",
      "ask",
      "ask",
      "answer",
      "answer",
      "answer",
      "approve",
      "extend",
      "modify",
      "shorten",
    ]);
    const [who, command] = orders[name]?.() ?? [AGENT, { type: "expire" }];
    const outcome = await this.#world.command(id, who, command);
    if (outcome.ok && outcome.effect === "appended") this.#judge.count(`did: ${name}`);
  }

  #readOn(): void {
    const { log } = this.#world.store;
    for (; this.#read < log.length; this.#read++) {
      const event = log[this.#read];
      if (event === undefined) continue;
      if (event.stream.startsWith("request-")) this.#judge.read(event);
      if (!event.stream.startsWith("topic-")) continue;
      const fault = this.#topics.read(event);
      if (fault !== null) this.#judge.note("instant", fault);
      this.#judge.count(event.type);
    }
  }
}
