const topicId = /^[A-Za-z0-9_\-./:#]{1,128}$/;

/** True for a topic id: it is encoded before it becomes part of a stream's name. */
export const isTopicId = (text: string): boolean => topicId.test(text);
