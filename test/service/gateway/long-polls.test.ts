import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeInner } from "@countersign/gateway/edge/inner.ts";
import { makeLongPolls } from "@countersign/gateway/rest/long-polls.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { queryPattern } from "@countersign/messaging/subjects.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { expect, test } from "vitest";
import { requestId } from "./gateway-under-test.ts";

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc()");
};

const principal = { kind: "person", id: "bo", org: "demo", scopes: [] } as const;
const who = {
  principal,
  principalText: JSON.stringify(principal),
  expiresAt: Number.MAX_SAFE_INTEGER,
  checkAgainAt: Number.MAX_SAFE_INTEGER,
  fingerprint: "bo",
};
const caller = { who, channel: "rest", correlationId: "one" } as const;

test("callers who leave a long poll are not kept until its answer comes", async () => {
  const bus = makeMemoryBus({ clock: systemClock });
  const answer = Promise.withResolvers<Reply>();
  bus.serve(queryPattern(), "projector", () => answer.promise);
  const polls = makeLongPolls(makeInner(bus));
  const leave = async (): Promise<WeakRef<ServerResponse>> => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const asked = polls.ask(caller, { id: requestId() }, 60_000, response);
    response.emit("close");
    // Not by `expect`, which would keep the error, and with it the response that it was thrown for.
    await asked.catch(() => undefined);
    return new WeakRef(response);
  };
  const left: WeakRef<ServerResponse>[] = [];
  for (let count = 0; count < 20; count++) left.push(await leave());
  await setImmediate();
  collectGarbage();
  const kept = left.filter((response) => response.deref() !== undefined);
  // The last may still stand on the stack.
  expect(kept.length).toBeLessThan(3);
  answer.resolve({ headers: {}, body: "" });
  await bus.close();
});
