import type { Group, Level, ListedRequest, Request, Slot } from "@countersign/client/request.ts";
import { actionText } from "./action-text.ts";
import { table } from "./table.ts";
import { visible, visibleLines } from "./visible.ts";

const waited = (since: string, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
};

/** A list of requests as a table; `now` in milliseconds. */
export const requestTable = (requests: readonly ListedRequest[], now: number): string =>
  requests.length === 0
    ? "No approval requests."
    : table(
        ["ID", "STATUS", "URGENCY", "TITLE", "ACTION", "BY", "AGE"],
        requests.map(({ id, status, urgency, title, action, requester, created_at }) => [
          id,
          status,
          urgency,
          visible(title),
          visible(action.type),
          visible(requester.id),
          waited(created_at, now),
        ]),
      );

const slotText = ({ approver, status, vote, via }: Slot): string => {
  const who = visible(approver ?? `a request under ${via.identifier}`);
  const forWhom =
    vote !== null && vote.voted_by !== approver ? ` by ${visible(vote.voted_by)}` : "";
  return `${who} (${status.replaceAll("_", " ")}${forWhom})`;
};

const groupText = ({ group, required, needed, slots }: Group): string =>
  `      ${visible(group)}: ${required}, ${needed} needed` +
  (slots.length === 0 ? "" : ` of ${slots.map(slotText).join(", ")}`);

const levelText = ({ number, name, status, because, due_at, groups }: Level): string =>
  [
    `  ${number}. ${visible(name)}: ${status}` +
      (due_at === null ? "" : `, due ${due_at}`) +
      (because === null ? "" : ` (${visible(because)})`),
    ...groups.map(groupText),
  ].join("\n");

const line = (label: string, text: string | null | undefined): string[] =>
  text === null || text === undefined || text === ""
    ? []
    : [`${`${label}:`.padEnd(13)}${visible(text)}`];

const resolutionOf = ({ resolution, resolved_at }: Request): string[] =>
  resolution === null
    ? []
    : [
        ...line("Resolved", `${resolved_at ?? ""} by ${resolution.by.kind} ${resolution.by.id}`),
        ...line("Reason", resolution.reason),
        ...line("Notes", resolution.notes),
      ];

const objectText = (label: string, value: object): string[] =>
  Object.keys(value).length === 0
    ? []
    : [`${label}:`, visibleLines(JSON.stringify(value, null, 2), "  ")];

const timelineText = ({ timeline }: Request): string[] =>
  timeline.length === 0
    ? []
    : [
        "If nobody acts:",
        ...timeline.map(({ at, action, level, to }) => {
          const whose = level === null ? "" : `, level ${level}`;
          const whom = to.length === 0 ? "" : `: ${to.join(", ")}`;
          return visible(`  ${at} ${action}${whose}${whom}`);
        }),
      ];

/** A request, whole: what an approver must have seen before deciding. */
export const requestText = (request: Request): string =>
  [
    ...line("Request", request.id),
    ...line("Title", request.title),
    ...line("Status", request.blocked ? `${request.status}, blocked for people` : request.status),
    ...line("Urgency", request.urgency),
    ...line("Requester", `${request.requester.kind} ${request.requester.id}`),
    ...line(
      "Policy",
      request.policies.map(({ id, version }) => `${id} (version ${version})`).join(", "),
    ),
    ...line("Reasons", request.reason_codes.join(", ")),
    ...line("Created", request.created_at),
    ...line("Expires", request.status === "pending" ? (request.expires_at ?? "never") : null),
    ...resolutionOf(request),
    ...(request.description === null
      ? []
      : ["Description (the asker's words):", visibleLines(request.description, "  ")]),
    `Action (payload version ${request.payload_version}, ${request.payload_hash}):`,
    actionText(request),
    ...(Object.keys(request.context).length === 0
      ? []
      : [
          "Context (the asker's words):",
          visibleLines(JSON.stringify(request.context, null, 2), "  "),
        ]),
    ...objectText("Risk", request.risk_snapshot),
    ...objectText("Links", request.links),
    ...(request.attempts.length === 0
      ? []
      : ["Denied before:", visibleLines(JSON.stringify(request.attempts, null, 2), "  ")]),
    ...(request.recommendations.length === 0
      ? []
      : ["Recommendations:", visibleLines(JSON.stringify(request.recommendations, null, 2), "  ")]),
    ...(request.levels.length === 0 ? [] : ["Levels:", ...request.levels.map(levelText)]),
    ...request.questions.flatMap(({ text, asked_by, answer }) => [
      `Question of ${visible(asked_by)}: ${visible(text)}`,
      `  ${answer === null ? "not answered yet" : visible(answer)}`,
    ]),
    ...timelineText(request),
  ].join("\n");

/** One line for what a decision came to. */
export const outcomeText = ({ id, status, levels, title }: Request): string => {
  const open = levels.find((level) => level.status === "open");
  const rest =
    status === "pending" && open !== undefined
      ? `, level ${open.number} (${open.name}) is open`
      : "";
  return visible(`${id} is ${status}${rest}: ${title}`);
};
