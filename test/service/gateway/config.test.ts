import { describe, expect, test } from "vitest";
import { readConfig } from "@countersign/gateway/config.ts";

const complete = {
  COUNTERSIGN_NATS: "nats://127.0.0.1:4222",
  COUNTERSIGN_AUTH_JWKS_URL: "https://id.example.org/jwks",
  COUNTERSIGN_AUTH_ISSUER: "https://id.example.org",
  COUNTERSIGN_AUTH_AUDIENCE: "countersign",
};

describe("the gateway's settings", () => {
  test("have defaults for all but the broker and the identity provider", () => {
    expect(readConfig(complete)).toMatchObject({
      ok: true,
      config: {
        host: "127.0.0.1",
        port: 4400,
        publicUrl: "http://127.0.0.1:4400",
        rateLimit: 6000,
        logLevel: "info",
        nats: { servers: ["nats://127.0.0.1:4222"], credsFile: null },
        auth: { claims: { org: "org", subject: "sub", kind: "kind" } },
      },
    });
  });

  test("are checked together, every problem in a sentence", () => {
    const read = readConfig({
      COUNTERSIGN_HTTP: "4400",
      COUNTERSIGN_PUBLIC_URL: "approvals.example.org",
      COUNTERSIGN_NATS: "127.0.0.1:4222",
      COUNTERSIGN_AUTH_JWKS_URL: "ftp://x",
      COUNTERSIGN_RATE_LIMIT: "-1",
      COUNTERSIGN_LOG_LEVEL: "loud",
    });
    const problems = read.ok ? [] : read.problems;
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "COUNTERSIGN_HTTP",
      "COUNTERSIGN_PUBLIC_URL",
      "COUNTERSIGN_NATS",
      "COUNTERSIGN_AUTH_JWKS_URL",
      "COUNTERSIGN_AUTH_ISSUER",
      "COUNTERSIGN_AUTH_AUDIENCE",
      "COUNTERSIGN_RATE_LIMIT",
      "COUNTERSIGN_LOG_LEVEL",
    ]);
  });

  test.each([
    ["[::1]:8080", { host: "::1", port: 8080 }],
    ["0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
  ])("listen on %s", (address, expected) => {
    expect(readConfig({ ...complete, COUNTERSIGN_HTTP: address })).toMatchObject({
      config: expected,
    });
  });

  test.each(["127.0.0.1", "127.0.0.1:65536", ":4400", "a:b"])("do not listen on %s", (address) => {
    expect(readConfig({ ...complete, COUNTERSIGN_HTTP: address }).ok).toBe(false);
  });
});
