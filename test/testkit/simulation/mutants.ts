/** A fault planted into the source as it is loaded; nothing is written to disk. */
export interface Mutant {
  readonly name: string;
  /** Number of the seed that is known to find it, where that is not among the first: tried before those after it. */
  readonly seed?: number;
  readonly changes: readonly {
    /** From the root of the repository. */
    readonly file: string;
    /** Stands there exactly once. */
    readonly from: string;
    readonly to: string;
  }[];
}

const one = (name: string, file: string, from: string, to: string, seed = 1): Mutant => ({
  name,
  seed,
  changes: [{ file, from, to }],
});

const execute = "libs/application/src/execute.ts";
const processes = "services/commander/src/processes.ts";

/** The faults that the simulation must find; each was a bug here once, or is one that others have shipped. */
export const mutants: readonly Mutant[] = [
  {
    name: "a conflict is answered by appending at the revision that is there now",
    changes: [
      {
        file: execute,
        from: 'const expected = fold.revision < 0n ? "no-stream" : fold.revision;',
        to: 'let expected = fold.revision < 0n ? "no-stream" : fold.revision;',
      },
      {
        file: execute,
        from: "if (error instanceof WrongExpectedRevision) {",
        to: `if (error instanceof WrongExpectedRevision && error.actual !== "no-stream") {
               expected = error.actual;
               continue;
             }
             if (error instanceof WrongExpectedRevision) {`,
      },
    ],
  },
  one(
    "a commander does not look whether a command was done before",
    execute,
    "if (known !== undefined) {",
    "if (known !== undefined && fold.revision < 0n) {",
  ),
  one(
    "a key used before is accepted with any body",
    execute,
    "return known === envelope.commandHash",
    "return known !== undefined",
  ),
  one(
    "a retry is refused before anybody looks whether it was done",
    execute,
    "if (!read) {",
    "if (!read && fold.revision >= 0n) {",
    10,
  ),
  one(
    "a commander decides with yesterday's definitions",
    execute,
    "if (fold.basis !== null && !engine",
    "if (fold.basis !== null && fold.revision < 0n && !engine",
  ),
  one(
    "a clock that jumped back is believed",
    execute,
    "fold.lastOccurredAt !== null && fold.lastOccurredAt > clock ? fold.lastOccurredAt : clock",
    "clock",
  ),
  one(
    "a command that comes too late still counts",
    "libs/domain/src/request/ending/ending.ts",
    "if (!isDue(state, now)) return { inTime: state };",
    "if (!isDue(state, now) || now !== null) return { inTime: state };",
  ),
  {
    name: "the scheduler is early and the decider believes it",
    changes: [
      {
        file: "libs/domain/src/request/ending/expire.ts",
        from: 'state.status === "pending" && isDue(state, now)',
        to: 'state.status === "pending"',
      },
      {
        file: "services/scheduler/src/scheduler.ts",
        from: "due.due(now, PAGE, after)",
        to: "due.due(now + 15_000, PAGE, after)",
      },
    ],
  },
  one(
    "a timer is published once and never again",
    "services/scheduler/src/in-hand.ts",
    "sent.againAt <= now ? sent.attempts + 1 : 0",
    "0",
  ),
  one(
    "the requester's own vote counts",
    "libs/domain/src/request/people/people.ts",
    "if (submitted.selfApproval) return false;",
    "if (submitted !== null) return false;",
  ),
  one(
    "process managers save their checkpoint before their commands",
    processes,
    "return this.#work(concerned).then((done) => {",
    "this.#save(checkpoint);\nreturn this.#work(concerned).then((done) => {",
    31,
  ),
  one(
    "process managers make no request that a crash left out",
    processes,
    "const outcome = await submitBlocking(",
    "const outcome = { ok: true } as const;\nif (this.#closing) await submitBlocking(",
  ),
  one(
    "a topic goes on while its caller may still make the request",
    "libs/application/src/topic.ts",
    "const state = await abandonUnmade(engine, kinds.request, envelope, requestId);",
    'const state = { status: "absent" };',
    29,
  ),
  one(
    "a claim is taken over from a holder that may still come",
    "libs/application/src/abandon.ts",
    "events: fold.revision < 0n ? [abandoned] : []",
    "events: fold.revision < -1n ? [abandoned] : []",
    21,
  ),
  one(
    "intake is acknowledged before its append",
    "services/commander/src/intake.ts",
    "const verdict = await takeIn(decider, attempts, delivery);",
    'void takeIn(decider, attempts, delivery).catch(() => undefined);\nconst verdict = "ack" as IntakeVerdict;',
  ),
  one(
    "the projector commits its checkpoint before its rows",
    "libs/read-models/src/audit/audit-projection.ts",
    "this.file.begin();",
    "this.file.reached(checkpoint, batch[batch.length - 1]?.position);\nthis.file.commit();\nthis.file.begin();",
  ),
  one(
    "the relay saves its checkpoint before it publishes",
    "services/relay/src/relay.ts",
    "return publisher.publish(byStream(batch, publicationOf)).then((all) => {",
    "reach(batch, at);\nsave();\nreturn publisher.publish(byStream(batch, publicationOf)).then((all) => {",
  ),
  {
    name: "a step of a ladder is early and the decider believes it",
    changes: [
      {
        file: "libs/domain/src/request/timers/fire.ts",
        from: "Date.parse(dueAt) <= Date.parse(now);",
        to: "Date.parse(dueAt) <= Date.parse(now) + 15_000;",
      },
      {
        file: "services/scheduler/src/scheduler.ts",
        from: "due.due(now, PAGE, after)",
        to: "due.due(now + 15_000, PAGE, after)",
      },
    ],
  },
  one(
    "a ladder that was planned anew is held to its earlier plan",
    "libs/domain/src/request/timers/evolve.ts",
    "    calendar,\n    timers,\n",
    "    calendar,\n    timers: before?.timers ?? timers,\n",
  ),
  one(
    "the scheduler forgets the last timer of each ladder",
    "libs/read-models/src/due/planned.ts",
    "return ladder(event);",
    "return ladder(event).slice(0, -1);",
  ),
  one(
    "a timer that took effect is said for ever",
    "libs/read-models/src/due/removed.ts",
    '  "ReminderDue",\n  "RequestEscalated",',
    '  "RequestEscalated",',
  ),
  one(
    "what was planned is forgotten before it is written",
    "libs/read-models/src/due/due-projection.ts",
    "this.file.beforeCommit(() => this.#write());",
    "this.file.beforeCommit(() => this.#unwritten.clear());",
  ),
  one(
    "the lease of a dead scheduler is never taken over",
    "services/scheduler/src/lease.ts",
    "?? now) >= PATIENCE_MS",
    "?? now) >= PATIENCE_MS * 1_000_000",
  ),
];
