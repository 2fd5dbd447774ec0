import { describe, expect, test } from "vitest";
import { decodeDirectoryEvent } from "@countersign/domain/directory/codec.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import {
  accessOf,
  approversOf,
  findPersonByEmail,
  isActive,
  mayApprove,
  membersOf,
  rolesOf,
} from "@countersign/domain/directory/lookups.ts";
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

  test("leaves the state before an event as it was", () => {
    const before = org();
    evolveDirectory(before, { event: { type: "PersonRemoved", data: { id: "bo" } } });
    evolveDirectory(before, { event: { type: "PersonChanged", data: person("zed") } });
    expect(before.people.has("bo")).toBe(true);
    expect(before.people.has("zed")).toBe(false);
    expect(membersOf(before, "sre")).toEqual(["bo"]);
  });

  test("throws when somebody unknown is said to have left", () => {
    const event = { type: "PersonRemoved", data: { id: "zed" } } as const;
    expect(() => evolveDirectory(org(), { event })).toThrow(/zed/);
  });
});

describe("who is who", () => {
  test("members are the active ones, in the role's order", () => {
    expect(membersOf(org(), "qa_lead")).toEqual(["vic", "bo", "ana"]);
    expect(membersOf(org(), "nobody")).toEqual([]);
  });

  test("approvers are members who are no viewers", () => {
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

  test("an agent is no active person", () => {
    expect(isActive(org(), "ana")).toBe(true);
    expect(isActive(org(), "gus")).toBe(false);
    expect(isActive(org(), "ci")).toBe(false);
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
    expect(() => decodeDirectoryEvent(type, "{}", version)).toThrow(/Unknown/);
  });
});
