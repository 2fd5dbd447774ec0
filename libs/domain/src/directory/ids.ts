/**
 * Org, agent, role, policy and workflow ids: they become parts of stream names and NATS subjects, where `.`, `*`
 * and `>` have a meaning of their own.
 */
const plainId = /^[A-Za-z0-9_-]{1,64}$/;

/** Person ids are identity providers' subjects: printable ASCII without space, never part of a name of ours. */
const personId = /^[\x21-\x7e]{1,128}$/;

/** True for an org, agent, role, policy or workflow id. */
export const isPlainId = (text: string): boolean => plainId.test(text);

/** True for a person id. */
export const isPersonId = (text: string): boolean => personId.test(text);
