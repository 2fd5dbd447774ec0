import { cloudEventType } from "@countersign/messaging/cloud-events.ts";

/** What GraphQL shows of a CloudEvent. */
export interface WireEvent {
  readonly id: string;
  readonly position: string;
  /** The domain's name: `VoteCast`. */
  readonly event: string;
  readonly subject: string | null;
  readonly org: string;
  readonly at: string;
  readonly data: unknown;
}

/** Events whose name begins with their category's word, which the CloudEvent type leaves out. */
const shortened: readonly (readonly [string, string])[] = [
  ["request", "Submitted Claimed Released Escalated Reassigned AutoApproved"],
  ["request", "Approved Denied Expired Cancelled Abandoned"],
  ["topic", "Created"],
  ["delegation", "Created Revoked"],
  ["automation", "Ran"],
  ["pending", "Claimed"],
];

const word = (category: string): string => category.charAt(0).toUpperCase() + category.slice(1);

const names = new Map(
  shortened.flatMap(([category, rests]) =>
    rests.split(" ").map((rest) => {
      const name = `${word(category)}${rest}`;
      return [cloudEventType(category, name), name] as const;
    }),
  ),
);

/** `io.countersign.request.vote-cast.v1` → `VoteCast`. */
const nameOf = (type: string): string =>
  names.get(type) ?? (type.split(".").at(-2) ?? "").split("-").map(word).join("");

export const readCloudEvent = (text: string): WireEvent => {
  const event = JSON.parse(text) as {
    id: string;
    type: string;
    subject?: string;
    time: string;
    org: string;
    position: string;
    data: unknown;
  };
  return {
    id: event.id,
    position: event.position,
    event: nameOf(event.type),
    subject: event.subject ?? null,
    org: event.org,
    at: event.time,
    data: event.data,
  };
};
