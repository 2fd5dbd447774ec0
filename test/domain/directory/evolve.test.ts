import { describe, expect, test } from "vitest";
import { decodeDirectoryEvent } from "@countersign/domain/directory/codec.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import {
  accessOf,
  approversOf,
  findPersonByEmail,
  mayApprove,
  rolesOf,
} from "@countersign/domain/directory/lookups.ts";
import { agentView, personView, roleView } from "@countersign/domain/directory/view.ts";
import { readDirectoryEvent, readTopicEvent } from "@countersign/domain/read-events.ts";
import type { Recorded } from "@countersign/domain/recorded.ts";
import { directoryAfter, person, putAgent, putPerson, putRole, removePerson } from "./people.ts";

const commands = [
  putPerson("ana", { access: "admin", email: "Ana@Example.org" }),
  putPerson("bo"),
  putPerson("gus", { active: false }),
  putPerson("vic", { access: "viewer" }),
  putRole("qa_lead", "vic", "gus", "bo", "ana"),
  putRole("sre", "bo"),
  putAgent("ci", "bo"),
];
const org = () => directoryAfter(...commands);

describe("the directory", () => {
  test("counts its revision from -1", () => {
    expect(emptyDirectory.revision).toBe(-1);
    expect(org().revision).toBe(6);
  });

  test("takes a removed person out of every role and keeps the others' order", () => {
    const after = directoryAfter(...commands, removePerson("bo"));
    expect(after.roles.get("qa_lead")).toEqual(["vic", "gus", "ana"]);
    expect(after.roles.get("sre")).toEqual([]);
    expect(after.people.has("bo")).toBe(false);
    expect(after.agents.get("ci")?.owner).toBe("bo");
  });

  test("does not put somebody who comes back into the old roles", () => {
    const after = directoryAfter(...commands, removePerson("bo"), putPerson("bo"));
    expect(rolesOf(after, "bo")).toEqual([]);
  });

  test("counts every event, and keeps what an event does not name", () => {
    const before = org();
    const after = directoryAfter(
      ...commands,
      putAgent("bot", "ana", { version: "2" }),
      putRole("director", "ana"),
      putPerson("hal"),
      removePerson("gus"),
    );
    expect(after.revision).toBe(before.revision + 4);
    expect([...after.people.keys()]).toEqual(["ana", "bo", "vic", "hal"]);
    expect([...after.roles.keys()]).toEqual(["qa_lead", "sre", "director"]);
    expect([...after.agents.keys()]).toEqual(["ci", "bot"]);
  });

  test("leaves the state before an event as it was", () => {
    const before = org();
    evolveDirectory(before, { event: { type: "PersonRemoved", data: { id: "bo" } } });
    evolveDirectory(before, { event: { type: "PersonChanged", data: person("zed") } });
    expect(before.people.has("bo")).toBe(true);
    expect(before.people.has("zed")).toBe(false);
    expect(before.roles.get("sre")).toEqual(["bo"]);
  });

  test("throws when somebody unknown is said to have left", () => {
    const event = { type: "PersonRemoved", data: { id: "zed" } } as const;
    expect(() => evolveDirectory(org(), { event })).toThrow(
      "Nobody called zed was there to be removed.",
    );
  });
});

describe("who is who", () => {
  test("approvers are the active members who are no viewers, in the role's order", () => {
    expect(approversOf(org(), "qa_lead")).toEqual(["bo", "ana"]);
    expect(approversOf(org(), "nobody")).toEqual([]);
  });

  test("the inactive and the unknown have no access", () => {
    expect(accessOf(org(), "ana")).toBe("admin");
    expect(accessOf(org(), "vic")).toBe("viewer");
    expect(accessOf(org(), "gus")).toBeNull();
    expect(accessOf(org(), "zed")).toBeNull();
  });

  test("only active admins and approvers may approve", () => {
    const may = ["ana", "bo", "gus", "vic", "zed", "ci"].filter((id) => mayApprove(org(), id));
    expect(may).toEqual(["ana", "bo"]);
  });

  test("roles are counted whether their members are active or not", () => {
    expect(rolesOf(org(), "gus")).toEqual(["qa_lead"]);
  });

  test("roles of a person stand in the order they were made", () => {
    expect(rolesOf(org(), "bo")).toEqual(["qa_lead", "sre"]);
    expect(rolesOf(org(), "zed")).toEqual([]);
  });

  test("a person is found by address, whatever the letters' case, and not by an old one", () => {
    expect(findPersonByEmail(org(), "ana@example.ORG")?.id).toBe("ana");
    const moved = putPerson("ana", { access: "admin", email: "ana@new.example" });
    expect(
      findPersonByEmail(directoryAfter(...commands, moved), "ana@example.org"),
    ).toBeUndefined();
  });
});

describe("the directory shows", () => {
  test("a person with their roles, and nobody under an id that is not there", () => {
    const zone = "Europe/Berlin";
    const state = directoryAfter(...commands, putPerson("gus", { active: false, zone }));
    expect(personView(state, "gus")).toEqual({
      id: "gus",
      name: "gus",
      email: null,
      access: "approver",
      zone,
      active: false,
      roles: ["qa_lead"],
    });
    expect(personView(state, "ci")).toBeNull();
  });

  test("a role with all its members, and none that was never put", () => {
    expect(roleView(org(), "qa_lead")).toEqual({
      role: "qa_lead",
      members: ["vic", "gus", "bo", "ana"],
    });
    expect(roleView(org(), "director")).toBeNull();
  });

  test("an agent with who answers for it, and none that is not there", () => {
    expect(agentView(org(), "ci")).toEqual({ id: "ci", name: "ci", owner: "bo", version: null });
    expect(agentView(org(), "bo")).toBeNull();
  });
});

describe("stored directory events", () => {
  test("come back as they were written", () => {
    const data = person("bo");
    expect(decodeDirectoryEvent("PersonChanged", JSON.stringify(data), 1)).toEqual({
      type: "PersonChanged",
      data,
    });
  });

  test.each([
    ["PersonChanged", 2],
    ["PersonChanged", 0],
    ["VoteCast", 1],
  ])("of type %s and version %i are not guessed at", (type, version) => {
    expect(() => decodeDirectoryEvent(type, "{}", version)).toThrow(
      `Unknown directory event ${type} in version ${version}.`,
    );
  });
});

describe("a recorded event", () => {
  const recorded = (data: object, commandId = "c-1"): Recorded => ({
    type: "PersonRemoved",
    data: JSON.stringify(data),
    metadata: JSON.stringify({ commandId, schemaVersion: 1 }),
  });

  test("is read with what stands beside it, once for all who read it", () => {
    const event = recorded({ id: "bo" });
    const first = readDirectoryEvent(event);
    expect(first.event).toEqual({ type: "PersonRemoved", data: { id: "bo" } });
    expect(first.metadata).toEqual({ commandId: "c-1", schemaVersion: 1 });
    expect(readDirectoryEvent(event)).toBe(first);
  });

  test("is read anew where somebody copied it with other words", () => {
    const event = recorded({ id: "bo" });
    const first = readDirectoryEvent(event);
    const copy = { ...event, data: '{"id":"cy"}' };
    expect(readDirectoryEvent(copy).event).toEqual({ type: "PersonRemoved", data: { id: "cy" } });
    expect(readDirectoryEvent(event)).toBe(first);
  });

  test("is read by each category on its own: another one does not know it", () => {
    const event = recorded({ id: "bo" });
    readDirectoryEvent(event);
    expect(() => readTopicEvent(event)).toThrow("Unknown topic event PersonRemoved in version 1.");
  });

  test("shares its metadata with the others of its command, and with no other's", () => {
    const [one, two, other] = [{ id: "bo" }, { id: "cy" }, { id: "dee" }].map((data, index) =>
      readDirectoryEvent(recorded(data, index < 2 ? "c-2" : "c-3")),
    );
    expect(two?.metadata).toBe(one?.metadata);
    expect(other?.metadata.commandId).toBe("c-3");
    expect(readDirectoryEvent(recorded({ id: "eli" }, "c-2")).metadata.commandId).toBe("c-2");
  });

  test("of a version that this build does not know is not guessed at", () => {
    const event = { ...recorded({ id: "bo" }), metadata: '{"schemaVersion":2}' };
    expect(() => readDirectoryEvent(event)).toThrow(/in version 2/);
  });
});
