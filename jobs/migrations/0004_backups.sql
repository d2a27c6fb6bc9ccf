-- What became of every backup, of every trial of restoring one, and of the copy of the key on paper. One row is written at the end.
create table backups (
  id integer primary key,
  target text not null,
  place text not null,
  kind text not null check (kind in ('configured', 'backup', 'drill', 'key')),
  at text not null,
  outcome text not null check (outcome in ('done', 'findings', 'failed', 'absent')),
  codes text not null default '',
  message text not null default '',
  number integer,
  version integer,
  head text,
  files integer not null default 0,
  bytes integer not null default 0,
  whole integer not null default 0
);
create index backups_by_target on backups (target, place, id);
