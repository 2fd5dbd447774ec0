import { describe, expect, test } from "vitest";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  attachesContext,
  clockShows,
  recommends,
  type Happening,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const demo = world(qaOnly);
const repeat = (count: number, happening: Happening): Happening[] =>
  Array.from({ length: count }, () => happening);

describe("attaching to a request", () => {
  test("the requester adds context, which is shown with who and when, and is no fact", () => {
    const { view } = given(demo, asked({ context: { priority: "low" } })).when(
      attachesContext("deployment-bot", { priority: "critical" }),
    );
    expect(view.attachments).toEqual([
      {
        by: { kind: "agent", id: "deployment-bot" },
        at: "2026-01-05T09:00:00.000Z",
        context: { priority: "critical" },
      },
    ]);
    expect(view.context).toEqual({ priority: "low" });
  });

  test("an agent recommends, and nothing is decided by it", () => {
    const after = given(demo, asked()).when(recommends("deployment-bot", "deny"));
    after.yields(["RecommendationAttached", { recommendation: "deny", confidence: 0.9 }]);
    expect(after.view.recommendations).toMatchObject([
      {
        by: { kind: "agent", id: "deployment-bot" },
        at: "2026-01-05T09:00:00.000Z",
        recommendation: "deny",
        confidence: 0.9,
        summary: "Looks like the last ten.",
        payload: null,
      },
    ]);
    expect(after.status).toBe("pending");
  });

  test("another agent of the org may, while the request is pending", () => {
    given(demo, asked()).when(attachesContext("ci")).yields("ContextAttached");
    given(demo, asked()).when(recommends("ci")).yields("RecommendationAttached");
  });

  test("after the end the requester is told so, and to another agent it is absent", () => {
    const ended = given(demo, asked(), approves("bo"));
    ended.when(attachesContext("deployment-bot")).refused("already-resolved");
    ended.when(attachesContext("ci")).refused("not-found");
  });

  test("people who did not ask may not: they vote, and ask questions", () => {
    given(demo, asked()).when(attachesContext("bo")).refused("forbidden");
    given(demo, asked())
      .when({
        kind: "command",
        command: { type: "attach-context", context: {} },
        principal: { kind: "person", id: "deployment-bot", org: "demo" },
        actor: { kind: "person", id: "deployment-bot" },
      })
      .refused("forbidden");
    given(demo, asked({ agent: null }, "gus"))
      .when(attachesContext("gus"))
      .yields("ContextAttached");
  });

  test("a late one finds the request expired", () => {
    given(demo, asked({ expiresIn: "1h" }), clockShows("2026-01-05T10:00:00.000Z"))
      .when(attachesContext("deployment-bot"))
      .refused("already-resolved", { status: "expired" }, "RequestExpired");
  });

  test("a request takes fifty, and no more", () => {
    const full = given(
      demo,
      asked(),
      ...repeat(25, attachesContext("ci")),
      ...repeat(25, recommends("ci")),
    );
    full.when(attachesContext("deployment-bot")).refused("unprocessable");
  });
});
