/** A place between two pages, opaque to clients: the sort and the keys of the last row. */
export interface Cursor {
  readonly sort: string;
  readonly keys: readonly number[];
}

export const encodeCursor = ({ sort, keys }: Cursor): string =>
  Buffer.from(JSON.stringify([sort, ...keys])).toString("base64url");

/** Null for anything that `encodeCursor` did not make, and for a page of another sort. */
export const decodeCursor = (text: string, sort: string, keys: number): Cursor | null => {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!Array.isArray(read) || read[0] !== sort || read.length !== keys + 1) return null;
    const numbers: unknown[] = read.slice(1);
    const whole = numbers.filter((key): key is number => Number.isSafeInteger(key));
    return whole.length === keys ? { sort, keys: whole } : null;
  } catch {
    return null;
  }
};
