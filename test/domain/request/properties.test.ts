import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GroupPlan, LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
  when,
} from "../../testkit/examples/policies.ts";
import { After, given, take } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  people,
  rechecked,
  timerFires,
  type Happening,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const persons = ["ana", "bo", "cy", "dee", "eli", "fay", "gus", "hal", "vic"] as const;
const person = fc.constantFrom(...persons);
const quorum = fc.oneof(
  fc.constant(any),
  fc.constant(all),
  fc.integer({ min: 1, max: 3 }).map(atLeast),
  fc.integer({ min: 1, max: 100 }).map(percent),
);
const sources = fc.uniqueArray(
  fc.constantFrom("crew", "team", "qa_lead", "sre", "user:bo", "user:gus", "user:ana", "user:dee"),
  { minLength: 1, maxLength: 3 },
);
const groups: fc.Arbitrary<readonly GroupPlan[]> = fc
  .array(fc.tuple(quorum, sources), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts.map(([wanted, who], index) => ({ ...group(wanted, ...who), group: `g${index}` })),
  );
const plans: fc.Arbitrary<LevelPlan> = fc
  .record({
    groups,
    logic: fc.constantFrom("AND", "OR"),
    onDeny: fc.constantFrom("veto", "unreachable"),
    onEmpty: fc.constantFrom("block", "deny", "skip"),
    distinctApprovers: fc.boolean(),
    conditional: fc.boolean(),
  })
  .map(({ groups: made, conditional, ...fields }) =>
    level(made, { ...fields, conditions: conditional ? when("priority", "high") : null }),
  );
const policies: fc.Arbitrary<Policy> = fc
  .record({
    chain: fc.array(plans, { minLength: 1, maxLength: 3 }),
    fallback: fc.option(plans),
    onAllSkipped: fc.constantFrom("block", "approve"),
  })
  .map(({ chain, fallback, onAllSkipped }) => policy(chain, { fallback, onAllSkipped }));
const members = fc.uniqueArray(person, { maxLength: 5 });
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: person.map((id) => approves(id)) },
  { weight: 2, arbitrary: person.map((id) => denies(id)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(person, fc.integer({ min: 1, max: 4 }))
      .map(([id, at]) => approves(id, { level: at })),
  },
  { weight: 1, arbitrary: person.map((id) => cancels(id)) },
  { weight: 1, arbitrary: person.map((id) => people(leaves(id))) },
  { weight: 1, arbitrary: person.map((id) => people(changed(id, { active: true }))) },
  { weight: 2, arbitrary: members.map((ids) => people(role("crew", ...ids))) },
  { weight: 2, arbitrary: fc.constant(rechecked) },
  { weight: 1, arbitrary: fc.constant(timerFires) },
  { weight: 1, arbitrary: fc.constant(clockShows("2026-01-07T09:00:00.000Z")) },
);
const start = (pinned: Policy) =>
  given(world(pinned), people(role("crew", "bo", "dee", "hal"), role("team", "bo", "eli", "gus")));

const terminal = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
]);

describe("whatever happens", () => {
  test("there is one end at most, nothing follows it, and the picture can always be drawn", () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom("deployment-bot", "gus"),
        fc.constantFrom({}, { priority: "high" }, { priority: "low" }),
        fc.array(happenings, { maxLength: 14 }),
        (pinned, requester, context, history) => {
          const ask = asked({ context, agent: null }, requester);
          let step = take(start(pinned).moment, ask);
          for (const happening of history) {
            const before = step.moment.state;
            step = take(step.moment, happening);
            if (before.status !== "pending" && before.status !== "absent") {
              expect(step.decision.events).toEqual([]);
              expect(step.moment.state).toEqual(before);
            }
          }
          const { events, state } = step.moment;
          const ends = events.filter(({ type }) => terminal.has(type));
          expect(ends.length).toBe(state.status === "pending" || state.status === "absent" ? 0 : 1);
          seen[state.status] = (seen[state.status] ?? 0) + 1;
          if (state.status === "absent") return;
          const looked = new After(step);
          expect(JSON.stringify(looked.view)).toBe(JSON.stringify(looked.view));
          const shown = new Set(
            looked.view.levels.flatMap((each) =>
              each.groups.flatMap(({ slots }) => slots.map((slot) => slot.approver)),
            ),
          );
          for (const id of looked.queue.now) expect(shown).toContain(id);
          for (const id of looked.queue.later) expect(looked.queue.now).not.toContain(id);
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
    expect(Object.keys(seen).toSorted()).toEqual([
      "absent",
      "approved",
      "cancelled",
      "denied",
      "expired",
      "pending",
    ]);
  });

  test("nobody of the requester's side ever votes, holds a slot or has it in a queue", () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom("deployment-bot", "gus"),
        fc.array(happenings, { maxLength: 12 }),
        (pinned, requester, history) => {
          const own = requester === "gus" ? "gus" : "ana";
          let step = take(start(pinned).moment, asked({ agent: null }, requester));
          for (const happening of history) step = take(step.moment, happening);
          const { events, state } = step.moment;
          for (const event of events) {
            if (event.type === "VoteCast") expect(event.data.votedBy).not.toBe(own);
          }
          if (state.status === "absent") return;
          const { view, queue } = new After(step);
          const slots = view.levels.flatMap((each) => each.groups.flatMap((g) => g.slots));
          expect(slots.map(({ approver }) => approver)).not.toContain(own);
          expect([...queue.now, ...queue.later]).not.toContain(own);
        },
      ),
      { numRuns: 800, seed: 6 },
    );
  });

  test("the order of approvals never matters in AND groups", () => {
    const counts = { pending: 0, approved: 0 };
    const orders = fc
      .uniqueArray(fc.constantFrom("bo", "dee", "eli", "gus", "hal", "cy"), {
        minLength: 2,
        maxLength: 6,
      })
      .chain((voters) =>
        fc.tuple(fc.constant(voters), fc.shuffledSubarray(voters, { minLength: voters.length })),
      );
    fc.assert(
      fc.property(groups, fc.boolean(), orders, (made, distinctApprovers, [first, second]) => {
        const pinned = policy(level(made, { distinctApprovers }));
        const opened = take(start(pinned).moment, asked());
        if (opened.moment.state.status === "absent") return;
        const end = (voters: readonly string[]): string =>
          voters.reduce((step, id) => take(step.moment, approves(id)), opened).moment.state.status;
        const status = end(first);
        expect(end(second)).toBe(status);
        if (status === "pending" || status === "approved") counts[status] += 1;
      }),
      { numRuns: 600, seed: 7 },
    );
    expect(counts.approved).toBeGreaterThan(50);
    expect(counts.pending).toBeGreaterThan(50);
  });

  test("every vote that was cast stands until it is withdrawn or its slot is voided", () => {
    fc.assert(
      fc.property(policies, fc.array(happenings, { maxLength: 10 }), (pinned, history) => {
        let step = take(start(pinned).moment, asked());
        for (const happening of history) step = take(step.moment, happening);
        const { events, state } = step.moment;
        const votes = events.filter(({ type }) => type === "VoteCast").length;
        const gone = events.filter(({ type }) => type === "VoteWithdrawn" || type === "SlotVoided");
        if (state.status === "absent") return;
        const standing = state.levels.reduce((sum, each) => sum + each.votes.length, 0);
        expect(standing).toBeLessThanOrEqual(votes);
        if (gone.length === 0) expect(standing).toBe(votes);
      }),
      { numRuns: 400, seed: 8 },
    );
  });
});
