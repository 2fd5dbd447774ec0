/** What was tried without the right to: the stream `security-<org>.main`, shown to the org's admins only. */

export type SecurityEvent = {
  readonly type: "AttemptRefused";
  readonly data: {
    /** The refusal's code; `foreign-org` for another organisation's paths, which are answered like absent ones. */
    readonly code: string;
    /** What was tried: a command's or query's name. */
    readonly operation: string;
    /** The request it was about, or null. */
    readonly request: string | null;
    /** How many attempts this entry stands for: 1, or those of a minute in which there were too many to write each. */
    readonly count: number;
  };
};
