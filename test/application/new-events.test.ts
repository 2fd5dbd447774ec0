import { newEvents } from "@countersign/application/new-events.ts";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { decoder, metadataOf } from "@countersign/domain/recorded.ts";
import { describe, expect, it } from "vitest";

const metadata: EventMetadata = {
  commandId: "cmd_1",
  correlationId: "c",
  org: "acme",
  actor: { kind: "person", id: "ana" },
  channel: "rest",
  occurredAt: "2026-08-01T10:00:00.000Z",
  schemaVersion: 1,
};
const vote = { type: "VoteCast", data: { by: "ana" } };
const level = { type: "LevelApproved", data: { level: 1 } };
const two = [vote, level];
const idsOf = (events: { type: string; data: object }[], other = {}): string[] =>
  newEvents(events, { ...metadata, ...other }).map(({ eventId }) => eventId);

describe("the ids of an append's events", () => {
  it("are UUIDs, another one for each event", () => {
    const ids = idsOf(two);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("are the same when the same append is made again", () => {
    expect(idsOf(two)).toEqual(idsOf(two));
  });

  it.each([
    ["command", idsOf(two, { commandId: "cmd_2" })],
    ["time", idsOf(two, { occurredAt: "2026-08-01T10:00:00.001Z" })],
    ["last event's content", idsOf([vote, { type: "LevelApproved", data: { level: 2 } }])],
    ["order", idsOf([level, vote])],
    ["number of events", idsOf([vote])],
  ])("are all others with another %s", (_, others) => {
    const ids = idsOf(two);
    expect(others.filter((id) => ids.includes(id))).toEqual([]);
  });

  it("do not run together where a text of people holds what stands between two events", () => {
    const one = { type: "A", data: { text: '"}\n{"text":"' } };
    const [first] = idsOf([one]);
    const [other] = idsOf([
      { type: "A", data: { text: "" } },
      { type: "A", data: { text: "" } },
    ]);
    expect(first).not.toBe(other);
  });
});

describe("the texts of an append's events", () => {
  it("are what was decided, with one metadata for all", () => {
    const events = newEvents(two, metadata);
    expect(events.map(({ type, data }) => ({ type, data: JSON.parse(data) as unknown }))).toEqual(
      two,
    );
    for (const event of events) expect(JSON.parse(event.metadata)).toStrictEqual(metadata);
  });

  it("are read in this process as what they were made from, and a copy with other words by its words", () => {
    const [event] = newEvents([vote], metadata);
    if (event === undefined) throw new Error("one event is made");
    const read = decoder((type, data) => ({ type, data: JSON.parse(data) as object }));
    expect(read(event).event).toBe(vote);
    expect(metadataOf(event)).toBe(metadata);
    const other = read({ ...event, data: '{"by":"bo"}' });
    expect(other.event).toEqual({ type: "VoteCast", data: { by: "bo" } });
    expect(other.metadata).toEqual(metadata);
    expect(metadataOf({ ...event, metadata: '{"org":"other"}' })).toEqual({ org: "other" });
  });
});
