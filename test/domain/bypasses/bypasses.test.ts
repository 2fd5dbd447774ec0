import { describe, test } from "vitest";
import { thisBuild } from "../model/build.ts";
import { bypasses } from "./bypasses.ts";

describe("Ways around an approval", () => {
  for (const { title, attempt } of bypasses) {
    test(`stay closed: ${title}`, () => attempt(thisBuild));
  }
});
