import { connect, headers, type MsgHdrs } from "nats";
import { eventually } from "../testkit/processes/eventually.ts";

/** A dead letter: the original bytes with the reason beside them. */
export interface DeadLetter {
  readonly subject: string;
  readonly body: string;
  readonly bytes: Uint8Array;
  /** Where it was published, if that is no subject of ours. */
  readonly from: string;
  readonly reason: string;
  readonly message: string;
  readonly deliveries: string;
}

/** Another service with nothing but a NATS client. */
export interface Producer extends AsyncDisposable {
  /** Publishes on `countersign.v1.<org>.in.<producer>.request-approval` and waits for the broker's acknowledgement. */
  publish(producer: string, body: string | Uint8Array, messageId?: string): Promise<void>;
  /** The same for another command. */
  send(producer: string, command: string, body: string): Promise<void>;
  /** Waits for the last dead letter of a producer. */
  deadLetter(producer: string): Promise<DeadLetter>;
}

/** A CloudEvent that asks for an approval. */
export const askEvent = (id: string, data: object, over: object = {}): string =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: "/pipelines/release",
    type: "io.countersign.command.request-approval.v1",
    datacontenttype: "application/json",
    data,
    ...over,
  });

const letterOf = (subject: string, bytes: Uint8Array, found: MsgHdrs): DeadLetter => ({
  subject,
  body: new TextDecoder().decode(bytes),
  bytes,
  from: found.get("Countersign-Subject"),
  reason: found.get("Countersign-Reason"),
  message: found.get("Countersign-Message"),
  deliveries: found.get("Countersign-Deliveries"),
});

/** Connects another service to the broker, for one org. */
export const connectProducer = async (url: string, org: string): Promise<Producer> => {
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  const jetstream = connection.jetstream();
  const manager = await connection.jetstreamManager();
  return {
    async publish(producer, body, messageId) {
      await jetstream.publish(`countersign.v1.${org}.in.${producer}.request-approval`, body, {
        timeout: 1_000,
        ...(messageId === undefined ? {} : { msgID: messageId }),
      });
    },
    async send(producer, command, body) {
      const subject = `countersign.v1.${org}.in.${producer}.${command}`;
      await jetstream.publish(subject, body, { timeout: 1_000 });
    },
    deadLetter: (producer) =>
      eventually(`a dead letter of ${producer}`, async () => {
        const subject = `countersign.v1.${org}.dead.${producer}.request-approval`;
        const message = await manager.streams.getMessage("COUNTERSIGN_DEAD", {
          last_by_subj: subject,
        });
        return letterOf(message.subject, message.data, message.header ?? headers());
      }),
    async [Symbol.asyncDispose]() {
      await connection.close();
    },
  };
};
