import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { available, findProgram } from "../testkit/servers.ts";

describe.runIf(available("chromium"))("the sign-in link in a browser", () => {
  let server: Standalone;
  let browser: Browser;
  let page: Page;
  let folder: string;
  const elsewhere: string[] = [];
  const failures: string[] = [];

  beforeAll(async () => {
    server = await startStandalone();
    folder = await mkdtemp(join(tmpdir(), "countersign-page-"));
    browser = await chromium.launch({
      executablePath: findProgram("chromium") ?? "",
      args: ["--no-sandbox"],
    });
    page = await browser.newPage();
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (/^(?:https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1") {
        elsewhere.push(request.url());
      }
    });
    page.on("pageerror", (error) => failures.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("sets a cookie that scripts cannot read, and lands on GraphiQL", async () => {
    const link = /http:\S+\/sign-in\?token=\S+/.exec(server.program.output())?.[0] ?? "";
    await page.goto(link);
    expect(new URL(page.url()).pathname).toBe("/graphql");
    expect(page.url()).not.toContain("token");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    await page.locator(".graphiql-execute-button").waitFor();
  }, 60_000);

  test("a query runs there as whoever signed in", async () => {
    await page.goto(`${server.url}/graphql?query=${encodeURIComponent("{ viewer { id org } }")}`);
    await page.locator(".graphiql-execute-button").click();
    const result = page.locator(".result-window");
    await result.getByText('"ana"').waitFor();
    expect(await result.innerText()).toContain('"demo"');
    const picture = join(folder, "graphiql.png");
    await page.screenshot({ path: picture });
    expect((await stat(picture)).size).toBeGreaterThan(10_000);
  }, 60_000);

  test("and nothing was loaded from elsewhere, nor failed", () => {
    expect(elsewhere).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("without signing in nothing is answered", async () => {
    const stranger = await browser.newContext();
    const answer = await stranger.request.post(`${server.url}/graphql`, {
      data: { query: "{ viewer { id } }" },
    });
    expect(answer.status()).toBe(401);
    await stranger.close();
  });
});
