import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { prose } from "./fields.ts";
import { name, personId } from "./ids.ts";
import { limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

export const person = z.strictObject({
  name: name(200),
  email: name(320)
    .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address")
    .nullish(),
  access: z.enum(["admin", "approver", "viewer"]),
  zone: name(64).nullish(),
  active: z.boolean().nullish(),
});

export const role = z.strictObject({
  members: z
    .array(personId)
    .max(limits.roleMembers, `must have at most ${limits.roleMembers} entries`),
});

export const agent = z.strictObject({
  name: name(200),
  owner: personId,
  version: prose(256).nullish(),
});

export type PersonBody = z.output<typeof person>;
export type RoleBody = z.output<typeof role>;
export type AgentBody = z.output<typeof agent>;

/** The body of `PUT …/directory/people/{id}`. Errors of all three: `unknown-field`, `unprocessable`. */
export const parsePerson = (value: unknown): Parsed<PersonBody> =>
  parseBody(person, value, { "": Object.keys(person.shape) });

/** The body of `PUT …/directory/roles/{role}`. */
export const parseRole = (value: unknown): Parsed<RoleBody> =>
  parseBody(role, value, { "": Object.keys(role.shape) });

/** The body of `PUT …/directory/agents/{id}`. */
export const parseAgent = (value: unknown): Parsed<AgentBody> =>
  parseBody(agent, value, { "": Object.keys(agent.shape) });
