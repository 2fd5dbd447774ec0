import { resultText } from "@countersign/messaging/answers.ts";
import { commandSubject } from "@countersign/messaging/subjects.ts";
import type { Asked } from "../asked.ts";
import { unavailable } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

/** Stands in the text of every request whose grant is not spent; in others' too where an asker wrote it into its own prose. */
const GRANTED = '"execution":{"status":"granted"';
const SIGN_MS = 5_000;
/** How the commander's result begins where there was something to sign: `{"grant":"eyJ…"}`. */
const SIGNED = '{"grant":"';

/**
 * The request with its signed grant where its requester reads it; for all others, and without a grant, the text as it
 * is. The commander has the key, and decides once more whether there is something to sign.
 */
export const withOwnGrant = async (
  part: QueuePart,
  { org, viewer, message }: Asked,
  requester: { readonly kind: string; readonly id: string },
  id: string,
  doc: string,
): Promise<string> => {
  const { kind, id: viewerId } = viewer.principal;
  if (requester.kind !== kind || requester.id !== viewerId || !doc.includes(GRANTED)) return doc;
  const reply = await part.commandsOver
    .request(commandSubject(org, "sign-grant"), "", {
      headers: { ...message.headers, "Countersign-Target": id },
      timeoutMs: SIGN_MS,
    })
    .catch((): never => {
      // Half an answer would leave its reader without the permission, and without a reason to come again.
      throw unavailable("It is approved, and its grant cannot be signed right now; try again.");
    });
  const result = resultText(reply);
  // The request's last member is what the result has as its only one.
  return result?.startsWith(SIGNED) === true ? `${doc.slice(0, -1)},${result.slice(1)}` : doc;
};
