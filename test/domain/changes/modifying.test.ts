import { describe, expect, test } from "vitest";
import { demoDirectory, leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, clockShows, denies, people } from "../../testkit/happenings.ts";
import { modifies, withdraws } from "../../testkit/changing.ts";
import { world } from "../../testkit/world.ts";

const open = given(world(qaOnly), asked());
const field = (name: string, value: string) =>
  ({ kind: "field", field: `action.parameters.${name}`, operator: "=", value }) as const;
const threeLevels = policy([
  level(group(any, "qa_lead")),
  level(group(any, "engineering_lead")),
  level(group(any, "manager")),
]);
const atThree = given(world(threeLevels), asked(), approves("bo"), approves("dee"));

describe("editing and approving in one", () => {
  test("the payload gets a new version and hash, and the editor's vote stands on it", () => {
    const after = open.when(modifies("bo", { notes: "two are enough" }));
    after.yields(
      [
        "PayloadModified",
        { payload: { replicas: 2 }, hash: "sha256:bb", version: 2, editor: "bo", level: 1 },
      ],
      [
        "VoteCast",
        { votedBy: "bo", decision: "approve", payloadHash: "sha256:bb", notes: "two are enough" },
      ],
      "LevelApproved",
      ["RequestApproved", { payloadHash: "sha256:bb", payloadVersion: 2 }],
    );
    expect(after.view).toMatchObject({
      status: "approved",
      payload_hash: "sha256:bb",
      payload_version: 2,
      action: { type: "kubernetes:deploy", tool: "kubectl", parameters: { replicas: 2 } },
    });
  });

  test("parameters that change nothing are an approval and no edit", () => {
    open
      .when(modifies("bo", { to: "sha256:aa" }))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("said twice it is done once, also after the end", () => {
    open.and(modifies("bo")).when(modifies("bo")).yieldsNothing();
  });

  test("only approvers of the open level edit", () => {
    open.when(modifies("gus")).refused("not-an-approver");
    open.when(modifies("ana")).refused("not-an-approver");
    atThree.when(modifies("bo")).refused("level-resolved");
    given(world(threeLevels), asked()).when(modifies("gus")).refused("level-not-open");
  });

  test("the owner of the asking agent does not edit what their agent asked", () => {
    given(world(qaOnly), people(role("qa_lead", "ana", "bo")), asked())
      .when(modifies("ana"))
      .refused("separation-of-duties");
  });

  test("an edit of what has changed meanwhile is refused", () => {
    const two = given(world(policy(level(group(atLeast(2), "qa_lead")))), asked());
    two
      .and(modifies("bo"))
      .when(modifies("cy", { to: "sha256:cc" }))
      .refused("payload-changed", {
        payload_hash: "sha256:bb",
        payload_version: 2,
      });
  });

  test("what does not fit the schema is refused, with every place", () => {
    const faults = [{ path: "payload.replicas", message: "must be a number" }];
    open.when(modifies("bo", { faults })).refused("schema-mismatch", { faults });
  });

  test("a transition's request is not edited", () => {
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    given(world(qaOnly), asked({ topic })).when(modifies("bo")).refused("unprocessable");
  });

  test("a late edit finds the request expired", () => {
    open
      .and(clockShows("2026-01-06T09:00:00.000Z"))
      .when(modifies("bo"))
      .refused("already-resolved", { status: "expired" }, "RequestExpired");
    open.and(cancels("ana")).when(modifies("bo")).refused("already-resolved");
  });
});

describe("what an edit does to votes and levels", () => {
  test("earlier votes are void and earlier levels are asked again, in order", () => {
    const after = atThree.when(modifies("gus"));
    after.yields(
      "PayloadModified",
      [
        "VotesVoided",
        {
          payloadHash: "sha256:aa",
          votes: [
            { level: 1, votedBy: "bo" },
            { level: 2, votedBy: "dee" },
          ],
        },
      ],
      ["VoteCast", { level: 3, votedBy: "gus" }],
      ["LevelReopened", { level: 1 }],
    );
    expect(after.view.levels.map(({ status }) => status)).toEqual(["open", "waiting", "waiting"]);
    expect(after.queue.now).toEqual(["bo", "cy"]);
  });

  test("the edited level is judged with the editor's vote when its turn comes", () => {
    const again = atThree.and(modifies("gus"), approves("cy", { hash: "sha256:bb" }));
    expect(again.view.levels.map(({ status }) => status)).toEqual(["approved", "open", "waiting"]);
    const after = again.when(approves("dee", { hash: "sha256:bb" }));
    after.yields(
      "VoteCast",
      ["LevelApproved", { level: 2 }],
      ["LevelReopened", { level: 3 }],
      ["LevelApproved", { level: 3, by: { kind: "person", id: "gus" } }],
      ["RequestApproved", { payloadHash: "sha256:bb", by: { kind: "person", id: "gus" } }],
    );
    expect(after.view.levels[2]?.groups[0]?.slots[0]).toMatchObject({
      approver: "gus",
      status: "approved",
      counted: true,
      vote: { payload_hash: "sha256:bb" },
    });
  });

  test("the other votes at the edited level are void as well", () => {
    const two = given(world(policy(level(group(atLeast(2), "qa_lead")))), asked(), approves("bo"));
    two
      .when(modifies("cy"))
      .yields(
        "PayloadModified",
        ["VotesVoided", { votes: [{ level: 1, votedBy: "bo" }] }],
        "VoteCast",
      );
    two
      .and(modifies("cy"))
      .when(approves("bo", { hash: "sha256:bb" }))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a vote without a hash is for the first version, and so refused", () => {
    atThree.and(modifies("gus")).when(approves("bo")).refused("payload-changed");
  });

  test("a deny on the way ends it as ever", () => {
    const after = atThree.and(modifies("gus")).when(denies("cy", { hash: "sha256:bb" }));
    after.yields("VoteCast", "LevelDenied", "RequestDenied");
    expect(after.status).toBe("denied");
  });

  test("with `reapproval: not_required` earlier levels stay approved", () => {
    const lax = policy(threeLevels.chain, { reapproval: "not_required" });
    const after = given(world(lax), asked(), approves("bo"), approves("dee")).when(modifies("gus"));
    after.yields("PayloadModified", ["VoteCast", { level: 3 }], "LevelApproved", "RequestApproved");
  });

  test("all levels are held against the new payload: one that applies now opens in its order", () => {
    const chain = policy([
      level(group(any, "security_lead"), { conditions: field("image", "app:v3.0.0") }),
      level(group(any, "qa_lead")),
    ]);
    const after = given(world(chain), asked()).when(
      modifies("bo", { parameters: { image: "app:v3.0.0" } }),
    );
    after.yields("PayloadModified", "VoteCast", ["LevelOpened", { level: 1 }]);
    expect(after.view.levels.map(({ status }) => status)).toEqual(["open", "waiting"]);
    given(world(chain), asked(), modifies("bo", { parameters: { image: "app:v3.0.0" } }))
      .when(approves("fay", { hash: "sha256:bb" }))
      .yields(
        "VoteCast",
        "LevelApproved",
        ["LevelReopened", { level: 2 }],
        "LevelApproved",
        "RequestApproved",
      );
  });

  test("a level that was approved and does not apply any more is skipped", () => {
    const chain = policy([
      level(group(any, "security_lead"), { conditions: field("image", "app:v2.0.0") }),
      level(group(any, "qa_lead")),
    ]);
    given(world(chain), asked(), approves("fay"))
      .when(modifies("bo", { parameters: { image: "app:v1.0.0" } }))
      .yields(
        "PayloadModified",
        "VotesVoided",
        "VoteCast",
        ["LevelSkipped", { level: 1 }],
        "LevelApproved",
        "RequestApproved",
      );
  });

  test("nobody edits their own level away", () => {
    const chain = policy(
      level(group(atLeast(2), "qa_lead"), { conditions: field("image", "app:v2.0.0") }),
      { onAllSkipped: "approve" },
    );
    given(world(chain), asked())
      .when(modifies("bo", { parameters: { image: "app:v1.0.0" } }))
      .yields("PayloadModified", "VoteCast");
  });

  test("a second edit voids the first editor's vote, whose edit is theirs no more", () => {
    const two = given(world(policy(level(group(atLeast(2), "qa_lead")))), asked(), modifies("bo"));
    const after = two.when(modifies("cy", { from: "sha256:bb", to: "sha256:cc" }));
    after.yields(
      "PayloadModified",
      ["VotesVoided", { votes: [{ level: 1, votedBy: "bo" }] }],
      "VoteCast",
    );
    two
      .and(modifies("cy", { from: "sha256:bb", to: "sha256:cc" }))
      .when(approves("bo", { hash: "sha256:cc" }))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
});

describe("whoever edited counts at the edited level and at no other", () => {
  const both = policy([level(group(any, "qa_lead")), level(group(all, "qa_lead"))]);

  test("their slot at a later level is not theirs", () => {
    const after = given(world(both), asked()).when(modifies("bo"));
    after.yields("PayloadModified", "VoteCast", "LevelApproved", ["LevelOpened", { level: 2 }]);
    expect(after.view.levels[1]?.groups[0]?.slots.map(({ approver }) => approver)).toEqual(["cy"]);
    given(world(both), asked(), modifies("bo"))
      .when(approves("bo", { hash: "sha256:bb", level: 2 }))
      .refused("separation-of-duties");
    given(world(both), asked(), modifies("bo"))
      .when(approves("cy", { hash: "sha256:bb" }))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("nor at an earlier one that is asked again", () => {
    const pool = policy([level(group(any, "qa_lead")), level(group(any, "qa_lead"))]);
    const edited = given(world(pool), asked(), approves("cy"), modifies("bo", { level: 2 }));
    expect(edited.queue.now).toEqual(["cy"]);
    edited.when(approves("bo", { hash: "sha256:bb", level: 1 })).refused("separation-of-duties");
  });

  test("a level that has nobody but the editor waits for people", () => {
    const lonely = policy([level(group(any, "qa_lead")), level(group(any, "content_team"))]);
    const after = given(world(lonely), asked()).when(modifies("bo"));
    after.yields("PayloadModified", "VoteCast", "LevelApproved", "LevelOpened", "LevelBlocked");
    expect(after.view.blocked).toBe(true);
  });

  test("the editor may take the vote back while the edited level waits", () => {
    const edited = atThree.and(modifies("gus"));
    edited.when(withdraws("gus")).yields(["VoteWithdrawn", { level: 3, votedBy: "gus" }]);
    edited
      .and(withdraws("gus"), approves("cy", { hash: "sha256:bb" }))
      .when(approves("dee", { hash: "sha256:bb" }))
      .yields("VoteCast", "LevelApproved", ["LevelReopened", { level: 3 }]);
  });

  test("an editor who left meanwhile does not count", () => {
    const edited = atThree.and(
      modifies("gus"),
      approves("cy", { hash: "sha256:bb" }),
      people(leaves("gus"), role("manager", "hal")),
    );
    edited
      .when(approves("dee", { hash: "sha256:bb" }))
      .yields("VoteCast", "LevelApproved", ["LevelReopened", { level: 3 }]);
    expect(demoDirectory.roles.get("manager")).toEqual(["gus"]);
  });
});
