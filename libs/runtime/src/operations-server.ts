import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";

/** Sentences about what is not ready; empty when the service can do its work. */
export type NotReady = () => readonly string[];

export interface OperationsServer {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface OperationsOptions {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly notReady: NotReady;
  readonly metrics: Metrics;
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
};

const route = async (
  path: string,
  response: ServerResponse,
  { notReady, metrics }: OperationsOptions,
): Promise<void> => {
  if (path === "/healthz") return answer(response, 200, { status: "ok" });
  if (path === "/readyz") {
    const reasons = notReady();
    return reasons.length === 0
      ? answer(response, 200, { status: "ready" })
      : answer(response, 503, { status: "not-ready", reasons });
  }
  if (path === "/metrics") {
    const text = await metrics.text();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(text);
    return undefined;
  }
  return answer(response, 404, { error: { code: "not-found", message: "There is no such path." } });
};

/**
 * `/healthz`, `/readyz` and `/metrics` of a service without an API of its own. Rejects with the system's error when the
 * address is taken.
 */
export const openOperationsServer = async (
  options: OperationsOptions,
): Promise<OperationsServer> => {
  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    route(path, response, options).catch(() => response.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
