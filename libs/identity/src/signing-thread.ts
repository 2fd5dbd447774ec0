import { Worker } from "node:worker_threads";
import type { SigningKey } from "./key-file.ts";

interface Waiting {
  readonly resolve: (signature: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Signs texts on a thread of its own, all that come in one turn of the event loop together. A signature takes some
 * 40 µs; handing them to libuv's threads one by one cost the calling thread 15 µs each, a list of them costs 2.
 * The thread starts with the first text and keeps no process alive.
 */
export class SigningThread {
  readonly #key: SigningKey;
  #worker: Worker | undefined;
  /** Not handed over yet, and then those that the thread has: it answers in order. */
  #texts: string[] = [];
  #waiting: Waiting[] = [];

  constructor(key: SigningKey) {
    this.#key = key;
  }

  /** The Ed25519 signature of the text's UTF-8 bytes, base64url. Rejects when the thread broke; the next text starts another. */
  sign(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#texts.push(text) === 1) setImmediate(this.#handOver);
    });
  }

  readonly #handOver = (): void => {
    const texts = this.#texts;
    this.#texts = [];
    // It broke in between: those who wait know already.
    if (this.#waiting.length === 0) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(texts);
  };

  #start(): Worker {
    const worker = new Worker(new URL("./sign-texts.ts", import.meta.url), {
      workerData: this.#key,
    });
    worker.unref();
    worker.on("message", (signatures: readonly string[]) => {
      const answered = this.#waiting.splice(0, signatures.length);
      for (const [n, { resolve }] of answered.entries()) resolve(signatures[n] ?? "");
    });
    worker.on("error", (error) => {
      this.#worker = undefined;
      this.#texts = [];
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    return worker;
  }
}
