-- The slot, a job and an instant at which it is due, is the identity of a scheduled run. Every slot has one row, also if it was not run.
create table job (
  name text primary key,
  schedule text not null,
  since_s integer not null
) strict;
create table slot (
  job text not null,
  slot_s integer not null,
  decision text not null
    check (decision in ('run', 'waiting', 'done', 'given-up', 'covered', 'missed', 'void', 'dropped')),
  reason text not null,
  decided_s integer not null,
  changed_s integer not null,
  not_before_s integer not null default 0,
  attempts integer not null default 0,
  slots integer not null default 1,
  until_s integer,
  primary key (job, slot_s)
) strict, without rowid;
create index slot_open on slot (job, slot_s) where decision in ('run', 'waiting');
-- One row is written when a run begins and finished when it ends. A run without a slot was asked for by hand.
create table run (
  id integer primary key,
  job text not null,
  task text not null,
  period text not null,
  slot_s integer,
  attempt integer not null default 1,
  began_s integer not null,
  ended_s integer,
  outcome text not null check (outcome in ('running', 'done', 'findings', 'failed')),
  class text check (class in ('passing', 'lasting', 'cut-off', 'deadline', 'stopped')),
  message text not null default '',
  archive_version integer,
  peak_kb integer,
  log text,
  process integer,
  program text not null
) strict;
create index run_by_job on run (job, began_s);
create index run_running on run (job) where outcome = 'running';
create index run_by_hand on run (job, period) where slot_s is null;
insert into run (id, job, task, period, began_s, ended_s, outcome, class, message, archive_version, program)
  select id, job, task, period, unixepoch(started), unixepoch(ended),
    case outcome when 'skipped' then 'failed' else outcome end,
    case outcome when 'skipped' then 'passing' when 'failed' then 'lasting' end, message, archive_version, program
  from runs;
-- A job that was there before owes what was due after its last run began.
insert into job (name, schedule, since_s) select job, '', max(unixepoch(started)) from runs where outcome <> 'skipped' group by job;
drop table runs;
-- The clock when it was last believed, at most an hour ago: what a doubted clock wrote down is no evidence for it.
create table clock_belief (id integer primary key check (id = 1), at_s integer not null) strict;
-- When a person said that the clock is right.
create table clock_confirmation (at_s integer not null) strict;
