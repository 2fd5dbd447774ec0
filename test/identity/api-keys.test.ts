import { describe, expect, test } from "vitest";
import { isApiKey, makeApiKey, readApiKey, sameHash } from "@countersign/identity/api-keys.ts";

const id = "key_01JXXXXXXXXXXXXXXXXXXXXXXX";

describe("API keys", () => {
  test("tell their org, id and hash, whatever characters an org has", () => {
    for (const org of ["demo", "a_b-c", "_", "-".repeat(64)]) {
      const { key, hash } = makeApiKey(org, id);
      expect(readApiKey(key)).toEqual({ org, id, hash });
      expect(isApiKey(key)).toBe(true);
    }
  });
  test("are never the same twice", () => {
    const made = Array.from({ length: 100 }, () => makeApiKey("demo", id).key);
    expect(new Set(made).size).toBe(100);
  });
  test.each([
    "",
    "csk.",
    "eyJhbGciOiJFZERTQSJ9.e30.x",
    `csk.demo.${id}`,
    `csk.demo.${id}.short`,
    `csk.demo.${id}.${"A".repeat(44)}`,
    `csk.demo.${id}.${"A".repeat(42)}!`,
    `csk.a.b.${id}.${"A".repeat(43)}`,
    `csk.*.${id}.${"A".repeat(43)}`,
    `csk.demo.apr_01JXXXXXXXXXXXXXXXXXXXXXXX.${"A".repeat(43)}`,
    ` csk.demo.${id}.${"A".repeat(43)}`,
    `csk.demo.${id}.${"A".repeat(43)}\n`,
  ])("%j is none", (text) => {
    expect(readApiKey(text)).toBeNull();
  });
  test("are proved by all of their hash", () => {
    const [one, other] = [makeApiKey("demo", id), makeApiKey("demo", id)];
    expect(sameHash(one.hash, one.hash)).toBe(true);
    expect(sameHash(one.hash, other.hash)).toBe(false);
    expect(sameHash(one.hash.slice(0, -1), one.hash)).toBe(false);
    expect(sameHash("", one.hash)).toBe(false);
  });
});
