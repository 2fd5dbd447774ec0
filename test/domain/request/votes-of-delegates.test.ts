import { describe, expect, test } from "vitest";
import {
  handOverTimes,
  standInsFor,
  type Span,
} from "@countersign/domain/request/view/queue-delegates.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { handedOver, handsOver, revoked } from "../../testkit/examples/delegations.ts";
import { modifies } from "../../testkit/changing.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people, rechecked } from "../../testkit/happenings.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const qa = policy(level(group(any, "qa_lead")));
const plain = given(world(qa), asked());
const both = given(world(policy(level(group(all, "qa_lead")))), asked());
const lenient = policy(level(group(atLeast(2), "qa_lead", "user:dee"), { onDeny: "unreachable" }));
/** Two of bo, cy and dee must agree; one deny does not end it. */
const twoOfThree = given(world(lenient), asked());

describe("one person, one vote", () => {
  test("one's own slot comes first", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "cy")))
      .when(approves("cy"))
      .yields(["VoteCast", { votedBy: "cy", onBehalfOf: null }]);
  });
  test("a second approval of the same person counts for nobody else", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "cy")), approves("cy"))
      .when(approves("cy"))
      .yieldsNothing();
  });
  test("of several who are away the oldest delegation comes first", () => {
    twoOfThree
      .and(handedOver(handsOver("dee", "gus"), handsOver("bo", "gus")))
      .when(approves("gus"))
      .yields(["VoteCast", { onBehalfOf: "dee" }]);
  });
  test("a slot that another delegate answered is taken, and the next is filled", () => {
    twoOfThree
      .and(handedOver(handsOver("dee", "gus"), handsOver("dee", "hal"), handsOver("bo", "hal")))
      .and(approves("gus"))
      .when(approves("hal"))
      .yields(["VoteCast", { onBehalfOf: "bo" }], "LevelApproved", "RequestApproved");
  });
  test("a slot that its owner answered is not the delegate's", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "gus")), denies("bo"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
  test("a delegate changes their mind on the same slot", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "gus")), denies("gus"))
      .when(approves("gus"))
      .yields(["VoteWithdrawn", { votedBy: "gus" }], ["VoteCast", { onBehalfOf: "bo" }]);
  });
  test("the owner takes their slot back from a delegate", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "gus")), denies("gus"))
      .when(approves("bo"))
      .yields(["VoteWithdrawn", { votedBy: "gus" }], ["VoteCast", { onBehalfOf: null }]);
  });
  test("a vote under an ended delegation goes when its voter votes for themselves", () => {
    twoOfThree
      .and(handedOver(handsOver("bo", "gus")), denies("gus"))
      .and(revoked("dlg_bo-gus"), people(role("qa_lead", "bo", "cy", "gus")))
      .when(approves("gus"))
      .yields(["VoteWithdrawn", { votedBy: "gus" }], ["VoteCast", { onBehalfOf: null }]);
  });
  test("the vote of a delegate who has left the org is withdrawn with the next look", () => {
    const gone = twoOfThree
      .and(handedOver(handsOver("bo", "gus")), approves("gus"))
      .and(people(leaves("gus")));
    gone.when(rechecked).yields(["VoteWithdrawn", { votedBy: "gus" }]);
    gone.when(approves("cy")).yields(["VoteWithdrawn", { votedBy: "gus" }], "VoteCast");
  });
});

describe("separation of duties survives delegation", () => {
  const withOwner = given(
    world(policy(level(group(atLeast(2), "qa_lead", "user:ana", "user:gus")))),
    asked(),
  );

  test("a delegate of the asking agent's owner acts on nothing", () => {
    withOwner
      .and(handedOver(handsOver("ana", "hal")))
      .when(approves("hal"))
      .refused("separation-of-duties");
  });
  test("the owner acts for nobody", () => {
    withOwner
      .and(handedOver(handsOver("bo", "ana")))
      .when(approves("ana"))
      .refused("separation-of-duties");
  });
  test("the requester acts for nobody", () => {
    given(world(qa), asked({ agent: null }, "gus"))
      .and(handedOver(handsOver("bo", "gus")))
      .when(approves("gus"))
      .refused("separation-of-duties");
  });
  test("what was handed to the requester is not handed on by them", () => {
    const links = [handsOver("bo", "gus", { redelegate: true }), handsOver("gus", "hal")];
    given(world(qa), asked({ agent: null }, "gus"))
      .and(handedOver(...links))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
  test("whoever edited the payload is not voted for at another level either", () => {
    given(
      world(policy([level(group(any, "user:bo")), level(group(any, "user:bo", "cy"))])),
      asked(),
    )
      .and(handedOver(handsOver("bo", "hal")), modifies("bo"))
      .when(approves("hal", { hash: "sha256:bb" }))
      .refused("separation-of-duties", { level: 1 });
  });
  test("a delegate of the owner who holds a slot of their own uses that", () => {
    withOwner
      .and(handedOver(handsOver("ana", "bo")))
      .when(approves("bo"))
      .yields(["VoteCast", { votedBy: "bo", onBehalfOf: null }]);
  });
});

describe("levels that are not open", () => {
  const twoLevels = given(
    world(policy([level(group(any, "qa_lead")), level(group(any, "director"))])),
    asked(),
  ).and(handedOver(handsOver("hal", "gus"), handsOver("bo", "eli")));

  test("a delegate for a level to come is told that it is not open", () => {
    twoLevels.when(approves("gus")).refused("level-not-open");
  });
  test("a delegate for one that is over is told who decided it", () => {
    twoLevels
      .and(approves("cy"))
      .when(approves("eli"))
      .refused("level-resolved", { resolved_by: { kind: "person", id: "cy" } });
  });
});

describe("whose queue as a delegate", () => {
  const standIns = (from: Given): unknown => {
    const { state, world: around } = from.moment;
    if (state.status === "absent") throw new Error("there is no request");
    return standInsFor(state, referenceOf(around), from.queue.now).map(({ person }) => person);
  };

  test("it names delegates with the time in which every link is open", () => {
    const links = [
      handsOver("bo", "gus", { redelegate: true, endsAt: "2026-01-09T00:00:00.000Z" }),
      handsOver("gus", "hal", { startsAt: "2026-01-07T00:00:00.000Z" }),
    ];
    const { state, world: around } = plain.and(handedOver(...links)).moment;
    if (state.status === "absent") throw new Error("there is no request");
    expect(standInsFor(state, referenceOf(around), ["bo", "cy"])).toEqual([
      {
        person: "gus",
        startsAt: "2026-01-05T00:00:00.000Z",
        endsAt: "2026-01-09T00:00:00.000Z",
      },
      {
        person: "hal",
        startsAt: "2026-01-07T00:00:00.000Z",
        endsAt: "2026-01-09T00:00:00.000Z",
      },
    ]);
  });
  test("nobody who has a slot, voted, asked, is out of scope or whose owner has answered", () => {
    expect(standIns(plain.and(handedOver(handsOver("bo", "cy"))))).toEqual([]);
    expect(standIns(plain.and(handedOver(handsOver("bo", "ana"))))).toEqual([]);
    const elsewhere = handsOver("bo", "gus", { policies: ["other"] });
    expect(standIns(plain.and(handedOver(elsewhere)))).toEqual([]);
    const dees = handedOver(handsOver("dee", "gus"), handsOver("bo", "gus"));
    expect(standIns(twoOfThree.and(dees, approves("gus")))).toEqual([]);
    expect(standIns(both.and(handedOver(handsOver("bo", "gus")), approves("bo")))).toEqual([]);
  });
  test("one who has handed on alone does not act, and who has handed over alone may act for others", () => {
    const third = "2026-01-08T00:00:00.000Z";
    const onward = handedOver(
      handsOver("bo", "gus", { redelegate: true }),
      handsOver("gus", "hal", { exclusive: true, startsAt: third }),
    );
    const windows = (from: Given, person: string): unknown => {
      const { state, world: around } = from.moment;
      if (state.status === "absent") throw new Error("there is no request");
      return standInsFor(state, referenceOf(around), from.queue.now).filter(
        (span) => span.person === person,
      );
    };
    expect(windows(plain.and(onward), "gus")).toEqual([
      { person: "gus", startsAt: "2026-01-05T00:00:00.000Z", endsAt: third },
    ]);
    plain.and(onward).when(approves("gus")).yields("VoteCast", "LevelApproved", "RequestApproved");
    const cysToo = handedOver(
      handsOver("bo", "gus", { exclusive: true, endsAt: third }),
      handsOver("cy", "bo"),
    );
    expect(windows(plain.and(cysToo), "bo")).toEqual([
      { person: "bo", startsAt: "2026-01-05T00:00:00.000Z", endsAt: third },
    ]);
    plain
      .and(cysToo)
      .when(approves("bo"))
      .yields(["VoteCast", { onBehalfOf: "cy" }], "LevelApproved", "RequestApproved");
  });
});

describe("whose queue no more", () => {
  const times = (from: Given): readonly Span[] => {
    const { state, world: around } = from.moment;
    if (state.status === "absent") throw new Error("there is no request");
    return handOverTimes(state, referenceOf(around), from.queue.now);
  };
  const alone = (over: object = {}) =>
    handedOver(handsOver("bo", "gus", { exclusive: true, ...over }));

  test("who has handed a slot over exclusively, for that time, and votes as little", () => {
    expect(times(plain.and(alone()))).toEqual([
      {
        person: "bo",
        startsAt: "2026-01-05T00:00:00.000Z",
        endsAt: "2026-01-12T00:00:00.000Z",
      },
    ]);
    plain.and(alone()).when(approves("bo")).refused("not-an-approver");
  });
  test("but whoever has kept it, shares it, handed over other slots, or to somebody who cannot act", () => {
    expect(times(plain)).toEqual([]);
    expect(times(plain.and(alone({ exclusive: false })))).toEqual([]);
    expect(times(plain.and(alone({ policies: ["other"] })))).toEqual([]);
    expect(times(plain.and(alone({ roles: ["director"] })))).toEqual([]);
    // ana owns the asking agent, so that bo goes on answering.
    const toOwner = alone({ to: "ana" });
    expect(times(plain.and(toOwner))).toEqual([]);
    plain.and(toOwner).when(approves("bo")).yields("VoteCast", "LevelApproved", "RequestApproved");
    expect(times(plain.and(alone(), revoked("dlg_bo-gus")))).toEqual([]);
    expect(times(plain.and(alone(), denies("cy")))).toEqual([]);
  });
});
