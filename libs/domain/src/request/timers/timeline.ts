import type { Reference } from "../../reference.ts";
import { chainOf, type Chain } from "../levels/chain.ts";
import type { KnownRequest, PendingRequest } from "../state.ts";
import type { TimelineEntry } from "../view/wire.ts";
import { approachingAt } from "./approaching.ts";
import { onTimeout } from "./due-mark.ts";
import { foreseenFence } from "./fence.ts";
import { openTimers, type OpenTimer } from "./open.ts";
import { stepOf } from "./steps.ts";
import { candidatesBehind, peopleBehind, stillAsked } from "./told.ts";

const nobody: readonly string[] = [];

/** An entry with what it puts an end to: the request, its level, or nothing. */
interface Foreseen {
  readonly entry: TimelineEntry;
  readonly ends: "request" | "level" | null;
}

const approvalEnds = ({ plan }: OpenTimer, chain: Chain): Foreseen["ends"] =>
  plan.level === null || plan.level === chain.regular ? "request" : "level";

const foreseenMark = (
  state: PendingRequest,
  timer: OpenTimer,
  chain: Chain,
  reference: Reference,
): Foreseen => {
  const then = onTimeout(state, timer, reference);
  const fence = then === "approve" ? foreseenFence(state, reference) : null;
  const entry: TimelineEntry = {
    at: timer.dueAt,
    action: "due",
    level: timer.plan.level,
    step: null,
    to: nobody,
    on_timeout: then,
    ...(fence === null ? {} : { suppressed: fence.reason }),
  };
  if (then === "expire" || then === "deny") return { entry, ends: "request" };
  const approves = then === "approve" && fence === null;
  return { entry, ends: approves ? approvalEnds(timer, chain) : null };
};

const foreseenStep = (
  state: PendingRequest,
  timer: OpenTimer,
  chain: Chain,
  reference: Reference,
): Foreseen => {
  const { action, to } = stepOf(state, timer, reference);
  const told =
    action === "reminder"
      ? stillAsked(state, reference)
      : action === "notify_executive"
        ? peopleBehind(to, state, reference)
        : candidatesBehind(to, state, reference);
  const isNotice = action !== "auto_approve" && action !== "auto_deny";
  const fence = action === "auto_approve" ? foreseenFence(state, reference) : null;
  const suppressed =
    fence?.reason ?? (isNotice && told.length === 0 ? "There is nobody to be told." : null);
  const entry: TimelineEntry = {
    at: timer.dueAt,
    action,
    level: timer.plan.level,
    step: timer.step,
    to: told,
    ...(suppressed === null ? {} : { suppressed }),
  };
  if (action === "auto_deny") return { entry, ends: "request" };
  const approves = action === "auto_approve" && fence === null;
  return { entry, ends: approves ? approvalEnds(timer, chain) : null };
};

const expiryEntries = ({ expiresAt, createdAt, timers }: PendingRequest): readonly Foreseen[] => {
  if (expiresAt === null) return [];
  const entry = (at: string, action: string): TimelineEntry => ({
    at,
    action,
    level: null,
    step: null,
    to: nobody,
  });
  const notice = timers?.approached === expiresAt ? null : approachingAt(createdAt, expiresAt);
  return [
    ...(notice === null ? [] : [{ entry: entry(notice, "approaching"), ends: null }]),
    { entry: entry(expiresAt, "expiry"), ends: "request" as const },
  ];
};

/** Marks what comes too late to do anything, because something before it ends its level or the request. */
const withEnds = (foreseen: readonly Foreseen[]): readonly TimelineEntry[] => {
  let isOver = false;
  const over = new Set<number | null>();
  return foreseen.map(({ entry, ends }) => {
    const isLate = isOver || over.has(entry.level);
    if (!isLate && ends === "request") isOver = true;
    if (!isLate && ends === "level") over.add(entry.level);
    return isLate && entry.suppressed === undefined
      ? { ...entry, suppressed: "It is resolved before that." }
      : entry;
  });
};

/** The due mark that takes an escalation before its time, and that step; undefined when none does. */
const hurriedBy = (
  state: PendingRequest,
  open: readonly OpenTimer[],
  reference: Reference,
): { readonly mark: OpenTimer; readonly step: OpenTimer } | undefined => {
  const place = open.findIndex(
    (timer) => timer.kind === "due" && onTimeout(state, timer, reference) === "escalate",
  );
  const mark = open[place];
  if (mark === undefined) return undefined;
  const later = open.slice(place + 1).filter(({ kind }) => kind === "escalate");
  const step = later.find(({ plan }) => plan.level === mark.plan.level) ?? later[0];
  return step === undefined ? undefined : { mark, step };
};

/** Says of the step that a due mark takes at once that nothing is left for its own time. */
const withHurried = (
  entries: readonly TimelineEntry[],
  hurried: ReturnType<typeof hurriedBy>,
): readonly TimelineEntry[] => {
  if (hurried === undefined) return entries;
  const isOf = ({ level, step }: TimelineEntry, timer: OpenTimer): boolean =>
    level === timer.plan.level && step === timer.step;
  const passes = entries.some(
    (entry) => isOf(entry, hurried.mark) && entry.suppressed === undefined,
  );
  if (!passes) return entries;
  const suppressed = "It is taken before, when the level's due mark passes.";
  return entries.map((entry) =>
    isOf(entry, hurried.step) && entry.to.length > 0 ? { ...entry, suppressed } : entry,
  );
};

/**
 * What will happen if nobody acts, in order: the steps of ladders that are still to come, due marks, the notice before
 * the expiry and the expiry. `suppressed` says why something will do nothing. Nothing after the end.
 */
export const timelineOf = (state: KnownRequest, reference: Reference): readonly TimelineEntry[] => {
  if (state.status !== "pending") return [];
  const last = expiryEntries(state);
  const open = openTimers(state);
  if (open.length === 0) return last.map(({ entry }) => entry);
  const chain = chainOf(state, reference.definition);
  const foreseen = open.map((timer) =>
    timer.kind === "due"
      ? foreseenMark(state, timer, chain, reference)
      : foreseenStep(state, timer, chain, reference),
  );
  // Whatever is due at the very expiry comes too late: the sort keeps what stands first in front.
  const entries = withEnds(
    [...last, ...foreseen].toSorted((a, b) => Date.parse(a.entry.at) - Date.parse(b.entry.at)),
  );
  return withHurried(entries, hurriedBy(state, open, reference));
};
