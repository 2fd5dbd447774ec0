import { playHistories } from "../model/tally.ts";
import { bypasses } from "./bypasses.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { buildWith } from "./plant.ts";
import type { Bypass } from "./story.ts";

/**
 * `node test/domain/bypasses/try-mutants.ts [name]`: one line of JSON for each mutant. In a process of its own, because
 * planting a fault takes Node's own loader.
 */
export interface Tried {
  readonly name: string;
  /** Bypasses that this build lets pass. */
  readonly open: readonly string[];
  /** Histories until decider and reference model parted; null when they did not, or need not. */
  readonly partedAfter: number | null;
  /** Why the mutant could not be planted. */
  readonly failure: string | null;
}

/** Histories in which the reference model has to notice a mutant. */
const HISTORIES = 3_000;

const passes = ({ attempt }: Bypass, build: Parameters<Bypass["attempt"]>[0]): boolean => {
  try {
    attempt(build);
    return false;
  } catch {
    return true;
  }
};

const partedAfter = (build: Parameters<Bypass["attempt"]>[0]): number | null => {
  for (let history = 0; history < HISTORIES; history++) {
    try {
      const { divergences } = playHistories(build, "mutants", history, 1);
      if (divergences.length > 0) return history + 1;
    } catch {
      // A build that cannot even go on has parted from the model.
      return history + 1;
    }
  }
  return null;
};

const tryMutant = async (mutant: Mutant): Promise<Tried> => {
  const { name, parts } = mutant;
  try {
    const build = await buildWith(mutant);
    const open = bypasses.filter((bypass) => passes(bypass, build)).map(({ title }) => title);
    return { name, open, partedAfter: parts ? partedAfter(build) : null, failure: null };
  } catch (error) {
    return { name, open: [], partedAfter: null, failure: String(error) };
  }
};

const [only] = process.argv.slice(2);
for (const mutant of mutants) {
  if (only === undefined || mutant.name === only)
    console.log(JSON.stringify(await tryMutant(mutant)));
}
