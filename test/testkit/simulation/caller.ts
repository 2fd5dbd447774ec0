import type { Json, JsonObject } from "@countersign/domain/json.ts";
import { isObject } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { commandSubject, querySubject } from "@countersign/messaging/subjects.ts";
import type { Process } from "./machine.ts";

export interface Call {
  readonly org: string;
  readonly principal: Principal;
  readonly target?: string;
  readonly key?: string;
  readonly correlationId: string;
  readonly body: string;
  readonly contentType?: string;
}

/** What came of a call: an answer, or nothing that says whether it had an effect. */
export type Called =
  | {
      readonly kind: "done";
      readonly outcome: string;
      /** `id` and `position` of the answer where it has them, else empty. */
      readonly id: string;
      readonly position: string;
      readonly result: JsonObject;
    }
  | {
      readonly kind: "refused";
      readonly code: string;
      /** How many events the log held when this call was sent. */
      readonly sentAt: number;
    }
  | { readonly kind: "unknown" };

const headersOf = (call: Call): Record<string, string> => ({
  "Countersign-Principal": JSON.stringify(call.principal),
  "Countersign-Channel": "rest",
  "Countersign-Correlation-Id": call.correlationId,
  ...(call.target === undefined ? {} : { "Countersign-Target": encodeURIComponent(call.target) }),
  ...(call.key === undefined ? {} : { "Countersign-Idempotency-Key": call.key }),
  ...(call.contentType === undefined ? {} : { "Countersign-Content-Type": call.contentType }),
});

const objectOf = (value: Json | undefined): JsonObject =>
  value !== undefined && isObject(value) ? value : {};

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** Calls as the gateway does: over the bus, answered or not. */
export class Caller {
  readonly #bus: Bus;
  readonly #logLength: () => number;
  readonly process: Process;

  constructor(process: Process, bus: Bus, logLength: () => number) {
    this.process = process;
    this.#bus = bus;
    this.#logLength = logLength;
  }

  async command(name: string, call: Call): Promise<Called> {
    return this.#call(commandSubject(call.org, name), call);
  }

  async query(name: string, call: Call): Promise<Called> {
    return this.#call(querySubject(call.org, name), call);
  }

  /** Sends the same call until something certain comes back, at most `times` times. */
  async insist(name: string, call: Call, times: number): Promise<Called> {
    for (let attempt = 1; ; attempt++) {
      const called = await this.command(name, call);
      if (called.kind !== "unknown" || attempt >= times) return called;
      this.process.world.reach("command sent again after an unknown outcome");
      await this.pause(this.process.world.dice.between(10, 1_000));
    }
  }

  async pause(ms: number): Promise<void> {
    await this.process.promise<void>((resolve) => this.process.after(ms, () => resolve()));
  }

  async publish(publication: Parameters<Bus["publish"]>[0]): Promise<void> {
    await this.#bus.publish(publication);
  }

  async #call(subject: string, call: Call): Promise<Called> {
    const sentAt = this.#logLength();
    let reply: Awaited<ReturnType<Bus["request"]>>;
    try {
      reply = await this.#bus.request(subject, call.body, {
        headers: headersOf(call),
        timeoutMs: 4_000,
      });
    } catch {
      return { kind: "unknown" };
    }
    const answer = JSON.parse(reply.body) as {
      readonly ok: boolean;
      readonly result?: Json;
      readonly error?: { readonly code: string };
    };
    if (answer.ok) {
      const outcome = reply.headers["Countersign-Outcome"] ?? "";
      const result = objectOf(answer.result);
      const [id, position] = [textOf(result["id"]), textOf(result["position"])];
      return { kind: "done", outcome, id, position, result };
    }
    const code = answer.error?.code ?? "internal";
    if (code === "unavailable") {
      this.process.world.reach("command answered unavailable");
      return { kind: "unknown" };
    }
    return { kind: "refused", code, sentAt };
  }
}
