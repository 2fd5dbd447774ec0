import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import type { EsdbSettings, SubscriptionBreak } from "@countersign/event-store-esdb/settings.ts";
import { startProtocolServer } from "./protocol-server.ts";
import type { ProtocolServer } from "./protocol-server.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** A server, the adapter's stores over it and what their metrics counted; closed with the test's block. */
export class EsdbUnderTest implements AsyncDisposable {
  readonly server: ProtocolServer;
  readonly breaks: SubscriptionBreak[] = [];
  retries = 0;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(server: ProtocolServer, cleanup: AsyncDisposableStack) {
    this.server = server;
    this.#cleanup = cleanup;
  }

  static async start(): Promise<EsdbUnderTest> {
    const cleanup = new AsyncDisposableStack();
    const server = await startProtocolServer();
    cleanup.defer(() => server.stop());
    return new EsdbUnderTest(server, cleanup);
  }

  /** Opens a store with short waits over the server, or over what stands before it. */
  open(settings: Partial<EsdbSettings> = {}): EventStore {
    const store = openEsdbEventStore({
      connectionString: this.server.connectionString,
      longestBackOff: 100,
      metrics: {
        resubscribed: (reason) => this.breaks.push(reason),
        appendRetried: () => this.retries++,
      },
      ...settings,
    });
    this.#cleanup.defer(() => store.close());
    return store;
  }

  /** A proxy before the server, and a connection string through it with a short keep-alive. */
  async proxy(): Promise<{ proxy: TcpProxy; connectionString: string }> {
    const proxy = new TcpProxy(this.server.port);
    await proxy.start();
    this.#cleanup.defer(() => proxy.stop());
    const keepAlive = "keepAliveInterval=100&keepAliveTimeout=100";
    return {
      proxy,
      connectionString: `esdb://127.0.0.1:${proxy.port}?tls=false&${keepAlive}`,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cleanup.disposeAsync();
  }
}
