import type {
  Bus,
  BusSubscription,
  Message,
  Publication,
  Reply,
  RequestOptions,
} from "@countersign/messaging/bus.ts";
import {
  BusUnavailable,
  InvalidSubject,
  NoResponders,
  RequestTimeout,
} from "@countersign/messaging/errors.ts";
import { checkHeaders, NO_HEADERS } from "@countersign/messaging/headers.ts";
import { STREAMS, streamOfSubject } from "@countersign/messaging/streams.ts";
import { subjectMatches } from "@countersign/messaging/subjects.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./machine.ts";
import { SimulatedLease } from "./simulated-lease.ts";
import { SimulatedStream } from "./simulated-stream.ts";
import type { World } from "./world.ts";

interface Server {
  readonly process: Process;
  readonly pattern: string;
  readonly handler: (request: Message) => Promise<Reply> | Reply;
}

interface Listener {
  readonly process: Process;
  readonly pattern: string;
  readonly handler: (message: Message) => void;
}

const PATIENCE = 2_000;

/** The broker of a run: loses, delays, repeats and reorders messages as the faults of the hour say. */
export class SimulatedBroker {
  readonly #world: World;
  readonly #faults: Faults;
  readonly #streams: ReadonlyMap<string, SimulatedStream>;
  readonly #servers: Server[] = [];
  readonly #listeners: Listener[] = [];
  readonly #onPublication: ((publication: Publication) => void)[] = [];
  /** Of the schedulers. */
  readonly lease: SimulatedLease;
  #up = true;
  #wipedAt = 0;

  constructor(world: World, faults: Faults) {
    this.#world = world;
    this.#faults = faults;
    this.lease = new SimulatedLease(world, faults, (process) => this.reaches(process));
    this.#streams = new Map(
      STREAMS.map((definition) => [
        definition.name,
        new SimulatedStream(definition, world, faults),
      ]),
    );
  }

  /** Messages of all durables that were published before `time` and have no last verdict. */
  waitingSince(time: number): number {
    let count = 0;
    for (const stream of this.#streams.values()) count += stream.waitingSince(time);
    return count;
  }

  /** When it last lost everything: what was published before may be lost with it. */
  get wipedAt(): number {
    return this.#wipedAt;
  }

  /** Tells of every publication that the broker has stored. */
  onPublication(listener: (publication: Publication) => void): void {
    this.#onPublication.push(listener);
  }

  stop(): void {
    this.#up = false;
  }

  start(): void {
    this.#up = true;
  }

  /** Everything that streams held is gone, ids included; they exist again at once, empty. */
  wipe(): void {
    this.#wipedAt = this.#world.time;
    for (const stream of this.#streams.values()) stream.wipe();
    this.lease.wipe();
  }

  reaches(process: Process): boolean {
    return this.#up && process.machine.connected;
  }

  /** The bus as one process sees it. */
  connect(process: Process): Bus {
    return {
      request: (subject, body, options) =>
        process.promise((resolve, reject) => {
          if (options.headers !== undefined) checkHeaders(options.headers);
          this.#request(
            process,
            { subject, body, headers: options.headers ?? NO_HEADERS },
            options,
          ).then(resolve, reject);
        }),
      serve: (pattern, _group, handler) => {
        const server: Server = { process, pattern, handler };
        return this.#join(process, this.#servers, server);
      },
      publish: (publication) =>
        process.promise((resolve, reject) => this.#publish(process, publication, resolve, reject)),
      consume: (options, handler) => {
        const stream = this.#streams.get(options.stream);
        if (stream === undefined) throw new Error(`there is no stream ${options.stream}`);
        const leave = stream.consume(process, options, handler);
        return { ready: Promise.resolve(), close: async () => leave() };
      },
      live: async (pattern, handler) =>
        this.#join(process, this.#listeners, { process, pattern, handler }),
      connected: () => this.reaches(process),
      close: async () => undefined,
    };
  }

  #join<Member>(process: Process, members: Member[], member: Member): BusSubscription {
    members.push(member);
    const leave = (): void => {
      const place = members.indexOf(member);
      if (place >= 0) members.splice(place, 1);
    };
    process.whenDead(leave);
    return { ready: Promise.resolve(), close: async () => leave() };
  }

  #delay(): number {
    const { dice } = this.#world;
    return dice.chance(this.#faults.messageLate) ? dice.between(100, 3_000) : dice.between(1, 3);
  }

  #request(from: Process, message: Message, { timeoutMs }: RequestOptions): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const { dice } = this.#world;
    const giveUp = this.#world.after(timeoutMs, () =>
      reject(new RequestTimeout(`${message.subject} was not answered`)),
    );
    const arrive = (): void => {
      const able = this.#servers.filter(
        ({ process, pattern }) =>
          process.machine.connected && subjectMatches(pattern, message.subject),
      );
      if (able.length === 0) {
        giveUp();
        reject(new NoResponders(`nobody serves ${message.subject}`));
        return;
      }
      const server = dice.pick(able);
      const answer = async (): Promise<void> => {
        let reply: Reply;
        try {
          reply = await server.handler(message);
        } catch {
          this.#world.reach("request handler threw");
          return;
        }
        if (dice.chance(this.#faults.requestLost)) {
          this.#world.reach("reply lost");
          return;
        }
        this.#world.after(this.#delay(), () => {
          if (!this.reaches(from) || !server.process.machine.connected) return;
          giveUp();
          resolve(reply);
        });
      };
      void answer();
    };
    if (this.reaches(from) && !dice.chance(this.#faults.requestLost))
      this.#world.after(this.#delay(), () => {
        if (this.reaches(from)) arrive();
      });
    return promise;
  }

  #publish(
    from: Process,
    publication: Publication,
    resolve: () => void,
    reject: (error: unknown) => void,
  ): void {
    const stream = this.#streams.get(streamOfSubject(publication.subject)?.name ?? "");
    if (stream === undefined) {
      reject(new InvalidSubject(`no stream holds ${publication.subject}`));
      return;
    }
    const { dice } = this.#world;
    const unknown = (): void => reject(new BusUnavailable("nobody knows whether it was stored"));
    if (!this.reaches(from) || dice.chance(this.#faults.publicationLost)) {
      this.#world.after(PATIENCE, unknown);
      return;
    }
    this.#world.after(dice.between(1, 2), () => {
      if (!this.#up) {
        this.#world.after(PATIENCE, unknown);
        return;
      }
      if (stream.store(publication)) {
        for (const listener of this.#onPublication) listener(publication);
      } else {
        this.#world.reach("publication repeated with its id");
      }
      this.#hear(publication);
      const lost = dice.chance(this.#faults.publicationLost) || !from.machine.connected;
      this.#world.after(lost ? PATIENCE : dice.between(1, 2), lost ? unknown : resolve);
    });
  }

  #hear({ subject, headers = NO_HEADERS, body }: Publication): void {
    for (const { process, pattern, handler } of this.#listeners)
      if (process.machine.connected && subjectMatches(pattern, subject))
        process.after(1, () => handler({ subject, headers, body }));
  }
}
