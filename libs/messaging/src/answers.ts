import type { Headers, Reply } from "./bus.ts";

/** How the body of every yes begins; what follows, but for the last brace, is the result as it stands. */
const YES = '{"ok":true,"result":';

/** A yes with its result's JSON text, which is never parsed again on the way, and copied only where it leaves the process. */
export const yesWith = (headers: Headers, result: string): Reply => ({
  headers,
  body: `${YES}${result}}`,
  result,
});

/** The result's JSON text; undefined for a no, `{"ok":false,"error":…}`. */
export const resultText = ({ result, body }: Reply): string | undefined =>
  result ?? (body.startsWith(YES) ? body.slice(YES.length, -1) : undefined);
