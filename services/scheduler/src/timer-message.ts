import type { Publication } from "@countersign/messaging/bus.ts";
import { timerSubject } from "@countersign/messaging/subjects.ts";
import { dueKey, type DueRow } from "@countersign/read-models/due/due-row.ts";
import { idOf, orgOf } from "@countersign/read-models/stored-event.ts";
import { toIso } from "@countersign/runtime/clock.ts";

/**
 * What a due timer says: api.md, NATS. `request` is the id of what it concerns, for topics too. The first message of a timer has its key as dedupe id, so that two schedulers
 * are heard as one. A repetition has an id that nobody used before, because the broker swallows repeated ids for two
 * minutes: not that of an earlier attempt with this number, by another scheduler or by this one before it was restarted.
 */
export const timerMessage = (row: DueRow, attempt: number, now: number): Publication => {
  const key = dueKey(row);
  const { stream, kind, version, level, step, generation, dueMs } = row;
  return {
    subject: timerSubject(orgOf(stream), kind),
    id: attempt === 1 ? key : `${key}#${attempt}@${now}`,
    body: JSON.stringify({
      key,
      request: idOf(stream),
      version,
      level,
      step,
      generation,
      due_at: toIso(dueMs),
    }),
  };
};
