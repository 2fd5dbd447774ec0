import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections: no client of another test can sit on one by chance. */
const FIRST = 20_000;
const COUNT = 10_000;

let next = Math.floor(Math.random() * COUNT);

/** Keeps the port for this process: the UDP port of the same number, which ends with the process. */
const reserve = async (port: number): Promise<boolean> => {
  const socket = createSocket("udp4");
  try {
    socket.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(socket, "listening");
    socket.unref();
    return true;
  } catch {
    socket.close();
    return false;
  }
};

const isListenedOn = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return true;
  }
  server.close();
  await once(server, "close");
  return false;
};

/**
 * A TCP port of 127.0.0.1 that nothing listens on, and that no other caller in any process gets while this one runs:
 * a server that is ended and started again finds it free.
 */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = FIRST + (next++ % COUNT);
    if ((await reserve(port)) && !(await isListenedOn(port))) return port;
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free`);
};
