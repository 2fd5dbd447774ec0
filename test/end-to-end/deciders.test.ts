import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { openStream, untilReady } from "../testkit/sse.ts";
import { asked, importFile } from "./asking.ts";

const policies = `
defaults: { agent_deciders: allow }
policies:
  - id: judged
    chain: [{ assignments: [{ type: role, identifier: sre }], deciders: [{ type: agent, identifier: ci }] }]
`;

describe("agents that decide", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
    await server.as("ana").put("/directory/agents/ci", { name: "Judge", owner: "gus" });
    expect((await importFile(server, policies, "judged.yaml")).status).toBe(201);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("an agent named as decider finds it in its queue, and hears of it live and afterwards", async () => {
    const judge = server.as("ci");
    const bot = server.as("deployment-bot");
    const path = `${server.url}/api/v1/orgs/demo/events`;
    using live = await openStream(path, { token: server.token("ci") });
    await untilReady(live);
    await asked(bot);
    const { id } = await asked(bot, { policy: "judged", approvers: null });
    const mine = await judge.get<{ items: readonly RequestView[] }>("/approvals?mine=now");
    expect(mine.body.items.map((item) => item.id)).toEqual([id]);
    await judge.post(`/approvals/${id}/deny`, { reason: "No." });
    const first = JSON.parse((await live.nextData()).data) as { subject: string };
    expect(first.subject).toBe(id);
    await live.until<{ type: string }>(({ type }) => type === "io.countersign.request.denied.v1");
    using past = await openStream(`${path}?after=0`, { token: server.token("ci") });
    await past.until<{ subject: string; type: string }>(
      ({ subject, type }) => subject === id && type === "io.countersign.request.denied.v1",
    );
    const trail = await judge.get<{ items: readonly { request: string }[] }>("/audit");
    expect(trail.body.items[0]?.request).toBe(id);
  });
  test("the log of all this breaks no invariant", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
