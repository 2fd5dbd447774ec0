import { describe, expect, test } from "vitest";
import { changed, role } from "../../testkit/examples/directory.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const demo = world(qaOnly);
const byDefault = (from: World, id: string): World => ({ ...from, defaults: { policy: id } });

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
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("they take no policy and no gate, even where the org has a default", () => {
    const after = given(byDefault(demo, "release")).when(inline("role:sre"));
    after.yields(["RequestSubmitted", { policies: [] }], "LevelOpened");
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
        .refused("unknown-approver", {
          level: 1,
          identifier: who.split(":")[1],
          faults: [{ path: "approvers[1].identifier" }],
        });
    },
  );

  test("a role without members is refused, because nobody is eligible", () => {
    given(demo, people(role("legal")))
      .when(inline("role:legal"))
      .refused("quorum-unreachable", { faults: [{ path: "approvers" }] });
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
      .yields("VoteCast", "LevelApproved", ["RequestApproved", { grant: null }]);
  });
});
