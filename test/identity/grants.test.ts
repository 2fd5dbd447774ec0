import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { openGrantKeys, type Grant } from "@countersign/identity/grant-keys.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "countersign-grants-"));
const open = (keyFile = join(folder(), "grant-key.json"), mustExist = false) =>
  openGrantKeys({ keyFile, mustExist });

const grant: Grant = {
  id: "grt_1-1",
  org: "demo",
  request: "apr_1",
  payloadHash: "sha256:aa",
  payloadVersion: 1,
  policies: [{ id: "release", version: 3 }],
  approvedAt: "2026-01-05T09:00:00.000Z",
  validUntil: "2026-01-05T10:00:00.000Z",
};

describe("a grant", () => {
  test("can be verified by whoever has the public keys, with all that it is bound to", async () => {
    const keys = await open();
    const { payload } = await jwtVerify(
      await keys.sign(grant),
      createLocalJWKSet(keys.publicKeys),
      {
        issuer: "countersign",
        subject: "apr_1",
        currentDate: new Date(Date.parse(grant.approvedAt)),
      },
    );
    expect(payload).toEqual({
      iss: "countersign",
      sub: "apr_1",
      jti: "grt_1-1",
      iat: 1767603600,
      exp: 1767607200,
      org: "demo",
      payload_hash: "sha256:aa",
      payload_version: 1,
      policies: [{ id: "release", version: 3 }],
      valid_until: "2026-01-05T10:00:00.000Z",
    });
  });
  test("is the same text however often it is signed, and after a restart", async () => {
    const keyFile = join(folder(), "grant-key.json");
    const keys = await open(keyFile);
    const text = await keys.sign(grant);
    expect(await keys.sign(grant)).toBe(text);
    expect(await (await open(keyFile)).sign(grant)).toBe(text);
  });
  test("is read back for its own org and request only", async () => {
    const keys = await open();
    const text = await keys.sign(grant);
    expect(await keys.read(text, "demo", "apr_1")).toBe("grt_1-1");
    expect(await keys.read(text, "acme", "apr_1")).toBeNull();
    expect(await keys.read(text, "demo", "apr_2")).toBeNull();
  });
  test("with another signature, or changed in one character, is none", async () => {
    const keys = await open();
    const [head = "", body = "", signature = ""] = (await keys.sign(grant)).split(".");
    const other = await (await open()).sign(grant);
    const changed = `${body.startsWith("e") ? "f" : "e"}${body.slice(1)}`;
    const unsigned = Buffer.from('{"alg":"none","typ":"countersign-grant+jwt"}').toString(
      "base64url",
    );
    for (const text of [
      other,
      `${head}.${changed}.${signature}`,
      `${unsigned}.${body}.`,
      `${unsigned}.${body}.${signature}`,
      "",
      "a.b.c",
    ])
      expect(await keys.read(text, "demo", "apr_1")).toBeNull();
  });
});

describe("the key file", () => {
  test("is made when it is missing, for its owner's eyes only", async () => {
    const keyFile = join(folder(), "new", "grant-key.json");
    await open(keyFile);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });
  test("that must exist is not made", async () => {
    await expect(open(join(folder(), "none.json"), true)).rejects.toThrow("ENOENT");
  });
  test.each(['{"kty":"OKP","crv":"Ed25519","x":"AAAA"}', "{", "null"])(
    "without a private key (%s) is refused by its name",
    async (text) => {
      const keyFile = join(folder(), "grant-key.json");
      writeFileSync(keyFile, text);
      await expect(open(keyFile, true)).rejects.toThrow(`${keyFile} holds no private Ed25519 key`);
    },
  );
  test("may hold several keys: the first signs, grants of the others are still good", async () => {
    const [before, after] = [join(folder(), "a.json"), join(folder(), "b.json")];
    const old = await open(before);
    await open(after);
    const both = [after, before].map((file): unknown => JSON.parse(readFileSync(file, "utf8")));
    const keyFile = join(folder(), "both.json");
    writeFileSync(keyFile, JSON.stringify({ keys: both }));
    const keys = await open(keyFile, true);
    expect(await keys.read(await old.sign(grant), "demo", "apr_1")).toBe("grt_1-1");
    expect(await old.read(await keys.sign(grant), "demo", "apr_1")).toBeNull();
  });
  test("gives nobody its private part", async () => {
    expect(JSON.stringify((await open()).publicKeys)).not.toContain('"d"');
  });
});
