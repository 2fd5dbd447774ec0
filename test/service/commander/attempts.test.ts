import { describe, expect, test } from "vitest";
import { Attempts, type Attempt } from "@countersign/commander/attempts.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { systemRandom } from "@countersign/runtime/random.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { temporarySqliteStore } from "../../testkit/event-store/temporary-sqlite-store.ts";

const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  principal: { kind: "person", id: "gus", org: "demo" },
  code: "not-an-approver",
  operation: "approve",
  request: "apr_1",
  channel: "rest",
  correlationId: "c",
  ...over,
});

interface Kept {
  readonly code: string;
  readonly by: string;
  readonly count: number;
}

const noted = async (store: EventStore, org = "demo"): Promise<Kept[]> => {
  const kept: Kept[] = [];
  for await (const { data, metadata } of store.readStream(`security-${org}.main`)) {
    const { code, count } = JSON.parse(data) as { code: string; count: number };
    const { actor } = JSON.parse(metadata) as { actor: { id: string } };
    kept.push({ code, by: actor.id, count });
  }
  return kept;
};

const silent = (warnings: string[] = []): Log => {
  const ignore = (): void => undefined;
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  return { debug: ignore, info: ignore, warn, error: ignore };
};

const open = async () => {
  const temporary = await temporarySqliteStore();
  const clock = new ManualClock();
  const start = (store: EventStore = temporary.store, log = silent()): Attempts =>
    new Attempts(store, clock, makeIds(clock, systemRandom), log, (org) => org !== "nobody");
  return { ...temporary, clock, start };
};

describe("refused attempts", () => {
  test("of right are written, each once, with who tried; other refusals are not", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close } = await open();
    stack.defer(close);
    const attempts = start();
    attempts.note(attempt());
    attempts.note(attempt({ code: "separation-of-duties" }));
    for (const code of ["not-found", "forbidden", "already-resolved"])
      attempts.note(attempt({ code }));
    await attempts.written();
    expect(await noted(store)).toEqual([
      { code: "not-an-approver", by: "gus", count: 1 },
      { code: "separation-of-duties", by: "gus", count: 1 },
    ]);
  });

  test("beyond twenty a minute are one entry with their count, by principal and code", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close, clock } = await open();
    stack.defer(close);
    const attempts = start();
    for (let count = 0; count < 1_000; count++) attempts.note(attempt());
    const other = { kind: "person", id: "hal", org: "demo" } as const;
    attempts.note(attempt({ principal: other }));
    await attempts.written();
    expect(await noted(store)).toHaveLength(21);
    await clock.advance(60_000);
    await attempts.written();
    const kept = await noted(store);
    expect(kept).toHaveLength(22);
    expect(kept.at(-1)).toEqual({ code: "not-an-approver", by: "gus", count: 980 });
  });

  test("in the next minute are written again", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close, clock } = await open();
    stack.defer(close);
    const attempts = start();
    for (let count = 0; count < 20; count++) attempts.note(attempt());
    await clock.advance(60_000);
    attempts.note(attempt());
    await attempts.written();
    expect(await noted(store)).toHaveLength(21);
  });

  test("make no stream for an org that is not there", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close } = await open();
    stack.defer(close);
    const attempts = start();
    attempts.note(attempt({ principal: { kind: "person", id: "gus", org: "nobody" } }));
    await attempts.written();
    expect(await noted(store, "nobody")).toEqual([]);
  });

  test("of several commanders stand one after the other", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close } = await open();
    stack.defer(close);
    const [one, two] = [start(), start()];
    for (let count = 0; count < 10; count++) {
      one.note(attempt());
      two.note(attempt());
    }
    await Promise.all([one.written(), two.written()]);
    expect(await noted(store)).toHaveLength(20);
  });

  test("that the store cannot take are lost and said, and nobody waits", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close } = await open();
    stack.defer(close);
    const warnings: string[] = [];
    const away: EventStore = {
      append: () => Promise.reject(new StoreUnavailable("away")),
      readStream: (...asked) => store.readStream(...asked),
      subscribe: (...asked) => store.subscribe(...asked),
      close: () => Promise.resolve(),
    };
    const attempts = start(away, silent(warnings));
    attempts.note(attempt());
    await attempts.close();
    expect(warnings).toEqual(["a refused attempt was not recorded"]);
    expect(await noted(store)).toEqual([]);
  });

  test("that were only counted are written when the service stops", async () => {
    await using stack = new AsyncDisposableStack();
    const { store, start, close } = await open();
    stack.defer(close);
    const attempts = start();
    for (let count = 0; count < 25; count++) attempts.note(attempt());
    await attempts.close();
    expect((await noted(store)).at(-1)?.count).toBe(5);
  });
});
