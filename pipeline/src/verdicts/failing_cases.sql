-- handling_working_p90: berkas whose handling at the step took longer
SELECT berkas_id
FROM events
WHERE bulan = $month AND langkah = $step AND mulai_s <= selesai_s AND selesai_w - mulai_w > $limit
  AND ($jenis = '' OR jenis = $jenis)
GROUP BY berkas_id
ORDER BY berkas_id;

-- turnaround_working_p90: berkas handed over in the month that took longer from receipt
WITH berkas AS (
  SELECT berkas_id, MIN(jenis) AS jenis, MIN(CASE WHEN milestone = 'received' THEN selesai_w ELSE NULL END) AS received_w,
         MIN(CASE WHEN milestone = 'handed_over' THEN selesai_w ELSE NULL END) AS handed_over_w,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS bulan
  FROM events
  GROUP BY berkas_id
)
SELECT berkas_id
FROM berkas
WHERE bulan = $month AND handed_over_w - received_w > $limit AND ($jenis = '' OR jenis = $jenis)
ORDER BY berkas_id;

-- complete_at_first_check: berkas first checked in the month and not found complete
WITH checks AS (
  SELECT berkas_id, jenis, bulan, milestone,
         ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS attempt
  FROM events
  WHERE milestone IN ('complete', 'returned')
)
SELECT berkas_id
FROM checks
WHERE attempt = 1 AND bulan = $month AND milestone = 'returned' AND ($jenis = '' OR jenis = $jenis)
ORDER BY berkas_id;

-- issued: berkas first printed in the month after the limit, or complete, neither printed nor ended, and past it at its end
-- The limit is in seconds less outages, or in working days where $in_days is 1. A print before its check is measured by neither.
WITH berkas AS (
  SELECT berkas_id, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'complete' THEN selesai_s ELSE NULL END) AS complete_s,
         MIN(CASE WHEN milestone = 'complete' THEN selesai_d ELSE NULL END) AS complete_d,
         MIN(CASE WHEN milestone = 'complete' THEN selesai_o ELSE NULL END) AS complete_o,
         MIN(CASE WHEN milestone = 'printed' THEN selesai_s ELSE NULL END) AS printed_s,
         MIN(CASE WHEN milestone = 'printed' THEN selesai_d ELSE NULL END) AS printed_d,
         MIN(CASE WHEN milestone = 'printed' THEN selesai_o ELSE NULL END) AS printed_o,
         MIN(CASE WHEN milestone = 'printed' THEN bulan ELSE NULL END) AS printed_bulan,
         MAX(CASE WHEN selesai_s < $end_s AND milestone IN ('printed', 'rejected', 'duplicate') THEN 1 ELSE 0 END) AS is_done
  FROM events
  GROUP BY berkas_id
), ended AS (
  SELECT berkas_id, jenis, complete_s, complete_d, complete_o,
         CASE WHEN printed_bulan = $month THEN printed_s ELSE $end_s END AS end_s,
         CASE WHEN printed_bulan = $month THEN printed_d ELSE $end_d END AS end_d,
         CASE WHEN printed_bulan = $month THEN printed_o ELSE $end_o END AS end_o
  FROM berkas
  WHERE complete_s IS NOT NULL AND (printed_bulan = $month OR (is_done = 0 AND complete_s < $end_s))
)
SELECT berkas_id
FROM ended
WHERE end_s >= complete_s AND ($jenis = '' OR jenis = $jenis)
  AND CASE WHEN $in_days = 1 THEN end_d - complete_d ELSE end_s - complete_s - (end_o - complete_o) END > $limit
ORDER BY berkas_id
