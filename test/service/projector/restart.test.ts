import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ReadModelFile } from "@countersign/read-models/read-model-file.ts";
import { startOrg, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
afterEach(() => org.close());

describe.each([
  ["with the commander's folds", true],
  ["with folds of its own", false],
])("a projector %s", (_, shared) => {
  test("goes on after a restart with requests that were open before", async () => {
    org = await startOrg({ shared });
    const id = await org.ask();
    const other = await org.ask();
    await org.restartProjector();
    await org.change({ type: "put-role", role: "qa_lead", members: ["bo", "dee"] });
    const voted = await org.command("bo", "approve", {}, id);
    const { result } = await org.query("bo", "request", {
      id,
      min_position: String(voted.result["position"]),
    });
    expect(result).toEqual(voted.result);
    const open = await org.query("dee", "requests", { mine: "now" });
    expect(open.result.items?.map((item) => item["id"])).toEqual([other]);
  });

  test("fills a damaged read model again from the log", async () => {
    org = await startOrg({ shared });
    const id = await org.ask();
    await org.projector.close();
    for (const model of ["queue", "stats", "audit"])
      writeFileSync(
        join(org.dir, `read-${model}.db`),
        "this is no database, but long enough to be read as one".repeat(100),
      );
    await org.restartProjector();
    expect((await org.query("bo", "request", { id })).result["status"]).toBe("pending");
    expect((await org.query("bo", "request-audit", { id })).result.items).toHaveLength(2);
    expect((await org.query("bo", "stats")).result["totals"]).toMatchObject({ pending: 1 });
  });
});

describe("a read model's file", () => {
  const schema = "create table row (n integer) strict;";
  const open = (bootId: string | null, version = 1): ReadModelFile =>
    new ReadModelFile({ path: join(org.dir, "model.db"), version, schema, bootId });
  const write = (file: ReadModelFile): void => {
    file.begin();
    file.database.exec("insert into row values (1)");
    file.reached("7", 7n);
    file.commit();
  };

  test("is kept when it was closed, whatever happened to the machine", async () => {
    org = await startOrg();
    const file = open("boot-1");
    write(file);
    file.close();
    const again = open("boot-2");
    expect([again.isNew, again.checkpoint, again.position]).toEqual([false, "7", 7n]);
    again.close();
  });

  test("is kept when only the process died, and begins again when the machine did", async () => {
    org = await startOrg();
    const file = open("boot-1");
    write(file);
    file.begin();
    file.database.exec("insert into row values (2)");
    file.reached("8", 8n);
    file.abandon();
    const sameBoot = open("boot-1");
    expect([sameBoot.isNew, sameBoot.checkpoint]).toEqual([false, "7"]);
    expect(sameBoot.database.prepare("select count(*) as n from row").get()?.["n"]).toBe(1);
    sameBoot.abandon();
    const nextBoot = open("boot-2");
    expect([nextBoot.isNew, nextBoot.checkpoint]).toEqual([true, "start"]);
    nextBoot.abandon();
    const unknownBoot = open(null);
    expect(unknownBoot.isNew).toBe(true);
    unknownBoot.close();
  });

  test("begins again when another version wrote it, and is left alone while it is in use", async () => {
    org = await startOrg();
    const file = open("boot-1");
    write(file);
    expect(() => open("boot-1")).toThrow(/is in use/);
    file.close();
    const newer = open("boot-1", 2);
    expect([newer.isNew, newer.checkpoint]).toEqual([true, "start"]);
    newer.close();
  });
});
