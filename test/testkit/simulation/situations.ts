import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { System } from "./system.ts";

/** What a campaign must have been through; one that was never reached fails it. */
export const situations = [
  "append arrived after its sender gave up",
  "append of unknown outcome sent again",
  "blocked for want of people",
  "broker wiped",
  "clock jumped back",
  "command answered unavailable",
  "command sent again after an unknown outcome",
  "conflict on append",
  "crash between TransitionBlocked and RequestSubmitted",
  "dedupe claim taken over",
  "dedupe refused while pending",
  "expired by its timer",
  "killed: commander",
  "killed: projector",
  "killed: relay",
  "killed: scheduler",
  "late command found the expiry",
  "lease taken over",
  "machine cut off",
  "message delivered twice at once",
  "projector killed before it committed",
  "publication repeated with its id",
  "read one's own write",
  "redelivered: in",
  "redelivered: timers",
  "repeat by idempotency key",
  "reply lost",
  "request abandoned",
  "request made by the process manager",
  "saved checkpoint lost",
  "slot of a leaver voided",
  "store crashed with appends in hand",
  "time of a stream held against a clock that is behind",
  "topic completed after approval",
  "topic rejected",
] as const;

/** Counts the situations that the log itself shows. */
export const watchLog = ({ store, world }: System): void => {
  const blocking = new Set<string>();
  store.onEvent((event, by) => {
    const metadata = JSON.parse(event.metadata) as EventMetadata;
    if (Date.parse(metadata.occurredAt) > by.clock.now())
      world.reach("time of a stream held against a clock that is behind");
    switch (event.type) {
      case "PendingClaimed":
        if (event.revision > 0n) world.reach("dedupe claim taken over");
        return;
      case "RequestAbandoned":
        world.reach("request abandoned");
        return;
      case "TransitionBlocked":
        blocking.add(metadata.commandId);
        return;
      case "RequestSubmitted":
        // The caller's own command names the one that blocked the topic as its cause.
        if (event.data.includes('"topic":{') && !blocking.has(metadata.causationId ?? ""))
          world.reach("request made by the process manager");
        return;
      case "RequestExpired":
        world.reach(
          /^(vote|cancel)-/.test(metadata.correlationId)
            ? "late command found the expiry"
            : metadata.correlationId.includes("expiry")
              ? "expired by its timer"
              : "expired by a process manager",
        );
        return;
      case "SlotVoided":
        world.reach("slot of a leaver voided");
        return;
      case "LevelBlocked":
        world.reach("blocked for want of people");
        return;
      case "TransitionCompleted":
        if (!event.data.includes('"approvalIds":[]')) world.reach("topic completed after approval");
        return;
      case "TransitionRejected":
        world.reach("topic rejected");
        return;
      default:
    }
  });
};
