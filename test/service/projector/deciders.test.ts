import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOrg, type RunningOrg } from "./running-org.ts";

const definitions = `
defaults: { agent_deciders: allow }
policies:
  - id: judged
    chain:
      - { assignments: [{ type: role, identifier: qa_lead }], required: 2, deciders: [{ type: agent, identifier: other-bot }] }
      - { assignments: [{ type: user, identifier: dee }] }
workflow: { id: release }
transitions:
  - from: staging
    to: production
    approval_chain:
      chain: [{ assignments: [{ type: role, identifier: qa_lead }], deciders: [{ type: agent, identifier: other-bot }] }]
`;

describe("an agent that a policy names as decider", () => {
  let org: RunningOrg;
  let judged: string;
  let foreign: string;
  beforeAll(async () => {
    org = await startOrg();
    await org.change({
      type: "put-agent",
      agent: { id: "other-bot", name: "Judge", owner: "vic", version: null },
    });
    await org.define(definitions);
    judged = await org.ask({ policy: "judged", approvers: null });
    foreign = await org.ask();
  });
  afterAll(() => org.close());

  const queue = async (mine: string, who = "other-bot"): Promise<string[]> =>
    ((await org.query(who, "requests", { mine })).result.items ?? []).map(({ id }) => id);
  const counts = async () => (await org.query("other-bot", "counts")).result;
  const subjects = async (who: string): Promise<Set<string>> => {
    const items = (await org.query(who, "audit", {})).result.items ?? [];
    return new Set(items.map((item) => String(item["request"] as string)));
  };

  test("finds what waits for it in its queue, and nothing else", async () => {
    expect(await queue("now")).toEqual([judged]);
    expect(await queue("later")).toEqual([]);
    expect(await queue("delegate")).toEqual([]);
    expect(await counts()).toEqual({ mine_now: 1, mine_later: 0, as_delegate: 0, pending: 1 });
    // The asker decides nothing, and people's queues name people.
    expect(await queue("now", "ci")).toEqual([]);
    expect(await queue("now", "bo")).toEqual([foreign, judged]);
    const entry = (await org.query("bo", "queue-entry", { id: judged })).result;
    expect(entry["now"]).toEqual(["bo", "cy", "agent other-bot"]);
  });

  test("reads its trail and its events in those of the organisation", async () => {
    expect(await subjects("other-bot")).toEqual(new Set([judged]));
    expect(await subjects("ci")).toEqual(new Set([judged, foreign]));
    const { result } = await org.query("other-bot", "events", { after: "0" });
    const heard = (result.items ?? []).map((item) => {
      const { subject, type } = item["cloud_event"] as { subject: string; type: string };
      return [subject, type];
    });
    expect(heard).toContainEqual([judged, "io.countersign.request.submitted.v1"]);
    expect(heard.filter(([subject]) => subject !== judged)).toEqual([]);
    expect((await org.query("other-bot", "request-audit", { id: judged })).ok).toBe(true);
    expect((await org.query("other-bot", "request-audit", { id: foreign })).ok).toBe(false);
  });

  test("sees a transition's request whose chain names it", async () => {
    const { result } = await org.command("ci", "request-transition", {
      workflow: "release",
      topic: { id: "r1", state: "staging" },
      to: "production",
    });
    const [id = ""] = result["approval_ids"] as string[];
    expect(await queue("now")).toEqual([id, judged]);
    expect(await subjects("other-bot")).toEqual(new Set([id, judged]));
    await org.command("other-bot", "deny", { reason: "Not tested." }, id);
    expect(await queue("now")).toEqual([judged]);
  });

  test("has it among the later ones once it has voted, and no more when its level is over", async () => {
    await org.command("other-bot", "approve", {}, judged);
    expect(await queue("now")).toEqual([]);
    expect(await queue("later")).toEqual([judged]);
    await org.restartProjector();
    expect(await counts()).toMatchObject({ mine_now: 0, mine_later: 1 });
    await org.command("bo", "approve", {}, judged);
    expect(await queue("later")).toEqual([]);
    expect(await counts()).toEqual({ mine_now: 0, mine_later: 0, as_delegate: 0, pending: 1 });
    await org.command("dee", "approve", {}, judged);
    expect(await counts()).toEqual({ mine_now: 0, mine_later: 0, as_delegate: 0, pending: 0 });
  });
});
