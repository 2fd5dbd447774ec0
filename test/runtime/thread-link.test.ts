import { MessageChannel } from "node:worker_threads";
import { answerQuestions, ThreadLink } from "@countersign/runtime/thread-link.ts";
import { afterEach, describe, expect, test } from "vitest";

interface Question {
  readonly body: string;
}

let link: ThreadLink<Question, string>;
const linkTo = (answer: (question: Question) => Promise<string>): void => {
  const { port1, port2 } = new MessageChannel();
  answerQuestions(port2, answer);
  link = new ThreadLink(port1);
};
afterEach(() => link.close());

describe("questions to another thread", () => {
  test("are answered each with its own answer, whichever is ready first", async () => {
    const first = Promise.withResolvers<void>();
    linkTo(async ({ body }) => {
      if (body === "é1") await first.promise;
      else first.resolve();
      return `answer to ${body}`;
    });
    const asked = ["é1", "2", "3"].map((body) => link.ask({ body }));
    expect(await Promise.all(asked)).toEqual(["answer to é1", "answer to 2", "answer to 3"]);
  });

  test("that cannot be answered are rejected with the reason", async () => {
    linkTo(() => Promise.reject(new RangeError("no such page")));
    await expect(link.ask({ body: "" })).rejects.toThrow("RangeError: no such page");
  });

  test("are rejected when the link closes, those under way and later ones", async () => {
    linkTo(() => new Promise(() => undefined));
    const asked = link.ask({ body: "" });
    link.close();
    await expect(asked).rejects.toThrow("the thread has stopped");
    await expect(link.ask({ body: "" })).rejects.toThrow("the thread has stopped");
  });
});
