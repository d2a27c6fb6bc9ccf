-- Every run of every job, also those that could not run. One row is written when it begins and finished when it ends.
create table runs (
  id integer primary key,
  job text not null,
  task text not null,
  period text not null,
  started text not null,
  ended text,
  outcome text not null check (outcome in ('running', 'done', 'findings', 'failed', 'skipped')),
  message text not null default '',
  archive_version integer,
  program text not null
);
create index runs_by_job on runs (job, period);
