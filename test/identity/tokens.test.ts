import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { OAuth2Server } from "oauth2-mock-server";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { openDevIssuer } from "@countersign/identity/dev-issuer.ts";
import { InvalidToken, KeysUnavailable, makeTokenVerifier } from "@countersign/identity/jwt.ts";
import { principalOf } from "@countersign/identity/principal.ts";

const start = Date.parse("2026-03-01T10:00:00Z");
const clock = { at: start, now: () => clock.at };
afterEach(() => {
  clock.at = start;
});

const issuer = "https://id.example.org";
const audience = "countersign";
let keyPair: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  keyPair = await generateKeyPair("ES256");
});

const seconds = (after: number): number => start / 1000 + after;

const sign = (
  claims: Record<string, unknown>,
  key = keyPair.privateKey,
  alg = "ES256",
): Promise<string> =>
  new SignJWT({
    iss: issuer,
    aud: audience,
    sub: "bo",
    org: "demo",
    exp: seconds(600),
    ...claims,
  })
    .setProtectedHeader({ alg, kid: "k1" })
    .sign(key);

const verifier = async (claims = { org: "org", subject: "sub", kind: "kind" }) => {
  const jwk = { ...(await exportJWK(keyPair.publicKey)), kid: "k1", alg: "ES256" };
  return makeTokenVerifier({ keys: { keys: [jwk] }, issuer, audience, claims, clock });
};

const attempt = async (verify: Awaited<ReturnType<typeof verifier>>, token: string) =>
  verify(token);

describe("a token", () => {
  test("says who it speaks for: a person, unless it says agent", async () => {
    const verify = await verifier();
    const person = await verify(await sign({}));
    const agent = await verify(await sign({ sub: "ci", kind: "agent", scope: "metrics execute" }));
    expect(person).toMatchObject({
      principal: { kind: "person", id: "bo", org: "demo", scopes: [] },
      principalText: '{"kind":"person","id":"bo","org":"demo","scopes":[]}',
      expiresAt: seconds(600) * 1000,
    });
    expect(agent.principal).toEqual({
      kind: "agent",
      id: "ci",
      org: "demo",
      scopes: ["metrics", "execute"],
    });
  });

  test("may carry its claims under the provider's own names", async () => {
    const verify = await verifier({ org: "tenant", subject: "email", kind: "typ" });
    const token = await sign({ tenant: "acme", email: "bo@example.org", typ: "person" });
    expect((await verify(token)).principal).toMatchObject({ org: "acme", id: "bo@example.org" });
  });

  test.each<[string, Record<string, unknown>]>([
    ["of another issuer", { iss: "https://evil.example.org" }],
    ["for another audience", { aud: "other" }],
    ["that is over", { exp: seconds(-60) }],
    ["that has not begun", { nbf: seconds(60) }],
    ["that never ends", { exp: undefined }],
    ["without org", { org: undefined }],
    ["with an org that reaches into subjects", { org: "demo.>" }],
    ["whose subject has a space", { sub: "bo cy" }],
    ["of an unknown kind", { kind: "root" }],
    ["of an agent whose id is none", { kind: "agent", sub: "a.b" }],
  ])("%s is invalid", async (_, claims) => {
    const verify = await verifier();
    await expect(attempt(verify, await sign(claims))).rejects.toThrow(InvalidToken);
  });

  test("that is forged or no token at all is invalid", async () => {
    const verify = await verifier();
    const other = await generateKeyPair("ES256");
    const forged = await sign({}, other.privateKey);
    const secret = await new SignJWT({ sub: "bo", org: "demo", exp: seconds(600) })
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(keyPair.publicKey))));
    const none = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"bo","org":"demo"}')}.`;
    for (const token of [forged, secret, none, "", "x", "a.b.c", "x".repeat(10_000)]) {
      await expect(attempt(verify, token)).rejects.toThrow(InvalidToken);
    }
  });

  test("seen before is answered at once, from memory", async () => {
    const verify = await verifier();
    const token = await sign({});
    const first = await verify(token);
    expect(verify(token)).toBe(first);
  });

  test("is remembered for a minute, then checked again", async () => {
    const verify = await verifier();
    const token = await sign({});
    const first = await verify(token);
    clock.at = start + 60_001;
    const again = verify(token);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toEqual({ ...first, checkAgainAt: start + 120_001 });
  });

  test("is not remembered past its end", async () => {
    const verify = await verifier();
    const token = await sign({ exp: seconds(20) });
    await verify(token);
    clock.at = start + 30_000;
    await expect(attempt(verify, token)).rejects.toThrow(InvalidToken);
  });
});

describe("an issuer that publishes its keys", () => {
  test("is asked for them, and while it is away nothing is said about the token", async () => {
    const server = new OAuth2Server();
    await server.issuer.keys.generate("RS256");
    await server.start(0, "127.0.0.1");
    const token = await server.issuer.buildToken({
      scopesOrTransform: (_header, payload) => {
        Object.assign(payload, { aud: audience, sub: "bo", org: "demo" });
      },
    });
    const url = server.issuer.url ?? "";
    const wall = { now: () => performance.timeOrigin + performance.now() };
    const make = () =>
      makeTokenVerifier({ keys: new URL(`${url}/jwks`), issuer: url, audience, clock: wall });
    expect((await make()(token)).principal).toMatchObject({ id: "bo", org: "demo" });
    await server.stop();
    await expect(attempt(make(), token)).rejects.toThrow(KeysUnavailable);
  });
});

describe("the dev issuer", () => {
  const open = (folder: string) => openDevIssuer({ keyFile: join(folder, "dev-key.json"), clock });

  test("keeps its key for its owner's eyes only, and earlier tokens stay valid", async () => {
    const folder = await mkdtemp(join(tmpdir(), "countersign-identity-"));
    const first = await open(folder);
    const token = await first.issue({ org: "demo", sub: "ana", kind: "person" });
    expect((await stat(join(folder, "dev-key.json"))).mode & 0o777).toBe(0o600);
    const second = await open(folder);
    const verify = makeTokenVerifier({ ...second, clock });
    expect((await verify(token)).principal).toMatchObject({ id: "ana", kind: "person" });
    expect(second.keys.keys[0]).not.toHaveProperty("d");
  });

  test("of another folder has another key", async () => {
    const folders = await Promise.all(
      ["a", "b"].map((name) => mkdtemp(join(tmpdir(), `countersign-identity-${name}-`))),
    );
    const [one, other] = await Promise.all(folders.map(open));
    if (one === undefined || other === undefined) throw new Error("two issuers were opened");
    const verify = makeTokenVerifier({ ...other, clock });
    const token = await one.issue({ org: "demo", sub: "ana", kind: "person" });
    await expect(attempt(verify, token)).rejects.toThrow(InvalidToken);
  });
});

test("scopes are taken as names separated by spaces, and at most fifty", () => {
  const scope = Array.from({ length: 80 }, (_, index) => `s${index}`).join(" ");
  const principal = principalOf({ org: "demo", id: "bo", kind: undefined, scope });
  expect(principal).toMatchObject({ kind: "person", scopes: { length: 50 } });
});
