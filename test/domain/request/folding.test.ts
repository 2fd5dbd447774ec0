import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { decodeRequestEvent, encodeRequestEvent } from "@countersign/domain/request/codec.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import { all, any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { Given, given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  people,
  rechecked,
  timerFires,
  transitionReported,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "bo" },
  channel: "rest",
  occurredAt: "2026-01-05T09:00:00.000Z",
  schemaVersion: 1,
};
const plain = given(world(qaOnly), asked());
const topic = { workflow: "release", id: "R", from: "a", to: "b" };

describe("a state", () => {
  test("a policy version that was never imported stops the decision", () => {
    const forgetful = new Given({ ...plain.moment, world: world() });
    expect(() => forgetful.view).toThrow(
      "Policy release version 1 is pinned by a request and not known.",
    );
  });

  test("a state is never changed by the next event", () => {
    const before = JSON.stringify(plain.moment.state);
    plain.and(approves("bo"));
    expect(JSON.stringify(plain.moment.state)).toBe(before);
  });
});

describe("the codec", () => {
  const histories = [
    given(world(qaOnly), asked({ topic }), approves("bo"), transitionReported(true)),
    given(world(qaOnly), asked(), denies("bo")),
    given(world(qaOnly), asked(), cancels("ana")),
    given(world(qaOnly), asked(), clockShows("2026-02-05T09:00:00.000Z"), timerFires),
    given(world(policy(level(group(all, "sre")))), asked(), people(leaves("eli")), rechecked),
    given(
      world(policy(level(group(any, "legal")))),
      asked(),
      people(role("legal", "hal")),
      rechecked,
    ),
    given(
      world(policy(level([group(all, "sre"), group(any, "qa_lead")], { logic: "OR" }))),
      asked(),
      denies("eli"),
      approves("eli"),
    ),
    given(
      world(policy(level(group(any, "sre"), { conditions: when("priority", "high") }))),
      asked({ context: { priority: "low" } }),
    ),
  ];
  const failed = given(world(qaOnly)).when(asked({ validation: { is_valid: false, issues: [] } }));
  const events = [...histories.flatMap(({ moment }) => moment.events), ...failed.moment.events];

  test("every event that a command can write comes back as it was", () => {
    const types = new Set(events.map(({ type }) => type));
    expect(types.size).toBe(15);
    for (const event of events) {
      const { type, data, schemaVersion } = encodeRequestEvent(event);
      expect(decodeRequestEvent(type, data, schemaVersion)).toEqual(event);
    }
  });

  test("an unknown type is not guessed at", () => {
    expect(() => decodeRequestEvent("RequestTeleported", "{}", 1)).toThrow(
      "Unknown request event RequestTeleported.",
    );
    expect(() => decodeRequestEvent("toString", "{}", 1)).toThrow(
      "Unknown request event toString.",
    );
  });

  test("an unknown version is not guessed at", () => {
    expect(() => decodeRequestEvent("VoteCast", "{}", 2)).toThrow(
      "Unknown version 2 of request event VoteCast.",
    );
  });

  test("an abandoned request stays absent", () => {
    expect(evolve(absentRequest, { event: { type: "RequestAbandoned", data: {} }, metadata })).toBe(
      absentRequest,
    );
  });
});
