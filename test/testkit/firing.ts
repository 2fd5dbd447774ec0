import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import type { RequestCommand } from "@countersign/domain/request/commands.ts";
import type { Happening } from "./happenings.ts";

type Fire = Extract<RequestCommand, { type: "fire-timer" }>;

/** The scheduler says that a timer is due: the first step of level 1, unless it says otherwise. */
export const fires = (
  kind: Fire["kind"],
  {
    level = 1,
    step = kind === "due" || kind === "approaching" ? null : 1,
    generation = 1,
    payloadVersion = 1,
    approveUntil = null,
  }: Partial<Omit<Fire, "type" | "kind" | "dueAt">> = {},
): Happening => ({
  kind: "command",
  command: {
    type: "fire-timer",
    kind,
    payloadVersion,
    level: kind === "approaching" ? null : level,
    step,
    generation,
    dueAt: "2026-01-05T00:00:00.000Z",
    approveUntil,
  },
  principal: null,
  actor: { kind: "timer", id: kind },
});

/** A step of a ladder, told to these roles (`role`) and people (`user:bo`). */
export const after = (
  duration: string,
  action: LadderStep["action"],
  ...to: readonly string[]
): LadderStep => ({
  after: duration,
  action,
  to: to.map((text) =>
    text.startsWith("user:")
      ? { type: "user", identifier: text.slice("user:".length) }
      : { type: "role", identifier: text },
  ),
  channels: [],
  reason: null,
});
