import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ReadReq } from "@eventstore/db-client/generated/streams_pb.js";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { consumerTooSlow } from "./fault-plan.ts";
import type { FaultPlan } from "./fault-plan.ts";
import {
  caughtUpResponse,
  checkpointResponse,
  confirmationResponse,
  eventResponse,
} from "./messages.ts";
import { writePaced } from "./paced-writing.ts";
import type { ReadCall } from "./paced-writing.ts";

const matcherOf = (filter: ReadReq.Options.FilterOptions | undefined) => {
  const onStream = filter?.getStreamIdentifier();
  const expression = onStream ?? filter?.getEventType();
  if (expression === undefined) return () => true;
  const prefixes = expression.getPrefixList();
  const regex = expression.getRegex() === "" ? undefined : new RegExp(expression.getRegex());
  return (event: LoggedEvent): boolean => {
    const text = onStream === undefined ? event.type : event.stream;
    return regex?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix));
  };
};

/**
 * A subscription to everything: confirmation, history, one `caughtUp`, then live. What is live goes through a buffer
 * of 32 events; when it is full the subscription ends, however quick the consumer is.
 */
export const subscriptionCall = async (
  log: EventLog,
  faults: FaultPlan,
  call: ReadCall,
  options: ReadReq.Options,
): Promise<void> => {
  const filter = options.getFilter();
  const matches = matcherOf(filter);
  const window = filter?.getMax() || 32;
  const checkpointEvery = window * (filter?.getCheckpointintervalmultiplier() ?? 1);
  let scanned = 0;

  /** Writes an event or passes over it; false when the subscriber is gone. */
  const show = async (event: LoggedEvent): Promise<boolean> => {
    let there = true;
    if (matches(event)) {
      faults.eventsSent++;
      there = await writePaced(call, eventResponse(event));
    }
    if (filter !== undefined && ++scanned % checkpointEvery === 0) {
      there &&= await writePaced(call, checkpointResponse(event.position));
    }
    return there;
  };

  if (!(await writePaced(call, confirmationResponse(randomUUID())))) return;
  const position = options.getAll()?.getPosition();
  // Passes over the first event at or behind the position, whatever that is: a position that no event has loses one.
  let next =
    position === undefined ? 0 : log.indexBehind(BigInt(position.getCommitPosition()) - 1n) + 1;
  for (; next < log.all.length; next++) {
    const event = log.all[next];
    if (event === undefined || !(await show(event))) return;
  }

  const buffer: LoggedEvent[] = [];
  let kept = 0;
  let overflown = false;
  let wake = Promise.withResolvers<void>();
  const ignore = log.listen((event) => {
    // Events that the filter drops take no place, but count towards the next checkpoint.
    if (matches(event) && ++kept > faults.liveBuffer) overflown = true;
    if (!overflown) buffer.push(event);
    wake.resolve();
  });
  call.on("cancelled", () => {
    ignore();
    wake.resolve();
  });
  call.on("close", () => {
    ignore();
    wake.resolve();
  });
  if (faults.tellsCaughtUp && !(await writePaced(call, caughtUpResponse()))) return ignore();
  while (!call.cancelled && !call.destroyed) {
    const event = buffer.shift();
    if (event !== undefined) {
      if (matches(event)) kept--;
      if (!(await show(event))) break;
    } else if (overflown) {
      faults.tooSlow++;
      call.emit("error", consumerTooSlow);
      break;
    } else {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      await nextTurn();
    }
  }
  ignore();
};
