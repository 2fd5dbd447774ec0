import { MessageChannel } from "node:worker_threads";
import { NoResponders } from "@countersign/messaging/errors.ts";
import { querySubject } from "@countersign/messaging/subjects.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { answerRequests, ThreadLink } from "@countersign/messaging/thread-link.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reply } from "./harness.ts";

const subject = querySubject("acme", "audit");
const asking = (body: string, headers = {}) => ({ subject, headers, body });

describe("requests to a bus of another thread", () => {
  let stack: AsyncDisposableStack;
  let link: ThreadLink;
  let far: ReturnType<typeof makeMemoryBus>;
  beforeEach(() => {
    stack = new AsyncDisposableStack();
    const { port1, port2 } = new MessageChannel();
    far = stack.adopt(makeMemoryBus({ clock: systemClock }), (bus) => bus.close());
    answerRequests(port2, far);
    link = stack.adopt(new ThreadLink(port1), (opened) => opened.close());
  });
  afterEach(() => stack.disposeAsync());

  test("arrive with subject, headers and body, and are answered with headers and body", async () => {
    far.serve(subject, "projector", (asked) =>
      reply(JSON.stringify([asked.subject, asked.headers, asked.body]), { Seen: "yes" }),
    );
    const answer = await link.request(asking('{"é":1}', { "Countersign-Principal": "{}" }), 5_000);
    expect(JSON.parse(answer.body)).toEqual([
      subject,
      { "Countersign-Principal": "{}" },
      '{"é":1}',
    ]);
    expect(answer.headers).toEqual({ Seen: "yes" });
  });

  test("are answered each with its own answer, whichever is ready first", async () => {
    const first = Promise.withResolvers<void>();
    far.serve(subject, "projector", async ({ body }) => {
      if (body === "1") await first.promise;
      else first.resolve();
      return reply(body);
    });
    const asked = ["1", "2", "3"].map((body) => link.request(asking(body), 5_000));
    expect((await Promise.all(asked)).map(({ body }) => body)).toEqual(["1", "2", "3"]);
  });

  test("that nobody there serves are rejected with the reason", async () => {
    const nobody = new NoResponders(`nobody serves ${subject} at present`);
    await expect(link.request(asking(""), 5_000)).rejects.toThrow(String(nobody));
  });

  test("are rejected when the link closes, those under way and later ones", async () => {
    far.serve(subject, "projector", () => new Promise(() => undefined));
    const asked = link.request(asking(""), 5_000);
    link.close();
    await expect(asked).rejects.toThrow("the thread has stopped");
    await expect(link.request(asking(""), 5_000)).rejects.toThrow("the thread has stopped");
  });
});
