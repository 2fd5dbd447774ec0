/** Stream names: `<category>-<org>.<id>`. Orgs and ids are checked where they are made, so no part can hold a dot or dash trick: an org has no dot, and the first dot ends it. */

export const requestStream = (org: string, id: string): string => `request-${org}.${id}`;
export const directoryStream = (org: string): string => `directory-${org}.main`;
export const delegationStream = (org: string): string => `delegation-${org}.main`;
export const securityStream = (org: string): string => `security-${org}.main`;
export const definitionStream = (org: string): string => `definition-${org}.main`;
export const automationStream = (org: string, recipe: string): string =>
  `automation-${org}.${recipe}`;
export const pendingStream = (org: string, keyHash: string): string => `pending-${org}.${keyHash}`;

/** One for each credential. People's ids are none for names: they stand base64url-encoded, behind a dot that no agent's id has. */
export const runStream = (
  org: string,
  who: { readonly kind: string; readonly id: string },
): string =>
  who.kind === "agent"
    ? `run-${org}.${who.id}`
    : `run-${org}.${who.kind}.${Buffer.from(who.id).toString("base64url")}`;

/** The credential whose runs a stream counts. */
export const whoseRun = (
  stream: string,
): { readonly kind: "agent" | "person"; readonly id: string } => {
  const id = idOfStream(stream);
  return id.startsWith("person.")
    ? { kind: "person", id: Buffer.from(id.slice("person.".length), "base64url").toString() }
    : { kind: "agent", id };
};

/** Topic ids may hold `/`, `:` and `.`, so they stand base64url-encoded. */
export const topicStream = (org: string, workflow: string, id: string): string =>
  `topic-${org}.${workflow}.${Buffer.from(id).toString("base64url")}`;

/** The category of a stream: what stands before its first dash. */
export const categoryOfStream = (stream: string): string => stream.slice(0, stream.indexOf("-"));

/** The org of a stream: between the first dash and the first dot after it. */
export const orgOfStream = (stream: string): string => {
  const dash = stream.indexOf("-") + 1;
  return stream.slice(dash, stream.indexOf(".", dash));
};

/** What stands after the org: a request id, `main`, or `<workflow>.<topic>`. */
export const idOfStream = (stream: string): string =>
  stream.slice(stream.indexOf(".", stream.indexOf("-")) + 1);
