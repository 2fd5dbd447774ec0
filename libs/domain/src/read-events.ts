import { decodeAutomationEvent } from "./automation/codec.ts";
import { decodeDefinitionEvent } from "./definition/codec.ts";
import { decodeDelegationEvent } from "./delegation/codec.ts";
import { decodeDirectoryEvent } from "./directory/codec.ts";
import { decoder } from "./recorded.ts";
import { decodeRequestEvent } from "./request/codec.ts";
import { decodeRunEvent } from "./run/codec.ts";
import { decodeTopicEvent } from "./topic/codec.ts";

/** Readers of recorded events by category: one each for the whole process, so that each event is parsed once. */
export const readRequestEvent = decoder(decodeRequestEvent);
export const readAutomationEvent = decoder(decodeAutomationEvent);
export const readTopicEvent = decoder(decodeTopicEvent);
export const readDelegationEvent = decoder(decodeDelegationEvent);
export const readDirectoryEvent = decoder(decodeDirectoryEvent);
export const readDefinitionEvent = decoder(decodeDefinitionEvent);
export const readRunEvent = decoder(decodeRunEvent);
