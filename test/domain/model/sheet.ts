import type { Crowd } from "./crowd.ts";
import type { Facts, Rung } from "./shapes.ts";

/** What the model writes down about one request. */

export interface Slip {
  readonly person: number;
  /** The role under which the person was recorded; null for somebody named. */
  readonly role: number | null;
  /** Was next in turn of the role. */
  readonly turn?: true;
}

/** A group of a level that began. */
export interface Circle {
  /** Roles whose members of the day answer, in the order in which they were named. */
  readonly pools: readonly number[];
  readonly slips: readonly Slip[];
  /** Approvals that were wanted when it was recorded. */
  readonly bar: number;
  /** Recorded people who are gone. */
  readonly gone: Crowd;
  /** Whose slot was given to somebody else. */
  readonly replaced: Crowd;
  /** Edited the payload elsewhere, and has no say here. */
  readonly apart: Crowd;
  /** Agents that were recorded beside the people. */
  readonly agents: Crowd;
  /** Who stood in the pools when the level ended; null before. */
  readonly last: Crowd | null;
}

export interface Ballot {
  /** Whose slot it fills. */
  readonly slot: number;
  readonly by: number;
  readonly yes: boolean;
  readonly hash: string;
}

export interface Stage {
  readonly state: "open" | "approved" | "denied" | "skipped" | "closed";
  readonly circles: readonly Circle[];
  /** Votes that stand, in the order in which they were cast. */
  readonly ballots: readonly Ballot[];
  /** The group whose denial ended it; -1 for none. */
  readonly deniedBy: number;
}

/** The edit behind the current payload. */
export interface Edit {
  readonly editor: number;
  readonly place: number;
  readonly hash: string;
  /** Of what was edited. */
  readonly base: string;
  /** The editor's vote while the edited level waits for earlier ones. */
  readonly held: Ballot | null;
}

/** A question that an approver asked. */
export interface Asked {
  readonly place: number;
  readonly by: string;
  /** Null while it waits for its answer. */
  readonly text: string | null;
  readonly answeredBy: string | null;
}

/** The one-time right to run what was approved. */
export interface Grant {
  readonly stands: "granted" | "consumed" | "executed" | "failed";
  /** Milliseconds. */
  readonly until: number;
}

export interface Sheet {
  readonly status: "pending" | "approved" | "denied" | "expired" | "cancelled";
  /** All levels, fallbacks last; `regular` of them are none. */
  readonly rungs: readonly Rung[];
  readonly regular: number;
  readonly approvesWhenSkipped: boolean;
  readonly inline: boolean;
  /** A gate asked for it: no agent decides, and nobody about their own. */
  readonly escalated: boolean;
  readonly facts: Facts;
  readonly asker: string;
  /** The policy that brought the levels; null for inline approvers. */
  readonly policy: string | null;
  readonly keepsApprovals: boolean;
  /** Of the current payload, and of the first. */
  readonly hash: string;
  readonly firstHash: string;
  readonly edit: Edit | null;
  readonly extensions: number;
  readonly claimedBy: string | null;
  readonly questions: readonly Asked[];
  /** Denials before it of the same question, and how many there may be in a row. */
  readonly attempts: number;
  readonly mostAttempts: number;
  /** Minutes that a grant is good for; the grant itself once it is approved. */
  readonly grantMinutes: number;
  readonly grant: Grant | null;
  /** Places of levels that an admin skipped. */
  readonly amendedAway: readonly number[];
  /** Kept out by separation of duties. */
  readonly apart: Crowd;
  /** Milliseconds; Infinity for never. */
  readonly deadline: number;
  readonly stages: readonly Stage[];
  /** The level that was found without people and not recorded again since; 0 when none. */
  readonly stuck: number;
  /** True after all levels were skipped and nothing may pass without a decision. */
  readonly allSkipped: boolean;
  /** Who ended it: `kind:id`, empty while it is pending. */
  readonly endedBy: string;
}

/** The level that people decide at now: its place from 0, or -1. */
export const openPlace = ({ stages, status }: Sheet): number =>
  status === "pending" && stages.at(-1)?.state === "open" ? stages.length - 1 : -1;

export const withStage = (sheet: Sheet, place: number, stage: Stage): Sheet => ({
  ...sheet,
  stages:
    place === sheet.stages.length
      ? [...sheet.stages, stage]
      : sheet.stages.map((known, at) => (at === place ? stage : known)),
});

export const stageAt = ({ stages }: Sheet, place: number): Stage => {
  const stage = stages[place];
  if (stage === undefined) throw new Error(`The model knows no stage ${place + 1}.`);
  return stage;
};

export const rungAt = ({ rungs }: Sheet, place: number): Rung => {
  const rung = rungs[place];
  if (rung === undefined) throw new Error(`The model knows no level ${place + 1}.`);
  return rung;
};
