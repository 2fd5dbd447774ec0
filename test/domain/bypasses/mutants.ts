import type { Mutant } from "./mutant.ts";
import { mutantsOfDealings } from "./mutants-of-dealings.ts";
import { mutantsOfGates } from "./mutants-of-gates.ts";
import { mutantsOfPayloads } from "./mutants-of-payloads.ts";
import { mutantsOfPeople } from "./mutants-of-people.ts";
import { mutantsOfRecipes } from "./mutants-of-recipes.ts";
import { mutantsOfSilence } from "./mutants-of-silence.ts";

/** Builds in which one way around an approval is open, each way at least once, and some that only break a rule. */
export const mutants: readonly Mutant[] = [
  ...mutantsOfPeople,
  ...mutantsOfPayloads,
  ...mutantsOfSilence,
  ...mutantsOfGates,
  ...mutantsOfRecipes,
  ...mutantsOfDealings,
];
