/** What a shell learns from the number a command ends with. */
export const exitCodes = {
  /** Done, approved, allowed. */
  done: 0,
  error: 1,
  usage: 2,
  denied: 3,
  /** Expired, or the time given for waiting is over. */
  expired: 4,
  cancelled: 5,
  /** `gate check`: people have to be asked first. */
  escalate: 6,
} as const;

/** One of the numbers above. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line was not understood, or lacks something that only its writer knows. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** How a request ended, as a number. A pending one is `expired`: nobody answered in the time given. */
export const exitOfStatus = (status: string): ExitCode => {
  switch (status) {
    case "approved":
      return exitCodes.done;
    case "denied":
      return exitCodes.denied;
    case "cancelled":
      return exitCodes.cancelled;
    default:
      return exitCodes.expired;
  }
};
