-- printed: berkas first printed in the month, from the first complete check; one that came after the print measures nothing
WITH complete AS (
  SELECT berkas_no, MIN(selesai_s) AS complete_s, MIN(selesai_w) AS complete_w, MIN(selesai_d) AS complete_d,
         MIN(selesai_o) AS complete_o
  FROM events
  WHERE milestone = 'complete'
  GROUP BY berkas_no
), printed AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS bulan, MIN(selesai_s) AS printed_s,
         MIN(selesai_w) AS printed_w, MIN(selesai_d) AS printed_d, MIN(selesai_o) AS printed_o
  FROM events
  WHERE milestone = 'printed'
  GROUP BY berkas_no
), timed AS (
  SELECT pekon, jenis, printed_s - complete_s AS wall, printed_s - complete_s - (printed_o - complete_o) AS wall_less_outages,
         printed_w - complete_w AS working, printed_d - complete_d AS working_days
  FROM printed JOIN complete ON printed.berkas_no = complete.berkas_no
  WHERE bulan = $month AND complete_s <= printed_s
)
SELECT 'wall' AS item, pekon, jenis, wall AS v, COUNT(*) AS n FROM timed GROUP BY pekon, jenis, wall
UNION ALL
SELECT 'wall_less_outages' AS item, pekon, jenis, wall_less_outages AS v, COUNT(*) AS n
FROM timed GROUP BY pekon, jenis, wall_less_outages
UNION ALL
SELECT 'working' AS item, pekon, jenis, working AS v, COUNT(*) AS n FROM timed GROUP BY pekon, jenis, working
UNION ALL
SELECT 'working_days' AS item, pekon, jenis, working_days AS v, COUNT(*) AS n FROM timed GROUP BY pekon, jenis, working_days;

-- open: berkas complete but neither printed nor ended at the end of the month, by age
WITH past AS (
  SELECT berkas_no, pekon, jenis, selesai_s, selesai_d, selesai_o,
         CASE WHEN milestone = 'complete' THEN 1 ELSE 0 END AS is_complete,
         CASE WHEN milestone IN ('printed', 'rejected', 'duplicate') THEN 1 ELSE 0 END AS is_done
  FROM events
  WHERE selesai_s < $end_s
), done AS (
  SELECT berkas_no, MAX(is_done) AS is_done
  FROM past
  GROUP BY berkas_no
), complete AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_s) AS complete_s, MIN(selesai_d) AS complete_d,
         MIN(selesai_o) AS complete_o
  FROM past
  WHERE is_complete = 1
  GROUP BY berkas_no
), aged AS (
  SELECT pekon, jenis, $end_s - complete_s AS wall, $end_s - complete_s - ($end_o - complete_o) AS wall_less_outages,
         $end_d - complete_d AS working_days
  FROM complete JOIN done ON complete.berkas_no = done.berkas_no
  WHERE is_done = 0
)
SELECT 'open_wall' AS item, pekon, jenis, wall AS v, COUNT(*) AS n FROM aged GROUP BY pekon, jenis, wall
UNION ALL
SELECT 'open_wall_less_outages' AS item, pekon, jenis, wall_less_outages AS v, COUNT(*) AS n
FROM aged GROUP BY pekon, jenis, wall_less_outages
UNION ALL
SELECT 'open_working_days' AS item, pekon, jenis, working_days AS v, COUNT(*) AS n
FROM aged GROUP BY pekon, jenis, working_days;

-- left_out: berkas first printed in the month without a complete check before, and, where that print lies in an earlier month,
-- berkas whose first complete check came in the month: neither month can measure them
WITH complete AS (
  SELECT berkas_no, MIN(selesai_s) AS complete_s, MIN(bulan) AS complete_bulan
  FROM events
  WHERE milestone = 'complete'
  GROUP BY berkas_no
), printed AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_s) AS printed_s, MIN(bulan) AS printed_bulan
  FROM events
  WHERE milestone = 'printed'
  GROUP BY berkas_no
)
SELECT pekon, jenis, 'no_complete_check' AS name, COUNT(*) AS n
FROM printed LEFT JOIN complete ON printed.berkas_no = complete.berkas_no
WHERE (printed_bulan = $month OR complete_bulan = $month) AND (complete_s IS NULL OR complete_s > printed_s)
GROUP BY pekon, jenis;

-- rows: printed
WITH complete AS (
  SELECT berkas_no, MIN(selesai_s) AS complete_s, MIN(selesai_w) AS complete_w, MIN(selesai_d) AS complete_d,
         MIN(selesai_o) AS complete_o
  FROM events
  WHERE milestone = 'complete'
  GROUP BY berkas_no
), printed AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS bulan,
         MIN(selesai_s) AS printed_s, MIN(selesai_w) AS printed_w, MIN(selesai_d) AS printed_d, MIN(selesai_o) AS printed_o
  FROM events
  WHERE milestone = 'printed'
  GROUP BY berkas_no
), timed AS (
  SELECT id, pekon, jenis, printed_s - complete_s AS wall,
         printed_s - complete_s - (printed_o - complete_o) AS wall_less_outages, printed_w - complete_w AS working,
         printed_d - complete_d AS working_days
  FROM printed JOIN complete ON printed.berkas_no = complete.berkas_no
  WHERE bulan = $month AND complete_s <= printed_s
)
SELECT 'wall' AS item, id AS berkas_id, pekon, jenis, wall AS v FROM timed
UNION ALL
SELECT 'wall_less_outages' AS item, id AS berkas_id, pekon, jenis, wall_less_outages AS v FROM timed
UNION ALL
SELECT 'working' AS item, id AS berkas_id, pekon, jenis, working AS v FROM timed
UNION ALL
SELECT 'working_days' AS item, id AS berkas_id, pekon, jenis, working_days AS v FROM timed;

-- rows: open
WITH past AS (
  SELECT berkas_no, berkas_id, pekon, jenis, selesai_s, selesai_d, selesai_o,
         CASE WHEN milestone = 'complete' THEN 1 ELSE 0 END AS is_complete,
         CASE WHEN milestone IN ('printed', 'rejected', 'duplicate') THEN 1 ELSE 0 END AS is_done
  FROM events
  WHERE selesai_s < $end_s
), done AS (
  SELECT berkas_no, MAX(is_done) AS is_done
  FROM past
  GROUP BY berkas_no
), complete AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_s) AS complete_s,
         MIN(selesai_d) AS complete_d, MIN(selesai_o) AS complete_o
  FROM past
  WHERE is_complete = 1
  GROUP BY berkas_no
), aged AS (
  SELECT id, pekon, jenis, $end_s - complete_s AS wall, $end_s - complete_s - ($end_o - complete_o) AS wall_less_outages,
         $end_d - complete_d AS working_days
  FROM complete JOIN done ON complete.berkas_no = done.berkas_no
  WHERE is_done = 0
)
SELECT 'open_wall' AS item, id AS berkas_id, pekon, jenis, wall AS v FROM aged
UNION ALL
SELECT 'open_wall_less_outages' AS item, id AS berkas_id, pekon, jenis, wall_less_outages AS v FROM aged
UNION ALL
SELECT 'open_working_days' AS item, id AS berkas_id, pekon, jenis, working_days AS v FROM aged;

-- rows: left_out
WITH complete AS (
  SELECT berkas_no, MIN(selesai_s) AS complete_s, MIN(bulan) AS complete_bulan
  FROM events
  WHERE milestone = 'complete'
  GROUP BY berkas_no
), printed AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_s) AS printed_s,
         MIN(bulan) AS printed_bulan
  FROM events
  WHERE milestone = 'printed'
  GROUP BY berkas_no
)
SELECT id AS berkas_id, pekon, jenis, 'no_complete_check' AS name
FROM printed LEFT JOIN complete ON printed.berkas_no = complete.berkas_no
WHERE (printed_bulan = $month OR complete_bulan = $month) AND (complete_s IS NULL OR complete_s > printed_s)
