import { expect } from "vitest";
import type { Actor, EventMetadata } from "@countersign/domain/actor.ts";
import { decodeRequestEvent, encodeRequestEvent } from "@countersign/domain/request/codec.ts";
import type { Decision } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import {
  queueStanding,
  type QueueStanding,
} from "@countersign/domain/request/view/queue-standing.ts";
import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { requestView } from "@countersign/domain/request/view/view.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { morning, type Happening } from "./happenings.ts";
import { referenceOf, type World } from "./world.ts";

interface Moment {
  readonly world: World;
  readonly state: RequestState;
  readonly now: string;
  readonly events: readonly RequestEvent[];
}

interface Step {
  readonly moment: Moment;
  readonly decision: Decision;
}

const fold = (moment: Moment, events: readonly RequestEvent[], actor: Actor): Moment => {
  const metadata: EventMetadata = {
    commandId: `command-${moment.events.length}`,
    correlationId: "c",
    org: "demo",
    actor,
    channel: "rest",
    occurredAt: moment.now,
    schemaVersion: 1,
  };
  let { state } = moment;
  for (const event of events) {
    // Through the stored text and back, because that is how every state but the newest comes to be.
    const { type, data, schemaVersion } = encodeRequestEvent(event);
    state = evolve(state, { event: decodeRequestEvent(type, data, schemaVersion), metadata });
  }
  return { ...moment, state, events: [...moment.events, ...events] };
};

/** Brings one happening about. */
export const take = (moment: Moment, happening: Happening): Step => {
  switch (happening.kind) {
    case "world":
      return {
        moment: { ...moment, world: happening.change(moment.world) },
        decision: { events: [] },
      };
    case "clock":
      return { moment: { ...moment, now: happening.at }, decision: { events: [] } };
    case "command": {
      const { command: said, principal, actor } = happening;
      const decision = decide(
        moment.state,
        said,
        {
          now: moment.now,
          actor,
          channel: "rest",
          principal,
          lastAssigned: moment.world.lastAssigned ?? new Map(),
          childId: (...parts) => `apr_child:${parts.slice(1).join(":")}`,
        },
        referenceOf(moment.world),
      );
      return { moment: fold(moment, decision.events, actor), decision };
    }
  }
};

/** An event as a test expects it: its type, and those fields of its data that matter. */
export type Expected =
  | RequestEvent["type"]
  | {
      [T in RequestEvent["type"]]: readonly [
        T,
        Partial<Extract<RequestEvent, { type: T }>["data"]>,
      ];
    }[RequestEvent["type"]];

const matcher = (expected: Expected): unknown =>
  typeof expected === "string"
    ? expect.objectContaining({ type: expected })
    : { type: expected[0], data: expect.objectContaining(expected[1]) };

/** What came of it all. */
export class After {
  readonly moment: Moment;
  readonly decision: Decision;

  constructor({ moment, decision }: Step) {
    this.moment = moment;
    this.decision = decision;
  }

  /** Exactly these events, in this order, and no refusal. */
  yields(...expected: readonly Expected[]): this {
    expect(this.decision.refusal).toBeUndefined();
    expect(this.decision.events.map((event) => event.type)).toEqual(
      expected.map((event) => (typeof event === "string" ? event : event[0])),
    );
    expect(this.decision.events).toEqual(expected.map(matcher));
    return this;
  }

  /** Refused with this code and these details among others; by default nothing happened. */
  refused(
    code: RefusalCode,
    details: Readonly<Record<string, unknown>> = {},
    ...expected: readonly Expected[]
  ): this {
    expect(this.decision.refusal?.code).toBe(code);
    expect(this.decision.refusal?.message).toMatch(/^[A-Za-z].*\.$/s);
    expect(this.decision.refusal?.details ?? {}).toMatchObject(details);
    expect(this.decision.events).toEqual(expected.map(matcher));
    return this;
  }

  /** No event and no refusal: it was said before, or there is nothing to do. */
  yieldsNothing(): this {
    return this.yields();
  }

  /** Status of the request now. */
  get status(): string {
    return this.moment.state.status;
  }

  get view(): RequestView {
    const { state } = this.moment;
    if (state.status === "absent") throw new Error("there is no request to look at");
    return requestView(state, referenceOf(this.moment.world), { position: "7" });
  }

  get queue(): QueueStanding {
    const { state } = this.moment;
    if (state.status === "absent") throw new Error("there is no request in any queue");
    return queueStanding(state, referenceOf(this.moment.world));
  }
}

/** A history. What is given must have been possible: a refused command in it fails the test. */
export class Given {
  readonly moment: Moment;

  constructor(moment: Moment) {
    this.moment = moment;
  }

  and(...history: readonly Happening[]): Given {
    let { moment } = this;
    for (const happening of history) {
      const step = take(moment, happening);
      if (step.decision.refusal !== undefined) {
        throw new Error(`given what was refused: ${step.decision.refusal.message}`);
      }
      ({ moment } = step);
    }
    return new Given(moment);
  }

  when(happening: Happening): After {
    return new After(take(this.moment, happening));
  }

  /** The request as the history left it. */
  get view(): RequestView {
    return new After({ moment: this.moment, decision: { events: [] } }).view;
  }

  get queue(): QueueStanding {
    return new After({ moment: this.moment, decision: { events: [] } }).queue;
  }

  get status(): string {
    return this.moment.state.status;
  }
}

export const given = (from: World, ...history: readonly Happening[]): Given =>
  new Given({ world: from, state: absentRequest, now: morning, events: [] }).and(...history);
