import type { References } from "@countersign/application/references.ts";
import type { QueueProjection } from "@countersign/read-models/queue/queue-projection.ts";
import type { QueueReader } from "@countersign/read-models/queue/read-queue.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { LongPolls } from "../long-polls.ts";
import type { PositionWaits } from "../position-waits.ts";
import { optionalPosition } from "../parameters.ts";
import { unavailable } from "../reply.ts";
import type { JsonObject } from "@countersign/domain/json.ts";

/** What answers queries on the queue. */
export interface QueuePart {
  readonly projection: QueueProjection;
  readonly reader: QueueReader;
  readonly references: References;
  readonly polls: LongPolls;
  readonly positions: PositionWaits;
  readonly clock: Pick<Clock, "now">;
  /** The way to the commander, which signs grants. */
  readonly commandsOver: Bus;
  /** Asks the commander for an id that is not projected yet; null in one process with it. */
  readonly peekOver: Bus | null;
}

const MIN_POSITION_MS = 5_000;

/** Waits until `min_position` is projected, when it is asked for. Throws `unavailable` when that takes too long. */
export const reachMinPosition = (
  part: QueuePart,
  parameters: JsonObject,
): Promise<void> | undefined => {
  const wanted = optionalPosition(parameters, "min_position");
  if (wanted === undefined) return undefined;
  const reached = part.positions.reached(wanted, part.projection.position, MIN_POSITION_MS);
  if (reached === true) return undefined;
  return reached.then((yes) => {
    if (!yes) throw unavailable(`Position ${wanted} is not projected yet; try again.`);
  });
};
