import { derivedRequestId } from "./derived-ids.ts";

/** What an ask's body says about where its id comes from. */
interface AskedAgain {
  readonly previous_request_id?: string | null | undefined;
  readonly validation?: { readonly is_valid?: boolean | null | undefined } | null | undefined;
}

/**
 * The id of a new request. A resubmission's is derived from the denied request, so that the store lets it be made
 * once; one that fails its own validation is shown to nobody and does not use that up. Any other has the id
 * `otherwise`; so has a faulty body (null).
 */
export const askId = (org: string, body: AskedAgain | null, otherwise: string): string => {
  const previous = body?.previous_request_id ?? null;
  return previous === null || body?.validation?.is_valid === false
    ? otherwise
    : derivedRequestId("resubmission", org, previous);
};
