import { describe, expect, test } from "vitest";
import { decodeDelegationEvent } from "@countersign/domain/delegation/codec.ts";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import { emptyDelegations } from "@countersign/domain/delegation/evolve.ts";
import { isActiveDelegation, isAway } from "@countersign/domain/delegation/lookups.ts";
import { delegationView, delegationViews } from "@countersign/domain/delegation/view.ts";
import { delegationsOf, handsOver, withoutDelegation } from "../../testkit/examples/delegations.ts";
import { decides, delegates, now, outcome, passesOn } from "./deciding.ts";

describe("who may delegate", () => {
  test("people hand over their own slots", () => {
    expect(delegates([], handsOver("bo", "cy")).events).toEqual([
      { type: "DelegationCreated", data: handsOver("bo", "cy") },
    ]);
  });
  test("an admin does it for anyone", () => {
    expect(outcome(delegates([], handsOver("bo", "cy"), "ivy"))).toEqual(["DelegationCreated"]);
  });
  test("nobody else does, not even the one who would gain by it", () => {
    expect(outcome(delegates([], handsOver("bo", "cy"), "cy"))).toBe("forbidden");
  });
  test("the system itself does it for anyone", () => {
    expect(outcome(delegates([], handsOver("bo", "cy"), null))).toEqual(["DelegationCreated"]);
  });
  test.each(["agent:ci", "agent:bo", "agent:ivy"])("an agent delegates nothing: %s", (by) => {
    expect(outcome(delegates([], handsOver("bo", "cy"), by))).toBe("forbidden");
  });
});

describe("a delegation is refused with a sentence that says why", () => {
  const passed = { startsAt: "2026-01-01T00:00:00.000Z", endsAt: now };
  const backwards = { endsAt: "2026-01-04T00:00:00.000Z" };
  const endless = { endsAt: "2036-01-04T00:00:00.000Z" };
  test.each([
    ["to", "Nobody active in the directory is called zoe.", handsOver("bo", "zoe")],
    ["from", "Nobody active in the directory is called zoe.", handsOver("zoe", "bo")],
    ["to", "vic is a viewer, and viewers never vote.", handsOver("bo", "vic")],
    ["from", "vic is a viewer, and viewers never vote.", handsOver("vic", "bo")],
    ["ends_at", "A delegation ends after it starts.", handsOver("bo", "cy", backwards)],
    ["ends_at", "This delegation would be over already.", handsOver("bo", "cy", passed)],
    ["ends_at", "A delegation lasts ten years at most.", handsOver("bo", "cy", endless)],
    ["roles[0]", "There is no role qa.", handsOver("bo", "cy", { roles: ["qa"] })],
    ["roles[1]", "There is no role qa.", handsOver("bo", "cy", { roles: ["qa_lead", "qa"] })],
  ])("at %s: %s", (path, message, link) => {
    expect(delegates([], link, "ivy")).toEqual({
      events: [],
      refusal: {
        code: "unprocessable",
        message: `${path}: ${message}`,
        details: { faults: [{ path, message }] },
      },
    });
  });
  test("of a policy that nobody knows is refused at its place", () => {
    const message = "There is no policy relase.";
    const link = handsOver("cy", "bo", { policies: ["release", "relase"] });
    expect(delegates([], link, "cy").refusal).toEqual({
      code: "unknown-policy",
      message,
      details: { faults: [{ path: "policies[1]", message }] },
    });
  });
  test("of somebody else's slots is refused", () => {
    expect(delegates([], handsOver("bo", "cy"), "cy").refusal).toEqual({
      code: "forbidden",
      message: "People delegate their own slots; an admin may for anyone.",
    });
  });
});

describe("the window", () => {
  const ends = (endsAt: string, startsAt = "2026-01-06T00:00:00.000Z"): unknown =>
    outcome(delegates([], handsOver("bo", "cy", { startsAt, endsAt })));

  test("has some length, ten years at most", () => {
    expect(ends("2026-01-06T00:00:00.000Z")).toBe("unprocessable");
    expect(ends("2026-01-06T00:00:00.001Z")).toEqual(["DelegationCreated"]);
    expect(ends("2036-01-04T00:00:00.000Z")).toEqual(["DelegationCreated"]);
    expect(ends("2036-01-04T00:00:00.001Z")).toBe("unprocessable");
  });
  test("may have begun, and is not over", () => {
    const begun = "2026-01-01T00:00:00.000Z";
    expect(ends(now, begun)).toBe("unprocessable");
    expect(ends("2026-01-05T09:00:00.001Z", begun)).toEqual(["DelegationCreated"]);
  });
});

describe("the scope", () => {
  test("of policies and roles that are known is kept", () => {
    const link = handsOver("bo", "cy", { policies: ["release"], roles: ["qa_lead"] });
    expect(delegates([], link).events).toEqual([{ type: "DelegationCreated", data: link }]);
  });
});

describe("revoking", () => {
  const state = delegationsOf([handsOver("bo", "cy")]);
  const revoke = { type: "revoke-delegation", id: "dlg_bo-cy" } as const;

  test.each(["bo", "ivy", null])("%s may", (by) => {
    expect(decides(state, by, revoke).events).toEqual([
      { type: "DelegationRevoked", data: { id: "dlg_bo-cy" } },
    ]);
  });
  test("the delegate may not, and is told so", () => {
    expect(decides(state, "cy", revoke).refusal).toEqual({
      code: "forbidden",
      message: "Only whose slots they are, and admins, revoke a delegation.",
    });
  });
  test.each(["dee", "agent:bo", "agent:cy", "agent:ivy"])("to %s it is not there", (by) => {
    expect(decides(state, by, revoke).refusal).toEqual({
      code: "not-found",
      message: "There is no such delegation.",
    });
  });
  test.each(["dee", "ivy", null])("one that is not there is not found by %s either", (by) => {
    expect(outcome(decides(emptyDelegations, by, revoke))).toBe("not-found");
  });
  test("a second time it is said already", () => {
    const revoked = withoutDelegation(state, "dlg_bo-cy");
    expect(decides(revoked, "bo", revoke)).toEqual({ events: [] });
  });
});

describe("a calendar's absences", () => {
  const week = handsOver("bo", "cy");
  const other = handsOver("bo", "cy", { id: "dlg_2", startsAt: "2026-01-08T00:00:00.000Z" });
  const imports = (before: readonly Delegation[], ...delegations: readonly Delegation[]) =>
    decides(delegationsOf(before), "ivy", { type: "import-delegations", delegations });

  test("are made together", () => {
    expect(imports([], week, other).events.map(({ data }) => data.id)).toEqual([
      "dlg_bo-cy",
      "dlg_2",
    ]);
  });
  test("or not at all", () => {
    expect(imports([], week, { ...other, to: "zoe" })).toMatchObject({
      events: [],
      refusal: { code: "unprocessable" },
    });
  });
  test("imported again, or listed twice, add nothing that stands", () => {
    const again = { ...week, id: "dlg_9" };
    expect(imports([week], again, other).events.map(({ data }) => data.id)).toEqual(["dlg_2"]);
    expect(imports([], week, again).events.map(({ data }) => data.id)).toEqual(["dlg_bo-cy"]);
  });
  test.each([
    ["by whom", { from: "dee" }],
    ["to whom", { to: "dee" }],
    ["from when", { startsAt: "2026-01-05T00:00:00.001Z" }],
    ["until when", { endsAt: "2026-01-12T00:00:00.001Z" }],
  ])("are others when they differ in %s", (_, over) => {
    expect(imports([week], { ...week, id: "dlg_9", ...over }).events).toHaveLength(1);
  });
  test("that were revoked are made again, and so is what a person delegates twice", () => {
    const command = {
      type: "import-delegations",
      delegations: [{ ...week, id: "dlg_9" }],
    } as const;
    const state = withoutDelegation(delegationsOf([week]), week.id);
    expect(decides(state, "bo", command).events).toHaveLength(1);
    expect(delegates([week], { ...week, id: "dlg_9" }).events).toHaveLength(1);
  });
  test("are held against one another: a circle among them is one", () => {
    expect(outcome(imports([], passesOn("bo", "cy"), passesOn("cy", "bo")))).toBe(
      "delegation-cycle",
    );
  });
});

describe("how it stands", () => {
  const statusAt = (at: string, state = delegationsOf([handsOver("bo", "cy")])): unknown => {
    const known = state.delegations.get("dlg_bo-cy");
    return known === undefined ? undefined : delegationView(known, at)["status"];
  };
  test("the window is half open", () => {
    expect(statusAt("2026-01-04T23:59:59.999Z")).toBe("scheduled");
    expect(statusAt("2026-01-05T00:00:00.000Z")).toBe("active");
    expect(statusAt("2026-01-11T23:59:59.999Z")).toBe("active");
    expect(statusAt("2026-01-12T00:00:00.000Z")).toBe("ended");
  });
  test("a revoked one is revoked whatever the time", () => {
    const state = withoutDelegation(delegationsOf([handsOver("bo", "cy")]), "dlg_bo-cy");
    expect(statusAt("2026-01-06T00:00:00.000Z", state)).toBe("revoked");
  });
  test("all that is known of it is shown", () => {
    const link = handsOver("bo", "cy", { roles: ["qa_lead"], exclusive: true, reason: "Skiing" });
    const shown = {
      id: "dlg_bo-cy",
      from: "bo",
      to: "cy",
      starts_at: "2026-01-05T00:00:00.000Z",
      ends_at: "2026-01-12T00:00:00.000Z",
      policies: null,
      roles: ["qa_lead"],
      exclusive: true,
      redelegate: false,
      reason: "Skiing",
    };
    const state = delegationsOf([link]);
    expect(delegationViews(state, null, now)).toEqual([
      { ...shown, status: "active", revoked_at: null },
    ]);
    expect(delegationViews(withoutDelegation(state, link.id), null, now)).toEqual([
      { ...shown, status: "revoked", revoked_at: "2026-01-05T08:00:00.000Z" },
    ]);
  });
  test("people see those of their slots and those to them, newest first", () => {
    const state = delegationsOf([
      handsOver("bo", "cy"),
      handsOver("dee", "bo"),
      handsOver("eli", "fay"),
    ]);
    const ids = (person: string | null): unknown[] =>
      delegationViews(state, person, now).map(({ id }) => id);
    expect(ids("bo")).toEqual(["dlg_dee-bo", "dlg_bo-cy"]);
    expect(ids("gus")).toEqual([]);
    expect(ids(null)).toHaveLength(3);
  });
  test("whoever handed over exclusively is away, inside the window only", () => {
    const state = delegationsOf([handsOver("bo", "cy", { exclusive: true })]);
    expect(isAway(state, "bo", now)).toBe(true);
    expect(isAway(state, "bo", "2026-01-12T00:00:00.000Z")).toBe(false);
    expect(isAway(state, "cy", now)).toBe(false);
    expect(isAway(delegationsOf([handsOver("bo", "cy")]), "bo", now)).toBe(false);
    expect(isAway(withoutDelegation(state, "dlg_bo-cy"), "bo", now)).toBe(false);
    const second = handsOver("bo", "dee", { exclusive: true });
    expect(isAway(delegationsOf([handsOver("bo", "cy"), second]), "bo", now)).toBe(true);
  });
  test("a revoked one gives no right, nor one outside its window", () => {
    const at = (time: string, revokedAt: string | null = null): boolean =>
      isActiveDelegation({ ...handsOver("bo", "cy"), revokedAt }, time);
    expect(at("2026-01-04T23:59:59.999Z")).toBe(false);
    expect(at("2026-01-05T00:00:00.000Z")).toBe(true);
    expect(at("2026-01-11T23:59:59.999Z")).toBe(true);
    expect(at("2026-01-12T00:00:00.000Z")).toBe(false);
    expect(at(now, now)).toBe(false);
  });
});

describe("stored delegation events", () => {
  test("come back as they were written", () => {
    const data = handsOver("bo", "cy");
    expect(decodeDelegationEvent("DelegationCreated", JSON.stringify(data), 1)).toEqual({
      type: "DelegationCreated",
      data,
    });
  });
  test.each([
    ["DelegationCreated", 2],
    ["DelegationRevoked", 0],
    ["VoteCast", 1],
  ])("of type %s and version %i are not guessed at", (type, version) => {
    expect(() => decodeDelegationEvent(type, "{}", version)).toThrow(
      `Unknown delegation event ${type} in version ${version}.`,
    );
  });
  test("are counted from -1, and leave the state before them as it was", () => {
    const before = delegationsOf([handsOver("bo", "cy")]);
    expect([emptyDelegations.revision, before.revision]).toEqual([-1, 0]);
    expect(withoutDelegation(before, "dlg_bo-cy").revision).toBe(1);
    expect(before.delegations.get("dlg_bo-cy")?.revokedAt).toBeNull();
  });
  test("cannot end what was never there", () => {
    expect(() => withoutDelegation(emptyDelegations, "dlg_1")).toThrow(
      "No delegation dlg_1 was there to be revoked.",
    );
  });
});
