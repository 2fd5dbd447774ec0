import { describe, expect, test } from "vitest";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { matchesGlob } from "@countersign/domain/policy/glob.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import { refuse, refuseField } from "@countersign/domain/request/refusals.ts";
import {
  decideStandingGrant,
  type StandingGrantCommand,
  type StandingGrantDecision,
} from "@countersign/domain/standing-grant/decide.ts";
import { evolveStandingGrants } from "@countersign/domain/standing-grant/evolve.ts";
import { liftedBy } from "@countersign/domain/standing-grant/lifting.ts";
import type { StandingGrant } from "@countersign/domain/standing-grant/standing-grant.ts";
import { standingGrantViews } from "@countersign/domain/standing-grant/view.ts";
import { demoDirectory } from "../../testkit/examples/directory.ts";

const now = "2026-01-05T09:00:00.000Z";
const noon = "2026-01-05T12:00:00.000Z";

const grant = (over: Partial<StandingGrant> = {}): StandingGrant => ({
  id: "sgr_1",
  actions: ["kubernetes:*"],
  agent: null,
  when: null,
  endsAt: noon,
  reason: "Release night",
  ...over,
});

const create = (over: Partial<StandingGrant> = {}): StandingGrantCommand => ({
  type: "create-standing-grant",
  grant: grant(over),
});
const revoke = (id: string): StandingGrantCommand => ({ type: "revoke-standing-grant", id });

const decide = (state: DefinitionState, command: StandingGrantCommand): StandingGrantDecision =>
  decideStandingGrant(state.standingGrants, command, now, demoDirectory);

/** Every event goes through its stored text and back. What is given must have been possible. */
const given = (...commands: readonly StandingGrantCommand[]): DefinitionState => {
  let state = emptyDefinition;
  for (const command of commands) {
    const { events, refusal } = decide(state, command);
    expect(refusal).toBeUndefined();
    for (const { type, data } of events) {
      state = evolveDefinition(state, {
        event: decodeDefinitionEvent(type, JSON.stringify(data), 1),
        metadata: {
          commandId: "c",
          correlationId: "c",
          org: "demo",
          actor: { kind: "person", id: "ana" },
          channel: "rest",
          occurredAt: now,
          schemaVersion: 1,
        },
      });
    }
  }
  return state;
};

interface Asked {
  readonly type?: string;
  readonly id?: string;
  readonly kind?: "agent" | "person";
  readonly facts?: JsonObject;
  readonly at?: string;
}

const lifts = (state: DefinitionState, asked: Asked = {}): string | null => {
  const { type = "kubernetes:deploy", id = "ci", kind = "agent", facts = {}, at = now } = asked;
  const action = { type, requester: { kind, id }, facts };
  const found = liftedBy(state.standingGrants, action, at, () => ({ value: null, why: "none" }));
  return found?.id ?? null;
};

const cheap: Condition = { kind: "field", field: "context.cost", operator: "<", value: 5 };

describe("what a standing grant lifts", () => {
  test("actions of its globs, whoever asks", () => {
    const state = given(create());
    expect(lifts(state)).toBe("sgr_1");
    expect(lifts(state, { kind: "person", id: "bo" })).toBe("sgr_1");
    expect(lifts(state, { type: "db:drop" })).toBeNull();
    const both = given(create({ actions: ["db:*", "kubernetes:*"] }));
    expect([lifts(both), lifts(both, { type: "db:drop" })]).toEqual(["sgr_1", "sgr_1"]);
  });
  test("for an agent: that agent's, and not those of a person of the same name", () => {
    const state = given(create({ agent: "ci" }));
    expect(lifts(state)).toBe("sgr_1");
    expect(lifts(state, { id: "deployment-bot" })).toBeNull();
    expect(lifts(state, { kind: "person" })).toBeNull();
  });
  test("until a millisecond before its end", () => {
    const state = given(create());
    expect(lifts(state, { at: "2026-01-05T11:59:59.999Z" })).toBe("sgr_1");
    expect(lifts(state, { at: noon })).toBeNull();
  });
  test("nothing once it is revoked", () => {
    expect(lifts(given(create(), revoke("sgr_1")))).toBeNull();
  });
  test("only while its condition holds; one that cannot be judged lifts nothing", () => {
    const state = given(create({ when: cheap }));
    expect(lifts(state, { facts: { context: { cost: 4 } } })).toBe("sgr_1");
    expect(lifts(state, { facts: { context: { cost: 5 } } })).toBeNull();
    expect(lifts(state, { facts: {} })).toBeNull();
  });
  test("the oldest that fits is the one that is named", () => {
    const state = given(
      create({ actions: ["db:*"] }),
      create({ id: "sgr_2" }),
      create({ id: "sgr_3" }),
    );
    expect(lifts(state)).toBe("sgr_2");
  });
});

describe("making one", () => {
  test("says all of it in its event", () => {
    expect(decide(emptyDefinition, create({ when: cheap })).events).toEqual([
      { type: "StandingGrantCreated", data: grant({ when: cheap }) },
    ]);
  });
  const [future, near] = [
    "A standing grant ends in the future.",
    "A standing grant ends within 3650 days.",
  ];
  test.each([
    [
      "for an unknown agent",
      { agent: "nobody" },
      "agent",
      "There is no agent nobody in the directory.",
    ],
    ["that ends now", { endsAt: now }, "ends_at", future],
    ["that is over", { endsAt: "2026-01-05T08:59:59.999Z" }, "ends_at", future],
    ["of more than 3,650 days", { endsAt: "2036-01-03T09:00:00.001Z" }, "ends_at", near],
  ])("%s is refused at its field", (_, over, path, message) => {
    expect(decide(emptyDefinition, create(over))).toEqual({
      events: [],
      refusal: refuseField("unprocessable", path, message),
    });
  });
  test.each([
    ["for an agent of the directory", { agent: "ci" }],
    ["that ends in a millisecond", { endsAt: "2026-01-05T09:00:00.001Z" }],
    ["of 3,650 days", { endsAt: "2036-01-03T09:00:00.000Z" }],
  ])("%s is made", (_, over) => {
    expect(decide(emptyDefinition, create(over)).events).toHaveLength(1);
  });
});

describe("revoking one", () => {
  test("ends it; a second time changes nothing", () => {
    const state = given(create());
    expect(decide(state, revoke("sgr_1")).events).toEqual([
      { type: "StandingGrantRevoked", data: { id: "sgr_1" } },
    ]);
    expect(decide(given(create(), revoke("sgr_1")), revoke("sgr_1"))).toEqual({ events: [] });
  });
  test("that is not there is not found", () => {
    expect(decide(emptyDefinition, revoke("sgr_1"))).toEqual({
      events: [],
      refusal: refuse("not-found", "There is no such standing grant."),
    });
  });
  test("that was never made cannot have happened", () => {
    const event = { type: "StandingGrantRevoked", data: { id: "sgr_9" } } as const;
    const actor = { kind: "person", id: "ana" } as const;
    expect(() => evolveStandingGrants(new Map(), event, { occurredAt: now, actor })).toThrow(
      "There is no standing grant sgr_9 to revoke.",
    );
  });
});

describe("the list", () => {
  const either: Condition = {
    kind: "any",
    of: [
      { kind: "all", of: [cheap] },
      { kind: "expression", text: "true" },
    ],
  };
  test("shows all, newest first, with what became of them", () => {
    const state = given(
      create({ when: either }),
      create({ id: "sgr_2", agent: "ci" }),
      revoke("sgr_2"),
    );
    expect(standingGrantViews(state.standingGrants, noon)).toEqual([
      {
        id: "sgr_2",
        actions: ["kubernetes:*"],
        agent: "ci",
        when: null,
        ends_at: noon,
        reason: "Release night",
        status: "revoked",
        created_at: now,
        created_by: "ana",
        revoked_at: now,
      },
      expect.objectContaining({
        id: "sgr_1",
        status: "ended",
        when: { any: [{ all: [{ field: "context.cost", operator: "<", value: 5 }] }, "true"] },
        revoked_at: null,
      }),
    ]);
    expect(standingGrantViews(state.standingGrants, now)[1]).toMatchObject({ status: "active" });
  });
});

describe("globs", () => {
  test.each([
    ["kubernetes:*", "kubernetes:deploy", true],
    ["kubernetes:*", "kubernetes:", true],
    ["kubernetes:*", "Kubernetes:deploy", false],
    ["*", "", true],
    ["*:delete", "db:table:delete", true],
    ["db:*:drop", "db:main:drop", true],
    ["db:*:drop", "db:main:dropped", false],
    ["db.drop", "db:drop", false],
    ["refund", "refund:large", false],
    ["a*b*c", "aXbYbZc", true],
    ["**a**", "bab", true],
    ["a**", "a", true],
    ["ab", "x", false],
    ["a*a", "a", false],
    ["a*b", "ab", true],
    ["", "", true],
    ["", "a", false],
  ])("%s and %s: %s", (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });
  test("a hostile one is answered all the same", () => {
    expect(matchesGlob("*a".repeat(100), "a".repeat(5_000) + "b")).toBe(false);
  });
});
