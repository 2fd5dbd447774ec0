import fc from "fast-check";
import { expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import type {
  LadderStep,
  LevelPlan,
  OnTimeout,
  Policy,
} from "@countersign/domain/policy/policy.ts";
import type { RequestCommand } from "@countersign/domain/request/commands.ts";
import { openTimers, refOf } from "@countersign/domain/request/timers/open.ts";
import { auditOf } from "./audit-of.ts";
import { acts, play, say, type Act } from "./changing.ts";
import type { SmallOrg } from "./small-org.ts";
import { group, imported, level, policy } from "./written.ts";

type Fire = Extract<RequestCommand, { type: "fire-timer" }>;

const steps: fc.Arbitrary<readonly LadderStep[]> = fc.array(
  fc
    .tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom<LadderStep["action"]>(
        "reminder",
        "reminder",
        "escalate",
        "escalate",
        "reassign",
        "notify_executive",
        "auto_approve",
        "auto_deny",
      ),
      fc.constantFrom("sre", "qa", "ghosts", "bosses"),
    )
    .map(([minutes, action, identifier]): LadderStep => ({
      after: `${minutes}m`,
      action,
      to: [{ type: "role", identifier }],
      channels: [],
      reason: null,
    })),
  { maxLength: 4 },
);

const quorums = fc.constantFrom<LevelPlan["groups"][number]["quorum"]>(
  { required: "any", count: null, percent: null },
  { required: "all", count: null, percent: null },
  { required: "threshold", count: 2, percent: null },
  { required: "percent", count: null, percent: 60 },
);

const levels: fc.Arbitrary<LevelPlan> = fc
  .record({
    names: fc.subarray(["qa", "sre", "ghosts"], { minLength: 1, maxLength: 2 }),
    quorum: quorums,
    escalation: steps,
    timeout: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
    onTimeout: fc.option(
      fc.constantFrom<OnTimeout>("expire", "deny", "approve", "pause_caller", "escalate"),
      { nil: null },
    ),
    onDeny: fc.constantFrom<LevelPlan["onDeny"]>("veto", "unreachable"),
    logic: fc.constantFrom<LevelPlan["logic"]>("AND", "OR"),
  })
  .map(({ names, quorum, timeout, ...rest }) =>
    level(
      1,
      names.map((name) => group(name, { quorum })),
      { ...rest, timeout: timeout === null ? null : `${timeout}m` },
    ),
  );

const rules: fc.Arbitrary<Policy> = fc
  .record({
    chain: fc.array(levels, { minLength: 1, maxLength: 2 }),
    escalation: steps,
    pauseOnQuestion: fc.constantFrom("0", "5m", "20m"),
    autoApprove: fc.constantFrom<Policy["autoApprove"]>("allow", "forbid"),
    riskCeiling: fc.constantFrom(1, 1, 0.5),
  })
  .map(({ chain, ...rest }) =>
    policy(
      "p",
      chain.map((each, index) => ({ ...each, number: index + 1, name: `Level ${index + 1}` })),
      rest,
    ),
  );

/** What the scheduler would say of the timers that are open just now. */
const messages = (org: SmallOrg): readonly Fire[] => {
  const state = org.state("apr_1");
  if (state.status !== "pending") return [];
  return openTimers(state).map((timer): Fire => {
    const { dueAt, generation, level: of, payloadVersion, step } = refOf(timer);
    return {
      type: "fire-timer",
      kind: timer.kind,
      payloadVersion,
      level: of,
      step,
      generation,
      dueAt,
      approveUntil: null,
    };
  });
};

/** Every message ever seen of an org: a broker delivers them late and twice, and so do these histories. */
const seen = new WeakMap<SmallOrg, Fire[]>();

const fire =
  (choice: number): Act =>
  (org) => {
    const known = seen.get(org) ?? [];
    known.push(...messages(org));
    seen.set(org, known);
    const message = known[choice % Math.max(1, known.length)];
    if (message !== undefined) org.request("apr_1", null, message);
  };

const fireAll: Act = (org) => {
  for (const message of messages(org)) org.request("apr_1", null, message);
};

const approach: Act = (org) =>
  org.request("apr_1", null, {
    type: "fire-timer",
    kind: "approaching",
    payloadVersion: 1,
    level: null,
    step: null,
    generation: 1,
    dueAt: "",
    approveUntil: null,
  });

const timely: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(200).map(fire) },
  { weight: 3, arbitrary: fc.constant(fireAll) },
  { weight: 1, arbitrary: fc.constant(approach) },
  {
    weight: 5,
    arbitrary: fc.oneof(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 60, max: 110 })).map(
      (count): Act =>
        (org) =>
          org.passMinutes(count),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("bo", "cy", "dee", "eli")
      .map((id) => say(id, () => ({ type: "question", text: "why?" }))),
  },
  {
    weight: 2,
    arbitrary: fc.constant(
      say("ana", () => ({ type: "answer", text: "because", questionId: null })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(null, 1, 2)).map(([of, step]) =>
      say("ivy", () => ({
        type: "amend",
        skipLevels: [],
        addApprovers: [],
        shorten: [{ level: of, step, after: "1m" }],
        reason: "sooner",
      })),
    ),
  },
);

const histories = fc.tuple(
  rules,
  fc.array(fc.oneof({ weight: 3, arbitrary: timely }, { weight: 2, arbitrary: acts }), {
    minLength: 6,
    maxLength: 40,
  }),
);

const allowing = imported("Defaults", {
  id: "defaults",
  ...{
    policy: null,
    expiresIn: null,
    routing: null,
    autoApprove: "allow",
    agentDeciders: "allow",
    selfApproval: "forbid",
    calendar: null,
  },
});

test("whatever timers and people did to one request, the checker finds nothing, and every effect happened", () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(histories, ([of, happened]) => {
      const { log } = play(of, happened, [allowing]);
      for (const { type } of log) counts.set(type, (counts.get(type) ?? 0) + 1);
      expect(check(log, { audit: auditOf(log) })).toEqual([]);
    }),
    { numRuns: 2_000, seed: 20_260_415 },
  );
  for (const type of [
    "TimersPlanned",
    "ReminderDue",
    "RequestEscalated",
    "RequestReassigned",
    "ExecutivesNotified",
    "TimerSuppressed",
    "LevelOverdue",
    "CallerPaused",
    "LevelAutoApproved",
    "RequestAutoApproved",
    "RequestDenied",
    "RequestExpired",
    "ExpiryApproaching",
    "LevelBlocked",
    "LevelReopened",
  ]) {
    expect(counts.get(type) ?? 0, type).toBeGreaterThan(10);
  }
});
