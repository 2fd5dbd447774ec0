import { describe, expect, test } from "vitest";
import { AppendTooLarge, InvalidEvent } from "@countersign/event-store/errors.ts";
import type { NewEvent } from "@countersign/event-store/event-store.ts";
import { allOf, aStream, anEvent, someEvents } from "../../testkit/event-store/example-events.ts";
import type { Opened } from "./suite.ts";

const dataOf = (bytes: number): string => JSON.stringify("x".repeat(bytes - 2));

/** What no store keeps: bugs of the caller, found before anything is sent. */
export const invalidAppendCases = (opened: Opened): void => {
  describe("an append that no store can keep", () => {
    test.for<[string, Partial<NewEvent>]>([
      ["an empty type", { type: "" }],
      ["an empty id", { eventId: "" }],
      ["an id that is no UUID", { eventId: "apr_01J0000000000000000000000" }],
      ["a UUID with something behind it", { eventId: "6f0c8f0e-8d5a-4c39-9f0e-3f4d8a0b1c2d-x" }],
      ["a UUID in capitals", { eventId: "6F0C8F0E-8D5A-4C39-9F0E-3F4D8A0B1C2D" }],
      ["data that is cut off", { data: '{"voter":"bo"' }],
      ["data that is empty", { data: "" }],
      ["data that is no JSON", { data: "approve" }],
      ["metadata that is no JSON", { metadata: "{actor: bo}" }],
      ["data with half a surrogate pair", { data: '"\ud800"' }],
    ])("an event with %s is refused", async ([, fault]) => {
      const { store } = opened();
      const stream = aStream();
      await expect(store.append(stream, "no-stream", [anEvent(fault)])).rejects.toThrow(
        InvalidEvent,
      );
      expect(await allOf(store.readStream(stream))).toEqual([]);
    });

    test("one faulty event among good ones refuses them all", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = [...someEvents(3), anEvent({ type: "" }), ...someEvents(3)];
      await expect(store.append(stream, "no-stream", events)).rejects.toThrow(InvalidEvent);
      expect(await allOf(store.readStream(stream))).toEqual([]);
    });

    test("an append without events is refused", async () => {
      await expect(opened().store.append(aStream(), "no-stream", [])).rejects.toThrow(InvalidEvent);
    });

    test.for(["", "$all", "$settings"])("the stream name %j is refused", async (stream) => {
      await expect(opened().store.append(stream, "no-stream", [anEvent()])).rejects.toThrow(
        InvalidEvent,
      );
    });

    test("one event with over 1 MiB of data is refused, and the stream stays as it was", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", [anEvent()]);
      const large = anEvent({ data: dataOf(1024 * 1024 + 1) });
      await expect(store.append(stream, 0n, [large])).rejects.toThrow(AppendTooLarge);
      expect(await allOf(store.readStream(stream))).toHaveLength(1);
    });

    test("events that are over 1 MiB only together are refused", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = Array.from({ length: 3 }, () => anEvent({ data: dataOf(400_000) }));
      await expect(store.append(stream, "no-stream", events)).rejects.toThrow(AppendTooLarge);
      expect(await allOf(store.readStream(stream))).toEqual([]);
    });

    test("the size is that of the bytes, not of the characters", async () => {
      const { store } = opened();
      const euros = anEvent({ data: JSON.stringify("€".repeat(400_000)) });
      await expect(store.append(aStream(), "no-stream", [euros])).rejects.toThrow(AppendTooLarge);
    });

    test("the store works on after every kind of refusal", async () => {
      const { store } = opened();
      const stream = aStream();
      await expect(
        store.append(stream, "no-stream", [anEvent({ eventId: "no" })]),
      ).rejects.toThrow();
      await expect(
        store.append(stream, "no-stream", [anEvent({ data: dataOf(2_000_000) })]),
      ).rejects.toThrow();
      await expect(store.append(stream, 7n, [anEvent()])).rejects.toThrow();
      await expect(store.append(stream, "no-stream", [anEvent()])).resolves.toMatchObject({
        revision: 0n,
      });
    });
  });
};
