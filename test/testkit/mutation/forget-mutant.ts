import { afterAll } from "vitest";

// The files of a mutation run share their modules: what the next one loads must be loaded without a mutant. Stryker
// keeps which one is active in a global, and sets it again before each file's tests.
afterAll(() => {
  const stryker: unknown = Reflect.get(globalThis, "__stryker__");
  if (typeof stryker === "object" && stryker !== null)
    Reflect.deleteProperty(stryker, "activeMutant");
});
