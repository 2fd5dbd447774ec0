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
    expect(decideDirectory(org(), removePerson("zed"))).toEqual({
      events: [],
      refusal: { code: "not-found", message: "There is no such person." },
    });
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
    expect(decideDirectory(org(), command).refusal?.message).toBe(
      "ana is the last active admin: make somebody else an admin first.",
    );
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
    const three = ["a", "b", "c"];
    const state = directoryAfter(...three.map((id) => putPerson(id)), putRole("sre", ...three));
    expect(decideDirectory(state, putRole("sre", ...three))).toEqual({ events: [] });
    expect(decideDirectory(state, putRole("sre", "a", "c", "b")).events).toHaveLength(1);
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

  test("put again with one more or one less is an event", () => {
    for (const members of [["bo", "vic"], []])
      expect(decideDirectory(org(), putRole("qa_lead", ...members)).events).toHaveLength(1);
  });

  test("holds 1,000 members and no more", () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `p${index}`);
    const state = directoryAfter(...ids.map((id) => putPerson(id)));
    expect(decideDirectory(state, putRole("all", ...ids.slice(1))).events).toHaveLength(1);
    expect(faultPaths(state, putRole("all", ...ids))).toEqual(["members"]);
    expect(faultPaths(state, putRole("a b", ...ids))).toEqual(["role", "members"]);
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

describe("what is wrong with an entry is said in a sentence at its place", () => {
  const personIds = "A person id has 1 to 128 printable ASCII characters without space.";
  const plainIds = "An id has 1 to 64 letters, digits, _ or -.";
  const names = "A name has 1 to 200 characters.";
  const addresses = "This is no mail address.";
  const long = "n".repeat(201);
  const email = (address: string) => putPerson("cy", { email: address });
  const crowd = Array.from({ length: 1_001 }, () => "bo");

  test.each([
    ["id", personIds, putPerson("a b", { name: "A" })],
    ["name", names, putPerson("cy", { name: "\t" })],
    ["name", names, putPerson("cy", { name: long })],
    ["email", addresses, email("cy")],
    ["email", addresses, email("cy@ example.org")],
    ["email", addresses, email("cy@example.org, bo@example.org")],
    ["email", addresses, email(`${"c".repeat(253)}@e`)],
    ["email", "An address has no control or invisible characters.", email("c\u202ey@e")],
    ["email", "An address has no control or invisible characters.", email("cy@e\u0007")],
    ["email", "This is already the address of ana.", email("Ana@example.org")],
    ["zone", "This is no time zone; one looks like Europe/Berlin.", putPerson("cy", { zone: "?" })],
    ["role", plainIds, putRole("a.b", "bo")],
    ["members", "A role has at most 1000 members.", putRole("sre", ...crowd)],
    ["members[1]", personIds, putRole("sre", "bo", "")],
    ["members[0]", "Nobody in the directory is called ci.", putRole("sre", "ci")],
    ["members[1]", "bo is listed twice.", putRole("sre", "bo", "bo")],
    ["id", plainIds, putAgent("a.b", "ana")],
    ["name", names, putAgent("bot", "ana", { name: "" })],
    ["owner", personIds, putAgent("bot", "")],
    ["owner", "Nobody in the directory is called zed.", putAgent("bot", "zed")],
    ["version", names, putAgent("bot", "ana", { version: " " })],
    ["version", names, putAgent("bot", "ana", { version: long })],
  ])("%s: %s", (path, message, command) => {
    expect(decideDirectory(org(), command)).toEqual({
      events: [],
      refusal: {
        code: "unprocessable",
        message: `${path}: ${message}`,
        details: { faults: [{ path, message }] },
      },
    });
  });

  test("and what is just right is taken", () => {
    const commands = [
      email(`${"c".repeat(252)}@e`),
      putPerson("cy", { name: "n" }),
      putAgent("bot", "ana", { version: "n".repeat(200) }),
    ];
    for (const command of commands) expect(decideDirectory(org(), command).events).toHaveLength(1);
  });
});
