import { test } from "vitest";
import { expectAgreement } from "./expect-agreement.ts";

test("The decider does what the reference model says in 25,000 histories of 20 to 60 commands, which went everywhere", async () => {
  await expectAgreement({ seed: "ci", first: 0, count: 25_000 });
}, 240_000);
