import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPages, type Answer, type Api, type ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";

interface DelegationBody {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly status: string;
  readonly reason: string | null;
}

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();
const codeOf = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];
const calendar = (...events: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...events, "END:VCALENDAR", ""].join(
    "\r\n",
  );

describe("acting for somebody who is away", () => {
  let server: Standalone;
  let bot: Api;
  let bo: Api;
  let gus: Api;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    bo = server.as("bo");
    gus = server.as("gus");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const handOver = (api: Api, body: object): Promise<Answer<DelegationBody>> =>
    api.post<DelegationBody>("/delegations", { ends_at: hours(24), ...body });
  const queueOf = async (api: Api): Promise<{ ids: string[]; count: number }> => {
    const items = await allPages<{ id: string }>(api, "/approvals?mine=delegate");
    const { data } = await server
      .graphql("gus")
      .data<{ queueCounts: { asDelegate: number } }>("{ queueCounts { asDelegate } }")
      .then((answer) => ({ data: answer }));
    return { ids: items.map(({ id }) => id), count: data.queueCounts.asDelegate };
  };

  test("a delegation covers what was pending before it, at once, and both names stand", async () => {
    const { id } = await asked(bot);
    expect(codeOf(await gus.post(`/approvals/${id}/approve`, {}))).toEqual([
      403,
      "not-an-approver",
    ]);
    expect(await queueOf(gus)).toEqual({ ids: [], count: 0 });
    const made = await handOver(bo, { to: "gus", reason: "Holiday" });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ from: "bo", to: "gus", status: "active", reason: "Holiday" });
    expect(await queueOf(gus)).toEqual({ ids: [id], count: 1 });
    const { status, body, text } = await gus.post(`/approvals/${id}/approve`, {});
    expect(status, text).toBe(200);
    expect(body.status).toBe("approved");
    expect(body.levels[0]?.groups[0]?.slots[0]).toMatchObject({
      approver: "bo",
      vote: { voted_by: "gus", on_behalf_of: "bo", delegation_id: made.body.id },
    });
    expect(body.resolution?.by).toEqual({ kind: "person", id: "gus", on_behalf_of: "bo" });
    const trail = await bo.get<{ items: { event: string; actor: object }[] }>(
      `/approvals/${id}/audit`,
    );
    expect(trail.body.items.find(({ event }) => event === "VoteCast")?.actor).toEqual({
      kind: "person",
      id: "gus",
      on_behalf_of: "bo",
    });
    expect(await queueOf(gus)).toEqual({ ids: [], count: 0 });
  });

  test("a revoked one ends at once", async () => {
    const { id } = await asked(bot);
    const { body } = await bo.get<{ items: DelegationBody[] }>("/delegations");
    const [known] = body.items;
    expect(await queueOf(gus)).toEqual({ ids: [id], count: 1 });
    expect(codeOf(await gus.delete(`/delegations/${known?.id}`))).toEqual([403, "forbidden"]);
    const revoked = await bo.delete<DelegationBody>(`/delegations/${known?.id}`);
    expect(revoked.status, revoked.text).toBe(200);
    expect(revoked.body.status).toBe("revoked");
    expect((await bo.delete<DelegationBody>(`/delegations/${known?.id}`)).status).toBe(200);
    expect(codeOf(await gus.post(`/approvals/${id}/approve`, {}))[0]).toBe(403);
    expect(await queueOf(gus)).toEqual({ ids: [], count: 0 });
  });

  test("an exclusive one keeps the owner from answering until it is over", async () => {
    const { id } = await asked(bot, { approvers: [{ type: "user", identifier: "bo" }] });
    const { body } = await handOver(server.as("ana"), { from: "bo", to: "gus", exclusive: true });
    expect(codeOf(await bo.post(`/approvals/${id}/approve`, {}))).toEqual([403, "not-an-approver"]);
    expect((await bo.delete(`/delegations/${body.id}`)).status).toBe(200);
    expect((await bo.post(`/approvals/${id}/approve`, {})).status).toBe(200);
  });

  test("one that begins tomorrow lends nothing today", async () => {
    const { id } = await asked(bot);
    const { body } = await handOver(bo, { to: "gus", starts_at: hours(24), ends_at: hours(48) });
    expect(body.status).toBe("scheduled");
    expect(codeOf(await gus.post(`/approvals/${id}/approve`, {}))[0]).toBe(403);
    expect(await queueOf(gus)).toEqual({ ids: [], count: 0 });
    await bo.delete(`/delegations/${body.id}`);
  });

  test("the owner of the asking agent acts for nobody, and nobody acts for them", async () => {
    const { id } = await asked(bot, {
      approvers: [
        { type: "user", identifier: "bo" },
        { type: "user", identifier: "ana" },
      ],
    });
    const given = [
      await handOver(bo, { to: "ana" }),
      await handOver(server.as("ana"), { to: "hal" }),
    ];
    for (const who of ["ana", "hal"])
      expect(codeOf(await server.as(who).post(`/approvals/${id}/approve`, {}))).toEqual([
        403,
        "separation-of-duties",
      ]);
    for (const { body } of given) await server.as("ana").delete(`/delegations/${body.id}`);
  });

  test.each([
    ["to oneself", { to: "bo" }, 422, "delegation-cycle"],
    ["without an end", { to: "gus", ends_at: undefined }, 422, "unprocessable"],
    ["of somebody else's slots", { from: "cy", to: "gus" }, 403, "forbidden"],
    ["to nobody known", { to: "zoe" }, 422, "unprocessable"],
    ["for a policy that is not there", { to: "gus", policies: ["none"] }, 422, "unknown-policy"],
    ["with a field that is a slip", { to: "gus", exclusiv: true }, 422, "unknown-field"],
  ])("one %s is refused", async (_, body, status, code) => {
    expect(codeOf(await handOver(bo, body))).toEqual([status, code]);
  });

  test("the same idempotency key makes one delegation", async () => {
    const headers = { "idempotency-key": "holiday-1" };
    const body = { to: "gus", ends_at: hours(2) };
    const first = await bo.post<DelegationBody>("/delegations", body, { headers });
    const again = await bo.post<DelegationBody>("/delegations", body, { headers });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.id).toBe(first.body.id);
    await bo.delete(`/delegations/${first.body.id}`);
  });

  test("GraphQL does the same", async () => {
    const delegate = `mutation ($input: DelegateInput!) {
      delegate(input: $input) {
        ... on DelegateSuccess { delegation { id from to status } }
        ... on Refusal { code }
      }
    }`;
    const made = await server.graphql("cy").data<{
      delegate: { delegation: { id: string } };
    }>(delegate, { input: { to: "dee", endsAt: hours(1) } });
    const { id } = made.delegate.delegation;
    expect(made.delegate.delegation).toEqual({ id, from: "cy", to: "dee", status: "ACTIVE" });
    const refused = await server
      .graphql("cy")
      .data(delegate, { input: { to: "cy", endsAt: hours(1) } });
    expect(refused).toEqual({ delegate: { code: "delegation-cycle" } });
    const listed = await server
      .graphql("dee")
      .data<{ delegations: { id: string }[] }>("{ delegations { id } }");
    expect(listed.delegations).toContainEqual({ id });
    const ended = await server.graphql("cy").data(
      `mutation ($input: RevokeDelegationInput!) {
        revokeDelegation(input: $input) { ... on RevokeDelegationSuccess { delegation { status } } }
      }`,
      { input: { id } },
    );
    expect(ended).toEqual({ revokeDelegation: { delegation: { status: "REVOKED" } } });
  });

  test("times away come from a calendar file, once", async () => {
    const day = (count: number): string =>
      hours(24 * count)
        .slice(0, 10)
        .replaceAll("-", "");
    const file = calendar(
      "BEGIN:VEVENT",
      "UID:1",
      `DTSTART;VALUE=DATE:${day(3)}`,
      `DTEND;VALUE=DATE:${day(5)}`,
      "SUMMARY:Holiday",
      "END:VEVENT",
    );
    const headers = { "content-type": "text/calendar" };
    const send = (): Promise<Answer<{ items: DelegationBody[] }>> =>
      server.as("cy").post("/delegations/import?to=dee", file, { headers });
    const first = await send();
    expect(first.status, first.text).toBe(201);
    expect(first.body.items).toMatchObject([
      { from: "cy", to: "dee", reason: "Holiday", status: "scheduled" },
    ]);
    const again = await send();
    expect(again.status).toBe(200);
    expect(again.body.items).toEqual(first.body.items);
  });

  test("a broken calendar is refused with the place", async () => {
    const headers = { "content-type": "text/calendar" };
    const file = calendar("BEGIN:VEVENT", "UID:1", "DTSTART:nonsense", "END:VEVENT");
    const answer = await bo.post("/delegations/import?to=gus", file, { headers });
    const { error } = JSON.parse(answer.text) as ErrorBody;
    expect([answer.status, error.code]).toEqual([422, "unprocessable"]);
    expect(error.details?.faults?.[0]?.path).toMatch(/^event 1/);
    expect((await bo.post("/delegations/import", file, { headers })).status).toBe(400);
    expect((await bo.post("/delegations/import?to=gus", "{}")).status).toBe(415);
  });

  test("the log of it all holds", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
