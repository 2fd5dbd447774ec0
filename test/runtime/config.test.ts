import { describe, expect, test } from "vitest";
import { readSettings, type Environment, type Settings } from "@countersign/runtime/config.ts";
import {
  readBackgroundConfig,
  readEventStore,
  readNats,
} from "@countersign/runtime/settings-of-services.ts";

const problemsOf = (environment: Environment, read: (settings: Settings) => unknown): string[] => {
  const configured = readSettings(environment, read);
  return configured.ok ? [] : configured.problems.map(({ variable }) => variable);
};

const valueOf = <T>(environment: Environment, read: (settings: Settings) => T): T => {
  const configured = readSettings(environment, read);
  if (!configured.ok) throw new Error(configured.problems.map((p) => p.sentence).join(" "));
  return configured.config;
};

describe("settings", () => {
  test("are all checked, and every problem is a sentence that names its variable", () => {
    const configured = readSettings(
      {
        COUNTERSIGN_EVENT_STORE: "sqlite:events.db",
        COUNTERSIGN_NATS: "http://localhost",
        COUNTERSIGN_HTTP: "4400",
        COUNTERSIGN_LOG_LEVEL: "loud",
      },
      (settings) => readBackgroundConfig(settings, 4403),
    );
    expect(configured.ok).toBe(false);
    const problems = configured.ok ? [] : configured.problems;
    expect(problems.map(({ variable }) => variable).toSorted()).toEqual([
      "COUNTERSIGN_EVENT_STORE",
      "COUNTERSIGN_HTTP",
      "COUNTERSIGN_LOG_LEVEL",
      "COUNTERSIGN_NATS",
    ]);
    for (const { variable, sentence } of problems) expect(sentence).toMatch(`${variable} `);
    for (const { sentence } of problems) expect(sentence).toMatch(/^[^\n]+\.$/);
  });

  test("of a service of its own name a store and a broker, or it does not start", () => {
    expect(problemsOf({}, (settings) => readBackgroundConfig(settings, 4403))).toEqual([
      "COUNTERSIGN_EVENT_STORE",
      "COUNTERSIGN_NATS",
    ]);
  });

  test("have defaults for the rest", () => {
    const config = valueOf(
      {
        COUNTERSIGN_EVENT_STORE: " esdb://store:2113?tls=false ",
        COUNTERSIGN_NATS: "nats://a:4222, tls://b:4222",
        COUNTERSIGN_DATA: "  ",
      },
      (settings) => readBackgroundConfig(settings, 4403),
    );
    expect(config).toEqual({
      eventStore: "esdb://store:2113?tls=false",
      nats: { servers: ["nats://a:4222", "tls://b:4222"], credsFile: null },
      dataDir: "./data",
      host: "127.0.0.1",
      port: 4403,
      logLevel: "info",
    });
  });

  test.each([
    ["127.0.0.1:80", { host: "127.0.0.1", port: 80 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["[::1]:4400", { host: "::1", port: 4400 }],
    ["0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
  ])("take %s as an address", (text, address) => {
    expect(valueOf({ A: text }, (settings) => settings.address("A", "x:1"))).toEqual(address);
  });

  test.each([
    "4400",
    "localhost",
    ":4400",
    "::1:4400",
    "a:65536",
    "a:b",
    "a b:1",
    "[]:1",
    "http://a:1",
  ])("do not take %s as an address", (text) => {
    expect(problemsOf({ A: text }, (settings) => settings.address("A", "x:1"))).toEqual(["A"]);
  });

  test.each([
    ["sqlite:./data/events.db", { kind: "sqlite", path: "./data/events.db" }],
    ["sqlite:/var/lib/a b.db", { kind: "sqlite", path: "/var/lib/a b.db" }],
    ["esdb://h:2113?tls=false", { kind: "esdb", connectionString: "esdb://h:2113?tls=false" }],
    ["esdb+discover://h", { kind: "esdb", connectionString: "esdb+discover://h" }],
  ])("take %s as an event store", (text, store) => {
    const read = (settings: Settings) => readEventStore(settings, "sqlite:default");
    expect(valueOf({ COUNTERSIGN_EVENT_STORE: text }, read)).toEqual(store);
  });

  test.each(["sqlite:", "postgres://h", "esdb://", "./events.db"])(
    "do not take %s as an event store",
    (text) => {
      const read = (settings: Settings) => readEventStore(settings, "sqlite:default");
      expect(problemsOf({ COUNTERSIGN_EVENT_STORE: text }, read)).toHaveLength(1);
    },
  );

  test("never show a store's password in a problem", () => {
    const secret = { COUNTERSIGN_EVENT_STORE: "esdb:/admin:changeit@host" };
    const configured = readSettings(secret, (settings) => readEventStore(settings, ""));
    expect(configured.ok).toBe(false);
    expect(JSON.stringify(configured)).not.toContain("changeit");
  });

  test("for NATS may be missing, but not with credentials alone", () => {
    expect(valueOf({}, readNats)).toBeNull();
    expect(problemsOf({ COUNTERSIGN_NATS_CREDS: "a.creds" }, readNats)).toEqual([
      "COUNTERSIGN_NATS_CREDS",
    ]);
  });

  test("that are a yes are yes or no", () => {
    const read = (settings: Settings) => settings.flag("F");
    expect([valueOf({ F: "yes" }, read), valueOf({ F: "no" }, read), valueOf({}, read)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(problemsOf({ F: "true" }, read)).toEqual(["F"]);
  });
});
