import { describe, expect, test } from "vitest";
import type { Ask, RequestCommand } from "@countersign/domain/request/commands.ts";
import { isExecutor } from "@countersign/domain/request/ending/grant.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  transitionReported,
  type Happening,
} from "../../testkit/happenings.ts";
import { modifies } from "../../testkit/changing.ts";
import { world, type World } from "../../testkit/world.ts";

const { payloadHash } = ask();

type Who = "deployment-bot" | "ci" | "executor" | "bo" | "gus" | "ana";

const says = (command: RequestCommand, by: Who = "deployment-bot"): Happening => {
  const kind = ["deployment-bot", "ci", "executor"].includes(by) ? "agent" : "person";
  const scopes = by === "executor" ? ["execute"] : [];
  return {
    kind: "command",
    command,
    principal: { kind, id: by, org: "demo", scopes },
    actor: { kind, id: by },
  };
};

const approved = given(world(qaOnly), asked(), approves("bo"));
const { state } = approved.moment;
const grantId = state.status === "approved" ? (state.grant?.id ?? "") : "";

const consumes = (
  by?: Who,
  over: { readonly grantId?: string | null; readonly payloadHash?: string } = {},
): Happening => says({ type: "consume", grantId, payloadHash, ...over }, by);
const reports = (
  status: "executed" | "failed",
  by?: Who,
  hash: string | null = payloadHash,
): Happening =>
  says({ type: "report-execution", status, result: { exit: 0 }, payloadHash: hash }, by);
const stuckFires = (afterMs = 900_000): Happening => ({
  kind: "command",
  command: { type: "mark-stuck", afterMs },
  principal: null,
  actor: { kind: "timer", id: "stuck" },
});
const executionOf = (from: Given): unknown => from.view.execution;

describe("spending the grant", () => {
  test("the requester spends it", () => {
    approved
      .when(consumes())
      .yields([
        "GrantConsumed",
        { grantId, payloadHash, payloadVersion: 1, by: { kind: "agent", id: "deployment-bot" } },
      ]);
    expect(executionOf(approved.and(consumes()))).toMatchObject({ status: "consumed" });
  });
  test("once: the second time it is spent", () => {
    approved.and(consumes()).when(consumes()).refused("grant-spent");
  });
  test("after the execution was reported it is spent as well", () => {
    approved.and(consumes(), reports("failed")).when(consumes()).refused("grant-spent");
  });
  test("an hour after the approval it is over, to the millisecond", () => {
    approved.and(clockShows("2026-01-05T09:59:59.999Z")).when(consumes()).yields("GrantConsumed");
    approved
      .and(clockShows("2026-01-05T10:00:00.000Z"))
      .when(consumes())
      .refused("grant-expired", { valid_until: "2026-01-05T10:00:00.000Z" });
  });
  test("a forged grant, or one of another request, spends nothing", () => {
    approved.when(consumes("deployment-bot", { grantId: null })).refused("unprocessable", {
      faults: [{ path: "grant", message: "is no grant of this request" }],
    });
    approved.when(consumes("deployment-bot", { grantId: "grt_OTHER-1" })).refused("unprocessable");
  });
  test("for another payload than the approved one it is refused", () => {
    approved
      .when(consumes("deployment-bot", { payloadHash: "sha256:00" }))
      .refused("payload-changed", { payload_hash: payloadHash });
  });
  test.each(["bo", "gus", "ana"] as const)("%s, a person who did not ask, may not", (by) => {
    approved.when(consumes(by)).refused("forbidden");
  });
  test("an agent with scope execute may", () => {
    approved.when(consumes("executor")).yields("GrantConsumed");
  });
  test("a person may not with that scope, nor one who is called like the asking agent", () => {
    const person = (id: string, ...scopes: readonly string[]): Happening => ({
      kind: "command",
      command: { type: "consume", grantId, payloadHash },
      principal: { kind: "person", id, org: "demo", scopes },
      actor: { kind: "person", id },
    });
    approved.when(person("gus", "execute")).refused("forbidden");
    approved.when(person("deployment-bot")).refused("forbidden");
  });
  test("for the payload before an edit it is refused, and told which version counts", () => {
    given(world(qaOnly), asked(), modifies("bo"))
      .when(consumes("deployment-bot", { grantId: `${grantId.slice(0, -1)}2` }))
      .refused("payload-changed", { payload_hash: "sha256:bb", payload_version: 2 });
  });
});

describe("how long a grant is good for", () => {
  const until = (from: World, fields: Partial<Ask> = {}): unknown => {
    const known = given(from, asked(fields), approves("bo")).moment.state;
    return known.status === "approved" ? known.grant?.validUntil : null;
  };
  const qa = [{ type: "role", identifier: "qa_lead" } as const];

  test("as long as its policy says, and an hour for approvers whom the asker named", () => {
    expect(until(world({ ...qaOnly, grantValidFor: "2h" }))).toBe("2026-01-05T11:00:00.000Z");
    expect(until(world({ ...qaOnly, grantValidFor: "30m" }))).toBe("2026-01-05T09:30:00.000Z");
    expect(until(world(), { policy: null, approvers: qa })).toBe("2026-01-05T10:00:00.000Z");
  });

  test("there is none for what a recipe asked: the recipe executes it, or nobody does", () => {
    const automation = {
      recipe: "hotfix",
      version: 1,
      run: "run_1",
      trigger: "case.updated",
      because: "asked",
      facts: {},
      diff: [],
      holds: true,
    } as const;
    expect(until(world(qaOnly), { automation })).toBeUndefined();
  });
});

describe("a request without a grant", () => {
  const asks = given(world(qaOnly), asked());

  test("is not to be executed while it is pending", () => {
    asks.when(consumes()).refused("conflict", { status: "pending" });
  });
  test.each([
    ["denied", denies("bo")],
    ["cancelled", cancels("deployment-bot")],
  ] as const)("never is when it was %s", (status, end) => {
    asks.and(end).when(consumes()).refused("already-resolved", { status });
    asks.and(end).when(reports("executed")).refused("already-resolved", { status });
  });
  test("never is where a transition was approved, which executes by completing", () => {
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    const moving = given(world(qaOnly), asked({ topic }), approves("bo"));
    moving.when(consumes()).refused("conflict");
    moving.when(reports("executed")).refused("conflict");
    moving.when(stuckFires(0)).yieldsNothing();
    const moved = moving.and(transitionReported(true));
    moved.when(consumes()).refused("conflict");
    moved.when(reports("failed")).refused("conflict");
  });
  test("expires when its time is over, whoever comes", () => {
    asks
      .and(clockShows("2026-01-07T09:00:00.000Z"))
      .when(consumes())
      .refused("already-resolved", { status: "expired" }, "RequestExpired");
  });
});

describe("reporting the execution", () => {
  test.each(["executed", "failed"] as const)("%s is recorded with its result", (status) => {
    approved
      .and(consumes())
      .when(reports(status))
      .yields(["ExecutionReported", { status, result: { exit: 0 }, payloadHash }]);
    expect(executionOf(approved.and(consumes(), reports(status)))).toMatchObject({
      status,
      result: { exit: 0 },
    });
  });
  test("without spending the grant it is refused", () => {
    approved.when(reports("executed")).refused("not-consumed");
  });
  test("a second report is refused, whatever it says", () => {
    const done = approved.and(consumes(), reports("executed"));
    done.when(reports("executed")).refused("conflict", { status: "executed" });
    done.when(reports("failed")).refused("conflict", { status: "executed" });
  });
  test("of another payload it is refused", () => {
    approved
      .and(consumes())
      .when(reports("executed", "deployment-bot", "sha256:00"))
      .refused("payload-changed");
  });
  test("by people who did not ask it is refused", () => {
    approved.and(consumes()).when(reports("executed", "gus")).refused("forbidden");
  });
});

describe("to whom the request is there", () => {
  const isThere = (from: Given, by: Happening): boolean => {
    const known = from.moment.state;
    if (known.status === "absent" || by.kind !== "command" || by.principal === null) return false;
    return isExecutor(known, by.principal, by.command);
  };
  test("an agent with scope execute that shows its grant", () => {
    expect(isThere(approved, consumes("executor"))).toBe(true);
    expect(isThere(approved, consumes("executor", { grantId: null }))).toBe(false);
    expect(isThere(approved, consumes("ci"))).toBe(false);
    expect(isThere(approved, says({ type: "cancel", reason: null }, "executor"))).toBe(false);
  });
  test("for nothing else, also after it spent the grant", () => {
    const cancel = says({ type: "cancel", reason: null }, "executor");
    expect(isThere(approved.and(consumes()), cancel)).toBe(false);
  });
  test("not where a transition completed: there was no grant", () => {
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    const moved = given(world(qaOnly), asked({ topic }), approves("bo"), transitionReported(true));
    expect(isThere(moved, consumes("executor", { grantId: null }))).toBe(false);
  });
  test("not while it is pending, and not when it ended without an approval", () => {
    const pending = given(world(qaOnly), asked());
    for (const other of [pending, pending.and(denies("bo"))]) {
      expect(isThere(other, consumes("executor", { grantId: null }))).toBe(false);
      expect(isThere(other, reports("executed", "executor"))).toBe(false);
    }
  });
  test("and that reports, once the grant was spent", () => {
    expect(isThere(approved, reports("executed", "executor"))).toBe(false);
    expect(isThere(approved.and(consumes()), reports("executed", "executor"))).toBe(true);
    expect(isThere(approved.and(consumes()), reports("executed", "ci"))).toBe(false);
  });
});

describe("nobody comes for the grant", () => {
  const later = approved.and(clockShows("2026-01-05T09:15:00.000Z"));

  test("it alarms when the time is over", () => {
    later
      .when(stuckFires())
      .yields([
        "DeliveryStuck",
        { grantId, approvedAt: "2026-01-05T09:00:00.000Z", validUntil: "2026-01-05T10:00:00.000Z" },
      ]);
  });
  test("not a millisecond before", () => {
    approved.and(clockShows("2026-01-05T09:14:59.999Z")).when(stuckFires()).yieldsNothing();
  });
  test("once", () => {
    later.and(stuckFires()).when(stuckFires()).yieldsNothing();
  });
  test("never after the grant was spent", () => {
    later.and(consumes()).when(stuckFires()).yieldsNothing();
  });
  test("and the grant may still be spent afterwards", () => {
    later.and(stuckFires()).when(consumes()).yields("GrantConsumed");
  });
  test("never for a request without a grant", () => {
    given(world(qaOnly), asked(), denies("bo")).when(stuckFires(0)).yieldsNothing();
    given(world(qaOnly), asked()).when(stuckFires(0)).yieldsNothing();
  });
});
