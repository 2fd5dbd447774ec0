import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { freePort } from "../testkit/processes/free-port.ts";

/** One answer of the script; `cut` closes the connection in the middle of the body. */
export interface Scripted {
  readonly status: number;
  readonly body: unknown;
  readonly cut?: boolean;
}

export interface Received {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An HTTP server that gives these answers in turn, one per call, and keeps what it was sent. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

export const startScriptedServer = async (
  script: readonly (Scripted | "hang up")[],
): Promise<ScriptedServer> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, url = "", headers } = request;
    received.push({ method, url, headers, body: await text(request) });
    const next = script[received.length - 1];
    if (next === undefined || next === "hang up") {
      request.socket.destroy();
      return;
    }
    const body = typeof next.body === "string" ? next.body : JSON.stringify(next.body);
    response.writeHead(next.status, { "content-length": Buffer.byteLength(body) });
    if (next.cut === true) response.write(body.slice(0, 1), () => request.socket.destroy());
    else response.end(body);
  });
  const port = await freePort();
  await once(server.listen(port, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
