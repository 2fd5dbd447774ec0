import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Caller } from "./caller.ts";
import type { Ledger } from "./ledger.ts";
import { admin, agents, definitions, people, recipes, roles, workflow } from "./org.ts";
import type { World } from "./world.ts";

const person = (org: string, id: string): Principal => ({ kind: "person", id, org });

/** Gives every command of a run a name of its own. */
export type Naming = (prefix: string) => string;

/** The admins of a run: they fill the orgs, and change people and definitions while others ask and decide. */
export class Administrators {
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

  /** An admin changes who is there and who may decide. */
  async changePeople(org: string): Promise<void> {
    const { dice } = this.#world;
    const throwed = dice.next();
    if (throwed < 0.5) {
      const role = dice.pick(Object.keys(roles));
      const members = (roles[role] ?? []).filter(() => dice.chance(0.7));
      await this.#change(org, "put-role", role, { members });
    } else if (throwed < 0.9) {
      const { id, access } = dice.pick(people);
      const active = dice.chance(0.6);
      await this.#change(org, "put-person", id, { name: id, access, active });
    } else {
      const { id, owner } = dice.pick(agents);
      await this.#change(org, "put-agent", id, { name: id, owner });
    }
  }

  /** Somebody leaves for a while, in a moment. */
  async switchOff(org: string, id: string): Promise<void> {
    const known = people.find((each) => each.id === id);
    if (known === undefined) return;
    await this.#caller.pause(this.#world.dice.between(0, 100));
    await this.#change(org, "put-person", id, { name: id, access: known.access, active: false });
    await this.#caller.pause(this.#world.dice.between(1_000, 10_000));
    await this.#change(org, "put-person", id, { name: id, access: known.access, active: true });
  }

  async importAgain(org: string): Promise<void> {
    const generation = this.#next("generation");
    await this.#import(org, definitions(generation));
    if (this.#world.dice.chance(0.3)) await this.#import(org, workflow(generation));
  }

  /** Fills an org: people, roles, agents, definitions; until everything is acknowledged. */
  async settle(org: string): Promise<void> {
    for (const { id, access } of people)
      await this.#change(org, "put-person", id, { name: id, access });
    for (const { id, owner } of agents)
      await this.#change(org, "put-agent", id, { name: id, owner });
    for (const [role, members] of Object.entries(roles))
      await this.#change(org, "put-role", role, { members });
    await this.#import(org, definitions("first"));
    await this.#import(org, workflow("first"));
    // What recipes do leaves less room for everything else: not every org has them.
    if (!this.#world.dice.chance(0.4)) return;
    for (const recipe of recipes) await this.#import(org, recipe);
  }

  async #change(org: string, name: string, target: string, entry: object): Promise<void> {
    const correlationId = this.#next("change");
    const body = JSON.stringify(entry);
    const call = { org, principal: person(org, admin), target, correlationId, body };
    const called = await this.#caller.insist(name, call, 20);
    if (called.kind === "done")
      this.#ledger.promise({ kind: "directory", org, entry: called.result });
  }

  async #import(org: string, text: string): Promise<void> {
    const called = await this.#caller.insist(
      "import-definitions",
      {
        org,
        principal: person(org, admin),
        correlationId: this.#next("import"),
        body: text,
        contentType: "application/yaml",
      },
      20,
    );
    if (called.kind === "refused")
      throw new Error(`the definitions were refused: ${JSON.stringify(called)}`);
  }
}
