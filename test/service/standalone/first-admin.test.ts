import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeApi } from "../../testkit/http.ts";
import { startIssuer } from "../../testkit/issuer.ts";
import { startStandalone } from "../../testkit/processes/standalone.ts";

describe("an org's beginnings", () => {
  test("with an identity provider are the first admin, and neither the demo org nor tokens", async () => {
    await using issuer = await startIssuer();
    await using server = await startStandalone({
      env: { ...issuer.env, COUNTERSIGN_BOOTSTRAP_ADMIN: "acme:alice" },
    });
    const alice = makeApi(
      server.url,
      await issuer.token({ org: "acme", sub: "alice", kind: "person" }),
      "acme",
    );
    const put = await alice.put("/directory/people/bo", { name: "Bo", access: "approver" });
    expect(put.status, put.text).toBe(200);
    const other = makeApi(server.url, await issuer.token({ org: "demo", sub: "ana" }), "demo");
    expect((await other.get("/approvals")).status).toBe(401);
    expect(existsSync(join(server.dataDir, "dev-tokens.json"))).toBe(false);

    // Once there is an admin, the setting changes nothing any more.
    const events = server.readLog().length;
    await server.stop();
    await server.start({ COUNTERSIGN_BOOTSTRAP_ADMIN: "acme:mallory" });
    expect(server.readLog()).toHaveLength(events);
  }, 30_000);

  test("in development are the demo org, made once, and tokens for its owner's eyes only", async () => {
    await using server = await startStandalone();
    const file = join(server.dataDir, "dev-tokens.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const tokens: Record<string, string> = JSON.parse(await readFile(file, "utf8"));
    expect(Object.keys(tokens).toSorted()).toEqual(
      "ana bo ci cy dee deployment-bot eli fay gus hal ivy vic".split(" "),
    );
    const removed = await server.as("ana").delete("/directory/people/vic");
    expect(removed.status, removed.text).toBe(200);
    const events = server.readLog().length;
    await server.stop();
    await server.start();
    expect(server.readLog()).toHaveLength(events);
    const [link] = /http:\S+sign-in\?token=\S+/.exec(server.program.output()) ?? [];
    const signedIn = await fetch(link ?? "", { redirect: "manual" });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get("set-cookie")).toContain("HttpOnly");
  }, 30_000);
});
