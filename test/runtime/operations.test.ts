import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import {
  openOperationsServer,
  type OperationsServer,
} from "@countersign/runtime/operations-server.ts";

describe("a service without an API of its own", () => {
  const reasons: string[] = [];
  let published = 2;
  let lag = new Map([["queue", 0.5]]);
  let server: OperationsServer;
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };

  beforeAll(async () => {
    server = await openOperationsServer({
      host: "127.0.0.1",
      port: 0,
      notReady: () => reasons,
      metrics: makeMetrics("relay", [
        {
          name: "relay_published_total",
          help: "Events published.",
          kind: "counter",
          read: () => published,
        },
        {
          name: "projection_lag_seconds",
          help: "Lag.",
          kind: "gauge",
          label: "read_model",
          read: () => lag,
        },
      ]),
    });
  });
  afterAll(() => server.close());

  test("says that it is alive", async () => {
    expect(await get("/healthz")).toEqual({ status: 200, text: '{"status":"ok"}' });
  });

  test("says whether it can do its work, and what is missing", async () => {
    expect((await get("/readyz")).status).toBe(200);
    reasons.push("The broker cannot be reached.");
    const { status, text } = await get("/readyz?verbose");
    expect(status).toBe(503);
    expect(JSON.parse(text)).toEqual({ status: "not-ready", reasons });
  });

  test("answers HEAD with the status and no body", async () => {
    const { status } = await fetch(`${server.url}/healthz`, { method: "HEAD" });
    expect(status).toBe(200);
    const missing = await fetch(`${server.url}/readyz`, { method: "HEAD" });
    expect([missing.status, await missing.text()]).toEqual([503, ""]);
  });

  test("shows its numbers as they are when somebody asks", async () => {
    const lines = async (): Promise<string[]> => (await get("/metrics")).text.split("\n");
    expect(await lines()).toContain('countersign_relay_published_total{service="relay"} 2');
    published = 5;
    lag = new Map([["queue", 1.25]]);
    const now = await lines();
    expect(now).toContain('countersign_relay_published_total{service="relay"} 5');
    expect(now).toContain(
      'countersign_projection_lag_seconds{read_model="queue",service="relay"} 1.25',
    );
    const names = now.filter((line) => line !== "" && !line.startsWith("#"));
    expect(names.filter((line) => !line.startsWith("countersign_"))).toEqual([]);
  });

  test("has no other paths", async () => {
    expect((await get("/")).status).toBe(404);
  });

  test("rejects when the address is taken", async () => {
    const again = openOperationsServer({
      host: "127.0.0.1",
      port: server.port,
      notReady: () => [],
      metrics: makeMetrics("relay", []),
    });
    await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
