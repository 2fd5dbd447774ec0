import type { EventStore } from "@countersign/event-store/event-store.ts";
import { Counterparties } from "@countersign/application/counterparties.ts";
import { References } from "@countersign/application/references.ts";
import { Turns } from "@countersign/application/turns.ts";
import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import type { EvaluateExpression } from "@countersign/domain/reference.ts";
import type { GrantKeys } from "@countersign/identity/grant-keys.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { Attempts } from "./attempts.ts";
import { Decider } from "./decider.ts";
import { consumeIntake } from "./intake.ts";
import { Processes, type SavedCheckpoint } from "./processes.ts";
import { recheckOverBus } from "./recheck.ts";
import type { Outside } from "./outside/outside.ts";
import { adviseOnTopic } from "./outside/risk-advisor.ts";
import { Recipes, type TopicRisk } from "./recipes/recipes.ts";
import { topicsOverBus } from "./recipes/topics-over-bus.ts";
import { serveCommands } from "./serve.ts";
import { consumeTimers } from "./timers.ts";

export interface CommanderParts {
  readonly store: EventStore;
  /** Carries commands and queries between services. */
  readonly inner: Bus;
  /** Carries intake and timers; the same bus unless a standalone process has a broker. */
  readonly outer: Bus;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly evaluateExpression: EvaluateExpression;
  /** Left out, calendars are not followed. */
  readonly businessTimeOf?: BusinessTimeOf;
  readonly checkpoint: SavedCheckpoint;
  readonly grants: GrantKeys;
  /** Services outside that are asked; left out, nobody is. */
  readonly outside?: Outside;
  /** How long an approved request may wait for whoever runs it before that is an alarm; default 15 minutes. */
  readonly stuckAfterMs?: number;
}

export interface Commander {
  readonly decider: Decider;
  readonly references: References;
  /** True when commands can be decided: the reference streams are folded. */
  ready(): boolean;
  /** Rejects when the store or a subscription failed for good. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

const STUCK_AFTER_MS = 900_000;

/** How long recipes do without an advisor that gave no score: what waits behind them does not wait for it each time. */
const WITHOUT_ADVISOR_MS = 10_000;

/** What recipes learn of a topic's risk; null without an advisor. */
const riskOver = (outside: Outside | null, clock: Clock): TopicRisk | null => {
  if (outside === null || outside.settings.advisorUrl === null) return null;
  let silentUntil = Number.NEGATIVE_INFINITY;
  return async (org, topic) => {
    if (clock.monotonic() < silentUntil) return {};
    const score = await adviseOnTopic(outside, org, topic);
    if (score === null) silentUntil = clock.monotonic() + WITHOUT_ADVISOR_MS;
    return score === null ? {} : { score, advisor_score: score };
  };
};

/** Opens a commander: it serves commands, takes in what others publish, obeys due timers and runs the process managers. */
export const openCommander = async (parts: CommanderParts): Promise<Commander> => {
  const { store, inner, outer, clock, ids, log, outside = null } = parts;
  const references = new References(parts.evaluateExpression, parts.businessTimeOf);
  await references.start(store);
  const turns = new Turns();
  await turns.start(store, references);
  const counterparties = new Counterparties(store, references);
  await counterparties.start();
  const engine = { store, clock, references, turns, counterparties };
  const decider = new Decider(engine, ids, parts.grants, outside);
  const attempts = new Attempts(
    store,
    clock,
    ids,
    log,
    (org) => references.of(org).directory.revision >= 0,
  );
  const processes = new Processes(
    decider,
    parts.checkpoint,
    recheckOverBus(inner, decider),
    new Recipes(decider, topicsOverBus(inner), riskOver(outside, clock)),
    clock,
    log,
  );
  const processing = processes.start(store);
  const served = serveCommands(inner, decider, attempts, log);
  const intake = consumeIntake(outer, decider, attempts, log);
  const timers = consumeTimers(outer, decider, log, parts.stuckAfterMs ?? STUCK_AFTER_MS);
  return {
    decider,
    references,
    ready: () => references.live,
    failed: new Promise<never>((_, reject) => {
      references.closed.catch(reject);
      processing.closed.catch(reject);
    }),
    async close() {
      await served.close();
      await Promise.all([intake.close(), timers.close()]);
      await attempts.close();
      await processes.close();
      await turns.close();
      await counterparties.close();
      await decider.runOwners.close();
      await references.close();
    },
  };
};
