import { z } from "zod";

/** An ISO 8601 time in UTC. */
export const time = z.string().meta({ format: "date-time" });

/** A stored event's place, as decimal text. */
export const position = z.string().regex(/^\d{1,19}$/);

/** A JSON object whose content is somebody else's. */
export const free = z.record(z.string(), z.unknown());

export const actor = z
  .object({
    kind: z.enum(["person", "agent", "timer", "process", "system"]),
    id: z.string(),
    on_behalf_of: z.string().optional(),
  })
  .meta({ description: "Who acted, and for whom where that is somebody else." });

export const requestStatus = z.enum(["pending", "approved", "denied", "expired", "cancelled"]);

/** How a list is cut: `next` is the value of `after` for the following page, null on the last. */
export const page = z.object({
  next: z.string().nullable(),
  total_estimate: z.int().min(0).meta({ description: "Exact up to 1,000." }),
});

export const items = <T extends z.ZodType>(of: T) => z.object({ items: z.array(of) });
