import type { StreamDefinition } from "@countersign/messaging/streams.ts";
import { STREAMS } from "@countersign/messaging/streams.ts";
import {
  DiscardPolicy,
  type JetStreamManager,
  nanos,
  NatsError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "nats";

/** JetStream's number for "stream not found". */
const STREAM_NOT_FOUND = 10_059;

const configOf = (stream: StreamDefinition, replicas: number): Partial<StreamConfig> => ({
  name: stream.name,
  subjects: [stream.subject],
  storage: StorageType.File,
  retention: stream.retention === "workqueue" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
  discard: stream.whenFull === "refuse" ? DiscardPolicy.New : DiscardPolicy.Old,
  max_age: nanos(stream.maxAgeMs),
  max_bytes: stream.maxBytes,
  duplicate_window: nanos(stream.dedupeWindowMs),
  num_replicas: replicas,
});

/**
 * Sees to it that our streams exist. A missing one is made, also after the broker lost its disk; of one that is
 * there only the subjects are put right, as its limits and replicas are the operator's to change.
 */
export class BrokerStreams {
  readonly #jsm: JetStreamManager;
  readonly #replicas: number;
  #underway: Promise<void> | undefined;

  constructor(jsm: JetStreamManager, replicas: number) {
    this.#jsm = jsm;
    this.#replicas = replicas;
  }

  /** Callers at the same time share one look. Throws what the broker refuses. */
  ensure(): Promise<void> {
    this.#underway ??= this.#ensureAll().finally(() => {
      this.#underway = undefined;
    });
    return this.#underway;
  }

  async #ensureAll(): Promise<void> {
    for (const stream of STREAMS) await this.#ensureOne(stream);
  }

  async #ensureOne(stream: StreamDefinition): Promise<void> {
    const wanted = configOf(stream, this.#replicas);
    let found: StreamConfig;
    try {
      found = (await this.#jsm.streams.info(stream.name)).config;
    } catch (failure) {
      if (!(failure instanceof NatsError) || failure.api_error?.err_code !== STREAM_NOT_FOUND)
        throw failure;
      // Another service may make it at the same moment: the same configuration twice is no error.
      await this.#jsm.streams.add(wanted);
      return;
    }
    if (found.retention !== wanted.retention)
      throw new Error(
        `stream ${stream.name} has retention ${found.retention}, ${wanted.retention} is needed: ` +
          "delete it, and it is made anew",
      );
    if (found.subjects.length !== 1 || found.subjects[0] !== stream.subject)
      await this.#jsm.streams.update(stream.name, { subjects: [stream.subject] });
  }
}
