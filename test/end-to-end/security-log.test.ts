import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPages, makeApi } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";

interface Refused {
  readonly event: string;
  readonly category: string;
  readonly request: string | null;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly code?: string;
  readonly operation?: string;
  readonly count?: number;
}

describe("attempts without the right to", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const refusals = async (who: string, code: string): Promise<Refused[]> =>
    (await allPages<Refused>(server.as(who), "/audit")).filter((entry) => entry.code === code);
  const noted = (code: string): Promise<Refused[]> =>
    eventually(`an entry ${code}`, async () => {
      const found = await refusals("ana", code);
      return found.length > 0 ? found : undefined;
    });

  test("a vote of somebody who is no approver stands in the org's trail, not in the request's", async () => {
    const { id } = await asked(server.as("deployment-bot"));
    await server.as("gus").post(`/approvals/${id}/approve`, {});
    expect(await noted("not-an-approver")).toMatchObject([
      {
        event: "AttemptRefused",
        category: "security",
        request: null,
        actor: { kind: "person", id: "gus" },
        operation: "approve",
        count: 1,
      },
    ]);
    const own = await server.as("ana").get<{ items: Refused[] }>(`/approvals/${id}/audit`);
    expect(own.body.items.map(({ event }) => event)).not.toContain("AttemptRefused");
  });

  test("admins see it, and nobody else does", async () => {
    expect(await refusals("ivy", "not-an-approver")).toHaveLength(1);
    for (const who of ["bo", "gus", "vic"])
      expect(await refusals(who, "not-an-approver")).toEqual([]);
    using stream = await server.events("bo", "?after=0");
    const { id } = await asked(server.as("deployment-bot"));
    await server.as("hal").post(`/approvals/${id}/approve`, {});
    await server.as("bo").post(`/approvals/${id}/approve`, {});
    const seen: string[] = [];
    while (!(seen.at(-1) ?? "").includes("io.countersign.request.approved.v1"))
      seen.push((await stream.nextData()).data);
    expect(seen.join()).toContain(id);
    expect(seen.join()).not.toContain("attempt-refused");
  });

  test("separation of duties is one of them", async () => {
    const { id } = await asked(server.as("deployment-bot"), {
      approvers: [
        { type: "user", identifier: "ana" },
        { type: "user", identifier: "bo" },
      ],
    });
    await server.as("ana").post(`/approvals/${id}/approve`, {});
    expect(await noted("separation-of-duties")).toMatchObject([{ actor: { id: "ana" } }]);
  });

  test("so are another organisation's paths, in the trail of whoever tried", async () => {
    const { status } = await makeApi(server.url, server.token("bo"), "acme").get("/approvals");
    expect(status).toBe(404);
    expect(await noted("foreign-org")).toMatchObject([
      { actor: { id: "bo" }, operation: "GET /api/v1/orgs/:org/approvals" },
    ]);
  });

  test("and whoever is not a member any more, reading or deciding", async () => {
    await server
      .as("ana")
      .put("/directory/people/hal", { name: "Hal", access: "approver", active: false });
    const { id } = await asked(server.as("deployment-bot"));
    expect((await server.as("hal").get(`/approvals/${id}`)).status).toBe(401);
    expect((await server.as("hal").post(`/approvals/${id}/approve`, {})).status).toBe(401);
    const entries = await eventually("two entries", async () => {
      const found = await refusals("ana", "unauthenticated");
      return found.length >= 2 ? found : undefined;
    });
    expect(new Set(entries.map(({ operation }) => operation))).toEqual(
      new Set(["approve", "request"]),
    );
  });

  test("a flood is twenty entries, and its answers come all the same", async () => {
    const { id } = await asked(server.as("deployment-bot"));
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => server.as("eli").post(`/approvals/${id}/approve`, {})),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    const ofEli = async (): Promise<Refused[]> =>
      (await refusals("ana", "not-an-approver")).filter(({ actor }) => actor.id === "eli");
    await eventually("twenty entries", async () =>
      (await ofEli()).length >= 20 ? true : undefined,
    );
    // What came after them is one entry with its count, written at the latest when the service stops.
    await server.stop();
    await server.start();
    const entries = await ofEli();
    expect(entries).toHaveLength(21);
    expect(entries.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(60);
  });

  test("the log of it all holds", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
