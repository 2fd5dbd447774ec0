import { afterEach, describe, expect, test, vi } from "vitest";
import { makeClient, type Client } from "@countersign/client/client.ts";
import { CountersignError } from "@countersign/client/errors.ts";
import { exampleRequest } from "./example-request.ts";
import { startScriptedServer, type Scripted, type ScriptedServer } from "./scripted-server.ts";

const deploy = { title: "Deploy", action: { type: "deploy", parameters: {} } };
const ok = { status: 200, body: exampleRequest() };
const unavailable = { status: 503, body: { error: { code: "unavailable", message: "Starting." } } };

const clientOf = ({ url }: ScriptedServer): Client =>
  makeClient({ url: `${url}/`, org: "demo", token: "secret" });

describe("a call that may succeed later", () => {
  afterEach(() => vi.useRealTimers());

  test("is repeated with one idempotency key until it is answered", async () => {
    const cut = { ...ok, cut: true };
    await using server = await startScriptedServer([unavailable, "hang up", cut, ok]);
    expect(await clientOf(server).ask(deploy)).toEqual(ok.body);
    const keys = server.received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(4);
    expect(new Set(keys)).toEqual(new Set([expect.stringMatching(/^[\da-f-]{36}$/)]));
    expect(server.received.map(({ body }) => JSON.parse(body))).toEqual(Array(4).fill(deploy));
    expect(server.received[0]).toMatchObject({
      method: "POST",
      url: "/api/v1/orgs/demo/approvals",
      headers: { authorization: "Bearer secret" },
    });
  });

  test("carries the key of its caller, and another one of its own each time", async () => {
    await using server = await startScriptedServer([ok, ok, ok]);
    const agent = clientOf(server);
    await agent.ask(deploy, { idempotencyKey: "release-2" });
    await agent.approve("apr_1");
    await agent.approve("apr_1");
    const [first, second, third] = server.received.map((call) => call.headers["idempotency-key"]);
    expect(first).toBe("release-2");
    expect(second).not.toBe(third);
  });

  test("is given up after a minute without any answer, with the cause", async () => {
    vi.useFakeTimers();
    const refused = new TypeError("connect ECONNREFUSED");
    const down = vi.fn<typeof fetch>().mockRejectedValue(refused);
    const agent = makeClient({ url: "http://c.example", org: "demo", token: "t", fetch: down });
    const got = agent.get("apr_1").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(90_000);
    const error = await got;
    expect(error).toBeInstanceOf(CountersignError);
    expect(error).toMatchObject({ status: 0, code: "unavailable", cause: refused });
    expect(down).toHaveBeenCalledTimes(18);
  });
});

describe("a call that is refused", () => {
  test("is not repeated, and says all that the server said", async () => {
    const details = { resolved_by: { kind: "person", id: "bo" } };
    const error = { code: "already-resolved", message: "It is over.", details };
    const body = { error: { ...error, correlation_id: "c-1" } };
    await using server = await startScriptedServer([{ status: 409, body }, ok]);
    const refused = await clientOf(server)
      .deny("apr_1", { reason: "No" })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(CountersignError);
    expect(refused).toMatchObject({ ...error, status: 409, correlationId: "c-1" });
    expect(server.received).toHaveLength(1);
  });

  test("keeps its status where a proxy answers in its own words", async () => {
    const page = { status: 403, body: "<html>blocked</html>" };
    await using server = await startScriptedServer([page]);
    await expect(clientOf(server).get("apr_1")).rejects.toMatchObject({
      status: 403,
      code: "internal",
      details: {},
      correlationId: null,
    });
  });
});

test("an answer that is no JSON is an error, not a request", async () => {
  await using server = await startScriptedServer([{ status: 200, body: "<html>sign in</html>" }]);
  const got = clientOf(server).get("apr_1");
  await expect(got).rejects.toThrow(CountersignError);
  await expect(got).rejects.toMatchObject({ status: 200, code: "internal" });
});

test("a list goes on through all pages with its filter", async () => {
  const page = (id: string, next: string | null): Scripted => ({
    status: 200,
    body: { items: [exampleRequest({ id })], page: { next, total_estimate: 2 } },
  });
  await using server = await startScriptedServer([page("apr_2", "a b"), page("apr_1", null)]);
  const ids: string[] = [];
  for await (const { id } of clientOf(server).list({ status: ["pending", "denied"], limit: 1 }))
    ids.push(id);
  expect(ids).toEqual(["apr_2", "apr_1"]);
  expect(server.received.map(({ url }) => url.split("?")[1])).toEqual([
    "status=pending%2Cdenied&limit=1",
    "status=pending%2Cdenied&limit=1&after=a+b",
  ]);
});
