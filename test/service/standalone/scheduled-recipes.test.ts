import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Outside } from "@countersign/commander/outside/outside.ts";
import { Recipes } from "@countersign/commander/recipes/recipes.ts";
import { topicsOverBus } from "@countersign/commander/recipes/topics-over-bus.ts";
import type { EventStore, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { TopicView } from "@countersign/domain/topic/view.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { commandSubject, querySubject } from "@countersign/messaging/subjects.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import { makeLog } from "@countersign/runtime/log.ts";
import { systemRandom } from "@countersign/runtime/random.ts";
import { openServices, type Services } from "@countersign/standalone/open-services.ts";
import {
  temporaryFolder,
  temporarySqliteStore,
} from "../../testkit/event-store/temporary-sqlite-store.ts";
import { testGrantKeys } from "../../testkit/grant-keys.ts";
import { eventually } from "../../testkit/processes/eventually.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";

const examples = join(import.meta.dirname, "../../../examples/kiket-release");
const example = (name: string): string => readFileSync(join(examples, name), "utf8");

const DAY_MS = 86_400_000;

/** Everything behind the gateway in this process, on a clock of our own: a Sunday morning at ten. */
const openAll = async (
  stack: AsyncDisposableStack,
): Promise<{ readonly services: Services; readonly bus: Bus; readonly clock: ManualClock }> => {
  const clock = new ManualClock();
  const ids = makeIds(clock, systemRandom);
  const { store, close } = await temporarySqliteStore();
  stack.defer(close);
  const folder = await temporaryFolder();
  stack.defer(folder.remove);
  const bus = makeMemoryBus({ clock, failed: (error) => console.error(error) });
  stack.defer(() => bus.close());
  const nobody = { secret: Buffer.alloc(32), allowPrivate: false, advisorUrl: null };
  const outside = new Outside(
    { ...nobody, advisorTimeoutMs: 1 },
    async () => ({ ok: false, why: "there is nobody" }),
    clock,
    ids,
  );
  const services = await openServices({
    store,
    inner: bus,
    outer: bus,
    dataDir: folder.path,
    clock,
    ids,
    log: makeLog("test", "silent"),
    firstAdmin: null,
    storeFile: null,
    logLevel: "silent",
    withDemoOrg: true,
    grants: await testGrantKeys(),
    outside,
    stuckAfterMs: 900_000,
  });
  stack.use(services);
  return { services, bus, clock };
};

const send = async <Result = JsonObject>(
  bus: Bus,
  by: { readonly kind: string; readonly id: string },
  subject: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Result> => {
  const principal = JSON.stringify({ ...by, org: "demo" });
  const all = { "Countersign-Principal": principal, "Countersign-Correlation-Id": "c", ...headers };
  const reply = await bus.request(subject, body, { headers: all, timeoutMs: 60_000 });
  const answer = JSON.parse(reply.body) as { ok: boolean; result: Result };
  expect(answer.ok, reply.body).toBe(true);
  return answer.result;
};

/** All that stands in a store, in order. */
const everything = (store: EventStore): Promise<readonly RecordedEvent[]> =>
  new Promise((resolve, reject) => {
    const all: RecordedEvent[] = [];
    const subscription = store.subscribe(
      { from: "start", streamPrefixes: ["topic-", "request-", "automation-"] },
      {
        events: (batch) => void all.push(...batch),
        live: () => void subscription.close().then(() => resolve(all), reject),
      },
    );
  });

test("a scheduled recipe looks at every topic when its time has come, once for all times it missed", async () => {
  await using stack = new AsyncDisposableStack();
  const { services, bus, clock } = await openAll(stack);
  const admin = { kind: "person", id: "ana" };
  for (const name of ["release.yaml", "automation_recipes/stale_release_followup.yaml"])
    await send(bus, admin, commandSubject("demo", "import-definitions"), example(name), {
      "Countersign-File": name,
      "Countersign-Content-Type": "application/yaml",
    });
  const move = (id: string, assignee: string): Promise<JsonObject> =>
    send(
      bus,
      { kind: "agent", id: "deployment-bot" },
      commandSubject("demo", "request-transition"),
      JSON.stringify({
        workflow: "release",
        topic: {
          id,
          state: "staging",
          attributes: { assignee, custom_fields: { version_tag: "v2" } },
        },
        to: "development",
      }),
    );
  const topic = async (id: string): Promise<TopicView> => {
    const asked = JSON.stringify({ workflow: "release", id });
    return send<TopicView>(bus, admin, querySubject("demo", "topic"), asked);
  };
  const runs = async (): Promise<string[]> => {
    const phases: string[] = [];
    const { store } = services.commander.decider.engine;
    for await (const { data } of store.readStream("automation-demo.stale_release_followup")) {
      const { phase, topic: about } = JSON.parse(data) as {
        phase: string;
        topic: { id: string } | null;
      };
      phases.push(about === null ? phase : `${phase} ${about.id}`);
    }
    return phases;
  };

  const ran = (...wanted: readonly string[]): Promise<true> =>
    eventually(`the runs ${wanted.join(", ")}`, async () => {
      await clock.advance(100);
      const found = await runs();
      return found.join() === wanted.join() ? true : undefined;
    });

  await move("old", "bo");
  // Eight days of which the machine sees nothing: six of them are weekdays.
  clock.jump(6 * DAY_MS);
  await move("young", "cy");
  clock.jump(2 * DAY_MS);
  await clock.advance(3_000);

  await ran("due", "ran old");
  await eventually("the label", async () =>
    (await topic("old")).attributes["labels"] === undefined ? undefined : true,
  );
  expect((await topic("old")).attributes).toMatchObject({
    labels: ["needs-attention"],
    comments: [
      {
        by: "stale_release_followup",
        body: expect.stringContaining("in **development** for 8 days") as string,
      },
    ],
  });
  expect((await topic("young")).attributes).not.toHaveProperty("labels");

  // Monday at ten is over; the next time is Tuesday at nine.
  clock.jump(22 * 3_600_000);
  await clock.advance(3_000);
  expect(await runs()).toEqual(["due", "ran old"]);
  clock.jump(3_600_000);
  await clock.advance(3_000);
  await ran("due", "ran old", "due", "ran old");
  await eventually("the second comment", async () => {
    const { comments } = (await topic("old")).attributes;
    return Array.isArray(comments) && comments.length === 2 ? true : undefined;
  });

  // Everything is delivered again, to a process manager that remembers nothing: it changes nothing.
  const { decider } = services.commander;
  const before = await everything(decider.engine.store);
  const again = new Recipes(decider, topicsOverBus(bus), null);
  for (const recorded of before) await again.react("demo", recorded);
  expect((await everything(decider.engine.store)).length).toBe(before.length);
});
