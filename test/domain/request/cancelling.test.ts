import { describe, expect, test } from "vitest";
import { changed } from "../../testkit/examples/directory.ts";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  command,
  denies,
  people,
  transitionReported,
  type Happening,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { run } from "../automation/runs.ts";

const open = given(world(qaOnly), asked());

describe("cancelling", () => {
  test.each(["deployment-bot", "ana", "ivy"])("%s may cancel what the bot asked", (who) => {
    const after = open.when(cancels(who, "not needed any more"));
    after.yields(["RequestCancelled", { reason: "not needed any more" }]);
    expect(after.status).toBe("cancelled");
  });

  test.each(["bo", "gus", "vic", "ci"])("%s may not", (who) => {
    open.when(cancels(who)).refused("forbidden");
  });

  test("nor may who is only called like somebody who may", () => {
    const called = (kind: "person" | "agent", id: string): Happening => ({
      kind: "command",
      command: { type: "cancel", reason: null },
      principal: { kind, id, org: "demo" },
      actor: { kind, id },
    });
    open.when(called("person", "deployment-bot")).refused("forbidden");
    open.when(called("agent", "ana")).refused("forbidden");
    open.when(called("agent", "ivy")).refused("forbidden");
  });

  test("a process of ours may, as for a child whose parent has ended", () => {
    open
      .when(command(null, { type: "cancel", reason: "The parent has ended." }))
      .yields(["RequestCancelled", { by: { kind: "system", id: "process" } }]);
  });

  test("a person may cancel their own request", () => {
    given(world(qaOnly), asked({ agent: null }, "gus"))
      .when(cancels("gus"))
      .yields("RequestCancelled");
  });

  test("the owner of the asking agent may cancel without being an admin", () => {
    given(world(qaOnly), people(changed("ana", { access: "approver" })), asked())
      .when(cancels("ana"))
      .yields("RequestCancelled");
  });

  test("a missing right comes before the end", () => {
    open.and(approves("bo")).when(cancels("gus")).refused("forbidden");
  });

  test("nothing is cancelled after the end, not even again", () => {
    open
      .and(approves("bo"))
      .when(cancels("ana"))
      .refused("already-resolved", {
        status: "approved",
        resolved_by: { kind: "person", id: "bo" },
      });
    open
      .and(cancels("ana"))
      .when(cancels("ana"))
      .refused("already-resolved", {
        status: "cancelled",
        resolved_by: { kind: "person", id: "ana" },
      });
  });

  test("nobody votes on a cancelled request", () => {
    open.and(cancels("ana")).when(approves("bo")).refused("already-resolved");
    open.and(cancels("ana")).when(denies("bo")).refused("already-resolved");
  });

  test("its open slots are not required any more", () => {
    const { view } = open.when(cancels("ana"));
    expect(view.levels[0]?.groups[0]?.slots.map(({ status }) => status)).toEqual([
      "not_required",
      "not_required",
    ]);
    expect(view.blocked).toBe(false);
  });

  test("it cannot be cancelled before it exists", () => {
    given(world(qaOnly)).when(cancels("ana")).refused("not-found");
  });
});

describe("the execution of a transition", () => {
  const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
  const moving = given(world(qaOnly), asked({ topic }));
  const parent = { id: "apr_p", level: 1, group: "g", depth: 1, path: ["release-train"] };
  const { recipe, version, run: id, trigger, because, facts, diff } = run([]);
  const noteOfRun = { recipe, version, run: id, trigger, because, facts, diff };

  test("its approval issues no grant", () => {
    const after = moving.when(approves("bo"));
    after.yields("VoteCast", "LevelApproved", ["RequestApproved", { grant: null }]);
    expect(after.view.execution).toBeNull();
  });

  test("the completed transition is its execution", () => {
    const after = moving.and(approves("bo")).when(transitionReported(true));
    after.yields(["ExecutionReported", { status: "executed", payloadHash: "sha256:aa" }]);
    expect(after.view.execution).toEqual({ status: "executed", valid_until: null, result: null });
  });

  test("a transition that could not complete says why", () => {
    const after = moving.and(approves("bo")).when(transitionReported(false, "the topic moved on"));
    after.yields([
      "ExecutionReported",
      { status: "failed", result: { reason: "the topic moved on" } },
    ]);
  });

  test("said twice it is recorded once", () => {
    moving
      .and(approves("bo"), transitionReported(true))
      .when(transitionReported(true))
      .yieldsNothing();
  });

  test("what else issues no grant has no transition that could complete", () => {
    const automation = { ...noteOfRun, holds: true };
    given(world(qaOnly), asked({ automation }), approves("bo"))
      .when(transitionReported(true))
      .yieldsNothing();
    given(world(qaOnly), asked({ topic, parent }), approves("bo"))
      .when(transitionReported(true))
      .yieldsNothing();
  });

  test("nothing is reported before the approval, after a denial, or without a topic", () => {
    moving.when(transitionReported(true)).yieldsNothing();
    moving.and(denies("bo")).when(transitionReported(true)).yieldsNothing();
    open.and(approves("bo")).when(transitionReported(true)).yieldsNothing();
  });
});
