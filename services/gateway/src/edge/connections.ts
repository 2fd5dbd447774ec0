import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Watches a server's connections; what it returns is called when the server begins to close. Node then waits for two
 * kinds that nobody needs: those that were opened ahead and never used, as browsers do, and those whose last answer
 * was sent only during the closing.
 */
export const watchConnections = (server: Server): (() => void) => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return () => {
    // 0 would mean for ever.
    server.keepAliveTimeout = 1;
    server.keepAliveTimeoutBuffer = 0;
    for (const socket of sockets) {
      if (socket.bytesRead === 0) socket.destroy();
    }
  };
};
