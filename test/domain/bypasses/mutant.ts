/** A fault planted into a copy of the domain: in one file, one text becomes another. */
export interface Mutant {
  readonly name: string;
  /** Below `libs/domain/src`. */
  readonly file: string;
  /** Stands exactly once in the file: when it does not, the mutant must follow the code. */
  readonly from: string;
  readonly to: string;
  /** Title of a bypass that is open in this build; null where only the model notices. */
  readonly opens: string | null;
  /** True where the reference model has to notice it as well. */
  readonly parts: boolean;
}

/** A mutant, of which the model has to notice something unless `parts` is false. */
export const mutant = (
  name: string,
  file: string,
  from: string,
  to: string,
  opens: string | null,
  parts = true,
): Mutant => ({ name, file, from, to, opens, parts });
