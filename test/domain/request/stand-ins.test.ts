import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import {
  handOverTimes,
  standInsFor,
  type Span,
} from "@countersign/domain/request/view/queue-delegates.ts";
import { decidersStanding } from "@countersign/domain/request/view/queue-standing.ts";
import { modifies } from "../../testkit/changing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, denies } from "../../testkit/happenings.ts";
import { referenceOf, world, type World } from "../../testkit/world.ts";

const day = (of: number): string => new Date(Date.UTC(2026, 0, of)).toISOString();
const plain = given(world(policy(level(group(any, "qa_lead")))), asked());

/** `<person> <first day>-<day of the end>` for everybody who may stand in. */
const standIns = (from: Given, ...links: readonly Delegation[]): readonly string[] => {
  const { moment, queue } = from.and(handedOver(...links));
  if (moment.state.status === "absent") throw new Error("there is no request");
  return standInsFor(moment.state, referenceOf(moment.world), queue.now).map(
    ({ person, startsAt, endsAt }) =>
      `${person} ${new Date(startsAt).getUTCDate()}-${new Date(endsAt).getUTCDate()}`,
  );
};

/** When these people do not answer themselves. */
const handedOverIn = ({ moment }: Given, ...people: readonly string[]): readonly Span[] => {
  if (moment.state.status === "absent") throw new Error("there is no request");
  return handOverTimes(moment.state, referenceOf(moment.world), people);
};

const onward = { redelegate: true };

describe("who stands in for an approver", () => {
  test("is nobody where nothing was handed over, and nobody after the end", () => {
    expect(standIns(plain)).toEqual([]);
    expect(standIns(plain.and(handedOver(handsOver("bo", "gus")), cancels("ana")))).toEqual([]);
  });

  test("is reached over three links that may be handed on, and over no fourth", () => {
    const links = [
      handsOver("bo", "gus", onward),
      handsOver("gus", "hal", onward),
      handsOver("hal", "eli", onward),
      handsOver("eli", "fay", onward),
    ];
    expect(standIns(plain, ...links)).toEqual(["gus 5-12", "hal 5-12", "eli 5-12"]);
    expect(standIns(plain, handsOver("bo", "gus"), ...links.slice(1))).toEqual(["gus 5-12"]);
  });

  test("is never the owner, to whom it comes back", () => {
    const away = handsOver("bo", "gus", { ...onward, exclusive: true });
    expect(standIns(plain, away, handsOver("gus", "bo"))).toEqual(["gus 5-12"]);
    const round = [away, handsOver("gus", "hal", onward), handsOver("hal", "bo")];
    expect(standIns(plain, ...round)).toEqual(["gus 5-12", "hal 5-12"]);
  });

  test("acts only while every link on the way is open", () => {
    const first = handsOver("bo", "gus", { ...onward, endsAt: day(7) });
    expect(standIns(plain, first, handsOver("gus", "hal", { startsAt: day(8) }))).toEqual([
      "gus 5-7",
    ]);
    expect(standIns(plain, first, handsOver("gus", "hal", { startsAt: day(6) }))).toEqual([
      "gus 5-7",
      "hal 6-7",
    ]);
  });

  test("does not act while they have handed it on alone themselves, and does before and after", () => {
    const links = [
      handsOver("bo", "gus", onward),
      handsOver("gus", "hal", { exclusive: true, startsAt: day(7), endsAt: day(9) }),
    ];
    expect(standIns(plain, ...links)).toEqual(["gus 5-7", "gus 9-12", "hal 7-9"]);
  });

  test("is nobody who edited the payload at another level", () => {
    const two = policy([level(group(any, "qa_lead")), level(group(any, "tech_lead"))]);
    const edited = given(world(two), asked(), approves("bo")).and(modifies("dee"));
    expect(standIns(edited, handsOver("bo", "dee"))).toEqual([]);
    expect(standIns(edited, handsOver("bo", "gus"))).toEqual(["gus 5-12"]);
  });

  test("is whoever has no vote here yet, whoever else has", () => {
    const lenient = level(group(atLeast(2), "qa_lead", "user:dee"), { onDeny: "unreachable" });
    const open = given(world(policy(lenient)), asked(), approves("bo"));
    expect(standIns(open, handsOver("cy", "gus"))).toEqual(["gus 5-12"]);
    expect(standIns(open, handsOver("cy", "bo"))).toEqual([]);
  });
});

describe("a right that was handed over alone", () => {
  const alone = { exclusive: true, redelegate: true };

  test("stays with the third delegate, because a fourth reaches to nothing", () => {
    const links = [
      handsOver("bo", "gus", alone),
      handsOver("gus", "hal", alone),
      handsOver("hal", "eli", alone),
      handsOver("eli", "fay", alone),
    ];
    expect(standIns(plain, ...links)).toEqual(["eli 5-12"]);
    const open = plain.and(handedOver(...links));
    open.when(approves("fay")).refused("not-an-approver");
    open
      .when(approves("eli"))
      .yields(["VoteCast", { onBehalfOf: "bo" }], "LevelApproved", "RequestApproved");
  });

  test.each([
    ["its owner", [handsOver("bo", "gus", alone), handsOver("gus", "bo", alone)], "gus"],
    [
      "somebody on the way to it",
      [
        handsOver("bo", "gus", alone),
        handsOver("gus", "hal", alone),
        handsOver("hal", "gus", alone),
      ],
      "hal",
    ],
  ])("stays with whoever would hand it back to %s", (_, links, last) => {
    expect(standIns(plain, ...links)).toEqual([`${last} 5-12`]);
    plain
      .and(handedOver(...links))
      .when(approves(last))
      .yields(["VoteCast", { onBehalfOf: "bo" }], "LevelApproved", "RequestApproved");
  });

  test("stays with its owner where the delegate has edited the payload at another level", () => {
    const two = policy([level(group(any, "qa_lead")), level(group(any, "tech_lead"))]);
    const edited = given(world(two), asked(), approves("bo")).and(modifies("dee"));
    const open = edited.and(handedOver(handsOver("bo", "dee", alone)));
    expect(handedOverIn(open, "bo")).toEqual([]);
    open
      .when(approves("bo", { hash: "sha256:bb" }))
      .yields("VoteCast", "LevelApproved", "LevelReopened", "LevelApproved", "RequestApproved");
  });
});

test("nobody has handed over a slot of a request that is over", () => {
  const away = handedOver(handsOver("bo", "gus", { exclusive: true }));
  expect(handedOverIn(plain.and(away, denies("cy")), "bo")).toEqual([]);
});

describe("the queues of agents that decide", () => {
  const judged = (...deciders: readonly (readonly string[])[]): Given => {
    const chain = deciders.map((named, index) =>
      level(group(index === 0 ? any : all, index === 0 ? "qa_lead" : "sre"), { deciders: named }),
    );
    const from = world(policy(chain));
    const judge = { id: "judge", name: "Judge", owner: "gus", version: null };
    const agents = new Map(from.directory.agents).set("judge", judge);
    const at: World = {
      ...from,
      defaults: { agentDeciders: "allow" },
      directory: { ...from.directory, agents },
    };
    return given(at, asked());
  };
  const queues = (from: Given): unknown => {
    const { state, world: around } = from.moment;
    if (state.status === "absent") throw new Error("there is no request");
    return { people: from.queue, agents: decidersStanding(state, referenceOf(around)) };
  };

  test("hold the levels that name them, apart from people's", () => {
    expect(queues(judged(["judge"], []))).toEqual({
      people: { now: ["bo", "cy"], later: ["eli", "fay"] },
      agents: { now: ["agent judge"], later: [] },
    });
    expect(queues(judged([], ["judge"]))).toEqual({
      people: { now: ["bo", "cy"], later: ["eli", "fay"] },
      agents: { now: [], later: ["agent judge"] },
    });
  });

  test("are empty where no level names one", () => {
    expect(queues(judged([], []))).toMatchObject({ agents: { now: [], later: [] } });
  });
});
