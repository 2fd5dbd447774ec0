import { describe, expect, test } from "vitest";
import { resubmissionOf } from "@countersign/domain/request/asking/resubmit.ts";
import type { Attempt } from "@countersign/domain/request/events.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import { active, asksFor } from "../../testkit/examples/gates.ts";
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

const refused = (message: string) => ({
  refusal: {
    code: "unprocessable",
    message: `previous_request_id ${message}.`,
    details: { faults: [{ path: "previous_request_id", message }] },
  },
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
    expect(absent).toEqual(refused("names no request of this requester"));
    for (const by of [ci, namesake, null]) expect(again(denied, by)).toEqual(absent);
  });

  test.each([
    ["pending", [asked()]],
    ["approved", [asked(), approves("bo")]],
    ["cancelled", [asked(), cancels("ana")]],
  ] as const)("is not for a request that is %s", (status, history) => {
    expect(again(after(demo, ...history))).toEqual(
      refused(`must be a denied request; this one is ${status}`),
    );
  });

  test("is allowed as often in a row as the policy says, three times by default", () => {
    const tried = (...ids: readonly string[]): RequestState =>
      after(demo, asked({ attempts: ids.map(attempt) }), denies("bo"));
    expect(again(tried("apr_1", "apr_2"))).toMatchObject({ attempts: { length: 3 } });
    expect(again(tried("apr_1", "apr_2", "apr_3"))).toEqual({
      refusal: {
        code: "resubmission-limit",
        message: "This was denied 4 times in a row; it may be asked again at most 3 times.",
        details: { max_resubmissions: 3, attempts: 4 },
      },
    });
  });

  test("is never allowed where the policy says none, and the denied request's policy counts", () => {
    const never = world(policy(level(group(any, "qa_lead")), { maxResubmissions: 0 }));
    expect(again(after(never, asked(), denies("bo")), bot, never)).toMatchObject({
      refusal: { code: "resubmission-limit" },
    });
  });

  test("is not for a child request, which its parent's requester did not ask", () => {
    const parent = { id: "apr_p", level: 1, group: "g", depth: 1, path: ["train"] };
    const child = after(demo, asked({ parent }), denies("bo"));
    expect(again(child)).toEqual(refused("names no request of this requester"));
  });

  test("is allowed as often as the strictest of several policies says, and three times inline", () => {
    const gated: World = {
      ...world(
        policy(level(group(any, "qa_lead")), { maxResubmissions: 9 }),
        policy(level(group(any, "sre")), { id: "deploy", maxResubmissions: 1 }),
      ),
      gates: active([asksFor("kubernetes:*", { approvers: [], policy: "deploy" })]),
    };
    const once = after(gated, asked({ attempts: [attempt("apr_1")] }), denies("eli"));
    expect(again(once, bot, gated)).toMatchObject({
      refusal: { details: { max_resubmissions: 1, attempts: 2 } },
    });
    const inline = { policy: null, approvers: [{ type: "user" as const, identifier: "bo" }] };
    const tried = (count: number) =>
      after(
        demo,
        asked({ ...inline, attempts: Array.from({ length: count }, () => attempt("apr_1")) }),
        denies("bo"),
      );
    expect(again(tried(2))).toMatchObject({ attempts: { length: 3 } });
    expect(again(tried(3))).toMatchObject({ refusal: { details: { max_resubmissions: 3 } } });
  });
});
