import type { References } from "@countersign/application/references.ts";
import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import type { EvaluateExpression } from "@countersign/domain/reference.ts";
import type { EventReader } from "@countersign/event-store/event-store.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import type { ReadModelFile } from "@countersign/read-models/read-model-file.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Projection } from "@countersign/subscriptions/projection.ts";
import type { Query } from "./serve.ts";

/** The read models of a projector; each can run as a process of its own. */
export const partNames = ["queue", "stats", "audit"] as const;
export type PartName = (typeof partNames)[number];

/** What every part is opened with. */
export interface PartOptions {
  readonly store: EventReader;
  readonly bus: Bus;
  /** An existing folder. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly references: References;
  readonly evaluateExpression: EvaluateExpression;
  readonly businessTimeOf?: BusinessTimeOf;
  /** Default: the machine's. */
  readonly bootId?: string | null;
}

/** One read model: its projection, its file, the queries it answers by name. */
export interface OpenPart {
  readonly projection: Projection;
  readonly file: ReadModelFile;
  readonly queries: ReadonlyMap<string, Query>;
  /** Answers everybody who waits, before the service closes. */
  release(): void;
}
