import { describe, expect, test } from "vitest";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import {
  any,
  all,
  atLeast,
  fourLevels,
  group,
  level,
  policy,
  qaOnly,
  when,
} from "../../testkit/examples/policies.ts";
import {
  approves,
  asked,
  clockShows,
  given,
  imported,
  people,
  world,
  type World,
} from "../../testkit/given-when-then.ts";

const demo = world(qaOnly);
const byDefault = (from: World, id: string): World => ({ ...from, defaults: { policy: id } });

describe("asking", () => {
  test("a plain ask is submitted and opens its first level", () => {
    given(demo)
      .when(asked())
      .then("RequestSubmitted", [
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
      .then(
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
      .then(
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
      .then(
        ["RequestSubmitted", { policies: [{ id: "release", version: 1, gate: null }] }],
        "LevelOpened",
      );
  });

  test("a later version of the policy changes nothing about a request that stands", () => {
    const stricter = { ...policy(level(group(all, "director"))), version: 2 };
    given(demo, asked(), imported(stricter))
      .when(approves("bo"))
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a request asked after the import has the new version", () => {
    const stricter = { ...policy(level(group(all, "director"))), version: 2 };
    given(demo, imported(stricter))
      .when(asked())
      .then(
        ["RequestSubmitted", { policies: [{ id: "release", version: 2, gate: null }] }],
        "LevelOpened",
      );
  });

  test("an ask that names nothing gets the org's default policy", () => {
    given(byDefault(demo, "release"))
      .when(asked({ policy: null }))
      .then(
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
      .then(
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

describe("asking with inline approvers", () => {
  const inline = (...approvers: readonly string[]) =>
    asked({
      policy: null,
      approvers: approvers.map((text) => {
        const [type, identifier] = text.split(":");
        return { type: type === "user" ? "user" : "role", identifier: identifier ?? "" };
      }),
    });

  test("they are one level of which any one is enough", () => {
    given(demo, inline("role:sre", "user:gus"))
      .when(approves("gus"))
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("they take no policy and no gate, even where the org has a default", () => {
    const after = given(byDefault(demo, "release")).when(inline("role:sre"));
    after.then(["RequestSubmitted", { policies: [] }], "LevelOpened");
    expect(after.view.policy).toBeNull();
  });

  test("a person may be named by email", () => {
    const { view } = given(demo, inline("user:BO@demo.example"));
    expect(view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual(["bo"]);
  });

  test.each(["user:nobody", "user:no@demo.example", "role:qa_laed"])(
    "an unknown one is refused: %s",
    (who) => {
      given(demo)
        .when(inline("role:qa_lead", who))
        .refused("unknown-approver", { level: 1, identifier: who.split(":")[1] });
    },
  );

  test("a role without members is refused, because nobody is eligible", () => {
    given(demo, people(role("legal")))
      .when(inline("role:legal"))
      .refused("quorum-unreachable");
  });

  test("nobody is eligible either when only the requester's owner is named", () => {
    given(demo).when(inline("user:ana")).refused("quorum-unreachable", { level: 1 });
  });

  test("nobody is eligible when only a viewer is named", () => {
    given(demo).when(inline("user:vic")).refused("quorum-unreachable");
  });

  test("an inactive person is known, and not eligible", () => {
    given(demo, people(changed("gus", { active: false })))
      .when(inline("user:gus"))
      .refused("quorum-unreachable");
  });
});

describe("asking under a policy that lacks people", () => {
  test("a quorum larger than its non-empty set is refused, naming level and role", () => {
    given(world(policy(level(group(atLeast(3), "qa_lead")))))
      .when(asked())
      .refused("quorum-unreachable", { level: 1, groups: ["qa-lead"], approvers: ["qa_lead"] });
  });

  test("a later level is held against today's people too", () => {
    given(world(policy([level(group(any, "qa_lead")), level(group(atLeast(4), "sre"))])))
      .when(asked())
      .refused("quorum-unreachable", { level: 2 });
  });

  test("a level that is false on the frozen facts is not", () => {
    const impossible = level(group(atLeast(4), "sre"), { conditions: when("priority", "high") });
    given(world(policy([level(group(any, "qa_lead")), impossible])))
      .when(asked({ context: { priority: "low" } }))
      .then("RequestSubmitted", "LevelOpened");
  });

  test("two AND groups that share their only person are refused", () => {
    const shared = level([group(any, "engineering_lead"), group(any, "tech_lead")]);
    given(world(policy(shared)))
      .when(asked())
      .refused("quorum-unreachable", {
        groups: ["engineering-lead", "tech-lead"],
      });
  });

  test("they are taken when the policy lets one person count in both", () => {
    const shared = level([group(any, "engineering_lead"), group(any, "tech_lead")], {
      distinctApprovers: false,
    });
    given(world(policy(shared)), asked())
      .when(approves("dee"))
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("an OR level needs one reachable group, and shows the other as blocked", () => {
    const either = level([group(atLeast(5), "sre"), group(any, "qa_lead")], { logic: "OR" });
    const after = given(world(policy(either))).when(asked());
    after.then("RequestSubmitted", "LevelOpened");
    expect(after.view.levels[0]?.groups.map(({ blocked }) => blocked)).toEqual([true, false]);
    expect(after.view.blocked).toBe(false);
  });

  test("an OR level without any reachable group is refused", () => {
    const neither = level([group(atLeast(5), "sre"), group(atLeast(3), "qa_lead")], {
      logic: "OR",
    });
    given(world(policy(neither)))
      .when(asked())
      .refused("quorum-unreachable");
  });

  test("an empty set loses no request: it is taken, and the level is blocked", () => {
    const after = given(world(policy(level(group(any, "legal"))))).when(asked());
    after.then("RequestSubmitted", "LevelOpened", [
      "LevelBlocked",
      {
        level: 1,
        groups: ["legal"],
        reason: "Nobody can answer for group legal of level 1 (role legal).",
      },
    ]);
    expect(after.view.blocked).toBe(true);
    expect(after.status).toBe("pending");
  });

  test("an empty later level blocks only when it is reached", () => {
    const gap = world(policy([level(group(any, "qa_lead")), level(group(any, "legal"))]));
    given(gap)
      .and(asked())
      .when(approves("bo"))
      .then("VoteCast", "LevelApproved", "LevelOpened", ["LevelBlocked", { level: 2 }]);
  });

  test("a group of two whose other group is empty is blocked as a whole", () => {
    const half = level([group(any, "qa_lead"), group(any, "legal")]);
    given(world(policy(half)))
      .when(asked())
      .then("RequestSubmitted", "LevelOpened", ["LevelBlocked", { groups: ["legal"] }]);
  });

  test("on_empty: deny denies it", () => {
    given(world(policy(level(group(any, "legal"), { onEmpty: "deny" }))))
      .when(asked())
      .then(
        "RequestSubmitted",
        "LevelOpened",
        ["LevelDenied", { level: 1, group: "legal", by: { kind: "system", id: "on_empty" } }],
        "RequestDenied",
      );
  });

  test("on_empty: skip goes on to the next level", () => {
    const skipping = policy([
      level(group(any, "legal"), { onEmpty: "skip" }),
      level(group(any, "qa_lead")),
    ]);
    given(world(skipping))
      .when(asked())
      .then("RequestSubmitted", ["LevelSkipped", { level: 1 }], ["LevelOpened", { level: 2 }]);
  });

  test("on_empty: skip of every level never approves by itself", () => {
    given(world(policy(level(group(any, "legal"), { onEmpty: "skip" }))))
      .when(asked())
      .then("RequestSubmitted", "LevelSkipped", ["LevelBlocked", { level: null }]);
  });

  test("a person who left is not missed when their role still has others", () => {
    given(demo, people(leaves("bo")))
      .when(asked())
      .then("RequestSubmitted", "LevelOpened");
  });
});

describe("asking with approvers taken from facts", () => {
  const directed = world(policy(level(group(any, "user:${context.director_email}"))));

  test("a template names the person whom the facts name", () => {
    const { view } = given(directed, asked({ context: { director_email: "hal@demo.example" } }));
    expect(view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual(["hal"]);
  });

  test.each([{}, { director_email: "who@demo.example" }, { director_email: null }])(
    "it is refused when the facts name nobody: %j",
    (context) => {
      given(directed).when(asked({ context })).refused("unknown-approver", { level: 1 });
    },
  );

  test("a template of a transition reads the topic's attributes", () => {
    const ofIssue = world(policy(level(group(any, "user:${issue.custom_fields.director}"))));
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    const action = {
      type: "workflow:transition",
      parameters: { attributes: { custom_fields: { director: "hal" } } },
    };
    given(ofIssue, asked({ topic, action }))
      .when(approves("hal"))
      .then("VoteCast", "LevelApproved", ["RequestApproved", { grant: null }]);
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
      .then(
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
      .then("VoteCast", "LevelApproved", [
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
