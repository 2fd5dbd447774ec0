import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metadataOf } from "@countersign/domain/recorded.ts";
import { commandEventType } from "@countersign/messaging/cloud-events.ts";
import { COUNTERSIGN_DEAD } from "@countersign/messaging/streams.ts";
import { intakeSubject } from "@countersign/messaging/subjects.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import { eventually } from "../../testkit/processes/eventually.ts";
import { startOrg, type RunningOrg } from "../projector/running-org.ts";

const definitions = `
defaults: { agent_deciders: allow }
policies:
  - id: judged
    chain:
      - { assignments: [{ type: role, identifier: qa_lead }], deciders: [{ type: agent, identifier: other-bot }] }
  - id: judged-by-two
    chain:
      - { assignments: [{ type: role, identifier: qa_lead }], required: 2, deciders: [{ type: agent, identifier: other-bot }] }
gates:
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], policy: judged }
  - { id: drops, gate_type: deny, actions: ["db:drop"], message: "Never by an agent." }
`;

/** One command as an agent gives it: what stands before, by whom, about what and with which body. */
interface Given {
  readonly by: "ci" | "other-bot";
  /** Brings a new request so far that the command can be given, and says what its body needs of that. */
  readonly before?: (org: RunningOrg, id: string) => Promise<object>;
  readonly body: object;
}

/** A request of which ci asks and other-bot is one of the deciders. */
const judged = {
  policy: "judged-by-two",
  approvers: null,
  action: { type: "job:run", parameters: {} },
};

const approved = async (org: RunningOrg, id: string): Promise<object> => {
  await org.command("bo", "approve", {}, id);
  await org.command("cy", "approve", {}, id);
  const { result } = await org.query("ci", "request", { id });
  return { grant: result["grant"], payload_hash: result["payload_hash"] };
};

const spent = async (org: RunningOrg, id: string): Promise<object> => {
  const body = await approved(org, id);
  await org.command("ci", "consume", body, id);
  return { payload_hash: "payload_hash" in body ? body.payload_hash : null };
};

const claimed = async (org: RunningOrg, id: string): Promise<object> => {
  await org.command("other-bot", "claim", {}, id);
  return {};
};

const voted = async (org: RunningOrg, id: string): Promise<object> => {
  await org.command("other-bot", "approve", {}, id);
  return {};
};

const questioned = async (org: RunningOrg, id: string): Promise<object> => {
  await org.command("bo", "question", { text: "Why?" }, id);
  return {};
};

const hashed = async (org: RunningOrg, id: string): Promise<object> => {
  const { result } = await org.query("ci", "request", { id });
  return { payload_hash: result["payload_hash"] };
};

const anHourLater = async (org: RunningOrg, id: string): Promise<object> => {
  const { result } = await org.query("ci", "request", { id });
  return { expires_at: toIso(Date.parse(`${result["expires_at"] as string}`) + 3_600_000) };
};

const onRequest: Readonly<Record<string, Given>> = {
  approve: { by: "other-bot", body: { notes: "fine" } },
  deny: { by: "other-bot", body: { reason: "No." } },
  modify: { by: "other-bot", before: hashed, body: { payload: { replicas: 2 } } },
  "withdraw-vote": { by: "other-bot", before: voted, body: {} },
  claim: { by: "other-bot", body: {} },
  release: { by: "other-bot", before: claimed, body: {} },
  question: { by: "other-bot", body: { text: "Which cluster?" } },
  extend: { by: "other-bot", before: anHourLater, body: { reason: "Not done yet." } },
  answer: { by: "ci", before: questioned, body: { text: "Because." } },
  cancel: { by: "ci", body: { reason: "Not needed." } },
  "attach-context": { by: "ci", body: { context: { log: "green" } } },
  "attach-recommendation": {
    by: "other-bot",
    body: { recommendation: "approve", confidence: 0.9, summary: "Harmless." },
  },
  consume: { by: "ci", before: approved, body: {} },
  "report-execution": { by: "ci", before: spent, body: { status: "executed" } },
};

describe("commands that other services publish", () => {
  let org: RunningOrg;
  const letters: {
    readonly subject: string;
    readonly body: string;
    readonly code: string;
    readonly message: string;
  }[] = [];
  let sent = 0;
  beforeAll(async () => {
    org = await startOrg();
    await org.change({
      type: "put-agent",
      agent: { id: "other-bot", name: "Judge", owner: "dee", version: null },
    });
    await org.define(definitions);
    org.bus.consume({ stream: COUNTERSIGN_DEAD.name, durable: "reader" }, async (letter) => {
      const { subject, body, headers } = letter;
      const { "Countersign-Reason": code = "", "Countersign-Message": message = "" } = headers;
      letters.push({ subject, body, code, message });
      return "ack";
    });
  });
  afterAll(() => org.close());

  const newId = (): string => `event-${(sent += 1)}`;
  const publish = (by: string, command: string, data: object, id = newId()): Promise<void> =>
    org.bus.publish({
      subject: intakeSubject("demo", by, command),
      id: `delivery-${(sent += 1)}`,
      body: JSON.stringify({
        specversion: "1.0",
        id,
        source: "/pipelines/release",
        type: commandEventType(command),
        data,
      }),
    });
  const letterOf = (by: string, command: string, since: number) =>
    eventually(`a dead letter of ${command}`, () =>
      letters.slice(since).find(({ subject }) => subject.endsWith(`.dead.${by}.${command}`)),
    );

  /** What happened to a request, but for what differs from one request to another. */
  const eventsOf = async (id: string) => {
    const found: { type: string; by: string; channel: string }[] = [];
    for await (const recorded of org.store.readStream(`request-demo.${id}`)) {
      const { actor, channel } = metadataOf(recorded);
      found.push({ type: recorded.type, by: actor.id, channel });
    }
    return found;
  };

  test.each(Object.entries(onRequest))(
    "%s does what it does over REST, once for each event",
    async (command, { by, before, body }) => {
      const [overRest, overBroker] = [await org.ask(judged), await org.ask(judged)];
      const restBody = { ...body, ...(await before?.(org, overRest)) };
      const brokerBody = { ...body, ...(await before?.(org, overBroker)), approval_id: overBroker };
      const since = (await eventsOf(overRest)).length;
      const answer = await org.command(by, command, restBody, overRest);
      expect(answer.error).toBeUndefined();
      const expected = (await eventsOf(overRest)).slice(since);
      expect(expected.length).toBeGreaterThan(0);

      const known = letters.length;
      const id = newId();
      await publish(by, command, brokerBody, id);
      const happened = await eventually(`${command} over the broker`, async () => {
        const events = (await eventsOf(overBroker)).slice(since);
        return events.length >= expected.length ? events : undefined;
      });
      expect(happened).toEqual(expected.map((event) => ({ ...event, channel: "nats" })));
      // Delivered again it changes nothing; with other data it is another command under the same name.
      await publish(by, command, brokerBody, id);
      await publish(by, command, { ...brokerBody, note_of_the_sender: 1 }, id);
      expect(await letterOf(by, command, known)).toMatchObject({ code: "conflict" });
      expect((await eventsOf(overBroker)).slice(since)).toHaveLength(expected.length);
    },
  );

  test("the same event as another command on the same request is a conflict", async () => {
    const request = await org.ask(judged);
    const id = newId();
    const known = letters.length;
    await publish("other-bot", "approve", { approval_id: request, reason: "No." }, id);
    await publish("other-bot", "deny", { approval_id: request, reason: "No." }, id);
    expect(await letterOf("other-bot", "deny", known)).toMatchObject({ code: "conflict" });
    const votes = (await eventsOf(request)).filter(({ type }) => type.startsWith("Vote"));
    expect(votes).toEqual([{ type: "VoteCast", by: "other-bot", channel: "nats" }]);
  });

  test("a bulk vote decides each request that it names", async () => {
    const ids = [await org.ask(judged), await org.ask(judged)];
    const id = newId();
    const data = { approval_ids: ids, reason: "Not today." };
    const known = letters.length;
    for (let times = 0; times < 2; times++) await publish("other-bot", "bulk-deny", data, id);
    for (const request of ids)
      await eventually(
        "the denial",
        async () =>
          (await eventsOf(request)).some(({ type }) => type === "RequestDenied") || undefined,
      );
    await publish("other-bot", "bulk-deny", { ...data, reason: "Another." }, id);
    expect(await letterOf("other-bot", "bulk-deny", known)).toMatchObject({ code: "conflict" });
    for (const request of ids)
      expect((await eventsOf(request)).filter(({ type }) => type === "VoteCast")).toHaveLength(1);
  });

  test("a bulk vote of which one is refused casts the others, and its letter says which was not", async () => {
    const open = await org.ask(judged);
    // A gate asked for this one, so that only people count.
    const foreign = await org.ask({ approvers: null });
    const known = letters.length;
    await publish("other-bot", "bulk-approve", { approval_ids: [foreign, open] });
    const letter = await letterOf("other-bot", "bulk-approve", known);
    expect(letter.code).toBe("not-an-approver");
    expect(letter.message).toContain(`1 of 2 votes were refused; ${foreign}`);
    expect(await eventsOf(open)).toContainEqual({
      type: "VoteCast",
      by: "other-bot",
      channel: "nats",
    });
    const attempt = await eventually("the attempt in the security log", async () => {
      for await (const { data } of org.store.readStream("security-demo.main"))
        if (data.includes(foreign)) return JSON.parse(data) as unknown;
      return undefined;
    });
    expect(attempt).toMatchObject({ code: "not-an-approver", request: foreign, count: 1 });
  });

  test("an evaluation that asks makes the request where a gate wants one, once for each event", async () => {
    const action = { type: "kubernetes:deploy", parameters: { replicas: 3 } };
    const data = { title: "Evaluated over the broker", action, ask: true };
    const id = newId();
    const known = letters.length;
    for (let times = 0; times < 2; times++) await publish("ci", "evaluate", data, id);
    await publish("ci", "evaluate", { ...data, title: "Another" }, id);
    expect(await letterOf("ci", "evaluate", known)).toMatchObject({ code: "conflict" });
    const { result } = await org.query("ana", "requests", { status: ["pending"] });
    const made = (result.items ?? []).filter((each) => each["title"] === data.title);
    expect(made).toHaveLength(1);
    expect(made[0]?.["policies"]).toMatchObject([{ id: "judged", gate: "deploys" }]);
  });

  test.each([
    ["does not ask", "k8s:read", { ask: false }, "unprocessable", "no answer here"],
    ["is denied by a gate", "db:drop", {}, "denied-by-rule", "Never by an agent."],
    ["has no action type", "", {}, "unprocessable", "action.type"],
  ])("an evaluation that %s is a dead letter", async (_, type, over, code, words) => {
    const known = letters.length;
    const data = { title: "Evaluated", action: { type, parameters: {} }, ask: true, ...over };
    await publish("ci", "evaluate", data);
    const letter = await letterOf("ci", "evaluate", known);
    expect(letter.code).toBe(code);
    expect(letter.message).toContain(words);
  });

  test.each(Object.keys(onRequest))(
    "%s that names no request is a dead letter",
    async (command) => {
      const known = letters.length;
      await publish("ci", command, {});
      expect(await letterOf("ci", command, known)).toMatchObject({ code: "not-found" });
    },
  );

  test.each([
    ["consume", "ci", { payload_hash: "sha256:0" }, "unprocessable"],
    ["report-execution", "ci", { status: "perhaps" }, "unprocessable"],
    ["deny", "other-bot", {}, "reason-required"],
    ["attach-recommendation", "other-bot", { recommendation: "maybe" }, "unprocessable"],
  ])("%s with a body that is none is a dead letter", async (command, by, body, code) => {
    const id = await org.ask(judged);
    const known = letters.length;
    await publish(by, command, { ...body, approval_id: id });
    expect(await letterOf(by, command, known)).toMatchObject({ code });
  });

  test.each(["import-definitions", "delegate", "put-person", "sign-grant", "nothing-known"])(
    "%s is not taken in",
    async (command) => {
      const known = letters.length;
      await publish("ci", command, {});
      expect(await letterOf("ci", command, known)).toMatchObject({ code: "not-found" });
    },
  );
});
