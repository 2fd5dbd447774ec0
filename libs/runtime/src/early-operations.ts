import { makeMetrics, type Metrics } from "./metrics.ts";
import { openOperationsServer, type NotReady, type OperationsServer } from "./operations-server.ts";

/** Health, readiness and metrics from a service's first moment, while it still waits for what it needs. */
export interface EarlyOperations extends OperationsServer {
  /** Until the service is open: what it waits for now, in a sentence. */
  readonly waitsFor: (sentence: string) => void;
  /** From now on, what says whether the service is ready, and its own numbers. */
  serves(notReady: NotReady, metrics: Metrics): void;
}

/** Opens them; `service` is its name in metrics. Rejects with the system's error when the address is taken. */
export const openEarlyOperations = async (options: {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly service: string;
}): Promise<EarlyOperations> => {
  const { host, port, service } = options;
  let notReady: NotReady = () => ["The service is still starting."];
  let metrics = makeMetrics(service, []);
  const server = await openOperationsServer({
    host,
    port,
    notReady: () => notReady(),
    metrics: { text: () => metrics.text() },
  });
  let closing: Promise<void> | undefined;
  return {
    ...server,
    close: () => (closing ??= server.close()),
    waitsFor(sentence) {
      notReady = () => [sentence];
    },
    serves(whenOpen, own) {
      notReady = whenOpen;
      metrics = own;
    },
  };
};
