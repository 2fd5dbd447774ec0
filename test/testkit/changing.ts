import type { JsonObject } from "@countersign/domain/json.ts";
import type { Target } from "@countersign/domain/policy/policy.ts";
import type { ChangeCommandOf, Edited } from "@countersign/domain/request/change-commands.ts";
import { command, type Happening } from "./happenings.ts";

const editTo = (hash: string, faults: Edited["faults"], parameters: JsonObject) => (): Edited => ({
  hash,
  patch: [{ op: "replace", path: "", value: parameters }],
  faults,
});

/** Edits the payload to other parameters, whose hash is `to`, and approves it. */
export const modifies = (
  by: string,
  {
    from = "sha256:aa",
    to = "sha256:bb",
    parameters = { replicas: 2 },
    level = null,
    notes = null,
    faults = [],
  }: {
    readonly from?: string;
    readonly to?: string;
    readonly parameters?: JsonObject;
    readonly level?: number | null;
    readonly notes?: string | null;
    readonly faults?: Edited["faults"];
  } = {},
): Happening =>
  command(by, {
    type: "modify",
    parameters,
    payloadHash: from,
    level,
    notes,
    edit: editTo(to, faults, parameters),
  });

export const withdraws = (by: string, level: number | null = null): Happening =>
  command(by, { type: "withdraw-vote", level });
export const asks = (by: string, text = "Why three?"): Happening =>
  command(by, { type: "question", text });
export const answers = (
  by: string,
  {
    text = "Because of the load.",
    questionId = null,
  }: { text?: string; questionId?: string | null } = {},
): Happening => command(by, { type: "answer", text, questionId });
export const claims = (by: string): Happening => command(by, { type: "claim" });
export const releases = (by: string): Happening => command(by, { type: "release" });

/** `role:qa_lead`, or a person's id. */
const target = (text: string): Target =>
  text.startsWith("role:")
    ? { type: "role", identifier: text.slice("role:".length) }
    : { type: "user", identifier: text };

export const reassigns = (
  by: string,
  {
    from = null,
    to,
    reason = "on leave",
  }: { from?: string | null; to: readonly string[]; reason?: string | null },
): Happening => command(by, { type: "reassign", from, to: to.map(target), reason });

export const prolongs = (
  by: string,
  expiresAt: string,
  reason: string | null = "needs time",
): Happening => command(by, { type: "extend", expiresAt, reason });

type Amend = ChangeCommandOf<"amend">;

export const amends = (
  by: string,
  {
    skip = [],
    add = [],
    shorten = [],
    reason = "as agreed",
  }: {
    skip?: readonly number[];
    add?: readonly { level: number; group?: string; who: readonly string[] }[];
    shorten?: Amend["shorten"];
    reason?: string | null;
  } = {},
): Happening =>
  command(by, {
    type: "amend",
    skipLevels: skip,
    addApprovers: add.map(({ level, group, who }) => ({
      level,
      group: group ?? null,
      approvers: who.map(target),
    })),
    shorten,
    reason,
  });

export const breaksGlass = (
  by: string,
  {
    reason = "production is down",
    hash = null,
  }: { reason?: string | null; hash?: string | null } = {},
): Happening => command(by, { type: "break-glass", reason, payloadHash: hash });
