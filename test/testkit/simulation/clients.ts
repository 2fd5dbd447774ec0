import type { Principal } from "@countersign/domain/request/commands.ts";
import { commandEventType } from "@countersign/messaging/cloud-events.ts";
import { intakeSubject } from "@countersign/messaging/subjects.ts";
import { Administrators, type Naming } from "./administrators.ts";
import type { Caller } from "./caller.ts";
import { Changers } from "./changers.ts";
import type { Ledger } from "./ledger.ts";
import { admin, agents, orgs, people, policyIds, states, topics } from "./org.ts";
import type { World } from "./world.ts";

const person = (org: string, id: string): Principal => ({ kind: "person", id, org });
const agent = (org: string, id: string): Principal => ({ kind: "agent", id, org });

/** The shortest time that an ask has here. */
const SOON = "15s";

/** The people and programs of a run. Each method is one of them doing one thing, with all its retries. */
export class Clients {
  readonly #caller: Caller;
  readonly #ledger: Ledger;
  readonly #world: World;
  readonly #next: Naming;
  readonly #administrators: Administrators;
  readonly #changers: Changers;
  /** What was begun beside something else, to be waited for. */
  readonly #others: Promise<void>[] = [];

  constructor(caller: Caller, ledger: Ledger, naming: Naming) {
    this.#caller = caller;
    this.#ledger = ledger;
    this.#world = caller.process.world;
    this.#next = naming;
    this.#administrators = new Administrators(caller, ledger, naming);
    this.#changers = new Changers(caller, ledger, naming);
  }

  /** Somebody does something. Settles when it is over; never rejects but for a fault of the simulation itself. */
  async act(): Promise<void> {
    await this.#act();
    for (let other = this.#others.pop(); other !== undefined; other = this.#others.pop())
      await other;
  }

  async #act(): Promise<void> {
    const { dice } = this.#world;
    const org = dice.pick(orgs);
    const throwed = dice.next();
    if (throwed < 0.27) return this.ask(org);
    if (throwed < 0.5) return this.voteTogether(org);
    if (throwed < 0.53) return this.cancel(org);
    if (throwed < 0.64) return this.#changers.change(org);
    if (throwed < 0.82) return this.move(org);
    if (throwed < 0.91) return this.#administrators.changePeople(org);
    if (throwed < 0.94) return this.#useAnew(org);
    return this.sendIn(org);
  }

  /** An agent or a person asks: with a key or without, with a dedupe key or without, sometimes twice at once. */
  async ask(org: string): Promise<void> {
    const { dice } = this.#world;
    const principal = dice.chance(0.7)
      ? agent(org, dice.pick(agents).id)
      : person(org, dice.pick(people).id);
    const title = this.#next("ask");
    const key = dice.chance(0.6) ? this.#next("key") : undefined;
    const dedupe = dice.chance(0.45) ? dice.pick(["d1", "d2"]) : null;
    const body = this.#askBody(title, dedupe);
    const call = { org, principal, body, ...(key === undefined ? {} : { key }) };
    const times = key === undefined ? 1 : 6;
    const asked = [this.#asked(call, title, times)];
    if (dedupe !== null && dice.chance(0.5)) this.#others.push(this.#rival(org, principal, dedupe));
    if (key !== undefined && dice.chance(0.3)) asked.push(this.#asked(call, title, times));
    const ids = (await Promise.all(asked)).filter((id) => id !== null);
    if (new Set(ids).size > 1)
      this.#ledger.fault(`I12: one ask with one key (${title}) was answered with ${ids.join()}`);
    const [id] = ids;
    if (id !== undefined && body.includes(SOON) && dice.chance(0.4))
      this.#others.push(this.#voteAtTheEnd(org, id));
    if (key === undefined || ids.length === 0 || !dice.chance(0.3)) return;
    await this.#caller.pause(dice.between(0, 60_000));
    const again = await this.#asked(call, title, times);
    if (again !== null && again !== ids[0])
      this.#ledger.fault(`I12: asking again with its key (${title}) made another request`);
    const other = this.#next("ask");
    const changed = await this.#asked({ ...call, body: this.#askBody(other, null) }, other, 1);
    if (changed !== null)
      this.#ledger.fault(`I12: the key of ${title} was accepted with another body`);
  }

  /** Two or three people decide on the same request at the same time. */
  async voteTogether(org: string): Promise<void> {
    const { dice } = this.#world;
    const recent = this.#ledger.recent(org, dice.chance(0.4) ? 3 : 12);
    if (recent.length === 0) return;
    const id = dice.pick(recent);
    const voters = Array.from({ length: dice.between(1, 3) }, () =>
      dice.pick([admin, ...people.map((each) => each.id)]),
    );
    await Promise.all(voters.map((voter) => this.#vote(org, id, voter)));
  }

  async cancel(org: string): Promise<void> {
    const { dice } = this.#world;
    const recent = this.#ledger.recent(org, 8);
    if (recent.length === 0) return;
    const id = dice.pick(recent);
    const called = await this.#caller.insist(
      "cancel",
      {
        org,
        principal: person(org, dice.pick([admin, "bo"])),
        target: id,
        correlationId: this.#next("cancel"),
        body: "{}",
      },
      4,
    );
    if (called.kind === "done") this.#ledger.promise({ kind: "cancelled", org, id });
  }

  /** Somebody moves a topic, or tries to. */
  async move(org: string): Promise<void> {
    const { dice } = this.#world;
    const topic = dice.pick(topics);
    const to = dice.chance(0.2)
      ? dice.pick(states)
      : dice.pick(["review", "live", "live", "draft"]);
    const principal = dice.chance(0.3)
      ? agent(org, dice.pick(agents).id)
      : person(org, dice.pick(people).id);
    // What was allowed when the topic was blocked may be refused when its request is made.
    if (principal.kind === "person" && dice.chance(0.4)) {
      const changing = this.#administrators.switchOff(org, principal.id);
      this.#others.push(changing);
    }
    const called = await this.#caller.insist(
      "request-transition",
      {
        org,
        principal,
        correlationId: this.#next("move"),
        body: JSON.stringify({ workflow: "release", topic: { id: topic }, to }),
        ...(dice.chance(0.5) ? { key: this.#next("key") } : {}),
      },
      5,
    );
    if (called.kind !== "done") return;
    const ids = called.result["approval_ids"];
    const approvalIds = Array.isArray(ids) ? ids.map(String) : null;
    for (const id of approvalIds ?? []) this.#ledger.know(org, id);
    this.#ledger.promise({ kind: "moved", org, topic, to, approvalIds });
  }

  /** Another service publishes a command, again while it is unsure whether the broker has it. */
  async sendIn(org: string): Promise<void> {
    const { dice } = this.#world;
    const producer = dice.chance(0.9) ? dice.pick(agents).id : "stranger";
    const title = this.#next("in");
    const id = this.#next("event");
    const source = `/services/${producer}`;
    const body = JSON.stringify({
      specversion: "1.0",
      id,
      source,
      type: commandEventType("request-approval"),
      data: JSON.parse(this.#askBody(title, dice.chance(0.3) ? "d1" : null)) as unknown,
    });
    const copies = dice.chance(0.3) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      // Another message id, as a producer has that was restarted: only (source, id) tells that it is the same.
      const publication = {
        subject: intakeSubject(org, producer, "request-approval"),
        id: `${id}-${copy}`,
        body,
      };
      for (let attempt = 0; attempt < 5; attempt++) {
        try {
          await this.#caller.publish(publication);
          const at = this.#world.time;
          if (copy === 0) this.#ledger.takenIn.push({ org, producer, source, id, title, at });
          break;
        } catch {
          await this.#caller.pause(500);
        }
      }
    }
  }

  /** Definitions change, and at once somebody asks and others vote: not every commander may know of it yet. */
  async #useAnew(org: string): Promise<void> {
    await this.#administrators.importAgain(org);
    await this.ask(org);
    await this.voteTogether(org);
  }

  /** Somebody votes at about the time at which the request runs out. */
  async #voteAtTheEnd(org: string, id: string): Promise<void> {
    const { dice } = this.#world;
    await this.#caller.pause(15_000 + dice.between(-100, 100));
    await this.#vote(org, id, dice.pick(people).id);
  }

  /** The same program asks for the same thing once more at the same time, with a key of its own. */
  async #rival(org: string, principal: Principal, dedupe: string): Promise<void> {
    const title = this.#next("ask");
    const call = { org, principal, body: this.#askBody(title, dedupe), key: this.#next("key") };
    await Promise.all([this.#asked(call, title, 3), this.#asked(call, title, 3)]);
  }

  #askBody(title: string, dedupe: string | null): string {
    const { dice } = this.#world;
    return JSON.stringify({
      title,
      action: { type: "deploy", parameters: { of: title } },
      policy: dice.pick(policyIds),
      ...(dedupe === null ? {} : { dedupe }),
      ...(dice.chance(0.3) ? { expires_in: SOON } : {}),
    });
  }

  async #asked(
    call: {
      readonly org: string;
      readonly principal: Principal;
      readonly body: string;
      readonly key?: string;
    },
    title: string,
    times: number,
  ): Promise<string | null> {
    const { org, principal, key } = call;
    const full = { ...call, correlationId: this.#next("ask") };
    const called = await this.#caller.insist("request-approval", full, times);
    if (called.kind === "refused" && key !== undefined)
      this.#ledger.refusedAsks.push({ org, title, code: called.code, sentAt: called.sentAt });
    if (called.kind === "refused" && called.code === "conflict" && call.body.includes('"dedupe"'))
      this.#world.reach("dedupe refused while pending");
    if (called.kind !== "done") return null;
    if (called.outcome === "repeated") this.#world.reach("repeat by idempotency key");
    const { id } = called;
    const owner = `${org} ${principal.kind} ${principal.id}`;
    this.#ledger.promise({
      kind: "asked",
      org,
      id,
      title,
      key: key === undefined ? null : `${owner} ${key}`,
    });
    return id;
  }

  async #vote(org: string, id: string, voter: string): Promise<void> {
    const { dice } = this.#world;
    const decision = dice.chance(0.75) ? "approve" : "deny";
    const called = await this.#caller.insist(
      decision,
      {
        org,
        principal: person(org, voter),
        target: id,
        correlationId: this.#next("vote"),
        body: decision === "deny" ? '{"reason":"not now"}' : "{}",
        ...(dice.chance(0.4) ? { key: this.#next("key") } : {}),
      },
      4,
    );
    if (called.kind !== "done") return;
    const position = BigInt(called.position);
    this.#ledger.promise({ kind: "voted", org, id, person: voter, decision, position });
    if (dice.chance(0.3)) await this.#readBack(org, id, voter, position);
  }

  /** Whoever acted and reads with the position they were given sees at least what they did. */
  async #readBack(org: string, id: string, reader: string, position: bigint): Promise<void> {
    const called = await this.#caller.query("request", {
      org,
      principal: person(org, reader),
      correlationId: this.#next("read"),
      body: JSON.stringify({ id, min_position: position.toString() }),
    });
    if (called.kind !== "done") return;
    this.#world.reach("read one's own write");
    if (BigInt(called.position) < position)
      this.#ledger.fault(`I15: ${id} was read at an earlier position than ${position}`);
  }
}
