import type { Client } from "@countersign/client/client.ts";
import type { Request } from "@countersign/client/request.ts";

/** Waits until a request has ended, or so many milliseconds; then it is answered as it stands, still pending. */
export const waitFor = async (
  client: Client,
  id: string,
  timeoutMs: number | undefined,
): Promise<Request> => {
  const over = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  try {
    return await client.wait(id, {
      terminalOnly: true,
      ...(over === undefined ? {} : { signal: over }),
    });
  } catch (error) {
    if (over?.aborted !== true) throw error;
    return client.get(id);
  }
};
