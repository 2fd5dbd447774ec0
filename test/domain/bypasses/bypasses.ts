import { gates } from "./gates.ts";
import { ownRequests } from "./own-requests.ts";
import { payloads } from "./payload.ts";
import { otherPeople } from "./people.ts";
import { recipes } from "./recipes.ts";
import { silence } from "./silence.ts";
import type { Bypass } from "./story.ts";

/** Every way around an approval that the domain has to close. */
export const bypasses: readonly Bypass[] = [
  ...ownRequests,
  ...otherPeople,
  ...payloads,
  ...silence,
  ...gates,
  ...recipes,
];
