import type { DefinitionState } from "../definition/definition.ts";
import type { Recipe, RecipeTrigger } from "./recipe.ts";

/** A recipe that runs now, with where it comes from. */
export interface ActiveRecipe {
  readonly recipe: Recipe;
  readonly version: number;
  /** ISO 8601: what happened before concerns it not. */
  readonly importedAt: string;
  /** The admin who imported it. */
  readonly importedBy: string;
}

const known = new WeakMap<DefinitionState["entries"], readonly ActiveRecipe[]>();

/** The recipes in force, in the order of their ids; found once for each revision of the definitions. */
export const activeRecipes = ({ entries }: DefinitionState): readonly ActiveRecipe[] => {
  const found = known.get(entries);
  if (found !== undefined) return found;
  const made: ActiveRecipe[] = [];
  for (const versions of entries.values()) {
    const entry = versions.at(-1);
    if (entry?.kind !== "recipe" || !entry.active) continue;
    const { version, importedAt, importedBy, content } = entry;
    // Imported before recipes ran, it is the author's own JSON: it runs once it is imported again.
    if (content.requiresApproval === undefined) continue;
    made.push({ recipe: content, version, importedAt, importedBy });
  }
  made.sort((a, b) => (a.recipe.id < b.recipe.id ? -1 : 1));
  known.set(entries, made);
  return made;
};

/** Those with this trigger that look at topics of this workflow; null for requests without a topic. */
export const recipesFor = (
  definition: DefinitionState,
  trigger: RecipeTrigger,
  workflow: string | null,
): readonly ActiveRecipe[] =>
  activeRecipes(definition).filter(
    ({ recipe }) =>
      recipe.trigger === trigger && (recipe.workflow === null || recipe.workflow === workflow),
  );
