import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Api, TopicBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, levelStatuses, moveRelease, onlyApproval, releaseFile } from "./asking.ts";

describe("the release chain of four levels", () => {
  let server: Standalone;
  let bot: Api;
  let releases = 0;
  let topicId = "";

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    await importFile(server, releaseFile, "release.yaml");
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    topicId = `release-${++releases}`;
  });

  /** Asks to release, and answers the request of the chain. Every fact of the conditions is there: ordinary ones. */
  const release = async (over: object = {}): Promise<RequestView> => {
    const attributes = {
      priority: "low",
      labels: ["feature"],
      custom_fields: { release_type: "minor" },
      ...over,
    };
    const blocked = await moveRelease(
      bot,
      { id: topicId, state: "pending_approval", attributes },
      "production",
    );
    const { body } = await bot.get(`/approvals/${onlyApproval(blocked)}`);
    return body;
  };
  const approve = async (person: string, id: string): Promise<RequestView> => {
    const { status, body, text } = await server.as(person).post(`/approvals/${id}/approve`, {});
    expect(status, text).toBe(200);
    return body;
  };
  const approveAll = async (id: string, people: readonly string[]): Promise<RequestView> => {
    let last: RequestView | undefined;
    for (const person of people) last = await approve(person, id);
    if (last === undefined) throw new Error("nobody approves");
    return last;
  };
  /** The topic once it no longer waits: the process manager moves it just after the decision was answered. */
  const movedTopic = (): Promise<TopicBody> =>
    eventually("the topic's move", async () => {
      const { body } = await bot.get<TopicBody>(`/topics/release/${topicId}`);
      return body.pending.length === 0 ? body : undefined;
    });

  test("opens level 1 for any QA lead and shows the others as waiting", async () => {
    const request = await release();
    expect(levelStatuses(request)).toEqual(["open", "waiting", "waiting", "waiting"]);
    expect(request.levels[0]).toMatchObject({
      name: "QA Verification",
      message: "Verify staging deployment passes all acceptance tests.",
      groups: [
        {
          required: "any",
          needed: 1,
          slots: [
            { approver: "bo", via: { type: "role", identifier: "qa_lead" }, status: "open" },
            { approver: "cy", status: "open" },
          ],
        },
      ],
    });
    expect(request.requester).toEqual({ kind: "agent", id: "deployment-bot", owner: "ana" });
  });

  test("an ordinary release skips the manager and the director, with the facts that say so", async () => {
    const { id } = await release();
    const approved = await approveAll(id, ["bo", "dee", "eli", "fay"]);
    expect(approved.status).toBe("approved");
    expect(levelStatuses(approved)).toEqual(["approved", "approved", "skipped", "skipped"]);
    expect(approved.levels[2]?.because).toContain("low");
    expect(approved.levels[3]?.because).toContain("custom_fields.release_type");
    expect(approved.levels[3]?.because).toContain("minor");
    expect(await movedTopic()).toMatchObject({ state: "production", pending: [] });
  });

  test("level 2 wants engineering and every SRE, in whatever order they come", async () => {
    const { id } = await release();
    const afterQa = await approve("cy", id);
    expect(afterQa.levels[0]?.groups[0]?.slots[0]).toMatchObject({
      approver: "bo",
      status: "not_required",
    });
    const [engineering, sre] = afterQa.levels[1]?.groups ?? [];
    expect(engineering).toMatchObject({ group: "engineering", required: "any", needed: 1 });
    expect(sre).toMatchObject({ group: "sre", required: "all", needed: 2 });
    const afterOneSre = await approve("fay", id);
    expect(afterOneSre.levels[1]?.status).toBe("open");
    const afterBothSres = await approve("eli", id);
    expect(afterBothSres.levels[1]?.status).toBe("open");
    expect(afterBothSres.status).toBe("pending");
    const done = await approve("dee", id);
    expect(done.levels[1]?.status).toBe("approved");
    expect(done.status).toBe("approved");
  });

  test.each([
    ["critical", { priority: "critical" }, ["gus"], ["approved", "skipped"]],
    ["breaking", { labels: ["feature", "breaking-change"] }, ["gus"], ["approved", "skipped"]],
    ["major", { custom_fields: { release_type: "major" } }, ["hal"], ["skipped", "approved"]],
    [
      "critical and major",
      { priority: "critical", custom_fields: { release_type: "major" } },
      ["gus", "hal"],
      ["approved", "approved"],
    ],
  ])("a %s release needs who it concerns as well", async (_name, attributes, more, statuses) => {
    const { id } = await release(attributes);
    const technical = await approveAll(id, ["bo", "dee", "eli", "fay"]);
    expect(technical.status).toBe("pending");
    const done = await approveAll(id, more);
    expect(done.status).toBe("approved");
    expect(levelStatuses(done).slice(2)).toEqual(statuses);
    expect(await movedTopic()).toMatchObject({ state: "production" });
  });

  test("a fact that nobody set counts as needing approval", async () => {
    const { id } = await release({ custom_fields: {} });
    const technical = await approveAll(id, ["bo", "dee", "eli", "fay"]);
    expect(levelStatuses(technical)).toEqual(["approved", "approved", "skipped", "open"]);
    expect((await approve("hal", id)).status).toBe("approved");
  });

  test("nobody votes before their level opens, and those without a place never", async () => {
    const { id } = await release();
    const early = await server.as("dee").post(`/approvals/${id}/approve`, {});
    expect(early.status).toBe(409);
    expect(early.text).toContain("level-not-open");
    const stranger = await server.as("ivy").post(`/approvals/${id}/approve`, {});
    expect(stranger.status).toBe(403);
    expect(stranger.text).toContain("not-an-approver");
    await approve("bo", id);
    const late = await server.as("cy").post(`/approvals/${id}/approve`, {});
    expect(late.status).toBe(409);
    expect(late.text).toContain("level-resolved");
  });

  test("one deny among the SREs denies the release, and the topic goes back to staging", async () => {
    const { id } = await release({ priority: "critical" });
    await approveAll(id, ["bo", "dee"]);
    const denied = await server
      .as("eli")
      .post(`/approvals/${id}/deny`, { reason: "The error budget is spent" });
    expect(denied.status, denied.text).toBe(200);
    expect(denied.body).toMatchObject({
      status: "denied",
      resolution: { by: { kind: "person", id: "eli" }, reason: "The error budget is spent" },
    });
    expect(levelStatuses(denied.body)).toEqual(["approved", "denied", "waiting", "waiting"]);
    const open = denied.body.levels
      .flatMap(({ groups }) => groups)
      .flatMap(({ slots }) => slots)
      .filter(({ status }) => status === "open");
    expect(open).toEqual([]);
    expect(await movedTopic()).toMatchObject({ state: "staging", pending: [] });
  });

  test("a release that goes back may be asked for again", async () => {
    const first = await release();
    await server.as("bo").post(`/approvals/${first.id}/deny`, { reason: "Not today" });
    expect((await movedTopic()).state).toBe("staging");
    const qa = onlyApproval(await moveRelease(bot, { id: topicId }, "pending_approval"));
    expect(qa).not.toBe(first.id);
    await approve("cy", qa);
  });

  test("required fields are asked for before anybody is, and unknown transitions refused", async () => {
    const topic = { id: topicId, state: "development", attributes: { version_tag: "v1" } };
    const missing = await moveRelease(bot, topic, "staging");
    expect(missing.status).toBe(422);
    expect(JSON.parse(missing.text)).toMatchObject({
      error: { code: "fields-missing", details: { missing: ["changelog"] } },
    });
    const done = await moveRelease(
      bot,
      { ...topic, attributes: { version_tag: "v1", changelog: "First." } },
      "staging",
    );
    expect([done.status, done.body.status, done.body.topic.state]).toEqual([
      200,
      "completed",
      "staging",
    ]);
    const unknown = await moveRelease(bot, { id: topicId }, "completed");
    expect([unknown.status, unknown.text]).toEqual([
      422,
      expect.stringContaining("no-such-transition"),
    ]);
    const elsewhere = await moveRelease(bot, { id: topicId, state: "rollback" }, "failed");
    expect([elsewhere.status, elsewhere.text]).toEqual([
      409,
      expect.stringContaining("topic-state"),
    ]);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    const types = new Set(log.map(({ type }) => type));
    expect(types).toContain("LevelSkipped");
    expect(types).toContain("TransitionRejected");
  });
});
