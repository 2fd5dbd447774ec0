/**
 * A name as an id: lower-case letters and digits joined by `-` (`QA Verification` → `qa-verification`). Letters lose
 * their accents, ids keep their `_`; every other run of characters becomes one `-`. Empty when nothing is left.
 */
export const kebabCase = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .replaceAll(/^-|-$/g, "");
