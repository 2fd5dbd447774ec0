import assert from "node:assert/strict";
import type { Decision } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { morning, type Happening } from "../../testkit/happenings.ts";
import { referenceOf, type World } from "../../testkit/world.ts";
import type { Build } from "../model/build.ts";

/**
 * What happens to one request in a given build of the domain. It needs no test runner, so that the same attempts are
 * made against this build and, in a process of their own, against builds with a fault planted in them.
 */
export class Story {
  readonly build: Build;
  #world: World;
  #now = morning;
  #state: RequestState = { status: "absent" };
  #last: Decision = { events: [] };

  constructor(build: Build, world: World) {
    this.build = build;
    this.#world = world;
  }

  /** Brings about what is given, one after the other, whatever is answered. */
  when(...happenings: readonly Happening[]): this {
    for (const happening of happenings) this.#take(happening);
    return this;
  }

  #take(happening: Happening): void {
    switch (happening.kind) {
      case "world":
        this.#world = happening.change(this.#world);
        return;
      case "clock":
        this.#now = happening.at;
        return;
      case "command": {
        const { command, principal, actor } = happening;
        const context = { now: this.#now, actor, channel: "rest", principal } as const;
        const reference = referenceOf(this.#world);
        this.#last = this.build.decide(this.#state, command, context, reference);
        const metadata = {
          commandId: "command",
          correlationId: "c",
          org: "demo",
          actor,
          channel: "rest",
          occurredAt: this.#now,
          schemaVersion: 1,
        } as const;
        for (const event of this.#last.events) {
          this.#state = this.build.evolve(this.#state, { event, metadata });
        }
      }
    }
  }

  get state(): RequestState {
    return this.#state;
  }

  get status(): string {
    return this.#state.status;
  }

  get view(): RequestView {
    assert(this.#state.status !== "absent", "there is no request to look at");
    return this.build.requestView(this.#state, referenceOf(this.#world), { position: "7" });
  }

  /** Fails unless the last command was refused with this code, whatever the refusal brought about. */
  refused(code: string): this {
    assert.equal(this.#last.refusal?.code, code);
    return this;
  }

  /** Fails when the last command was refused. */
  accepted(): this {
    assert.equal(this.#last.refusal, undefined);
    return this;
  }

  /** Fails unless the request is in this status now. */
  is(status: string): this {
    assert.equal(this.status, status);
    return this;
  }
}

/** A way around an approval that was shipped somewhere, and the attempt to go it here. */
export interface Bypass {
  /** What holds: a sentence. */
  readonly title: string;
  /** Throws when the build lets it pass. */
  readonly attempt: (build: Build) => void;
}
