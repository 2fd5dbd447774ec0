import { describe } from "vitest";
import { deadLetterSuite } from "./dead-letters.ts";
import type { StartBus } from "./harness.ts";
import { liveAndClosingSuite } from "./live-and-closing.ts";
import { publishConsumeSuite } from "./publish-consume.ts";
import { requestReplySuite } from "./request-reply.ts";

/** What every message bus must keep to; each adapter runs all of it. */
export const messageBusContract = (adapter: string, start: StartBus): void => {
  describe(`the message bus over ${adapter}`, () => {
    requestReplySuite(start);
    publishConsumeSuite(start);
    deadLetterSuite(start);
    liveAndClosingSuite(start);
  });
};
