import { describe, expect, test } from "vitest";
import { breaksGlass, modifies, prolongs } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  command,
  denies,
  people,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const glass = people(role("break_glass", "hal"));
const open = given(world(qaOnly), glass, asked());
const due = clockShows("2026-01-06T09:00:00.000Z");
const late = ["already-resolved", { status: "expired" }, "RequestExpired"] as const;

describe("more time", () => {
  const tomorrow = "2026-01-07T09:00:00.000Z";

  test("is recorded as an instant, whatever the zone it was written in", () => {
    open
      .when(prolongs("bo", "2026-01-07T10:00:00+01:00"))
      .yields(["ExpiryExtended", { expiresAt: tomorrow, reason: "needs time" }]);
  });

  test("comes too late after the end, whoever wishes for it", () => {
    open.and(cancels("ana")).when(prolongs("gus", tomorrow)).refused("already-resolved");
    open
      .and(due)
      .when(prolongs("bo", tomorrow))
      .refused(...late);
  });

  describe("of a parent is its child's", () => {
    const before = "2026-01-05T12:00:00.000Z";
    const inherited = {
      requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
      escalated: false,
      selfApproval: false,
      expiresAt: before,
    } as const;
    const parent = { id: "apr_p", level: 1, group: "g", depth: 1, path: ["train"] };
    const child = given(world(qaOnly), asked({ inherited, parent }));
    const more = (expiresAt: string) =>
      command(null, { type: "extend-with-parent", expiresAt, before });

    test("with the reason", () => {
      child
        .when(more(tomorrow))
        .yields([
          "ExpiryExtended",
          { expiresAt: tomorrow, before, reason: "The request apr_p has more time." },
        ]);
    });

    test("and never less, never after the child's end", () => {
      child.when(more(before)).yieldsNothing();
      child.when(more("2026-01-05T11:00:00.000Z")).yieldsNothing();
      child.and(denies("bo")).when(more(tomorrow)).yieldsNothing();
      child
        .and(clockShows(before))
        .when(more(tomorrow))
        .refused(...late);
    });
  });
});

describe("broken glass", () => {
  test("approves what was shown, and closes the open level with the people of the day", () => {
    open.when(breaksGlass("hal", { hash: "sha256:aa" })).yields(
      [
        "GlassBroken",
        {
          level: 1,
          payloadHash: "sha256:aa",
          pools: {
            "qa-lead": ["bo", "cy"].map((approver) => ({
              approver,
              via: { type: "role", identifier: "qa_lead" },
            })),
          },
        },
      ],
      ["RequestApproved", { notes: "production is down", payloadVersion: 1 }],
    );
  });

  test("approves an edited payload for whoever did not edit it", () => {
    const two = policy([level(group(any, "qa_lead")), level(group(any, "sre"))]);
    given(world(two), glass, asked(), modifies("bo"))
      .when(breaksGlass("hal"))
      .yields(["GlassBroken", { level: 2, payloadHash: "sha256:bb" }], "RequestApproved");
  });

  test("approves where every level was skipped, and names none", () => {
    const conditions = when("priority", "critical");
    const skipped = given(
      world(policy(level(group(any, "qa_lead"), { conditions }))),
      glass,
      asked({ context: { priority: "low" } }),
    );
    const after = skipped.when(breaksGlass("hal"));
    after.yields(["GlassBroken", { level: null, pools: {} }], "RequestApproved");
    expect(after.status).toBe("approved");
  });

  test("comes too late after the end", () => {
    open.and(approves("bo")).when(breaksGlass("hal")).refused("already-resolved");
    open
      .and(due)
      .when(breaksGlass("hal"))
      .refused(...late);
  });
});
