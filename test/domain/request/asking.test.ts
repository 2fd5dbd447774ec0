import { describe, expect, test } from "vitest";
import {
  any,
  all,
  fourLevels,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, imported } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const demo = world(qaOnly);
const byDefault = (from: World, id: string): World => ({ ...from, defaults: { policy: id } });

describe("asking", () => {
  test("a plain ask is submitted and opens its first level", () => {
    given(demo)
      .when(asked())
      .yields("RequestSubmitted", [
        "LevelOpened",
        {
          level: 1,
          because: null,
          groups: [{ group: "qa-lead", needed: 1, pools: ["qa_lead"], slots: [] }],
        },
      ]);
  });

  test("the requester is the credential's agent, with the owner it has now", () => {
    given(demo)
      .when(asked())
      .yields(
        [
          "RequestSubmitted",
          { requester: { kind: "agent", id: "deployment-bot", owner: "ana" }, escalated: false },
        ],
        "LevelOpened",
      );
  });

  test("a person who asks has no owner, and no agent stands in the request", () => {
    given(demo)
      .when(asked({ agent: null }, "gus"))
      .yields(
        [
          "RequestSubmitted",
          { requester: { kind: "person", id: "gus", owner: null }, agent: null },
        ],
        "LevelOpened",
      );
  });

  test("the policy is pinned by id and version", () => {
    given(demo)
      .when(asked())
      .yields(
        ["RequestSubmitted", { policies: [{ id: "release", version: 1, gate: null }] }],
        "LevelOpened",
      );
  });

  test("a later version of the policy changes nothing about a request that stands", () => {
    const stricter = { ...policy(level(group(all, "director"))), version: 2 };
    given(demo, asked(), imported(stricter))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a request asked after the import has the new version", () => {
    const stricter = { ...policy(level(group(all, "director"))), version: 2 };
    given(demo, imported(stricter))
      .when(asked())
      .yields(
        ["RequestSubmitted", { policies: [{ id: "release", version: 2, gate: null }] }],
        "LevelOpened",
      );
  });

  test("an ask that names nothing gets the org's default policy", () => {
    given(byDefault(demo, "release"))
      .when(asked({ policy: null }))
      .yields(
        ["RequestSubmitted", { policies: [{ id: "release", version: 1, gate: null }] }],
        "LevelOpened",
      );
  });

  test("an ask that names nothing is refused where there is no default", () => {
    given(demo)
      .when(asked({ policy: null }))
      .refused("no-policy");
  });

  test("an unknown policy is refused by name", () => {
    given(demo)
      .when(asked({ policy: "relaese" }))
      .refused("unknown-policy", { policy: "relaese" });
  });

  test("a default that names no active policy is refused, not passed", () => {
    given(byDefault(demo, "gone"))
      .when(asked({ policy: null }))
      .refused("unknown-policy", { policy: "gone" });
  });

  test("a policy and approvers together are refused", () => {
    given(demo)
      .when(asked({ approvers: [{ type: "role", identifier: "qa_lead" }] }))
      .refused("policy-and-approvers");
  });

  test("the same request cannot be made twice", () => {
    given(demo, asked()).when(asked()).refused("conflict");
  });

  test("nobody else's agent can be named as the asking one", () => {
    given(demo)
      .when(asked({ agent: { id: "ci" } }))
      .refused("unprocessable", { faults: [{ path: "agent.id" }] });
  });

  test("observers of the policy come before those of the ask", () => {
    const observed = policy(level(group(any, "qa_lead")), {
      observers: [{ type: "role", identifier: "director" }],
    });
    given(world(observed))
      .when(asked({ observers: [{ type: "user", identifier: "vic" }] }))
      .yields(
        [
          "RequestSubmitted",
          {
            observers: [
              { type: "role", identifier: "director" },
              { type: "user", identifier: "vic" },
            ],
          },
        ],
        "LevelOpened",
      );
  });
});

describe("asking with a failed validation", () => {
  const issues = ["the manifest does not parse"];
  const failing = asked({ validation: { is_valid: false, score: 0.1, issues } });

  test("it is refused with the id of the request, which stands as cancelled by the system", () => {
    const after = given(demo).when(failing);
    after.refused(
      "validation-failed",
      { approval_id: "apr_01JARZ3NDEKTSV4RRFFQ69G5FA" },
      "RequestSubmitted",
      ["ValidationFailed", { issues }],
      ["RequestCancelled", { by: { kind: "system", id: "validation" } }],
    );
    expect(after.status).toBe("cancelled");
  });

  test("no approver ever sees it", () => {
    expect(given(demo).when(failing).queue).toEqual({ now: [], later: [] });
  });

  test("a validation that passed is kept beside the request", () => {
    const validation = { is_valid: true, score: 0.95, issues: [] };
    expect(given(demo, asked({ validation })).view.validation).toEqual(validation);
  });
});

describe("the first approval, end to end", () => {
  test("the release workflow's chain: one lead, then both teams", () => {
    const release = given(
      world(fourLevels),
      asked({ context: { priority: "low", labels: [], release_type: "minor" } }),
    );
    release
      .and(approves("bo"), approves("dee"), approves("eli"), clockShows("2026-01-05T12:00:00.000Z"))
      .when(approves("fay"))
      .yields(
        "VoteCast",
        ["LevelApproved", { level: 2 }],
        [
          "LevelSkipped",
          {
            level: 3,
            because: 'priority = "low"; labels = []',
            facts: { priority: "low", labels: [] },
          },
        ],
        ["LevelSkipped", { level: 4, facts: { release_type: "minor" } }],
        ["RequestApproved", { by: { kind: "person", id: "fay" }, payloadVersion: 1 }],
      );
  });

  test("a plain cycle writes exactly these events", () => {
    const cycle = given(demo, asked(), approves("bo"));
    expect(cycle.moment.events.map(({ type }) => type)).toEqual([
      "RequestSubmitted",
      "LevelOpened",
      "VoteCast",
      "LevelApproved",
      "RequestApproved",
    ]);
  });

  test("its grant is bound to the payload version and lives as long as the policy says", () => {
    given(world(policy(level(group(any, "qa_lead")), { grantValidFor: "30m" })), asked())
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", [
        "RequestApproved",
        {
          payloadHash: "sha256:aa",
          grant: {
            id: "grt_01JARZ3NDEKTSV4RRFFQ69G5FA-1",
            validUntil: "2026-01-05T09:30:00.000Z",
          },
        },
      ]);
  });
});
