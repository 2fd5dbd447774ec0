import { describe, test } from "vitest";
import { all, any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, denies, timerFires } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const plain = given(world(qaOnly), asked());
const twoOfTwo = given(world(policy(level(group(all, "sre")))), asked());

describe("which refusal wins", () => {
  const due = clockShows("2026-01-06T09:00:00.000Z");

  test("a repeat comes before everything else", () => {
    twoOfTwo.and(approves("eli"), due).when(approves("eli")).yieldsNothing();
  });

  test("the end comes before a missing reason and a missing right", () => {
    const ended = plain.and(approves("bo"));
    ended.when(denies("cy", { reason: null })).refused("already-resolved");
    ended.when(approves("gus")).refused("already-resolved");
  });

  test("a missing reason comes before a missing right", () => {
    plain.when(denies("gus", { reason: null })).refused("reason-required");
  });

  test("a missing right comes before a wrong level and a wrong hash", () => {
    plain.when(approves("gus", { level: 4, hash: "sha256:bb" })).refused("not-an-approver");
  });

  test("separation of duties comes before a wrong level and a wrong hash", () => {
    given(world(policy(level(group(any, "qa_lead", "user:ana")))), asked())
      .when(approves("ana", { level: 4, hash: "sha256:bb" }))
      .refused("separation-of-duties");
  });

  test("a wrong level comes before a wrong hash", () => {
    plain.when(approves("bo", { level: 2, hash: "sha256:bb" })).refused("level-not-open");
  });

  test("expiry comes before a missing right", () => {
    plain.and(due).when(approves("gus")).refused("already-resolved", {}, "RequestExpired");
  });

  test("after the timer nothing is recorded again", () => {
    plain
      .and(due, timerFires)
      .when(approves("bo"))
      .refused("already-resolved", {
        status: "expired",
        resolved_by: { kind: "timer", id: "expiry" },
      });
  });
});
