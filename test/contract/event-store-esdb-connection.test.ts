import { describe, expect, test } from "vitest";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { credentialsOf, withKeepAlive } from "@countersign/event-store-esdb/connection.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";

const failureOfOpening = (connectionString: string): unknown => {
  try {
    return openEsdbEventStore({ connectionString });
  } catch (error) {
    return error;
  }
};

describe("a connection string of EventStoreDB", () => {
  test.for([
    ["esdb://db:2113", "esdb://db:2113?keepAliveInterval=10000&keepAliveTimeout=5000"],
    [
      "esdb://db:2113?tls=false",
      "esdb://db:2113?tls=false&keepAliveInterval=10000&keepAliveTimeout=5000",
    ],
    [
      "esdb://db:2113/?tls=false&keepaliveinterval=20000",
      "esdb://db:2113/?tls=false&keepaliveinterval=20000&keepAliveTimeout=5000",
    ],
  ] as const)("%s gets the keep-alive that it lacks", ([given, expected]) => {
    expect(withKeepAlive(given)).toBe(expected);
  });

  test.for([
    "",
    "http://db:2113",
    "esdb://",
    "esdb://ana:secret@db:port",
    "esdb://ana:secret@db?x",
  ])("%j is refused without being repeated", (connectionString) => {
    const failure = failureOfOpening(connectionString);
    expect(failure).toBeInstanceOf(StoreFailed);
    expect(String(failure)).not.toContain("secret");
  });

  test("that turns errors of appends into answers is refused", () => {
    expect(failureOfOpening("esdb://db:2113?throwOnAppendFailure=false")).toBeInstanceOf(
      StoreFailed,
    );
  });

  test("tells the credentials, decoded", () => {
    expect(credentialsOf("esdb://ana:p%40ss@db:2113?tls=true")).toEqual({
      username: "ana",
      password: "p@ss",
    });
  });
});
