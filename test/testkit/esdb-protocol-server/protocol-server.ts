import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { ServerFeaturesService } from "@eventstore/db-client/generated/serverfeatures_grpc_pb.js";
import features from "@eventstore/db-client/generated/serverfeatures_pb.js";
import type { SupportedMethods } from "@eventstore/db-client/generated/serverfeatures_pb.js";
import type { Empty } from "@eventstore/db-client/generated/shared_pb.js";
import { StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js";
import { freePort } from "../processes/free-port.ts";
import { appendCall, batchAppendCall } from "./append-calls.ts";
import type { AppendCounts } from "./append-calls.ts";
import { EventLog } from "./event-log.ts";
import { FaultPlan } from "./fault-plan.ts";
import { readCall } from "./read-call.ts";

const supportedMethods = (): SupportedMethods => {
  const answer = new features.SupportedMethods();
  answer.setEventStoreServerVersion("23.10.6");
  for (const name of ["append", "batchappend", "read", "delete", "tombstone"]) {
    const method = new features.SupportedMethod();
    method.setServiceName("event_store.client.streams.Streams");
    method.setMethodName(name);
    answer.addMethods(method);
  }
  return answer;
};

/**
 * An EventStoreDB of one node in memory, spoken to over real gRPC with the client's own generated definitions. It
 * keeps its events over `stop` and `start`, and its port too, so that clients can come back.
 */
export class ProtocolServer {
  readonly log = new EventLog();
  readonly faults = new FaultPlan();
  readonly appends: AppendCounts = { batch: 0, single: 0, bad: 0 };
  #server: Server | undefined;
  #port = 0;

  constructor() {
    // A real server has events of its own before anybody else's.
    this.writeSystemEvent();
  }

  /** The port it listens on; 0 before the first start. */
  get port(): number {
    return this.#port;
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Writes one of those events that the server writes by itself, to a `$` stream. */
  writeSystemEvent(): void {
    const revision = BigInt(this.log.stream("$stats")?.length ?? 0);
    this.log.append("$stats", "any", [
      {
        id: `00000000-0000-4000-8000-${String(revision).padStart(12, "0")}`,
        type: "$statsCollected",
        contentType: "application/json",
        data: Buffer.from("{}"),
        metadata: Buffer.from(""),
      },
    ]);
  }

  /** Listens on a free port the first time and on the same one afterwards. */
  async start(): Promise<void> {
    const server = new Server({ "grpc.max_receive_message_length": 16 * 1024 * 1024 });
    const getSupportedMethods: handleUnaryCall<Empty, SupportedMethods> = (_, callback) =>
      callback(null, supportedMethods());
    server.addService(ServerFeaturesService, { getSupportedMethods });
    server.addService(StreamsService, {
      append: appendCall(this.log, this.faults, this.appends),
      batchAppend: batchAppendCall(this.log, this.faults, this.appends),
      read: readCall(this.log, this.faults),
    });
    if (this.#port === 0) this.#port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    this.#server = server;
  }

  /** Cuts every connection, as a kill would, and stops listening. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }
}

export const startProtocolServer = async (): Promise<ProtocolServer> => {
  const server = new ProtocolServer();
  await server.start();
  return server;
};
