import { createClient, type Client } from "graphql-ws";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";
import { entry, withQueue } from "./queue-entries.ts";

/** What the server says to a message that no client would make. */
const answerTo = async (gateway: UnderTest, message: string): Promise<unknown> => {
  const socket = new WebSocket(
    `${gateway.url.replace("http", "ws")}/graphql`,
    "graphql-transport-ws",
  );
  const payload = { authorization: "Bearer bo" };
  const answer = Promise.withResolvers<unknown>();
  socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload })));
  socket.on("message", (data: Buffer) => {
    const said = JSON.parse(String(data)) as { readonly type: string };
    if (said.type === "connection_ack") socket.send(message);
    else answer.resolve(said);
  });
  socket.on("close", () => answer.reject(new Error("the server closed the socket")));
  try {
    return await answer.promise;
  } finally {
    socket.close();
  }
};

describe("graphql-ws", () => {
  const connect = (gateway: UnderTest, connectionParams: Record<string, unknown>): Client =>
    createClient({
      url: `${gateway.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });

  test("carries the same subscriptions and queries", async () => {
    const entries = new Map([entry(1)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const client = connect(gateway, { authorization: "Bearer bo" });
    const counted = await client.iterate({ query: "{ queueCounts { pending } }" }).next();
    expect(counted.value).toEqual({ data: { queueCounts: { pending: 1 } } });
    const query = `subscription { approvalRequestChanged(id: "${requestId(1)}") { status } }`;
    const stream = client.iterate({ query });
    expect((await stream.next()).value).toMatchObject({
      data: { approvalRequestChanged: { status: "PENDING" } },
    });
    await gateway.publish(1, "VoteCast", { subject: requestId(1) });
    expect((await stream.next()).value).toHaveProperty("data.approvalRequestChanged");
    await client.dispose();
  });

  test.each([
    ["without a token", {}],
    ["with an unknown token", { authorization: "Bearer nobody" }],
  ])("is refused %s", async (_title, connectionParams) => {
    await using gateway = await openUnderTest();
    const client = connect(gateway, connectionParams);
    await expect(client.iterate({ query: "{ viewer { id } }" }).next()).rejects.toMatchObject({
      code: 4403,
    });
    await client.dispose();
  });

  test("holds to the limits, and takes no cookie from another site's page", async () => {
    await using gateway = await openUnderTest();
    const client = connect(gateway, { authorization: "Bearer bo" });
    const fields = Array.from({ length: 16 }, (_, index) => `a${index}: viewer { id }`);
    await expect(client.iterate({ query: `{ ${fields.join(" ")} }` }).next()).rejects.toMatchObject(
      [{ message: expect.stringContaining("aliases") }],
    );
    await client.dispose();

    class FromElsewhere extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, {
          headers: { cookie: "countersign_session=bo", origin: "https://evil.example.org" },
        });
      }
    }
    const foreign = createClient({
      url: `${gateway.url.replace("http", "ws")}/graphql`,
      webSocketImpl: FromElsewhere,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });
    await expect(foreign.iterate({ query: "{ viewer { id } }" }).next()).rejects.toMatchObject({
      code: 4403,
    });
    await foreign.dispose();
  });

  test("takes the JSON that POST takes, and no other", async () => {
    await using gateway = await openUnderTest(withQueue(new Map()));
    const sent = (variables: string): Promise<unknown> => {
      const query = "query ($v: JSON) { queueCounts { pending } }";
      const payload = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
      return answerTo(gateway, `{"id":"1","type":"subscribe","payload":${payload}}`);
    };
    expect(await sent('{"v":9007199254740993}')).toMatchObject({
      type: "error",
      payload: [{ extensions: { code: "number-not-exact", path: "variables.v" } }],
    });
    expect(await sent('{"v":{"a":1,"a":2}}')).toMatchObject({
      type: "error",
      payload: [{ extensions: { code: "bad-request", path: "variables.v.a" } }],
    });
  });

  test("counts what cannot be read against the credential's limit as well", async () => {
    await using gateway = await openUnderTest({}, { rateLimit: 1 });
    const payload = '{"query":"{ viewer { id } }","variables":{"v":1,"v":2}}';
    expect(
      await answerTo(gateway, `{"id":"1","type":"subscribe","payload":${payload}}`),
    ).toMatchObject({ type: "error", payload: [{ extensions: { code: "rate-limited" } }] });
  });

  test("counts each operation against the credential's limit", async () => {
    await using gateway = await openUnderTest(withQueue(new Map([entry(1)])), { rateLimit: 3 });
    const client = connect(gateway, { authorization: "Bearer bo" });
    const query = `subscription { approvalRequestChanged(id: "${requestId(1)}") { status } }`;
    await client.iterate({ query }).next();
    const ask = () => client.iterate({ query: "{ queueCounts { pending } }" }).next();
    await ask();
    await expect(ask()).rejects.toMatchObject([{ extensions: { code: "rate-limited" } }]);
    await client.dispose();
  });
});
