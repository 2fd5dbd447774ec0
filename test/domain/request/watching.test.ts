import { describe, expect, test } from "vitest";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

describe("observers", () => {
  const watched = world({ ...qaOnly, observers: [{ type: "user", identifier: "hal" }] });

  test("of the policy and of the ask are shown together", () => {
    const { view } = given(watched, asked({ observers: [{ type: "role", identifier: "sre" }] }));
    expect(view.observers).toEqual([
      { type: "user", identifier: "hal" },
      { type: "role", identifier: "sre" },
    ]);
  });

  test("have no slot, no vote and no way to block", () => {
    const history = given(watched, asked());
    expect(history.queue).toEqual({ now: ["bo", "cy"], later: [] });
    history.when(approves("hal")).refused("not-an-approver");
    history.when(denies("hal")).refused("not-an-approver");
  });
});

describe("suggested approvers", () => {
  const suggest = (...identifiers: readonly string[]) =>
    asked({ suggested: identifiers.map((identifier) => ({ type: "user", identifier })) });

  test("are shown on top", () => {
    const order = (history: ReturnType<typeof suggest>) =>
      given(world(qaOnly), history).view.levels[0]?.groups[0]?.slots.map(
        ({ approver }) => approver,
      );
    expect(order(asked())).toEqual(["bo", "cy"]);
    expect(order(suggest("cy"))).toEqual(["cy", "bo"]);
    expect(order(suggest("CY@demo.example"))).toEqual(["cy", "bo"]);
  });

  test("get no right by it", () => {
    given(world(qaOnly), suggest("hal")).when(approves("hal")).refused("not-an-approver");
  });
});

describe("what only one pending request may take", () => {
  const limited = world({ ...qaOnly, onePendingPer: "${action.type}/${context.release}" });

  test("is refused when the facts do not say it", () => {
    given(limited)
      .when(asked({ context: {} }))
      .refused("unprocessable");
    given(limited)
      .when(asked({ context: { release: 42 } }))
      .yields("RequestSubmitted", "LevelOpened");
  });
});

test("a name that the facts give is refused with the place where it was wanted", () => {
  const directed = world(
    policy([
      level(group(any, "qa_lead")),
      level(group(any, "user:${issue.custom_fields.director_email}")),
    ]),
  );
  const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
  const action = (director: string) => ({
    type: "workflow:transition",
    parameters: { attributes: { custom_fields: { director_email: director } } },
  });
  given(directed)
    .when(asked({ topic, action: action("who@demo.example") }))
    .refused("unknown-approver", { level: 2, resolved: "who@demo.example" });
  const { view } = given(
    directed,
    asked({ topic, action: action("HAL@demo.example") }),
    approves("bo"),
  );
  expect(view.levels[1]?.groups[0]?.slots).toMatchObject([
    { approver: "hal", why: "named by ${issue.custom_fields.director_email}" },
  ]);
});
