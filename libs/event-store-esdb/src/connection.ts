/**
 * The only file that loads the EventStoreDB client (65 ms). Everything about connections that the client leaves to
 * its user stands here: keep-alive, two connections instead of one, and who may append in batches.
 */
import {
  EventStoreDBClient,
  FORWARDS,
  START,
  jsonEvent,
  streamNameFilter,
} from "@eventstore/db-client";
import type { Credentials } from "@eventstore/db-client";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { pause } from "./pause.ts";

export { FORWARDS, START, jsonEvent, streamNameFilter };
export type { EventStoreDBClient };

/** Milliseconds. The client warns about less than 10 s between two pings; both together bound a half-open link. */
const keepAlive = { keepAliveInterval: 10_000, keepAliveTimeout: 5_000 };

/** The connection string with keep-alive in it, unless the operator already chose one. */
export const withKeepAlive = (connectionString: string): string => {
  let result = connectionString.trim().replace(/\/+$/, "");
  for (const [option, milliseconds] of Object.entries(keepAlive)) {
    if (!new RegExp(`[?&]${option}=`, "i").test(result)) {
      result += `${result.includes("?") ? "&" : "?"}${option}=${milliseconds}`;
    }
  }
  return result;
};

const options = new Set(
  [
    ...["tls", "tlsVerifyCert", "tlsCAFile", "userCertFile", "userKeyFile", "nodePreference"],
    ...["maxDiscoverAttempts", "discoveryInterval", "gossipTimeout", "connectionName"],
    ...["defaultDeadline", "keepAliveInterval", "keepAliveTimeout"],
  ].map((option) => option.toLowerCase()),
);

/**
 * Throws `StoreFailed` for an option that the client does not know: it would print the whole connection string,
 * password included. `throwOnAppendFailure` is none of ours: off, it turns a conflict into an answer.
 */
const checkOptions = (connectionString: string): void => {
  const [, query] = connectionString.split("?");
  for (const option of query?.split("&") ?? []) {
    const [name = "", value = ""] = option.split("=");
    if (!options.has(name.toLowerCase()) || value === "") {
      throw new StoreFailed(`"${name}" in the EventStoreDB connection string is no option of ours`);
    }
  }
};

/** Milliseconds that the calls of a client get to end when it is closed. */
const mostPatience = 1_000;

/** Throws `StoreFailed` when the connection string is not one, without repeating it: it may hold a password. */
export const connect = (connectionString: string): EventStoreDBClient => {
  checkOptions(connectionString.trim());
  try {
    return EventStoreDBClient.connectionString(withKeepAlive(connectionString));
  } catch (cause) {
    throw new StoreFailed("the EventStoreDB connection string is not valid", { cause });
  }
};

/** Ends every call of the client and closes its channel; never rejects, never hangs. Calls end before it awaits. */
export const disconnect = async (client: EventStoreDBClient): Promise<void> => {
  // Waits for a call that is over at the server but still has something unread, so it is given a moment only.
  const disposed = client.dispose();
  await Promise.race([disposed, pause(systemClock, mostPatience)]);
  const channel = await client["getChannel"]().catch(() => undefined);
  channel?.close();
};

/**
 * The client keeps the pending batch appends of the whole process in one table. When the batch stream of one client
 * fails, it rejects those of every other too, and their answers, which still come, then end the process with an
 * uncaught `TypeError`. So at most one writer of a process appends in batches; the others append one call at a time
 * (half the speed), which the client does when credentials come with the call.
 */
let batchWriter: object | undefined;

/** True when `writer` may append in batches: it holds the seat already, or the seat was free. */
export const takeBatchSeat = (writer: object): boolean => {
  batchWriter ??= writer;
  return batchWriter === writer;
};

/** To be called once no batch stream of `writer` is open any more. */
export const leaveBatchSeat = (writer: object): void => {
  if (batchWriter === writer) batchWriter = undefined;
};

/** What to hand to an append so that it does not go through the batch stream. Without TLS nothing of it is sent. */
export const credentialsOf = (connectionString: string): Credentials => {
  const match = /^[^:]+:\/\/(?<username>[^:@/]+):(?<password>[^@]+)@/.exec(connectionString.trim());
  return {
    username: decodeURIComponent(match?.groups?.["username"] ?? "anonymous"),
    password: decodeURIComponent(match?.groups?.["password"] ?? ""),
  };
};
