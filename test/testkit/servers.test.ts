import { existsSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { available, natsServer } from "./servers.ts";

/** The first line a nats-server sends to whoever connects, or the error code of a refused connection. */
const greeting = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.once("data", (data) => {
      resolve(data.toString("utf8"));
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });

describe.runIf(available("nats-server"))("the nats-server of the tests", () => {
  test("listens with JetStream, comes back on the same port after a kill, and leaves nothing behind", async () => {
    const server = await natsServer();
    expect(await greeting(server.url)).toContain('"jetstream":true');

    await server.kill("SIGKILL");
    expect(await greeting(server.url)).toBe("ECONNREFUSED");

    await server.restart();
    expect(await greeting(server.url)).toContain('"jetstream":true');

    await server.stop();
    await server.stop();
    expect(await greeting(server.url)).toBe("ECONNREFUSED");
    expect(existsSync(server.dataDir)).toBe(false);
  });

  test("runs beside another one", async () => {
    await using stack = new AsyncDisposableStack();
    const first = stack.adopt(await natsServer(), (server) => server.stop());
    const second = stack.adopt(await natsServer(), (server) => server.stop());
    expect(first.url).not.toBe(second.url);
  });
});
