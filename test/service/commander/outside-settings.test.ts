import { describe, expect, test } from "vitest";
import { readOutside, type OutsideConfig } from "@countersign/commander/outside/settings.ts";
import { readWebhookSecret, signedHeaders } from "@countersign/commander/outside/signature.ts";
import { readSettings, type Environment } from "@countersign/runtime/config.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const read = (environment: Environment): OutsideConfig | string[] => {
  const configured = readSettings(environment, readOutside);
  return configured.ok ? configured.config : configured.problems.map(({ sentence }) => sentence);
};

describe("settings of services outside", () => {
  test("ask nobody, and nobody private, unless the operator says so", () => {
    expect(read({})).toEqual({
      secret: null,
      allowPrivate: false,
      advisorUrl: null,
      advisorTimeoutMs: 2_000,
    });
    expect(
      read({
        COUNTERSIGN_GUARD_SECRET: secret,
        COUNTERSIGN_GUARD_ALLOW_PRIVATE: "yes",
        COUNTERSIGN_RISK_ADVISOR_URL: "http://risk.internal:8080/score",
        COUNTERSIGN_RISK_ADVISOR_TIMEOUT: "500ms",
      }),
    ).toEqual({
      secret,
      allowPrivate: true,
      advisorUrl: "http://risk.internal:8080/score",
      advisorTimeoutMs: 500,
    });
  });

  test.each([
    [{ COUNTERSIGN_GUARD_SECRET: "secret" }, "whsec_"],
    [{ COUNTERSIGN_GUARD_SECRET: "whsec_c2hvcnQ=" }, "24 to 64 bytes"],
    [{ COUNTERSIGN_GUARD_ALLOW_PRIVATE: "true" }, "yes or no"],
    [{ COUNTERSIGN_RISK_ADVISOR_URL: "ftp://x" }, "https:// or http://"],
    [{ COUNTERSIGN_RISK_ADVISOR_TIMEOUT: "6s" }, "at most 5s"],
    [{ COUNTERSIGN_RISK_ADVISOR_TIMEOUT: "0s" }, "at most 5s"],
  ])("%o is no setting", (environment, sentence) => {
    expect(read(environment)).toEqual([expect.stringContaining(sentence)]);
  });
});

test("a question is signed as Standard Webhooks' own example is", () => {
  const key = readWebhookSecret(secret);
  if (key === null) throw new Error("the example is no secret");
  const headers = signedHeaders(
    key,
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330_000,
    '{"test": 2432232314}',
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});
