import { BusUnavailable } from "@countersign/messaging/errors.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { Events, type NatsConnection } from "nats";

/** Where the adapter says what an operator should know. pino's loggers are such. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: BusLog = { info: () => {}, warn: () => {}, error: () => {} };

/** The connection and its state. The driver reconnects by itself, forever; this says when it has. */
export class Link {
  readonly nc: NatsConnection;
  readonly clock: Clock;
  readonly log: BusLog;
  readonly #reconnected = new Set<() => void>();
  #connected = true;
  #closed = false;

  constructor(nc: NatsConnection, clock: Clock, log: BusLog) {
    this.nc = nc;
    this.clock = clock;
    this.log = log;
    void this.#watch();
    void nc.closed().then((failure) => {
      this.#connected = false;
      this.#closed = true;
      if (failure) log.error({ err: failure }, "the connection to NATS is closed for good");
      this.#tell();
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls back after every reconnect, and once when the connection is closed for good. */
  onChange(callback: () => void): () => void {
    this.#reconnected.add(callback);
    return () => this.#reconnected.delete(callback);
  }

  /** Resolves at once while connected, else on reconnect; rejects with `BusUnavailable` after `ms` or when closed. */
  whenConnected(ms: number): Promise<void> {
    if (this.#connected) return Promise.resolve();
    if (this.#closed) return Promise.reject(new BusUnavailable("the bus is closed"));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        forget();
        cancel();
        if (this.#connected) resolve();
        else reject(new BusUnavailable("the broker cannot be reached"));
      };
      const forget = this.onChange(done);
      const cancel = this.clock.after(ms, done);
    });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  async #watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === Events.Disconnect) {
        if (this.#connected) this.log.warn({ server: status.data }, "NATS is away");
        this.#connected = false;
      } else if (status.type === Events.Reconnect) {
        this.#connected = true;
        this.log.info({ server: status.data }, "NATS is back");
        this.#tell();
      } else if (status.type === Events.Error) {
        this.log.error({ error: status.data, ...status.permissionContext }, "NATS refused");
      }
    }
  }

  #tell(): void {
    for (const callback of [...this.#reconnected]) callback();
  }
}
