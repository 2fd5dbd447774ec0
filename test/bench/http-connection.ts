import { connect, type Socket } from "node:net";

/** An answer as the benchmark needs it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One keep-alive HTTP/1.1 connection that costs the load generator as little as it can: answers with
 * `Content-Length`, one request at a time. Node's own client costs about as much as the server does, and
 * would then be what is measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = "";
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#take(chunk));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new HttpConnection(socket, `127.0.0.1:${port}`);
  }

  async request(method: string, path: string, token: string, body?: string): Promise<Answer> {
    const head =
      `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nAuthorization: Bearer ${token}\r\n` +
      (body === undefined
        ? "\r\n"
        : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(head);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#received = this.#received === "" ? chunk : this.#received + chunk;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const at = this.#received.search(/content-length: /i);
    if (at < 0 || at > end) throw new Error(`no Content-Length in ${this.#received.slice(0, end)}`);
    const length = Number.parseInt(this.#received.slice(at + 16, at + 26), 10);
    const bodyAt = end + 4;
    if (this.#received.length < bodyAt + length) return;
    const answer: Answer = {
      status: Number.parseInt(this.#received.slice(9, 12), 10),
      body: this.#received.slice(bodyAt, bodyAt + length),
    };
    this.#received = this.#received.slice(bodyAt + length);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }
}
