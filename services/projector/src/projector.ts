import { mkdirSync } from "node:fs";
import { References } from "@countersign/application/references.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import type { SharedStates } from "@countersign/read-models/request-states.ts";
import type { Log } from "@countersign/runtime/log.ts";
import {
  runProjection,
  type RunningProjection,
} from "@countersign/subscriptions/run-projection.ts";
import { partNames, type OpenPart, type PartName, type PartOptions } from "./open-part.ts";
import { openAudit } from "./open-audit.ts";
import { openQueue } from "./open-queue.ts";
import { openStats } from "./open-stats.ts";
import { serveQueries } from "./serve.ts";

export interface ProjectorParts extends Omit<PartOptions, "references"> {
  readonly log: Log;
  /** Which read models; default all. */
  readonly only?: readonly PartName[];
  /** In one process with the commander: its folds and references, which are then not folded a second time. */
  readonly shared?: { readonly states: SharedStates; readonly references: References };
}

export interface Projector {
  /** Resolves once everything that stood in the store is projected and queries are served. */
  readonly live: Promise<void>;
  /** True from then on, until a projection fails. */
  ready(): boolean;
  /** The projections, for gauges: name, position, lag, events. */
  readonly running: readonly RunningProjection[];
  /** Rejects when a projection or the store failed for good. */
  readonly failed: Promise<never>;
  /** Answers who waits, stops, commits, closes the files. Safe to call twice. */
  close(): Promise<void>;
}

const openPart = (name: PartName, options: PartOptions, parts: ProjectorParts): OpenPart => {
  switch (name) {
    case "queue":
      return openQueue(options, {
        states: parts.shared?.states,
        inProcess: parts.shared !== undefined,
      });
    case "stats":
      return openStats(options, parts.shared?.states);
    case "audit":
      return openAudit(options);
  }
};

/**
 * Opens the read models at once, follows the store with them, and answers queries on them. Queries that come before a read
 * model has caught up are answered `unavailable`. `shared` is what one process has in common with the commander.
 */
export const openProjector = (parts: ProjectorParts): Projector => {
  const { store, bus, clock, log, only = partNames, shared } = parts;
  mkdirSync(parts.dataDir, { recursive: true });
  const references =
    shared?.references ?? new References(parts.evaluateExpression, parts.businessTimeOf);
  const started = shared === undefined ? references.start(store) : Promise.resolve();
  const opened = only.map((name) => openPart(name, { ...parts, references }, parts));
  const running = opened.map(({ projection }) =>
    runProjection(store, projection, {
      clock,
      occurredAt: (event) => Date.parse(metadataOf(event).occurredAt),
    }),
  );
  for (const { name, closed } of running)
    closed.catch((err: unknown) =>
      log.error({ err, readModel: name }, "a read model stopped: it failed on an event"),
    );
  const served = opened.flatMap(({ queries }, index) =>
    serveQueries(
      bus,
      { queries, ready: () => references.live && running[index]?.isLive() === true },
      log,
    ),
  );
  const live = Promise.all([
    started,
    ...running.map((projection) => projection.live),
    ...served.map(({ ready }) => ready),
  ]).then(() => undefined);
  live.catch(() => undefined);
  const failed = new Promise<never>((_, reject) => {
    for (const { closed } of running) closed.catch(reject);
    started.catch(reject);
    references.closed.catch(reject);
  });
  failed.catch(() => undefined);

  let closing: Promise<void> | undefined;
  const closeOnce = async (): Promise<void> => {
    for (const part of opened) part.release();
    await Promise.all(served.map((each) => each.close()));
    for (const [index, { file }] of opened.entries()) {
      const projection = running[index];
      await projection?.close();
      const stopped = await projection?.closed.then(
        () => true,
        () => false,
      );
      if (stopped === true) file.close();
      else file.abandon();
    }
    if (shared === undefined) await references.close();
  };
  return {
    live,
    running,
    ready: () => references.live && running.every((projection) => projection.isLive()),
    failed,
    close: () => (closing ??= closeOnce()),
  };
};
