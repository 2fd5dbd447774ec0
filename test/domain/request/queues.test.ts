import { describe, expect, test } from "vitest";
import { all, any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const plain = given(world(qaOnly), asked());

describe("queues", () => {
  const stepped = given(
    world(policy([level(group(all, "sre")), level(group(any, "qa_lead", "user:eli"))])),
    asked(),
  );

  test("who holds an open slot has it now, approvers of later levels have it later", () => {
    expect(stepped.queue).toEqual({ now: ["eli", "fay"], later: ["bo", "cy"] });
  });

  test("who voted on an open level has it later", () => {
    expect(stepped.and(approves("eli")).queue).toEqual({
      now: ["fay"],
      later: ["eli", "bo", "cy"],
    });
  });

  test("the next level's people have it now when it opens", () => {
    expect(stepped.and(approves("eli"), approves("fay")).queue).toEqual({
      now: ["eli", "bo", "cy"],
      later: [],
    });
  });

  test("nobody has it after the end", () => {
    expect(plain.and(approves("bo")).queue).toEqual({ now: [], later: [] });
    expect(plain.and(denies("bo")).queue).toEqual({ now: [], later: [] });
  });

  test("the requester and the owner never have it", () => {
    const own = given(world(policy(level(group(any, "qa_lead", "user:ana", "user:gus")))), asked());
    expect(own.queue.now).not.toContain("ana");
    const gus = given(
      world(policy(level(group(any, "qa_lead", "user:ana", "user:gus")))),
      asked({ agent: null }, "gus"),
    );
    expect(gus.queue.now).toEqual(["ana", "bo", "cy"]);
  });

  test("a level that is false on the frozen facts is no forecast", () => {
    const conditional = policy([
      level(group(any, "qa_lead")),
      level(group(any, "director"), { conditions: when("priority", "critical") }),
    ]);
    expect(given(world(conditional), asked({ context: { priority: "low" } })).queue.later).toEqual(
      [],
    );
    expect(given(world(conditional), asked()).queue.later).toEqual(["hal"]);
  });

  test("a fallback is no forecast while another level applies", () => {
    const withFallback = policy(level(group(any, "qa_lead")), {
      fallback: level(group(any, "director")),
    });
    expect(given(world(withFallback), asked()).queue).toEqual({ now: ["bo", "cy"], later: [] });
  });

  test("the closed branch of an OR level is nobody's task now", () => {
    const either = given(
      world(policy(level([group(all, "sre"), group(any, "qa_lead")], { logic: "OR" }))),
      asked(),
      denies("eli"),
    );
    expect(either.queue).toEqual({ now: ["bo", "cy"], later: ["eli"] });
  });
});
