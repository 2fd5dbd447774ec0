import { describe, expect, test } from "vitest";
import { modifies } from "../../testkit/changing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const two = world(policy(level(group(atLeast(2), "qa_lead"))));
const three = world(
  policy([
    level(group(any, "qa_lead")),
    level(group(any, "engineering_lead")),
    level(group(any, "manager")),
  ]),
);
const again = { from: "sha256:bb", to: "sha256:cc", parameters: { replicas: 5 } };

describe("an edit that is said again", () => {
  const edited = given(two, asked(), modifies("bo"));

  test("is nothing by the same editor, of the same payload, into the same, at the same level", () => {
    edited.when(modifies("bo")).yieldsNothing();
    edited.when(modifies("bo", { level: 1 })).yieldsNothing();
  });

  test("is another one where any of these differs", () => {
    edited.when(modifies("cy")).refused("payload-changed");
    edited.when(modifies("bo", { to: "sha256:cc" })).refused("payload-changed");
    edited.when(modifies("bo", { from: "sha256:00" })).refused("payload-changed");
    edited.when(modifies("bo", { level: 2 })).refused("level-not-open");
  });
});

describe("an edit on top of an edit", () => {
  test("voids the vote that waits for the first one's level, too", () => {
    const waiting = given(three, asked(), approves("bo"), approves("dee"), modifies("gus"));
    waiting
      .when(modifies("cy", again))
      .yields(
        ["PayloadModified", { version: 3, editor: "cy", level: 1 }],
        ["VotesVoided", { payloadHash: "sha256:bb", votes: [{ level: 3, votedBy: "gus" }] }],
        ["VoteCast", { level: 1, votedBy: "cy", payloadHash: "sha256:cc" }],
        "LevelApproved",
        ["LevelReopened", { level: 2 }],
      );
  });

  test("voids nothing where nobody had voted", () => {
    given(two, asked()).when(modifies("bo")).yields("PayloadModified", "VoteCast");
  });
});

describe("an edit on behalf of somebody", () => {
  const away = handedOver(handsOver("bo", "hal"));

  test("is approved in their place, by the delegate's name", () => {
    given(three, asked(), away)
      .when(modifies("hal", { notes: "for bo" }))
      .yields(
        ["PayloadModified", { editor: "hal" }],
        [
          "VoteCast",
          { votedBy: "hal", onBehalfOf: "bo", delegationId: "dlg_bo-hal", notes: "for bo" },
        ],
        ["LevelApproved", { by: { kind: "person", id: "hal", onBehalfOf: "bo" } }],
        "LevelOpened",
      );
    given(three, asked())
      .when(modifies("bo"))
      .yields(
        "PayloadModified",
        ["VoteCast", { votedBy: "bo", onBehalfOf: null, delegationId: null }],
        ["LevelApproved", { by: { kind: "person", id: "bo" } }],
        "LevelOpened",
      );
  });

  test("fills the editor's own slot first, then one that nobody else has filled", () => {
    const acts = (to: string) => [handedOver(handsOver("bo", to)), handedOver(handsOver("cy", to))];
    given(two, ...acts("hal"), asked(), approves("bo"))
      .when(modifies("hal"))
      .yields("PayloadModified", "VotesVoided", ["VoteCast", { onBehalfOf: "cy" }]);
    given(two, handedOver(handsOver("bo", "cy")), asked())
      .when(modifies("cy"))
      .yields("PayloadModified", ["VoteCast", { votedBy: "cy", onBehalfOf: null }]);
  });
});

describe("an edit after people left", () => {
  test("voids their slots before it, and counts who stays", () => {
    const crew = people(role("crew", "bo", "cy", "dee"));
    const left = given(world(policy(level(group(all, "crew")))), crew, asked(), approves("dee"));
    const after = left.and(people(leaves("dee"))).when(modifies("bo"));
    after.yields(["SlotVoided", { approver: "dee" }], "PayloadModified", [
      "VoteCast",
      { votedBy: "bo" },
    ]);
    expect(after.view.levels[0]?.groups[0]?.needed).toBe(2);
  });
});
