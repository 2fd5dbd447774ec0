/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const QUEUE_VERSION = 7;

/**
 * `rid` is the position of `RequestSubmitted`: ascending by creation, so that every index gives newest and oldest
 * without a sort. The narrow columns stand first and `doc`, the whole request as rendered, last: a scan that filters
 * never touches its pages. `rank` is the urgency, 0 the most urgent. Each index ends with the rowid, so that it gives
 * what it finds in order of creation; a page then reads no more rows than it shows.
 */
export const queueSchema = `
  create table request (
    rid integer primary key,
    org text not null,
    id text not null,
    status text not null,
    created_at text not null,
    rank integer not null,
    requester_kind text not null,
    requester text not null,
    action text not null,
    gate_type text,
    pipeline text,
    revision integer not null,
    position integer not null,
    now text not null,
    later text not null,
    doc text not null
  ) strict;
  create unique index request_by_id on request (org, id);
  create index request_by_status on request (org, status);
  create index request_by_requester on request (org, requester);
  create index request_by_action on request (org, action);
  create index request_by_org on request (org);
  create index request_by_creation on request (org, created_at);
  create index request_by_pipeline on request (org, pipeline) where pipeline is not null;
  create index request_by_gate_type on request (org, gate_type) where gate_type is not null;
  create index request_by_rank on request (org, rank);
  create index pending_by_rank on request (org, rank) where status = 'pending';

  create table reason (
    org text not null, code text not null, rid integer not null,
    primary key (org, code, rid)
  ) strict, without rowid;

  -- In whose queue a pending request stands (now, later), and who voted on one that has ended (voted).
  create table standing (
    org text not null, person text not null, rid integer not null, stand text not null, rank integer not null,
    primary key (org, person, rid)
  ) strict, without rowid;
  create index standing_now on standing (org, person, rid) where stand = 'now';
  create index standing_now_by_rank on standing (org, person, rank, rid) where stand = 'now';
  create index standing_later on standing (org, person, rid) where stand = 'later';

  -- Who may act for another on a pending request, in which window (milliseconds, half open).
  create table stand_in (
    org text not null, person text not null, rid integer not null,
    starts_ms integer not null, ends_ms integer not null,
    primary key (org, person, rid, starts_ms, ends_ms)
  ) strict, without rowid;
  create index stand_in_by_request on stand_in (rid);

  -- When a person in whose queue a pending request stands has handed it over to somebody who answers alone.
  create table handed_over (
    org text not null, person text not null, rid integer not null,
    starts_ms integer not null, ends_ms integer not null,
    primary key (org, person, rid, starts_ms, ends_ms)
  ) strict, without rowid;
  create index handed_over_by_request on handed_over (rid);

  -- Names in the chain of a pending request that a change of people may concern: role:sre, user:bo.
  create table target (
    org text not null, name text not null, rid integer not null,
    primary key (org, name, rid)
  ) strict, without rowid;

  -- Agents that a request's chain names as deciders: they see it, though it is not theirs.
  create table decider (
    org text not null, agent text not null, rid integer not null,
    primary key (org, agent, rid)
  ) strict, without rowid;

  -- Every name under which a chain may mean a person: each role and address they ever had.
  create table known_as (
    org text not null, person text not null, name text not null,
    primary key (org, person, name)
  ) strict, without rowid;

  -- Counts for badges and estimates: status names, now:<person>, later:<person>.
  create table tally (
    org text not null, name text not null, n integer not null,
    primary key (org, name)
  ) strict, without rowid;

  create table topic (
    org text not null, workflow text not null, id text not null, state text not null,
    primary key (org, workflow, id)
  ) strict, without rowid;

  -- Events of directory, definition and delegation streams, folded into memory when the file is opened.
  create table reference_event (
    position integer primary key,
    stream text not null,
    revision integer not null,
    event_id text not null,
    type text not null,
    data text not null,
    metadata text not null
  ) strict;

  create virtual table search using fts5 (text, content = '', detail = 'none', tokenize = 'unicode61');
`;
