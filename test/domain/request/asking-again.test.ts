import { describe, expect, test } from "vitest";
import { resubmissionOf } from "@countersign/domain/request/asking/resubmit.ts";
import type { Attempt } from "@countersign/domain/request/events.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, denies, type Happening } from "../../testkit/happenings.ts";
import { referenceOf, world, type World } from "../../testkit/world.ts";

const demo = world(qaOnly);
const bot: Principal = { kind: "agent", id: "deployment-bot", org: "demo" };

const after = (from: World, ...history: readonly Happening[]): RequestState =>
  given(from, ...history).moment.state;
const again = (previous: RequestState, by: Principal | null = bot, from = demo) =>
  resubmissionOf(previous, by, referenceOf(from));

const attempt = (id: string): Attempt => ({
  id,
  status: "denied",
  reason: "no",
  notes: null,
  resolvedAt: "2026-01-05T09:00:00.000Z",
});

describe("asking again after a denial", () => {
  const denied = after(
    demo,
    asked(),
    denies("bo", { reason: "Wrong image.", notes: "Use 2.0.1." }),
  );

  test("takes the feedback along", () => {
    expect(again(denied)).toEqual({
      attempts: [
        {
          ...attempt("apr_01JARZ3NDEKTSV4RRFFQ69G5FA"),
          reason: "Wrong image.",
          notes: "Use 2.0.1.",
        },
      ],
    });
  });

  test("shows every attempt, the first in front", () => {
    const { view } = given(demo, asked({ attempts: [attempt("apr_1"), attempt("apr_2")] }));
    expect(view.attempts).toEqual([
      {
        id: "apr_1",
        status: "denied",
        reason: "no",
        notes: null,
        resolved_at: "2026-01-05T09:00:00.000Z",
      },
      expect.objectContaining({ id: "apr_2" }),
    ]);
  });

  test("is only for whoever asked, and looks to others as if nothing were there", () => {
    const ci: Principal = { kind: "agent", id: "ci", org: "demo" };
    const namesake: Principal = { kind: "person", id: "deployment-bot", org: "demo" };
    const absent = again(absentRequest);
    expect(absent).toMatchObject({ refusal: { code: "unprocessable" } });
    for (const by of [ci, namesake, null]) expect(again(denied, by)).toEqual(absent);
  });

  test.each([
    ["pending", [asked()]],
    ["approved", [asked(), approves("bo")]],
    ["cancelled", [asked(), cancels("ana")]],
  ] as const)("is not for a request that is %s", (_status, history) => {
    expect(again(after(demo, ...history))).toMatchObject({ refusal: { code: "unprocessable" } });
  });

  test("is allowed as often in a row as the policy says, three times by default", () => {
    const tried = (...ids: readonly string[]): RequestState =>
      after(demo, asked({ attempts: ids.map(attempt) }), denies("bo"));
    expect(again(tried("apr_1", "apr_2"))).toMatchObject({ attempts: { length: 3 } });
    expect(again(tried("apr_1", "apr_2", "apr_3"))).toMatchObject({
      refusal: { code: "resubmission-limit", details: { max_resubmissions: 3 } },
    });
  });

  test("is never allowed where the policy says none, and the denied request's policy counts", () => {
    const never = world(policy(level(group(any, "qa_lead")), { maxResubmissions: 0 }));
    expect(again(after(never, asked(), denies("bo")), bot, never)).toMatchObject({
      refusal: { code: "resubmission-limit" },
    });
  });
});
