import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import { following, stateAfter } from "@countersign/domain/request/follow.ts";
import type { LevelState, RequestState } from "@countersign/domain/request/state.ts";
import { amends, claims, modifies, withdraws } from "../../testkit/changing.ts";
import { leaves } from "../../testkit/examples/directory.ts";
import { any, atLeast, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "bo" },
  channel: "rest",
  occurredAt: "2026-01-05T10:00:00.000Z",
  schemaVersion: 1,
};

const folded = (history: Given, ...events: readonly RequestEvent[]): RequestState =>
  events.reduce<RequestState>(
    (state, event) => evolve(state, { event, metadata }),
    history.moment.state,
  );

const levelOf = (state: RequestState, number: number): LevelState | undefined =>
  state.status === "absent" ? undefined : state.levels[number - 1];

const voters = (state: RequestState, number: number): readonly string[] | undefined =>
  levelOf(state, number)?.votes.map(({ votedBy, payloadHash }) => `${votedBy} ${payloadHash}`);

const slots = (of: Pick<Given, "view">, number: number): readonly string[] =>
  (of.view.levels[number - 1]?.groups[0]?.slots ?? []).map(
    ({ approver, status }) => `${approver} ${status}`,
  );

describe("an edit that asks nobody again", () => {
  const chain = policy([level(group(any, "qa_lead")), level(group(atLeast(3), "qa_lead", "sre"))], {
    reapproval: "not_required",
  });
  const atTwo = given(world(chain), asked(), approves("bo"));

  test("voids the votes of its own level and leaves those of the levels before it", () => {
    const voted = atTwo.and(approves("bo", { level: 2 }), approves("cy", { level: 2 }));
    const edited = voted.when(modifies("eli"));
    edited.yields(
      "PayloadModified",
      [
        "VotesVoided",
        {
          votes: [
            { level: 2, votedBy: "bo" },
            { level: 2, votedBy: "cy" },
          ],
        },
      ],
      "VoteCast",
    );
    expect(slots(edited, 1)).toEqual(["bo approved", "cy not_required"]);
    expect(slots(edited, 2)).toEqual(["bo open", "cy open", "eli approved", "fay open"]);
  });

  test("gives whoever edited before a say again", () => {
    const first = given(world(chain), asked(), modifies("bo"));
    first.when(approves("bo", { hash: "sha256:bb", level: 2 })).refused("separation-of-duties");
    first
      .and(modifies("eli", { from: "sha256:bb", to: "sha256:cc" }))
      .when(approves("bo", { hash: "sha256:cc", level: 2 }))
      .yields("VoteCast");
  });
});

describe("of the votes at a level", () => {
  const open = given(
    world(policy([level(group(any, "manager")), level(group(atLeast(4), "qa_lead", "sre"))])),
    asked(),
    approves("gus"),
    approves("bo"),
    approves("cy"),
  );
  const edited: RequestEvent = {
    type: "PayloadModified",
    data: { version: 2, hash: "sha256:bb", payload: {}, patch: [], editor: "eli", level: 2 },
  };
  const vote = (votedBy: string, payloadHash: string): RequestEvent => ({
    type: "VoteCast",
    data: {
      level: 2,
      decision: "approve",
      votedBy,
      onBehalfOf: null,
      delegationId: null,
      payloadHash,
      notes: null,
      reason: null,
    },
  });
  const reopened = (number: number): RequestEvent => ({
    type: "LevelReopened",
    data: { level: number, because: null, groups: [] },
  });

  test("those are void that are named, at the level that is named", () => {
    const votes = [
      { level: 2, votedBy: "bo" },
      { level: 1, votedBy: "cy" },
    ];
    const state = folded(open, {
      type: "VotesVoided",
      data: { payloadHash: "sha256:aa", votes },
    });
    expect(voters(state, 1)).toEqual(["gus sha256:aa"]);
    expect(voters(state, 2)).toEqual(["cy sha256:aa"]);
  });

  test("the editor's for the edited payload is kept while an earlier level is asked again, and no other", () => {
    const both = [edited, vote("fay", "sha256:bb"), vote("eli", "sha256:bb"), reopened(1)];
    expect(voters(folded(open, ...both, reopened(2)), 2)).toEqual(["eli sha256:bb"]);
    const older = [vote("eli", "sha256:aa"), edited, reopened(1), reopened(2)];
    expect(voters(folded(open, ...older), 2)).toEqual([]);
  });
});

describe("the editor's vote", () => {
  const chain = policy([
    level(group(any, "qa_lead")),
    level(group(any, "engineering_lead", "manager")),
    level(group(atLeast(2), "manager", "director")),
  ]);
  const waiting = given(world(chain), asked(), approves("bo"), approves("dee")).and(
    modifies("gus"),
  );

  test("is taken back once, also when its level is open again", () => {
    const again = waiting.and(
      approves("cy", { hash: "sha256:bb" }),
      approves("dee", { hash: "sha256:bb" }),
    );
    again.when(withdraws("gus")).yields(["VoteWithdrawn", { level: 3, votedBy: "gus" }]);
    again.and(withdraws("gus")).when(withdraws("gus")).refused("no-vote");
    waiting.and(withdraws("gus")).when(withdraws("gus")).refused("no-vote");
  });

  test("taken back leaves the edit theirs: they count at no other level", () => {
    waiting
      .and(withdraws("gus"), approves("cy", { hash: "sha256:bb" }))
      .when(approves("gus", { hash: "sha256:bb", level: 2 }))
      .refused("separation-of-duties");
  });

  test("stays where it was cast once its level is approved", () => {
    const next = policy([level(group(any, "qa_lead")), level(group(any, "sre"))]);
    given(world(next), asked(), modifies("bo")).when(withdraws("bo")).refused("level-resolved");
  });

  test("of a level that is not there was never cast", () => {
    expect(() =>
      folded(given(world(chain), asked()), {
        type: "VoteWithdrawn",
        data: { level: 2, votedBy: "gus" },
      }),
    ).toThrow("VoteWithdrawn cannot have happened: level 2 is not open.");
  });
});

describe("a level", () => {
  test("that is recorded again keeps what it opened because of", () => {
    const again = (because: string | null): RequestEvent => ({
      type: "LevelOpened",
      data: { level: 1, because, groups: [] },
    });
    const plain = given(world(qaOnly), asked());
    expect(levelOf(folded(plain, again("first")), 1)?.because).toBe("first");
    expect(levelOf(folded(plain, again("first"), again("second")), 1)?.because).toBe("first");
  });

  test("that is skipped because its people left keeps when it opened, and no claim", () => {
    const skipping = policy(level(group(any, "qa_lead"), { onEmpty: "skip" }));
    const skipped = given(
      world(skipping),
      asked(),
      claims("bo"),
      people(leaves("bo"), leaves("cy")),
    )
      .and(clockShows("2026-01-05T10:00:00.000Z"))
      .when(rechecked);
    skipped.yields("LevelSkipped", "LevelBlocked");
    expect(skipped.view.claimed_by).toBeNull();
    expect(skipped.view.levels[0]).toMatchObject({
      status: "skipped",
      opened_at: "2026-01-05T09:00:00.000Z",
    });
  });

  const onlyIn = (env: string) =>
    ({ kind: "field", field: "action.parameters.env", operator: "=", value: env }) as const;
  const conditional = policy([
    level(group(any, "qa_lead"), { conditions: onlyIn("production") }),
    level(group(atLeast(2), "sre")),
  ]);
  const production = asked({ action: { type: "x:y", parameters: { env: "production" } } });

  test("that an edit makes needless ends no claim of the edited one", () => {
    const claimed = given(world(conditional), production, approves("bo"), claims("eli"));
    const edited = claimed.when(modifies("fay", { parameters: { env: "test" } }));
    edited.yields("PayloadModified", "VotesVoided", "VoteCast", "LevelSkipped");
    expect(edited.view.claimed_by).toBe("eli");
  });

  test("that was skipped is not skipped again after an edit", () => {
    const skipped = given(
      world(conditional),
      asked({ action: { type: "x:y", parameters: { env: "test" } } }),
      modifies("fay", { parameters: { env: "other" } }),
    );
    expect(() =>
      folded(skipped, { type: "LevelSkipped", data: { level: 1, because: "", facts: {} } }),
    ).toThrow("LevelSkipped cannot have happened: level 1 is not the next one.");
  });

  test("is amended as often as an admin says, every time for its own reason", () => {
    const chain = policy(["qa_lead", "sre", "manager"].map((role) => level(group(any, role))));
    const { state } = given(world(chain), asked()).and(
      amends("ivy", { skip: [2], reason: "one" }),
      amends("ivy", { skip: [3], reason: "two" }),
    ).moment;
    expect(state).toMatchObject({
      changes: {
        amendment: {
          skipped: [
            { level: 2, reason: "one" },
            { level: 3, reason: "two" },
          ],
          added: [],
          shortened: [],
        },
      },
    });
  });
});

describe("what a command is about to record", () => {
  const context = {
    now: "2026-01-05T10:00:00.000Z",
    actor: metadata.actor,
    channel: "rest",
  } as const;
  const { events } = given(world(qaOnly), asked()).moment;

  test.each([
    [{ kind: "person", id: "bo", org: "demo" } as const, "demo"],
    [null, ""],
  ])("makes a request of the org of %j", (principal, org) => {
    expect(stateAfter(absentRequest, events, { ...context, principal })).toMatchObject({
      status: "pending",
      org,
      createdAt: context.now,
    });
  });

  test("may end it only where nothing follows", () => {
    const { state } = given(world(qaOnly), asked()).moment;
    if (state.status !== "pending") throw new Error("it was asked");
    const end: RequestEvent = {
      type: "RequestCancelled",
      data: { by: metadata.actor, reason: null, pools: {} },
    };
    expect(stateAfter(state, [end], { ...context, principal: null }).status).toBe("cancelled");
    expect(() => following(state, [end], { ...context, principal: null })).toThrow(
      "a change ended what it should change.",
    );
  });
});
