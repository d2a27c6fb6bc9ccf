-- Who asked for a run on the office's pages, and who aborted it there, by their accounts.
alter table run add column asked_by text;
alter table run add column aborted_by text;
