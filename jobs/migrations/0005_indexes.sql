-- After ten years `status` still reads no more of a job than its last slots and runs.
create index slot_decided on slot (job, coalesce(until_s, slot_s)) where decision <> 'void';
create index slot_decided_at on slot (job, decided_s) where decision <> 'void';
create index slot_ended_badly on slot (job, decided_s)
  where decision in ('given-up', 'dropped') or decision = 'done' and reason = 'waited';
create index run_of_job on run (job, id);
