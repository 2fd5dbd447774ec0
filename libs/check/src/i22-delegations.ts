import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { delegationLinks, stood, type Link } from "./delegation-history.ts";
import { mayDecide } from "./eligibility.ts";
import { isNoPerson } from "./no-person.ts";
import type { History } from "./history.ts";
import { basisOf, orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";
import {
  levelPinned,
  peopleBehind,
  requestEvent,
  staying,
  tellRequests,
  type RequestStory,
} from "./request-story.ts";

type VoteCast = Extract<RequestEvent, { type: "VoteCast" }>["data"];

const MOST_LINKS = 3;

/** Milliseconds in which all links are open; an empty span when there is none. */
const sharedTime = (links: readonly Link[]): number =>
  Math.min(...links.map(({ endsAt }) => Date.parse(endsAt))) -
  Math.max(...links.map(({ startsAt }) => Date.parse(startsAt)));

/** Every chain of links that ends with the last one given, each redelegating to the next, all open at one time. */
const chainsTo = (links: readonly Link[], all: readonly Link[]): readonly (readonly Link[])[] => {
  const [first] = links;
  if (first === undefined || links.length > MOST_LINKS) return [links];
  const before = all.filter(
    (link) => link.redelegate && link.to === first.from && !links.includes(link),
  );
  return [
    links,
    ...before
      .filter((link) => sharedTime([link, ...links]) > 0)
      .flatMap((link) => chainsTo([link, ...links], all)),
  ];
};

const peopleOf = (links: readonly Link[]): string[] => [
  ...links.map(({ from }) => from),
  ...links.slice(-1).map(({ to }) => to),
];

/** What is wrong with the delegations as they stand after one was made. */
const madeFault = (made: Link, standing: readonly Link[]): string | null => {
  if (made.from === made.to) return `${made.from} delegates to themselves.`;
  if (sharedTime([made]) <= 0) return `delegation ${made.id} ends before it starts.`;
  for (const end of standing) {
    for (const links of chainsTo([end], standing)) {
      if (!links.includes(made)) continue;
      const people = peopleOf(links);
      const isCircle = links.every(({ redelegate }) => redelegate) && people[0] === people.at(-1);
      if (isCircle) return `delegation ${made.id} closes a circle.`;
      if (links.length > MOST_LINKS && new Set(people).size === people.length) {
        return `delegation ${made.id} makes a chain of more than ${MOST_LINKS} links.`;
      }
    }
  }
  return null;
};

/** True when the owner holds a slot of the level by one of these roles. */
const holdsBy = (
  story: RequestStory,
  entry: LogEntry,
  { level: number }: VoteCast,
  owner: string,
  roles: readonly string[],
): boolean => {
  const level = story.levels.get(number);
  const people = peopleBehind(story, entry);
  return (
    level?.groups.some((record) => {
      const { pools, slots } = staying(record, level);
      return (
        pools.some((role) => roles.includes(role) && people.inRole(owner, role)) ||
        slots.some(
          ({ approver, via }) =>
            approver === owner && via.type !== "user" && roles.includes(via.identifier),
        )
      );
    }) === true
  );
};

/** Why a chain of links does not carry a vote; null when it does. */
const chainFault = (
  story: RequestStory,
  entry: LogEntry,
  vote: VoteCast,
  links: readonly Link[],
): string | null => {
  const at = Date.parse(entry.metadata.occurredAt);
  const policy = levelPinned(story, vote.level)?.policy?.id ?? null;
  const owner = vote.onBehalfOf ?? vote.votedBy;
  const people = peopleBehind(story, entry);
  const { submitted } = story;
  for (const { id, from, startsAt, endsAt, policies, roles } of links) {
    if (at < Date.parse(startsAt) || at >= Date.parse(endsAt)) return `${id} is not open then`;
    if (policies !== null && (policy === null || !policies.includes(policy))) {
      return `${id} is for other policies`;
    }
    if (roles !== null && !holdsBy(story, entry, vote, owner, roles)) {
      return `${id} is for other roles`;
    }
    if (submitted !== null && !mayDecide(submitted, people, from)) {
      return `${from}, who handed on, may not vote`;
    }
  }
  return null;
};

const voteFault = (
  story: RequestStory,
  entry: LogEntry,
  vote: VoteCast,
  all: readonly Link[],
): string | null => {
  const { votedBy, onBehalfOf, delegationId } = vote;
  if (onBehalfOf === null) {
    return delegationId === null ? null : `${votedBy} votes for themselves with a delegation.`;
  }
  // A child request answers its own slot: nobody delegated that.
  if (isNoPerson(onBehalfOf)) return null;
  if (onBehalfOf === votedBy) return `${votedBy} votes on behalf of themselves.`;
  const { submitted } = story;
  if (submitted !== null && !mayDecide(submitted, peopleBehind(story, entry), votedBy)) {
    return `${votedBy} acts for ${onBehalfOf} and may not vote at all.`;
  }
  const revision = basisOf(entry)?.delegation ?? -1;
  const standing = all.filter((link) => stood(link, revision));
  const last = standing.find(({ id, to }) => id === delegationId && to === votedBy);
  const chains = last === undefined ? [] : chainsTo([last], standing);
  const leading = chains.filter(
    (links) => links.length <= MOST_LINKS && links[0]?.from === onBehalfOf,
  );
  if (leading.length === 0) {
    return `${votedBy} acts for ${onBehalfOf} by ${delegationId ?? "nothing"}, which does not lead there.`;
  }
  const faults = leading.map((links) => chainFault(story, entry, vote, links));
  const [first] = faults;
  return faults.includes(null) || first === undefined || first === null
    ? null
    : `${votedBy} acts for ${onBehalfOf}: ${first}.`;
};

/** I22: a delegation is used inside its window and scope only, over three links at most, and never in a circle. */
export const delegationsHold = (history: History): Violation[] => {
  const found: Violation[] = [];
  const byOrg = new Map<string, readonly Link[]>();
  for (const entries of history.category("delegation")) {
    const [first] = entries;
    if (first === undefined) continue;
    const links = delegationLinks(entries);
    byOrg.set(orgOf(first), links);
    entries.forEach((entry, revision) => {
      const made = links.find(({ madeAt }) => madeAt === revision);
      if (made === undefined) return;
      const fault = madeFault(
        made,
        links.filter((link) => stood(link, revision)),
      );
      if (fault !== null) found.push(violation("I22", entry, fault));
    });
  }
  tellRequests(history, (entry, story) => {
    const event = requestEvent(entry);
    if (event.type !== "VoteCast") return;
    const fault = voteFault(story, entry, event.data, byOrg.get(orgOf(entry)) ?? []);
    if (fault !== null) found.push(violation("I22", entry, fault));
  });
  return found;
};
