import {
  cloudEventType,
  commandEventType,
  parseCommandCloudEvent,
  toCloudEvent,
} from "@countersign/messaging/cloud-events.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("events as CloudEvents", () => {
  test.each([
    ["request", "RequestApproved", "io.countersign.request.approved.v1"],
    ["request", "VoteCast", "io.countersign.request.vote-cast.v1"],
    ["request", "LevelAutoApproved", "io.countersign.request.level-auto-approved.v1"],
    ["topic", "TopicCreated", "io.countersign.topic.created.v1"],
    ["topic", "SlaBreached", "io.countersign.topic.sla-breached.v1"],
    ["directory", "ApiKeyIssued", "io.countersign.directory.api-key-issued.v1"],
    ["delegation", "DelegationRevoked", "io.countersign.delegation.revoked.v1"],
    ["pending", "PendingClaimed", "io.countersign.pending.claimed.v1"],
    ["run", "RunningOut", "io.countersign.run.running-out.v1"],
    ["request", "Request", "io.countersign.request.request.v1"],
  ])("%s %s is %s", (category, type, expected) => {
    expect(cloudEventType(category, type)).toBe(expected);
    expect(cloudEventType(category, type)).toBe(expected);
  });

  const event = {
    eventId: "6f8f57b1-4b9e-5f43-9f6c-0d7e52a7a1aa",
    category: "request",
    type: "VoteCast",
    org: "acme",
    position: 9_007_199_254_740_993n,
    occurredAt: "2026-01-02T03:04:05.678Z",
    subject: "apr_01J",
  };

  test("the envelope has every attribute, and the position as text so that nothing is rounded", () => {
    expect(JSON.parse(toCloudEvent({ ...event, dataText: '{"by":"bo","level":1}' }))).toEqual({
      specversion: "1.0",
      id: event.eventId,
      source: "/orgs/acme",
      type: "io.countersign.request.vote-cast.v1",
      subject: "apr_01J",
      time: event.occurredAt,
      datacontenttype: "application/json",
      org: "acme",
      position: "9007199254740993",
      data: { by: "bo", level: 1 },
    });
  });

  test("an event about nothing in particular has no subject", () => {
    const { subject: _, ...rest } = event;
    expect(JSON.parse(toCloudEvent({ ...rest, dataText: "{}" }))).not.toHaveProperty("subject");
  });

  test("whatever the data and the subject hold, the envelope parses back to them", () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ minLength: 1 }), (dataText, subject) => {
        const text = toCloudEvent({ ...event, subject, dataText });
        expect(text.endsWith(`"data":${dataText}}`)).toBe(true);
        const envelope: unknown = JSON.parse(text);
        expect(envelope).toMatchObject({ subject });
        expect(envelope).toHaveProperty("data", JSON.parse(dataText));
      }),
    );
  });
});

describe("commands as CloudEvents", () => {
  const command = {
    specversion: "1.0",
    id: "build-17",
    source: "/ci/main",
    type: commandEventType("request-approval"),
    data: { title: "Deploy" },
  };
  const parse = (change: object): ReturnType<typeof parseCommandCloudEvent> =>
    parseCommandCloudEvent(JSON.stringify({ ...command, ...change }));

  test("a whole envelope gives the command and its data", () => {
    expect(
      parse({ datacontenttype: "application/json; charset=utf-8", time: "now", extra: 1 }),
    ).toEqual({
      ok: true,
      envelope: {
        id: "build-17",
        source: "/ci/main",
        command: "request-approval",
        data: { title: "Deploy" },
      },
    });
  });

  test("an id and a source may have 255 characters, whatever these are", () => {
    const long = "👍".repeat(255);
    expect(parse({ id: long, source: long }).ok).toBe(true);
    expect(parse({ id: `${long}x` }).ok).toBe(false);
  });

  test.each<[string, object, string, string]>([
    ["another version", { specversion: "0.3" }, "unprocessable", "specversion"],
    ["no id", { id: undefined }, "unprocessable", "id"],
    ["an empty id", { id: "" }, "unprocessable", "id"],
    ["a number as id", { id: 17 }, "unprocessable", "id"],
    ["a source of 256 characters", { source: "s".repeat(256) }, "unprocessable", "source"],
    ["a foreign type", { type: "com.example.deploy" }, "unprocessable", "type"],
    ["a command in capitals", { type: commandEventType("Approve") }, "unprocessable", "type"],
    ["no data", { data: undefined }, "unprocessable", "data"],
    [
      "text as data",
      { datacontenttype: "text/plain" },
      "unsupported-media-type",
      "datacontenttype",
    ],
    ["a number as media type", { datacontenttype: 1 }, "unsupported-media-type", "datacontenttype"],
    ["base64", { data_base64: "e30=" }, "unsupported-media-type", "data_base64"],
  ])("%s is a fault that names the place", (_, change, code, path) => {
    const parsed = parse(change);
    expect(parsed).toMatchObject({ ok: false, fault: { code, path } });
  });

  test.each(["", "{", "null", "[]", '"text"', "1", "not JSON"])("%j is no envelope", (text) => {
    expect(parseCommandCloudEvent(text)).toMatchObject({
      ok: false,
      fault: { code: "bad-request", path: "" },
    });
  });

  test("the caller's parser decides what is JSON", () => {
    const strict = (): never => {
      throw new Error('the key "id" stands twice');
    };
    const parsed = parseCommandCloudEvent(JSON.stringify(command), strict);
    expect(parsed).toMatchObject({
      fault: { message: 'the message is no JSON: the key "id" stands twice.' },
    });
  });

  test("no text makes it throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseCommandCloudEvent(text).ok).toBe(false);
      }),
    );
  });
});
