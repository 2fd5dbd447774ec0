/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const AUDIT_VERSION = 2;

/** `subject` is what stands after the org in the stream's name: of a request its id. `actor` is an id alone. */
export const auditSchema = `
  create table entry (
    position integer primary key,
    org text not null,
    category text not null,
    subject text not null,
    event_id text not null,
    type text not null,
    actor text not null,
    at text not null,
    metadata text not null,
    data text not null
  ) strict;
  create index entry_by_subject on entry (org, subject);
  create index entry_by_actor on entry (org, actor);

  -- Requests that agents made, or are named to decide: all that these may see.
  create table sees (
    org text not null, agent text not null, subject text not null,
    primary key (org, agent, subject)
  ) strict, without rowid;

  -- Agents that policies, by id@version, name as deciders.
  create table decider (
    org text not null, policy text not null, agent text not null,
    primary key (org, policy, agent)
  ) strict, without rowid;
`;
