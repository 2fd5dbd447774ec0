import { z } from "zod";
import { errorStatus, type ErrorCode } from "../errors.ts";

const fault = z.looseObject({ path: z.string(), message: z.string() });

/** The body of every answer that says no. */
export const error = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorStatus) as ErrorCode[]),
    message: z.string().meta({ description: "One sentence, for people." }),
    correlation_id: z.string().meta({ description: "Finds the call in the service's log." }),
    details: z
      .looseObject({ faults: z.array(fault).optional() })
      .optional()
      .meta({ description: "What the code is about: every fault with its path, who decided, …" }),
  }),
});
