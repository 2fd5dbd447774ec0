/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const STATS_VERSION = 2;

/** `rid` is the position of `RequestSubmitted`. `ms` are milliseconds that somebody took. */
export const statsSchema = `
  create table request (
    rid integer primary key,
    org text not null,
    id text not null,
    created_at text not null,
    status text not null,
    agent text,
    ms integer
  ) strict;
  create unique index request_by_id on request (org, id);
  create index request_by_creation on request (org, created_at);
  create table vote (
    rid integer not null, level integer not null, reviewer text not null,
    decision text not null, ms integer not null,
    primary key (rid, level, reviewer)
  ) strict, without rowid;
  create table level (
    rid integer not null, level integer not null, policy text, ms integer not null,
    primary key (rid, level)
  ) strict, without rowid;
  create table reason (
    rid integer not null, code text not null,
    primary key (rid, code)
  ) strict, without rowid;
`;
