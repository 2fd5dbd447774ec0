import { mutant, type Mutant } from "./mutant.ts";

/** Builds in which a recipe does what its words should not let it. The reference model knows no recipes. */
export const mutantsOfRecipes: readonly Mutant[] = [
  mutant(
    "recipes believe the requester",
    "automation/who-set.ts",
    "if (by.kind === requester.kind && by.id === requester.id) return true;",
    "if (by.kind === requester.kind && by.id === requester.id) return false;",
    "a recipe skips no level on what the requester says",
    false,
  ),
  mutant(
    "recipes believe the owner of the asking agent",
    "automation/who-set.ts",
    'by.kind === "person" ? by.id === person :',
    'by.kind === "person" ? false :',
    "a recipe skips no level on what the owner of the asking agent says",
    false,
  ),
  mutant(
    "recipes believe other agents of the asking side",
    "automation/who-set.ts",
    "agents.get(by.id)?.owner === person",
    "false",
    "a recipe skips no level on what another agent of the same owner says",
    false,
  ),
  mutant(
    "recipes believe each other",
    "automation/who-set.ts",
    'if (by.kind === "system" || by.kind === "timer") return true;',
    'if (by.kind === "system" || by.kind === "timer") return false;',
    "a recipe skips no level on what another recipe made of somebody's words",
    false,
  ),
  mutant(
    "recipes give slots away on anybody's word",
    "request/changing/automate.ts",
    " || wanted.reassignTo.length > 0);\n  const namesOthers",
    ");\n  const namesOthers",
    "a recipe gives no slots away on what the requester says",
    false,
  ),
  mutant(
    "recipes bring in whomever the requester names",
    "request/changing/automate.ts",
    "const names = named.length > 0;",
    "const names = false;",
    "a recipe brings in nobody whom the requester named",
    false,
  ),
  mutant(
    "anybody runs a recipe",
    "request/changing/automate.ts",
    "if (context.principal !== null)",
    "if (false)",
    "nobody sends a run of a recipe themselves",
    false,
  ),
];
