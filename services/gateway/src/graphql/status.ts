import type { ExecutionResult } from "graphql";

const httpStatus: Readonly<Record<string, number>> = {
  unauthenticated: 401,
  unavailable: 503,
  "bad-request": 400,
};

/** The HTTP status of a result: 400 when nothing ran, otherwise 200, unless the whole operation failed for a known cause. */
export const statusOf = (result: ExecutionResult): number => {
  if (result.errors === undefined) return 200;
  for (const { extensions } of result.errors) {
    const code = extensions["code"];
    const status = typeof code === "string" ? httpStatus[code] : undefined;
    if (status !== undefined) return status;
  }
  return result.data === undefined ? 400 : 200;
};
