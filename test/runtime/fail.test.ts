import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { sentenceOf } from "@countersign/runtime/fail.ts";

describe("a failure is told in a sentence", () => {
  test("that names the address which is in use", async () => {
    const first = createServer().listen(0, "127.0.0.1");
    await once(first, "listening");
    const address = first.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const second = createServer().listen(port, "127.0.0.1");
    const [error] = await once(second, "error");
    first.close();
    expect(sentenceOf(error)).toBe(
      `127.0.0.1:${port} is in use by another process: stop that one, or set COUNTERSIGN_HTTP to another address.`,
    );
  });

  test("about a full disk, whoever found it out", () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-full-"));
    const database = new DatabaseSync(join(folder, "small.db"));
    database.exec("pragma max_page_count = 2; create table t (x)");
    let failure: unknown;
    try {
      for (let n = 0; n < 100; n++) database.exec("insert into t values (zeroblob(1000))");
    } catch (error) {
      failure = error;
    }
    database.close();
    rmSync(folder, { recursive: true });
    expect(sentenceOf(failure)).toMatch(/^The disk is full/);
    const error = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    expect(sentenceOf(error)).toBe(sentenceOf(failure));
  });

  test("without a stack and with a full stop", () => {
    expect(sentenceOf(new Error("no connection to NATS at nats://a:1"))).toBe(
      "no connection to NATS at nats://a:1.",
    );
    expect(sentenceOf(new Error("one line.\n    at somewhere"))).toBe("one line.");
    expect(sentenceOf(new TypeError(""))).toBe("TypeError.");
    expect(sentenceOf("thrown text")).toBe("thrown text");
  });
});
