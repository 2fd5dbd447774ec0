import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";

const id = requestId();
const base = "/api/v1/orgs/demo";
let gateway: UnderTest;

beforeAll(async () => {
  gateway = await openUnderTest({
    "request-approval": () => ({ result: {}, outcome: "created" }),
    approve: () => ({ error: { code: "no-such-code", message: "select * from secrets" } }),
    requests: () => ({ result: { items: [] } }),
  });
});
afterAll(() => gateway.close());

/** Sends bytes as they are and reads until the other side hangs up. */
const raw = async (bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "connect");
  socket.write(bytes);
  await once(socket, "close");
  return text;
};

const errorShape = (code: string) => ({
  error: { code, message: expect.any(String), correlation_id: expect.any(String) },
});

describe("who may come in", () => {
  test.each<[string, string, string, string | null, number]>([
    ["nobody", "GET", `${base}/approvals`, null, 401],
    ["an unknown token", "GET", `${base}/approvals`, "nobody", 401],
    ["somebody of the org", "GET", `${base}/approvals`, "bo", 200],
    ["somebody of another org", "GET", `${base}/approvals`, "eve", 404],
    ["nobody", "POST", `${base}/approvals`, null, 401],
    ["an unknown token", "POST", `${base}/approvals/${id}/approve`, "nobody", 401],
    ["somebody of another org", "POST", `${base}/approvals`, "eve", 404],
    ["nobody", "GET", `${base}/events`, null, 401],
    ["somebody of another org", "GET", `${base}/events`, "eve", 404],
    ["nobody", "POST", "/graphql", null, 401],
    ["nobody", "GET", "/approval/pending", null, 401],
    ["nobody", "GET", "/healthz", null, 200],
    ["nobody", "GET", "/readyz", null, 200],
    ["nobody", "GET", "/metrics", null, 200],
  ])("%s, %s %s as %s: %i", async (_who, method, path, as, status) => {
    const answer = await gateway.call(method, path, {
      as,
      ...(method === "POST" ? { body: {} } : {}),
    });
    expect(answer.status).toBe(status);
    if (status >= 400)
      expect(answer.json).toEqual(errorShape(status === 401 ? "unauthenticated" : "not-found"));
    if (status === 401) expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  test.each([["Basic Ym86Ym8="], ["Bearer"], ["bo"], ["Bearer  "]])(
    "the header %s is no token",
    async (authorization) => {
      const answer = await gateway.call("GET", `${base}/approvals`, {
        as: null,
        headers: { authorization },
      });
      expect(answer.status).toBe(401);
    },
  );

  test("a session cookie reads, and cannot decide", async () => {
    const headers = { cookie: "countersign_session=bo" };
    const read = await gateway.call("GET", `${base}/approvals`, { as: null, headers });
    const decided = await gateway.call("POST", `${base}/approvals`, {
      as: null,
      headers,
      body: {},
    });
    expect([read.status, decided.status]).toEqual([200, 401]);
  });

  test("signing in keeps the token where no script finds it, and leads on", async () => {
    const answer = await gateway.call("GET", "/sign-in?token=bo", { as: null });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/graphql");
    const cookie = answer.headers.get("set-cookie");
    expect(cookie).toMatch(
      /^countersign_session=bo; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await gateway.call("GET", "/sign-in?token=x", { as: null })).status).toBe(401);
    expect((await gateway.call("GET", "/sign-in", { as: null })).status).toBe(400);
  });

  test.each(["/healthz", "/readyz", "/metrics"])(
    "HEAD %s has the status and no body",
    async (path) => {
      const { status, text } = await gateway.call("HEAD", path, { as: null });
      expect([status, text]).toEqual([200, ""]);
    },
  );

  test("metrics through a proxy need a token with their scope", async () => {
    const headers = { "x-forwarded-for": "192.0.2.1" };
    const calls = [null, "bo", "metrics"].map((as) =>
      gateway.call("GET", "/metrics", { as, headers }),
    );
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([401, 403, 200]);
  });
});

describe("what HTTP itself refuses", () => {
  test("a path that two patterns fit names each of its methods once", async () => {
    const answer = await gateway.call("DELETE", `${base}/approvals/stats`);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test.each<[string, string, string, object, number, string]>([
    ["an unknown method", "DELETE", `${base}/approvals`, {}, 405, "method-not-allowed"],
    ["HEAD", "PATCH", `${base}/approvals/${id}`, {}, 405, "method-not-allowed"],
    [
      "a GET on a decision",
      "GET",
      `${base}/approvals/${id}/approve`,
      {},
      405,
      "method-not-allowed",
    ],
    [
      "a form",
      "POST",
      `${base}/approvals`,
      { body: "title=x", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "unsupported-media-type",
    ],
    [
      "plain text",
      "POST",
      `${base}/approvals`,
      { body: "{}", headers: { "content-type": "text/plain" } },
      415,
      "unsupported-media-type",
    ],
    [
      "another charset",
      "POST",
      `${base}/approvals`,
      { body: "{}", headers: { "content-type": "application/json; charset=utf-16" } },
      415,
      "unsupported-media-type",
    ],
    [
      "a definition that is a picture",
      "POST",
      `${base}/definitions`,
      { body: "x", headers: { "content-type": "image/png" } },
      415,
      "unsupported-media-type",
    ],
    ["a broken escape", "GET", `${base}/approvals/%zz`, {}, 400, "bad-request"],
    [
      "a very long part",
      "GET",
      `${base}/directory/people/${"x".repeat(10_000)}`,
      {},
      400,
      "bad-request",
    ],
  ])(
    "%s is answered in the API's own shape",
    async (_title, method, path, options, status, code) => {
      const answer = await gateway.call(method, path, options);
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual(errorShape(code));
    },
  );

  test("a wrong method is told the right ones", async () => {
    const answer = await gateway.call("DELETE", `${base}/approvals`);
    expect(answer.headers.get("allow")).toBe("POST, GET");
  });

  test("a URL longer than Node reads is a bad request in the same shape", async () => {
    const text = await raw(`GET /${"x".repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(text.split("\r\n\r\n")[1] ?? "")).toEqual(errorShape("bad-request"));
  });

  test("what is no HTTP at all is a bad request too", async () => {
    expect(await raw("\u0016\u0003\u0001 hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  test("bytes that are no UTF-8 are a bad request", async () => {
    const response = await fetch(`${gateway.url}${base}/approvals`, {
      method: "POST",
      headers: { authorization: "Bearer bo", "content-type": "application/json" },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(errorShape("bad-request"));
  });
});

describe("a body that is too large", () => {
  test("is refused before it is read, and the connection stays usable", async () => {
    const body = "x".repeat(10 * 1024 * 1024);
    const before = gateway.received.length;
    const answers = [];
    for (let round = 0; round < 3; round++) {
      answers.push(await gateway.call("POST", `${base}/approvals`, { body }));
      answers.push(await gateway.call("POST", `${base}/approvals`, { body: { title: "x" } }));
    }
    expect(answers.map(({ status }) => status)).toEqual([413, 201, 413, 201, 413, 201]);
    expect(answers[0]?.json).toEqual(errorShape("payload-too-large"));
    expect(gateway.received.length - before).toBe(3);
  });

  test("may be 320 KiB, and 384 KiB for a definition", async () => {
    const sizes = [320, 321].map((kib) => JSON.stringify("x".repeat(kib * 1024 - 2)));
    const calls = sizes.map((body) => gateway.call("POST", `${base}/approvals`, { body }));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([201, 413]);
    const files = [384, 385].map((kib) =>
      gateway.call("POST", `${base}/definitions`, {
        body: "x".repeat(kib * 1024),
        headers: { "content-type": "application/yaml" },
      }),
    );
    expect((await Promise.all(files)).map(({ status }) => status)).toEqual([404, 413]);
  });

  test("sent in pieces without a length is refused as well", async () => {
    const text = await raw(
      `POST ${base}/approvals HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer bo\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${(400 * 1024).toString(16)}\r\n${"x".repeat(400 * 1024)}\r\n0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe("what goes wrong inside", () => {
  test("shows nothing of it, and is in the log", async () => {
    const answer = await gateway.call("POST", `${base}/approvals/${id}/approve`, { body: {} });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("secrets");
    expect(gateway.logged).toContainEqual({
      level: "error",
      message: "an answer holds an unknown error code",
    });
  });

  test("a service that is not there is 503, and may be asked again", async () => {
    await using alone = await openUnderTest();
    await alone.bus.close();
    const answer = await alone.call("GET", `${base}/approvals`);
    expect(answer).toMatchObject({ status: 503, json: errorShape("unavailable") });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((await alone.call("GET", "/readyz", { as: null })).status).toBe(503);
  });
});

test("a credential that asks too often is slowed down, and only that one", async () => {
  await using limited = await openUnderTest(
    { requests: () => ({ result: { items: [] } }) },
    { rateLimit: 3, clock: { now: () => 0, monotonic: () => 0, after: () => () => {} } },
  );
  const asks = async (as: string, count: number): Promise<number[]> => {
    const statuses = [];
    for (let index = 0; index < count; index++) {
      statuses.push((await limited.call("GET", `${base}/approvals`, { as })).status);
    }
    return statuses;
  };
  expect(await asks("bo", 4)).toEqual([200, 200, 200, 429]);
  expect(await asks("ana", 1)).toEqual([200]);
  expect(await asks("x", 2)).toEqual([401, 401]);
  expect(await asks("y", 2)).toEqual([401, 429]);
});
