import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord } from "@countersign/domain/request/events.ts";
import { levelApproved, opened, person, stream, voted } from "./written.ts";
import { append } from "./planting.ts";
import { asking, by, story, type Step } from "./scenario.ts";
import { broken } from "./broken.ts";

const one = stream("apr_1");

/** One level with these groups, opened with these records; then the steps; then it is approved by `bo`. */
export const decided = (
  plan: LevelPlan,
  records: readonly GroupRecord[],
  ...steps: readonly Step[]
): string[] => {
  const asked = story({ levels: [plan] }, asking(opened(1, ...records)), ...steps);
  const events = [levelApproved("bo")];
  return broken(append(asked, { stream: one, actor: person("bo"), events, minute: 50 }));
};

/** An approval of each of them. */
export const votes = (...ids: string[]): Step[] => ids.map((id) => by(id, voted(id)));
/** A deny at level 1. */
export const denies = (id: string): Step => by(id, voted(id, 1, { decision: "deny" }));
