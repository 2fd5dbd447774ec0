import { isObject, type JsonObject } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Naming } from "./administrators.ts";
import type { Called, Caller } from "./caller.ts";
import type { Ledger } from "./ledger.ts";
import { roles } from "./org.ts";
import type { World } from "./world.ts";

interface Known {
  readonly payload_hash: string;
  readonly expires_at: string;
  readonly requester: { readonly kind: "person" | "agent"; readonly id: string };
}

/** What the request as shown says of it. */
const knownOf = ({ payload_hash, expires_at, requester }: JsonObject): Known => {
  const { kind, id } = isObject(requester) ? requester : {};
  if (typeof payload_hash !== "string" || typeof expires_at !== "string" || typeof id !== "string")
    throw new Error("a request was shown without its hash, expiry or requester");
  return {
    payload_hash,
    expires_at,
    requester: { kind: kind === "agent" ? "agent" : "person", id },
  };
};

/** People who do more with a pending request than to vote: each change moves ladders, or takes them away. */
export class Changers {
  readonly #caller: Caller;
  readonly #ledger: Ledger;
  readonly #world: World;
  readonly #next: Naming;

  constructor(caller: Caller, ledger: Ledger, naming: Naming) {
    this.#caller = caller;
    this.#ledger = ledger;
    this.#world = caller.process.world;
    this.#next = naming;
  }

  /** Somebody edits, asks or extends, or tries to. */
  async change(org: string): Promise<void> {
    const { dice } = this.#world;
    const recent = this.#ledger.recent(org, 3);
    if (recent.length === 0) return;
    const id = dice.pick(recent);
    const able = Object.values(roles).flat();
    const who: Principal = { kind: "person", id: dice.pick(able), org };
    const read = await this.#caller.query("request", {
      org,
      principal: who,
      correlationId: this.#next("look"),
      body: JSON.stringify({ id }),
    });
    if (read.kind !== "done") return;
    const known = knownOf(read.result);
    const throwed = dice.next();
    if (throwed < 0.4) {
      const payload = { of: "edited", by: this.#next("edit") };
      await this.#do("modify", who, id, { payload, payload_hash: known.payload_hash });
    } else if (throwed < 0.85) {
      await this.#question(who, id, known);
    } else {
      const at = new Date(Date.parse(known.expires_at) + dice.between(1, 120_000)).toISOString();
      await this.#do("extend", who, id, { expires_at: at, reason: "more time" });
    }
  }

  async #question(who: Principal, id: string, { requester }: Known): Promise<void> {
    const asked = await this.#do("question", who, id, { text: "Why now?" });
    const { dice } = this.#world;
    if (asked.kind !== "done" || dice.chance(0.3)) return;
    await this.#caller.pause(dice.between(100, 20_000));
    const { kind, id: asker } = requester;
    await this.#do("answer", { kind, id: asker, org: who.org }, id, { text: "Because." });
  }

  async #do(name: string, principal: Principal, target: string, body: object): Promise<Called> {
    const { org } = principal;
    const call = {
      org,
      principal,
      target,
      correlationId: this.#next(name),
      body: JSON.stringify(body),
    };
    const called = await this.#caller.insist(name, call, 4);
    if (called.kind === "done") this.#world.reach(`changed: ${name}`);
    return called;
  }
}
