import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Websockets } from "./websocket.ts";

/** Takes upgrades on `/graphql` and refuses all others; what it needs is loaded with the first. */
export const acceptUpgrades = (server: Server, open: () => Promise<Websockets>): void => {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (request.url?.split("?")[0] !== "/graphql") {
      socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    open().then(
      (websockets) => websockets.upgrade(request, socket, head),
      () => socket.destroy(),
    );
  });
};
