import type { MessagePort } from "node:worker_threads";
import { PassingMap } from "./passing.ts";

interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

type Answered<Answer> = { readonly id: number } & (
  | { readonly answer: Answer }
  | { readonly failure: string }
);

/** Questions to the thread that has the port's other end, where `answerQuestions` takes them. Both are cloned on the way. */
export class ThreadLink<Question, Answer> {
  readonly #port: MessagePort;
  readonly #waiting = new PassingMap<number, PromiseWithResolvers<Answer>>();
  #last = 0;
  #open = true;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (answered: Answered<Answer>) => {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      if ("failure" in answered) waiting?.reject(new Error(answered.failure));
      else waiting?.resolve(answered.answer);
    });
    port.unref();
  }

  /** The other thread's answer; rejects with what it threw, or when the link is closed. */
  ask(question: Question): Promise<Answer> {
    if (!this.#open) return Promise.reject(stopped());
    const id = ++this.#last;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(id, waiting);
    const asked: Asked<Question> = { id, question };
    this.#port.postMessage(asked);
    return waiting.promise;
  }

  /** Fails whoever still waits. */
  close(): void {
    this.#open = false;
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(stopped());
  }
}

const stopped = (): Error => new Error("the thread has stopped");

/** Answers what the other end of the port asks. */
export const answerQuestions = <Question, Answer>(
  port: MessagePort,
  answer: (question: Question) => Promise<Answer>,
): void => {
  const say = (answered: Answered<Answer>): void => port.postMessage(answered);
  port.on("message", ({ id, question }: Asked<Question>) => {
    answer(question).then(
      (found) => say({ id, answer: found }),
      (error: unknown) => say({ id, failure: String(error) }),
    );
  });
};
