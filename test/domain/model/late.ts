import type { Sheet } from "./sheet.ts";

/** True when a request's time is over: the instant itself is too late. */
export const isOver = ({ status, deadline }: Sheet, now: number): boolean =>
  status === "pending" && now >= deadline;
