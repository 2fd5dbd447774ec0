/** Who holds a lease, as it stands on the broker. */
export interface LeaseRecord {
  /** Empty: given up. */
  readonly holder: string;
  /** Another at every write. */
  readonly revision: number;
}

/**
 * A word that several processes may write, each only over what it has seen. Nothing of it need survive the broker: a
 * lease that is lost with it is taken anew.
 */
export interface LeaseRegister {
  /** What stands there; null when nothing does. Throws `BusUnavailable` as `replace` does. */
  read(): Promise<LeaseRecord | null>;
  /**
   * Writes `holder` over the revision that was seen (null: nothing stood there) and answers the new revision; null
   * when another was faster, and then nothing is changed. After a throw the outcome is unknown.
   */
  replace(holder: string, seen: number | null): Promise<number | null>;
}
