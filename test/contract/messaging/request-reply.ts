import { resultText, yesWith } from "@countersign/messaging/answers.ts";
import { NoResponders, RequestTimeout } from "@countersign/messaging/errors.ts";
import { commandPattern, commandSubject, querySubject } from "@countersign/messaging/subjects.ts";
import type { Bus, Reply } from "@countersign/messaging/bus.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type BusUnderTest,
  Inbox,
  messageInbox,
  numbered,
  reply,
  type StartBus,
} from "./harness.ts";

const approve = commandSubject("acme", "approve");

/** Request and reply, over any adapter. */
export const requestReplySuite = (start: StartBus): void => {
  describe("request and reply", () => {
    let broker: BusUnderTest;
    let bus: Bus;
    /** An answer that does not come while the test runs; closing a bus waits for it. */
    let unanswered: PromiseWithResolvers<Reply>;
    beforeEach(async () => {
      broker = await start();
      bus = await broker.connect();
      unanswered = Promise.withResolvers();
    });
    afterEach(async () => {
      unanswered.resolve(reply("too late"));
      await broker.close();
    });

    test("a request without anybody who serves it fails at once", async () => {
      await expect(bus.request(approve, "{}", { timeoutMs: 10_000 })).rejects.toThrow(NoResponders);
    });

    test("a served subject answers with the handler's reply", async () => {
      bus.serve(approve, "commander", ({ body }) => reply(`${body}!`));
      await expect(bus.request(approve, "yes", { timeoutMs: 5_000 })).resolves.toEqual(
        reply("yes!"),
      );
    });

    test("a handler may answer later", async () => {
      bus.serve(approve, "commander", async ({ body }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return reply(body);
      });
      const answer = await bus.request(approve, "later", { timeoutMs: 5_000 });
      expect(answer.body).toBe("later");
    });

    test("a request from another connection is answered once the serving one is ready", async () => {
      const other = await broker.connect();
      await other.serve(approve, "commander", () => reply("from there")).ready;
      const answer = await bus.request(approve, "", { timeoutMs: 5_000 });
      expect(answer.body).toBe("from there");
    });

    test("a yes brings its result, in the same body whatever carries it", async () => {
      const result = '{"text":"}\\n","n":1}';
      bus.serve(approve, "commander", () => yesWith({ "Countersign-Outcome": "done" }, result));
      const answer = await bus.request(approve, "", { timeoutMs: 5_000 });
      expect(answer.headers).toEqual({ "Countersign-Outcome": "done" });
      expect(answer.body).toBe(`{"ok":true,"result":${result}}`);
      expect(resultText(answer)).toBe(result);
    });

    test("a no has no result", async () => {
      bus.serve(approve, "commander", () => reply('{"ok":false,"error":{"code":"conflict"}}'));
      const answer = await bus.request(approve, "", { timeoutMs: 5_000 });
      expect(resultText(answer)).toBeUndefined();
    });

    test("headers travel both ways", async () => {
      bus.serve(approve, "commander", ({ headers }) => reply("", { ...headers, Added: "here" }));
      const headers = { "Countersign-Correlation": "c-1", "X-Empty": "" };
      const answer = await bus.request(approve, "", { headers, timeoutMs: 5_000 });
      expect(answer.headers).toEqual({ ...headers, Added: "here" });
    });

    test("a header with a line break is refused before it is sent", async () => {
      bus.serve(approve, "commander", () => reply(""));
      const headers = { Evil: "a\r\nNats-Msg-Id: forged" };
      await expect(bus.request(approve, "", { headers, timeoutMs: 5_000 })).rejects.toThrow(
        "line break",
      );
    });

    test("bodies keep every character", async () => {
      bus.serve(approve, "commander", ({ body }) => reply(body));
      const body = 'Ärger ≤ 30 €, 承認 👩‍⚖️ \u0000 \u2028 "quoted"\r\n';
      expect((await bus.request(approve, body, { timeoutMs: 5_000 })).body).toBe(body);
    });

    test("an empty body is a body", async () => {
      bus.serve(approve, "commander", ({ body }) => reply(body));
      expect((await bus.request(approve, "", { timeoutMs: 5_000 })).body).toBe("");
    });

    test("a body of 300 KiB is carried", async () => {
      bus.serve(approve, "commander", ({ body }) => reply(body));
      const body = "x".repeat(300 * 1024);
      expect((await bus.request(approve, body, { timeoutMs: 5_000 })).body).toBe(body);
    });

    test("a body over 1 MiB is refused", async () => {
      bus.serve(approve, "commander", () => reply(""));
      const body = "x".repeat(1024 * 1024 + 1);
      await expect(bus.request(approve, body, { timeoutMs: 5_000 })).rejects.toMatchObject({
        name: "MessageTooLarge",
      });
    });

    test("a wildcard serves every org and tells the subject that was asked", async () => {
      bus.serve(commandPattern({ name: "approve" }), "commander", ({ subject }) => reply(subject));
      for (const org of ["acme", "other"]) {
        const subject = commandSubject(org, "approve");
        expect((await bus.request(subject, "", { timeoutMs: 5_000 })).body).toBe(subject);
      }
      const deny = commandSubject("acme", "deny");
      await expect(bus.request(deny, "", { timeoutMs: 5_000 })).rejects.toThrow(NoResponders);
    });

    test("a handler that throws answers nobody, and the asker times out", async () => {
      bus.serve(approve, "commander", () => {
        throw new Error("planted");
      });
      await expect(bus.request(approve, "", { timeoutMs: 30 })).rejects.toThrow(RequestTimeout);
    });

    test("a handler that never answers makes the asker time out, each at its own time", async () => {
      bus.serve(approve, "commander", () => unanswered.promise);
      const ended = new Inbox<string>();
      const ask = async (name: string, timeoutMs: number): Promise<void> => {
        await expect(bus.request(approve, "", { timeoutMs })).rejects.toThrow(RequestTimeout);
        ended.take(name);
      };
      await Promise.all([ask("second", 120), ask("first", 20)]);
      expect(ended.seen).toEqual(["first", "second"]);
    });

    test("each request goes to one member of the group, and all members get some", async () => {
      const taken = [0, 0, 0];
      const members = [0, 1, 2].map((member) =>
        bus.serve(approve, "commander", () => {
          taken[member] = (taken[member] ?? 0) + 1;
          return reply(String(member));
        }),
      );
      await Promise.all(members.map(({ ready }) => ready));
      await Promise.all(
        numbered(150).map((body) => bus.request(approve, body, { timeoutMs: 5_000 })),
      );
      expect(taken.reduce((sum, count) => sum + count, 0)).toBe(150);
      expect(Math.min(...taken)).toBeGreaterThan(0);
    });

    test("every group gets the request, and the first answer counts", async () => {
      const watched = messageInbox();
      bus.serve(approve, "commander", () => reply("commander"));
      bus.serve(approve, "watcher", (request) => {
        watched.take(request);
        return unanswered.promise;
      });
      expect((await bus.request(approve, "", { timeoutMs: 5_000 })).body).toBe("commander");
      await watched.first(1);
    });

    test("a hundred requests at once each get their own answer", async () => {
      bus.serve(querySubject("acme", "queue"), "projector", async ({ body }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return reply(body);
      });
      const asked = numbered(100);
      const answers = await Promise.all(
        asked.map((body) => bus.request(querySubject("acme", "queue"), body, { timeoutMs: 5_000 })),
      );
      expect(answers.map(({ body }) => body)).toEqual(asked);
    });

    test("who stopped serving is not asked any more", async () => {
      const served = bus.serve(approve, "commander", () => reply("here"));
      await bus.request(approve, "", { timeoutMs: 5_000 });
      await served.close();
      await expect(bus.request(approve, "", { timeoutMs: 5_000 })).rejects.toThrow(NoResponders);
    });

    test("closing a served subject waits for the answer in hand, and twice is once", async () => {
      const began = messageInbox();
      const gate = Promise.withResolvers<void>();
      const served = bus.serve(approve, "commander", async (request) => {
        began.take(request);
        await gate.promise;
        return reply("still answered");
      });
      const asked = bus.request(approve, "", { timeoutMs: 5_000 });
      await began.first(1);
      const closed = [served.close(), served.close()];
      gate.resolve();
      expect((await asked).body).toBe("still answered");
      await Promise.all(closed);
    });
  });
};
