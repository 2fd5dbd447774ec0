import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { eventually } from "../testkit/processes/eventually.ts";
import { runProgram, type RunningProgram } from "../testkit/processes/program.ts";

const program = fileURLToPath(new URL("a-service.ts", import.meta.url));

const run = (activity: string): RunningProgram => runProgram({ args: [program, activity] });

const started = async (program: RunningProgram): Promise<void> => {
  await eventually("the start", () => program.output().includes("started") || undefined);
};

describe.concurrent("a service", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("closes on %s and ends with 0", async (signal) => {
    await using program = run("closes");
    await started(program);
    program.kill(signal);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.output()).toContain("closed");
  });

  test("takes the same signal twice within a second as one", async () => {
    await using program = run("closes slowly");
    await started(program);
    program.kill("SIGTERM");
    program.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.output()).toContain("closed");
  });

  test("ends at once when it is told a second time, later", async () => {
    await using program = run("never closes");
    await started(program);
    program.kill("SIGINT");
    await eventually("a second", () => program.output().includes("still closing") || undefined);
    program.kill("SIGINT");
    expect(await program.ended).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("is gone in less than 5 s though it cannot close, and ends with 1", async () => {
    await using program = run("never closes");
    await started(program);
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(1);
  });

  test("does not stay because something was forgotten", async () => {
    await using program = run("forgets something");
    await started(program);
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  test("ends with 1 when closing fails", async () => {
    await using program = run("fails to close");
    await started(program);
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(1);
  });

  test("that cannot go on says why, closes, and ends with 1", async () => {
    await using program = run("fails");
    expect((await program.ended).code).toBe(1);
    expect(program.errors()).toBe("the disk under events.db is full.\n");
    expect(program.output()).toContain("closed");
  });

  test("that throws where nobody catches closes, and ends with 1", async () => {
    await using program = run("throws");
    expect((await program.ended).code).toBe(1);
    expect(program.errors()).toContain("JSON");
    expect(program.output()).toContain("closed");
  });

  test.each([
    ["waits for others", "waits", { code: 0, signal: null }],
    ["was just opened", "opens slowly", { code: 0, signal: null }],
    ["never opens", "never opens", { code: null, signal: "SIGKILL" }],
  ])("that %s when it is told to stop ends without a word", async (_, activity, end) => {
    await using program = run(activity);
    await eventually("the wait", () => program.output().includes("waiting") || undefined);
    program.kill("SIGTERM");
    expect(await program.ended).toEqual(end);
    expect(program.errors()).toBe("");
    expect(program.output()).not.toContain("started");
    expect(program.output().includes("closed")).toBe(activity === "opens slowly");
  });

  test("that cannot start says why, also when it waits for timers only, and ends with 1", async () => {
    await using program = run("cannot start");
    expect((await program.ended).code).toBe(1);
    expect(program.errors()).toBe("The example cannot start: the file is damaged.\n");
  });
});
