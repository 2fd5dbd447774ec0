import { describe, expect, test } from "vitest";
import { decideDirectory } from "@countersign/domain/directory/decide.ts";
import {
  directoryAfter,
  faultPaths,
  person,
  putAgent,
  putPerson,
  putRole,
  removePerson,
} from "./people.ts";

const org = () =>
  directoryAfter(
    putPerson("ana", { access: "admin", email: "ana@example.org" }),
    putPerson("bo"),
    putPerson("vic", { access: "viewer" }),
    putRole("qa_lead", "bo"),
    putAgent("ci", "ana"),
  );

describe("a person", () => {
  test("is put with everything that is known", () => {
    const cy = person("cy", { email: "cy@example.org", zone: "Europe/Berlin" });
    expect(decideDirectory(org(), { type: "put-person", person: cy }).events).toEqual([
      { type: "PersonChanged", data: cy },
    ]);
  });

  test("put again as it stands makes no event", () => {
    expect(decideDirectory(org(), putPerson("bo"))).toEqual({ events: [] });
  });

  test.each([
    ["name", { name: "Bo Berg" }],
    ["email", { email: "bo@example.org" }],
    ["access", { access: "viewer" as const }],
    ["zone", { zone: "Asia/Tokyo" }],
    ["active", { active: false }],
  ])("with another %s is an event", (_what, over) => {
    expect(decideDirectory(org(), putPerson("bo", over)).events).toHaveLength(1);
  });

  test.each(["x", "auth0|5f7c8ec7c33c6c004bbafe82", "a@b.example", "x".repeat(128), "*", "a>b"])(
    "may have the id %s, as identity providers write them",
    (id) => {
      expect(decideDirectory(org(), putPerson(id, { name: "Some One" })).events).toHaveLength(1);
    },
  );

  test.each(["", "a b", "x".repeat(129), "zoë", "a\u202eb", "a\tb", "x".repeat(10_000)])(
    "cannot have the id %j",
    (id) => {
      expect(faultPaths(org(), putPerson(id, { name: "Some One" }))).toEqual(["id"]);
    },
  );

  test("needs a name of at most 200 characters", () => {
    expect(faultPaths(org(), putPerson("cy", { name: " " }))).toEqual(["name"]);
    expect(faultPaths(org(), putPerson("cy", { name: "n".repeat(201) }))).toEqual(["name"]);
    expect(decideDirectory(org(), putPerson("cy", { name: "n".repeat(200) })).events).toHaveLength(
      1,
    );
  });

  test.each(["ana", "a@b@c", "@b", "a b@c", `${"a".repeat(255)}@b`, "a\u200b@example.org"])(
    "cannot have the address %j",
    (email) => {
      expect(faultPaths(org(), putPerson("cy", { email }))).toEqual(["email"]);
    },
  );

  test("cannot take somebody else's address, however its letters are written", () => {
    expect(faultPaths(org(), putPerson("cy", { email: "ANA@example.org" }))).toEqual(["email"]);
  });

  test("keeps its own address", () => {
    const same = putPerson("ana", { access: "admin", email: "Ana@example.org" });
    expect(decideDirectory(org(), same).events).toHaveLength(1);
  });

  test("cannot live in a zone that does not exist", () => {
    expect(faultPaths(org(), putPerson("cy", { zone: "Mars/Olympus" }))).toEqual(["zone"]);
  });

  test("learns every fault at once", () => {
    expect(faultPaths(org(), putPerson("a b", { name: "", email: "x", zone: "?" }))).toEqual([
      "id",
      "name",
      "email",
      "zone",
    ]);
  });

  test("that is not there cannot be removed", () => {
    expect(decideDirectory(org(), removePerson("zed")).refusal?.code).toBe("not-found");
  });

  test("is removed", () => {
    expect(decideDirectory(org(), removePerson("bo")).events).toEqual([
      { type: "PersonRemoved", data: { id: "bo" } },
    ]);
  });
});

describe("the last active admin", () => {
  const second = putPerson("ivy", { access: "admin" });

  test.each([
    ["removed", removePerson("ana"), ["id"]],
    ["deactivated", putPerson("ana", { access: "admin", active: false }), ["active"]],
    ["demoted", putPerson("ana", { access: "approver" }), ["access"]],
  ])("cannot be %s", (_how, command, paths) => {
    expect(faultPaths(org(), command)).toEqual(paths);
    expect(decideDirectory(org(), command).refusal?.message).toMatch(/last active admin/);
  });

  test.each([
    ["removed", removePerson("ana")],
    ["deactivated", putPerson("ana", { access: "admin", active: false })],
    ["demoted", putPerson("ana", { access: "approver" })],
  ])("is not the last when there is another, and may be %s", (_how, command) => {
    const two = directoryAfter(putPerson("ana", { access: "admin" }), second);
    expect(decideDirectory(two, command).events).toHaveLength(1);
  });

  test("is still the last when the other admin is inactive", () => {
    const state = directoryAfter(
      putPerson("ana", { access: "admin" }),
      putPerson("ivy", { access: "admin", active: false }),
    );
    expect(faultPaths(state, removePerson("ana"))).toEqual(["id"]);
    expect(decideDirectory(state, removePerson("ivy")).events).toHaveLength(1);
  });

  test("may change its name", () => {
    const renamed = putPerson("ana", { access: "admin", name: "Ana Alm" });
    expect(decideDirectory(org(), renamed).events).toHaveLength(1);
  });

  test("is not needed while an org has none: the first people come in any order", () => {
    expect(directoryAfter(putPerson("bo"), removePerson("bo")).people.size).toBe(0);
  });
});

describe("a role", () => {
  test("names its members in their order", () => {
    expect(decideDirectory(org(), putRole("sre", "vic", "bo")).events).toEqual([
      { type: "RoleChanged", data: { role: "sre", members: ["vic", "bo"] } },
    ]);
  });

  test("put again as it stands makes no event, in another order it does", () => {
    const state = directoryAfter(putPerson("a"), putPerson("b"), putRole("sre", "a", "b"));
    expect(decideDirectory(state, putRole("sre", "a", "b"))).toEqual({ events: [] });
    expect(decideDirectory(state, putRole("sre", "b", "a")).events).toHaveLength(1);
  });

  test("may be empty, and an empty one that was never put is an event", () => {
    expect(decideDirectory(org(), putRole("sre")).events).toHaveLength(1);
  });

  test("with an unknown member is refused, naming the place", () => {
    const { refusal } = decideDirectory(org(), putRole("sre", "bo", "zed"));
    expect(refusal).toEqual({
      code: "unprocessable",
      message: "members[1]: Nobody in the directory is called zed.",
      details: {
        faults: [{ path: "members[1]", message: "Nobody in the directory is called zed." }],
      },
    });
  });

  test("lists nobody twice", () => {
    expect(faultPaths(org(), putRole("sre", "bo", "vic", "bo"))).toEqual(["members[2]"]);
  });

  test("holds 1,000 members and no more", () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `p${index}`);
    const state = directoryAfter(...ids.map((id) => putPerson(id)));
    expect(decideDirectory(state, putRole("all", ...ids.slice(1))).events).toHaveLength(1);
    expect(faultPaths(state, putRole("all", ...ids))).toEqual(["members"]);
  });

  test.each(["", "a.b", "*", ">", "a b", "x".repeat(65), "rôle"])("cannot be called %j", (role) => {
    expect(faultPaths(org(), putRole(role, "bo"))).toEqual(["role"]);
  });

  test("lists at most 50 faults", () => {
    const members = Array.from({ length: 60 }, (_, index) => `z${index}`);
    expect(faultPaths(org(), putRole("sre", ...members))).toHaveLength(50);
  });
});

describe("an agent", () => {
  test("has a person who answers for it", () => {
    expect(decideDirectory(org(), putAgent("bot", "bo", { version: "2.1.0" })).events).toEqual([
      { type: "AgentChanged", data: { id: "bot", name: "bot", owner: "bo", version: "2.1.0" } },
    ]);
  });

  test("put again as it stands makes no event", () => {
    expect(decideDirectory(org(), putAgent("ci", "ana"))).toEqual({ events: [] });
  });

  test.each([{ name: "CI" }, { owner: "bo" }, { version: "3" }])("changes with %j", (over) => {
    expect(decideDirectory(org(), putAgent("ci", "ana", over)).events).toHaveLength(1);
  });

  test("cannot be owned by somebody unknown, nor by another agent", () => {
    expect(faultPaths(org(), putAgent("bot", "zed"))).toEqual(["owner"]);
    expect(faultPaths(org(), putAgent("bot", "ci"))).toEqual(["owner"]);
    expect(faultPaths(org(), putAgent("bot", "a b"))).toEqual(["owner"]);
  });

  test.each(["", "a.b", "*", ">", "a b", "x".repeat(65)])("cannot be called %j", (id) => {
    expect(faultPaths(org(), putAgent(id, "ana", { name: "Bot" }))).toEqual(["id"]);
  });
});
