import { describe, expect, test } from "vitest";
import type { Actor } from "@countersign/domain/actor.ts";
import { askersFacts, whoSet } from "@countersign/domain/automation/who-set.ts";
import type { Requester } from "@countersign/domain/request/events.ts";
import { demoDirectory } from "../../testkit/examples/directory.ts";
import { topic } from "./planning.ts";
import { agent, person } from "./runs.ts";

describe("Who set what a recipe reads", () => {
  const seen = topic(
    { a: 1, risk: {}, due_at: "x", last_activity_at: "y" },
    {
      setBy: {
        a: person("bo"),
        risk: person("cy"),
        due_at: agent("bo"),
        last_activity_at: person("bo"),
      },
    },
  );

  test.each([
    ["a", { a: [person("bo")] }],
    ["issue.a.part", { a: [person("bo")] }],
    ["case.a", { a: [person("bo")] }],
    ["risk.score", { risk: [person("cy")] }],
    ["due_in_hours", { due_at: [agent("bo")] }],
    ["case.idle_hours", { last_activity_at: [person("bo")] }],
    ["case", { "*": [person("bo"), person("cy"), agent("bo")] }],
    ["*", { "*": [person("bo"), person("cy"), agent("bo")] }],
    ["nobody_set", { nobody_set: [] }],
    ["constructor", { constructor: [] }],
    ["case.state", {}],
    ["days_in_state", {}],
    ["transition.to", {}],
  ])("of a topic: %s by %j", (name, setBy) => {
    expect(whoSet([name], seen, null)).toEqual(setBy);
  });

  test("of a request without a topic is its requester", () => {
    const requester: Requester = { kind: "agent", id: "ci", owner: "ana" };
    expect(whoSet(["a", "approval.level"], null, requester)).toEqual({ a: [agent("ci")] });
    expect(whoSet(["a"], null, null)).toEqual({});
  });

  const own: Requester = { kind: "person", id: "ana", owner: null };
  const bots: Requester = { kind: "agent", id: "deployment-bot", owner: "ana" };
  const gone: Requester = { kind: "agent", id: "gone", owner: "ana" };
  const directory = {
    ...demoDirectory,
    agents: new Map([
      ...demoDirectory.agents,
      ["others", { id: "others", name: "others", owner: "bo", version: null }],
    ]),
  };

  test.each<[string, boolean, Requester, Actor]>([
    ["the requester themselves", true, own, person("ana")],
    ["the requester's own agent", true, own, agent("ci")],
    ["another person", false, own, person("bo")],
    ["an agent of the requester's name", false, own, agent("ana")],
    ["the asking agent", true, bots, agent("deployment-bot")],
    ["the asking agent, though the directory has it no more", true, gone, agent("gone")],
    ["another agent that the directory has no more", false, gone, agent("lost")],
    ["the asking agent's owner", true, bots, person("ana")],
    ["another agent of that owner", true, bots, agent("ci")],
    ["a person of the asking agent's name", false, bots, person("deployment-bot")],
    ["an agent of somebody else", false, bots, agent("others")],
    ["a recipe", true, bots, { kind: "system", id: "recipe:x" }],
    ["a timer", true, bots, { kind: "timer", id: "expiry" }],
  ])("%s is on the asking side: %j", (_, isAskers, requester, by) => {
    const facts = askersFacts({ b: [person("gus"), by], a: [by], c: [] }, requester, directory);
    expect(facts).toEqual(isAskers ? ["a", "b"] : []);
  });
});
