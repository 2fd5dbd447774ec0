import { describe, expect, test } from "vitest";
import {
  decideDelegation,
  type DelegationDecision,
} from "@countersign/domain/delegation/decide.ts";
import type { Delegation, DelegationState } from "@countersign/domain/delegation/delegation.ts";
import { emptyDelegations } from "@countersign/domain/delegation/evolve.ts";
import { isAway } from "@countersign/domain/delegation/lookups.ts";
import { delegationView, delegationViews } from "@countersign/domain/delegation/view.ts";
import { delegationsOf, handsOver, withoutDelegation } from "../../testkit/examples/delegations.ts";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const now = "2026-01-05T09:00:00.000Z";
const reference = referenceOf(world(qaOnly));

const decides = (
  state: DelegationState,
  by: string,
  command: Parameters<typeof decideDelegation>[1],
): DelegationDecision =>
  decideDelegation(
    state,
    command,
    { now, principal: { kind: by === "ci" ? "agent" : "person", id: by, org: "demo" } },
    reference,
  );

const delegates = (
  before: readonly Delegation[],
  link: Delegation,
  by = link.from,
): DelegationDecision => decides(delegationsOf(before), by, { type: "delegate", delegation: link });

const outcome = ({ events, refusal }: DelegationDecision): unknown =>
  refusal?.code ?? events.map(({ type }) => type);

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
  test("an agent delegates nothing", () => {
    expect(outcome(delegates([], handsOver("bo", "cy"), "ci"))).toBe("forbidden");
  });
  test.each([
    ["to somebody unknown", handsOver("bo", "zoe")],
    ["to a viewer", handsOver("bo", "vic")],
  ])("%s is refused at its field", (_, link) => {
    const { refusal } = delegates([], link);
    expect(refusal).toMatchObject({ code: "unprocessable", details: { faults: [{ path: "to" }] } });
  });
  test("the slots of a viewer are none to hand over", () => {
    const { refusal } = delegates([], handsOver("vic", "bo"), "ana");
    expect(refusal).toMatchObject({ details: { faults: [{ path: "from" }] } });
  });
});

describe("the window", () => {
  test.each([
    ["that ends as it starts", "2026-01-06T00:00:00.000Z", "2026-01-06T00:00:00.000Z"],
    ["that ends before it starts", "2026-01-07T00:00:00.000Z", "2026-01-06T00:00:00.000Z"],
    ["that is over", "2026-01-01T00:00:00.000Z", now],
    ["of more than ten years", "2026-01-06T00:00:00.000Z", "2036-01-05T00:00:00.000Z"],
  ])("one %s is refused", (_, startsAt, endsAt) => {
    const { refusal } = delegates([], handsOver("bo", "cy", { startsAt, endsAt }));
    expect(refusal).toMatchObject({ details: { faults: [{ path: "ends_at" }] } });
  });
  test("one that ends a millisecond from now is accepted", () => {
    const endsAt = "2026-01-05T09:00:00.001Z";
    expect(outcome(delegates([], handsOver("bo", "cy", { endsAt })))).toEqual([
      "DelegationCreated",
    ]);
  });
});

describe("the scope", () => {
  test("a policy that is not there would never apply: refused", () => {
    expect(outcome(delegates([], handsOver("bo", "cy", { policies: ["relase"] })))).toBe(
      "unknown-policy",
    );
  });
  test("a role that is not there is refused at its place", () => {
    const { refusal } = delegates([], handsOver("bo", "cy", { roles: ["qa_lead", "qa_leed"] }));
    expect(refusal).toMatchObject({ details: { faults: [{ path: "roles[1]" }] } });
  });
  test("known ones are kept", () => {
    const link = handsOver("bo", "cy", { policies: ["release"], roles: ["qa_lead"] });
    expect(outcome(delegates([], link))).toEqual(["DelegationCreated"]);
  });
});

describe("chains and circles", () => {
  const passesOn = (from: string, to: string, over: Partial<Delegation> = {}): Delegation =>
    handsOver(from, to, { redelegate: true, ...over });
  const nextWeek = {
    startsAt: "2026-01-12T00:00:00.000Z",
    endsAt: "2026-01-19T00:00:00.000Z",
  };

  test("nobody delegates to themselves", () => {
    expect(outcome(delegates([], handsOver("bo", "bo")))).toBe("delegation-cycle");
  });
  test("mutual cover for a holiday is fine", () => {
    expect(outcome(delegates([handsOver("bo", "cy")], handsOver("cy", "bo")))).toEqual([
      "DelegationCreated",
    ]);
  });
  test("a circle of which one link is not redelegated is none", () => {
    expect(outcome(delegates([passesOn("bo", "cy")], handsOver("cy", "bo")))).toEqual([
      "DelegationCreated",
    ]);
  });
  test("a circle of redelegating links is refused", () => {
    expect(outcome(delegates([passesOn("bo", "cy")], passesOn("cy", "bo")))).toBe(
      "delegation-cycle",
    );
  });
  test("a circle over three people is refused as well", () => {
    const before = [passesOn("bo", "cy"), passesOn("cy", "dee")];
    expect(outcome(delegates(before, passesOn("dee", "bo")))).toBe("delegation-cycle");
  });
  test("one whose links never are open together is none", () => {
    const before = [passesOn("bo", "cy")];
    expect(outcome(delegates(before, passesOn("cy", "bo", nextWeek)))).toEqual([
      "DelegationCreated",
    ]);
  });
  test("a revoked link closes no circle", () => {
    const state = withoutDelegation(delegationsOf([passesOn("bo", "cy")]), "dlg_bo-cy");
    const command = { type: "delegate", delegation: passesOn("cy", "bo") } as const;
    expect(outcome(decides(state, "cy", command))).toEqual(["DelegationCreated"]);
  });
  test("three links may follow one another", () => {
    const before = [passesOn("bo", "cy"), passesOn("cy", "dee")];
    expect(outcome(delegates(before, passesOn("dee", "eli")))).toEqual(["DelegationCreated"]);
  });
  test.each([
    [
      "at the end",
      [
        ["bo", "cy"],
        ["cy", "dee"],
        ["dee", "eli"],
      ],
      ["eli", "fay"],
    ],
    [
      "in front",
      [
        ["cy", "dee"],
        ["dee", "eli"],
        ["eli", "fay"],
      ],
      ["bo", "cy"],
    ],
    [
      "in between",
      [
        ["bo", "cy"],
        ["cy", "dee"],
        ["eli", "fay"],
      ],
      ["dee", "eli"],
    ],
  ] as const)("a fourth %s is too deep", (_, before, [from, to]) => {
    const links = before.map(([a, b]) => passesOn(a, b));
    expect(outcome(delegates(links, passesOn(from, to)))).toBe("delegation-too-deep");
  });
  test("a fourth that is open at another time is not part of the chain", () => {
    const links = [passesOn("bo", "cy"), passesOn("cy", "dee"), passesOn("dee", "eli")];
    expect(outcome(delegates(links, passesOn("eli", "fay", nextWeek)))).toEqual([
      "DelegationCreated",
    ]);
  });
  test("a fourth behind a link that may not be redelegated is not part of the chain", () => {
    const links = [passesOn("bo", "cy"), passesOn("cy", "dee"), handsOver("dee", "eli")];
    expect(outcome(delegates(links, passesOn("eli", "fay")))).toEqual(["DelegationCreated"]);
  });
});

describe("revoking", () => {
  const state = delegationsOf([handsOver("bo", "cy")]);
  const revoke = { type: "revoke-delegation", id: "dlg_bo-cy" } as const;

  test.each(["bo", "ivy"])("%s may", (by) => {
    expect(decides(state, by, revoke).events).toEqual([
      { type: "DelegationRevoked", data: { id: "dlg_bo-cy" } },
    ]);
  });
  test("the delegate may not, and is told so", () => {
    expect(outcome(decides(state, "cy", revoke))).toBe("forbidden");
  });
  test("to everybody else it is not there", () => {
    expect(outcome(decides(state, "dee", revoke))).toBe("not-found");
    expect(outcome(decides(emptyDelegations, "dee", revoke))).toBe("not-found");
  });
  test("a second time it is said already", () => {
    const revoked = withoutDelegation(state, "dlg_bo-cy");
    expect(decides(revoked, "bo", revoke)).toEqual({ events: [] });
  });
});

describe("a calendar's absences", () => {
  const week = handsOver("bo", "cy");
  const other = handsOver("bo", "cy", { id: "dlg_2", startsAt: "2026-01-08T00:00:00.000Z" });

  test("are made together", () => {
    const command = { type: "import-delegations", delegations: [week, other] } as const;
    expect(decides(emptyDelegations, "bo", command).events).toHaveLength(2);
  });
  test("or not at all", () => {
    const wrong = { ...other, to: "zoe" };
    const command = { type: "import-delegations", delegations: [week, wrong] } as const;
    expect(decides(emptyDelegations, "bo", command).events).toEqual([]);
  });
  test("imported again add nothing that stands", () => {
    const command = {
      type: "import-delegations",
      delegations: [{ ...week, id: "dlg_9" }, other],
    } as const;
    const { events } = decides(delegationsOf([week]), "bo", command);
    expect(events.map(({ data }) => data.id)).toEqual(["dlg_2"]);
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
  });
});
