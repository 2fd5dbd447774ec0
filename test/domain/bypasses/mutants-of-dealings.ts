import { mutant, type Mutant } from "./mutant.ts";

/** Breaks a rule that is no way around an approval: the reference model has to notice it. */
const broken = (name: string, file: string, from: string, to: string): Mutant =>
  mutant(name, file, from, to, null);

/** Builds with a fault in turns, deciders, questions, claims, or in asking again. */
export const mutantsOfDealings: readonly Mutant[] = [
  broken(
    "agents fill the places of people",
    "request/levels/quorum.ts",
    'decision === "approve" && isNoHead(approver, quorum)',
    "false",
  ),
  broken(
    "agents decide on levels elsewhere than where they edited",
    "request/people/slots.ts",
    "deciders.filter(({ approver }) => !apart.includes(approver))",
    "deciders",
  ),
  broken(
    "an agent's deny answers for a person",
    "request/levels/gap.ts",
    "approversAmong(roster.holders(group), groupPlan(plan, index).quorum).some(",
    "roster.holders(group).slice(counted.denials.length).some(",
  ),
  broken(
    "turns go to whoever had one last",
    "request/people/turns.ts",
    "if (at < best ||",
    "if (at > best ||",
  ),
  broken(
    "turns go to people who are away",
    "request/people/turns.ts",
    "isAway(delegation, member, opening.now)",
    "false",
  ),
  broken(
    "turns go to whoever edited elsewhere",
    "request/people/turns.ts",
    " || apart.includes(member)",
    "",
  ),
  broken(
    "a denied request is asked again once too often",
    "request/asking/resubmit.ts",
    "attempts.length > limit\n",
    "attempts.length > limit + 1\n",
  ),
  broken(
    "somebody else asks a denied request again",
    "request/asking/resubmit.ts",
    "    previous.submitted.requester.id !== principal.id ||\n",
    "",
  ),
  broken(
    "claims are taken over",
    "request/changing/claim.ts",
    "  if (claimedBy !== null) {",
    '  if (claimedBy === "nobody") {',
  ),
  broken(
    "strangers release claims",
    "request/changing/claim.ts",
    "(claimedBy === null && hatsAtOpen(state, principal, reference, now).length > 0)",
    "claimedBy !== null",
  ),
  broken(
    "a claim outlives its level",
    "request/evolve-changes.ts",
    "    ...withoutClaim(state),\n    levels: [",
    "    ...state,\n    levels: [",
  ),
  broken(
    "everybody answers questions",
    "request/changing/questions.ts",
    "principal === null || !isAsker(state, principal)",
    "principal === null",
  ),
  broken(
    "the newest question is meant",
    "request/changing/questions.ts",
    "const meant = questions.find(",
    "const meant = questions.findLast(",
  ),
];
