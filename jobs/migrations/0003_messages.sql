-- What was told to be wrong, and since when. A row stays after its end, so that the same condition that comes back is told anew.
create table alert (
  key text primary key,
  code text not null,
  about text not null,
  since_s integer not null,
  told_s integer not null,
  count integer not null,
  ended_s integer
);
-- Messages, one row for each receiver: written in the transaction of what they tell, sent at least once under the same id.
-- superseded: a newer message says it. summed-up: the message `summed_up_in` says it, since the receiver had enough of that day.
create table outbox (
  id text primary key,
  channel text not null,
  receiver text not null,
  kind text not null,
  key text not null,
  letter text not null,
  made_s integer not null,
  not_before_s integer not null,
  attempts integer not null default 0,
  lasting integer not null default 0,
  fault text not null default '',
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'superseded', 'summed-up', 'given-up')),
  settled_s integer,
  summed_up_in text
);
create index outbox_by_state on outbox (state, channel, receiver, made_s);
