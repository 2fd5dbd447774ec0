import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import { finished } from "./course.ts";
import { isOver } from "./late.ts";
import { executors } from "./moves.ts";
import type { Grant, Sheet } from "./sheet.ts";
import type { Told } from "./submitting.ts";
import type { Town } from "./town.ts";

/** What becomes of an approval: its grant is spent once, and the execution is reported once. */

/** What somebody wants of a grant; `by` is null for the system itself. */
export interface Spending {
  readonly by: string | null;
  /** Null: spends it. Else: reports what came of it. */
  readonly report: "executed" | "failed" | null;
  /** Shows the request's own grant, and not another or none. */
  readonly own: boolean;
  readonly hash: string | null;
}

/** The requester itself, not its owner; agents that execute for others; and the system. */
const maySpend = ({ asker }: Sheet, by: string | null): boolean =>
  by === null || by === asker || executors.includes(by);

const refusalOf = (
  { report, own, hash }: Spending,
  sheet: Sheet,
  { stands, until }: Grant,
  now: number,
): RefusalCode | null => {
  if (report === null) {
    if (stands !== "granted") return "grant-spent";
    if (until <= now) return "grant-expired";
    if (!own) return "unprocessable";
  } else {
    if (stands === "granted") return "not-consumed";
    if (stands !== "consumed") return "conflict";
  }
  return hash === sheet.hash ? null : "payload-changed";
};

export const spent = (sheet: Sheet, said: Spending, town: Town, now: number): Told => {
  if (!maySpend(sheet, said.by)) return { sheet, code: "forbidden" };
  if (sheet.status === "pending") {
    return isOver(sheet, now)
      ? { sheet: finished(sheet, "expired", "timer:expiry", town), code: "already-resolved" }
      : { sheet, code: "conflict" };
  }
  const { grant } = sheet;
  if (sheet.status !== "approved" || grant === null) return { sheet, code: "already-resolved" };
  const code = refusalOf(said, sheet, grant, now);
  return code === null
    ? { sheet: { ...sheet, grant: { ...grant, stands: said.report ?? "consumed" } }, code }
    : { sheet, code };
};
