import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { TrailEntry } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, importFile } from "./asking.ts";

const policies = `
policies:
  - id: unstaffed
    chain:
      - assignments: [{ type: role, identifier: qa_lead }]
      - assignments: [{ type: role, identifier: release_captain }]
  - id: either
    chain:
      - logic: OR
        parallel:
          - { group: qa, assignments: [{ type: role, identifier: qa_lead }], required: all }
          - { group: director, assignments: [{ type: role, identifier: director }] }
  - id: two-of-security
    chain:
      - assignments: [{ type: role, identifier: security_team }, { type: user, identifier: hal }]
        required: threshold
        required_count: 2
        on_deny: unreachable
  - id: half
    chain:
      - assignments: [{ type: role, identifier: security_team }, { type: role, identifier: director }]
        required: percent
        required_percent: 50
  - id: named
    chain:
      - assignments: [{ type: user, identifier: dee }, { type: user, identifier: gus }]
`;

/** A policy of the file above, without the inline approvers of the usual ask. */
const under = (policy: string): object => ({ policy, approvers: null });

describe("policies of every quorum", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
    const { status, body, text } = await importFile(server, policies, "policies.yaml");
    expect(status, text).toBe(201);
    expect(JSON.stringify(body.warnings)).toContain("release_captain");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const vote = async (person: string, id: string, decision = "approve"): Promise<RequestView> => {
    const body = decision === "deny" ? { reason: "No" } : {};
    const answer = await server.as(person).post(`/approvals/${id}/${decision}`, body);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  test("an unstaffed role blocks with an alarm, loses nothing, and goes on when people come", async () => {
    const { id } = await asked(server.as("ci"), under("unstaffed"));
    const blocked = await vote("bo", id);
    expect(blocked).toMatchObject({ status: "pending", blocked: true });
    expect(blocked.levels[1]?.groups[0]).toMatchObject({ blocked: true, slots: [] });
    const events = async (): Promise<string[]> => {
      const { body } = await server
        .as("ana")
        .get<{ items: TrailEntry[] }>(`/approvals/${id}/audit`);
      return body.items.map(({ event }) => event);
    };
    expect(await events()).toContain("LevelBlocked");

    const staffed = await server
      .as("ana")
      .put("/directory/roles/release_captain", { members: ["hal"] });
    expect(staffed.status, staffed.text).toBe(200);
    const { body: open } = await server.as("hal").get(`/approvals/${id}`);
    expect(open).toMatchObject({ status: "pending", blocked: false });
    expect(open.levels[1]?.groups[0]?.slots).toMatchObject([{ approver: "hal", status: "open" }]);
    expect((await vote("hal", id)).status).toBe("approved");
  });

  test("one branch of an OR is enough, and a denied one leaves the other", async () => {
    const first = await asked(server.as("ci"), under("either"));
    expect((await vote("hal", first.id)).status).toBe("approved");
    const second = await asked(server.as("ci"), under("either"));
    expect((await vote("bo", second.id, "deny")).status).toBe("pending");
    const done = await vote("hal", second.id);
    expect(done.status).toBe("approved");
    const third = await asked(server.as("ci"), under("either"));
    await vote("cy", third.id, "deny");
    expect((await vote("hal", third.id, "deny")).status).toBe("denied");
  });

  test("a threshold counts people, and is denied when it can no longer be reached", async () => {
    const first = await asked(server.as("ci"), under("two-of-security"));
    expect((await vote("eli", first.id)).status).toBe("pending");
    expect((await vote("hal", first.id)).status).toBe("approved");
    const second = await asked(server.as("ci"), under("two-of-security"));
    expect((await vote("eli", second.id, "deny")).status).toBe("pending");
    expect((await vote("fay", second.id, "deny")).status).toBe("denied");
  });

  test("a percentage is rounded up", async () => {
    const { id, levels } = await asked(server.as("ci"), under("half"));
    expect(levels[0]?.groups[0]).toMatchObject({ required: "percent", needed: 2 });
    expect((await vote("eli", id)).status).toBe("pending");
    expect((await vote("fay", id)).status).toBe("approved");
  });

  test("named people must all agree", async () => {
    const { id, levels } = await asked(server.as("ci"), under("named"));
    expect(levels[0]?.groups[0]).toMatchObject({ required: "all", needed: 2 });
    expect((await vote("gus", id)).status).toBe("pending");
    expect((await vote("dee", id)).status).toBe("approved");
  });

  test("a request keeps the version of the policy that it was asked under", async () => {
    const { id, policy } = await asked(server.as("ci"), under("named"));
    expect(policy).toEqual({ id: "named", version: 1 });
    const stricter = `policy: { id: named, chain: [{ assignments: [{ type: role, identifier: director }] }] }`;
    expect((await importFile(server, stricter, "named.yaml")).status).toBe(201);
    expect((await importFile(server, stricter, "named.yaml")).status).toBe(200);
    await vote("gus", id);
    expect(await vote("dee", id)).toMatchObject({
      status: "approved",
      policy: { id: "named", version: 1 },
    });
    const later = await asked(server.as("ci"), under("named"));
    expect(later.policy).toEqual({ id: "named", version: 2 });
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    expect(log.length).toBeGreaterThan(40);
  });
});
