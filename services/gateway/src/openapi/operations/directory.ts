import { calendarParameters } from "../../rest/delegations.ts";
import type { SchemaName } from "../schemas.ts";
import { ok, ORG, type Operation } from "../operation.ts";

const members = "people and agents of the organisation";
const directoryAdmins = "admins; keys with scope `directory:write`";
const delegators = "people, for themselves; admins for anyone";

const entry = (
  folder: "people" | "roles" | "agents",
  word: string,
  body: SchemaName,
  answer: SchemaName,
): readonly Operation[] => [
  {
    method: "get",
    path: `${ORG}/directory/${folder}/:id`,
    tag: "People",
    summary: `Read ${word}`,
    who: members,
    answers: ok(`What the directory holds of ${word}.`, answer),
  },
  {
    method: "put",
    path: `${ORG}/directory/${folder}/:id`,
    tag: "People",
    summary: `Set ${word}`,
    who: directoryAdmins,
    body,
    repeats: true,
    answers: ok("As it stands now.", answer),
  },
];

/** People, delegations and credentials. */
export const directoryOperations: readonly Operation[] = [
  ...entry("people", "a person", "PersonBody", "Person"),
  {
    method: "delete",
    path: `${ORG}/directory/people/:id`,
    tag: "People",
    summary: "End a person's membership",
    who: directoryAdmins,
    repeats: true,
    answers: ok("Who is no member any more.", "RemovedPerson"),
  },
  ...entry("roles", "a role", "RoleBody", "Role"),
  ...entry("agents", "an agent", "AgentBody", "Agent"),
  {
    method: "get",
    path: `${ORG}/delegations`,
    tag: "People",
    summary: "Delegations, newest first",
    who: "people: their own; admins: all",
    answers: ok("The delegations.", "Delegations"),
  },
  {
    method: "post",
    path: `${ORG}/delegations`,
    tag: "People",
    summary: "Let somebody act on one's behalf for a time",
    who: delegators,
    body: "DelegationBody",
    repeats: true,
    answers: {
      200: { says: "The one that this key made before.", content: "Delegation" },
      201: { says: "The delegation.", content: "Delegation" },
    },
  },
  {
    method: "post",
    path: `${ORG}/delegations/import`,
    tag: "People",
    summary: "Delegate for the times away of a calendar file",
    who: delegators,
    query: calendarParameters,
    needs: ["to"],
    body: { "text/calendar": { type: "string" } },
    repeats: true,
    answers: {
      200: { says: "All of them were there before.", content: "Delegations" },
      201: { says: "The delegations.", content: "Delegations" },
    },
  },
  {
    method: "delete",
    path: `${ORG}/delegations/:id`,
    tag: "People",
    summary: "End a delegation at once",
    who: delegators,
    repeats: true,
    answers: ok("The revoked delegation.", "Delegation"),
  },
  {
    method: "get",
    path: `${ORG}/api-keys`,
    tag: "Credentials",
    summary: "API keys, newest first",
    who: "admins; keys with scope `api-keys:write`",
    answers: ok("The keys, without their secrets.", "ApiKeys"),
  },
  {
    method: "post",
    path: `${ORG}/api-keys`,
    tag: "Credentials",
    summary: "Issue an API key for an agent",
    who: "admins; keys with scope `api-keys:write`",
    body: "ApiKeyBody",
    repeats: true,
    answers: {
      200: { says: "Issued before: the key is not shown again.", content: "IssuedApiKey" },
      201: { says: "The key, shown this once.", content: "IssuedApiKey" },
    },
  },
  {
    method: "delete",
    path: `${ORG}/api-keys/:id`,
    tag: "Credentials",
    summary: "Revoke an API key at once",
    who: "admins; keys with scope `api-keys:write`",
    repeats: true,
    answers: ok("The revoked key.", "ApiKey"),
  },
  {
    method: "get",
    path: `${ORG}/standing-grants`,
    tag: "Credentials",
    summary: "Standing grants, newest first",
    who: "admins; keys with scope `standing-grants:write`",
    answers: ok("The standing grants.", "StandingGrants"),
  },
  {
    method: "post",
    path: `${ORG}/standing-grants`,
    tag: "Credentials",
    summary: "Allow actions beforehand, for a time",
    description: "Lifts gates that may be lifted; it is never consumed.",
    who: "admins; keys with scope `standing-grants:write`",
    body: "StandingGrantBody",
    repeats: true,
    answers: {
      200: { says: "The one that this key made before.", content: "StandingGrant" },
      201: { says: "The standing grant.", content: "StandingGrant" },
    },
  },
  {
    method: "delete",
    path: `${ORG}/standing-grants/:id`,
    tag: "Credentials",
    summary: "End a standing grant at once",
    who: "admins; keys with scope `standing-grants:write`",
    repeats: true,
    answers: ok("The revoked standing grant.", "StandingGrant"),
  },
];
