-- times: berkas handed over in the month, from the end of receipt to the end of hand-over
-- With the applicant: from each check that sent the file back to the start of the event after it.
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT events.berkas_no AS berkas_no, pekon, jenis, milestone, selesai_w,
         CASE WHEN mulai_w IS NULL THEN selesai_w ELSE mulai_w END AS begin_w,
         LAG(milestone) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_milestone,
         LAG(selesai_w) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_w
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
), berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'received' THEN selesai_w ELSE NULL END) AS received_w,
         MIN(CASE WHEN milestone = 'handed_over' THEN selesai_w ELSE NULL END) AS handed_over_w,
         SUM(CASE WHEN before_milestone = 'returned' AND begin_w > before_w
                  THEN begin_w - before_w ELSE 0 END) AS applicant_w
  FROM ordered
  GROUP BY berkas_no
), timed AS (
  SELECT pekon, jenis, handed_over_w - received_w AS working, handed_over_w - received_w - applicant_w AS less_applicant
  FROM berkas
  WHERE received_w IS NOT NULL
)
SELECT 'working' AS item, pekon, jenis, working AS v, COUNT(*) AS n FROM timed GROUP BY pekon, jenis, working
UNION ALL
SELECT 'working_less_applicant' AS item, pekon, jenis, less_applicant AS v, COUNT(*) AS n
FROM timed GROUP BY pekon, jenis, less_applicant;

-- left_out: berkas handed over in the month without a receipt
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS bulan,
         MAX(CASE WHEN milestone = 'received' THEN 1 ELSE 0 END) AS received
  FROM events
  GROUP BY berkas_no
)
SELECT pekon, jenis, 'no_receipt' AS name, COUNT(*) AS n
FROM berkas
WHERE bulan = $month AND received = 0
GROUP BY pekon, jenis;

-- rows: times
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT events.berkas_no AS berkas_no, berkas_id, pekon, jenis, milestone, selesai_w,
         CASE WHEN mulai_w IS NULL THEN selesai_w ELSE mulai_w END AS begin_w,
         LAG(milestone) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_milestone,
         LAG(selesai_w) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_w
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
), berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'received' THEN selesai_w ELSE NULL END) AS received_w,
         MIN(CASE WHEN milestone = 'handed_over' THEN selesai_w ELSE NULL END) AS handed_over_w,
         SUM(CASE WHEN before_milestone = 'returned' AND begin_w > before_w
                  THEN begin_w - before_w ELSE 0 END) AS applicant_w
  FROM ordered
  GROUP BY berkas_no
)
SELECT 'working' AS item, id AS berkas_id, pekon, jenis, handed_over_w - received_w AS v
FROM berkas
WHERE received_w IS NOT NULL
UNION ALL
SELECT 'working_less_applicant' AS item, id AS berkas_id, pekon, jenis, handed_over_w - received_w - applicant_w AS v
FROM berkas
WHERE received_w IS NOT NULL;

-- rows: left_out
WITH berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS bulan,
         MAX(CASE WHEN milestone = 'received' THEN 1 ELSE 0 END) AS received
  FROM events
  GROUP BY berkas_no
)
SELECT id AS berkas_id, pekon, jenis, 'no_receipt' AS name
FROM berkas
WHERE bulan = $month AND received = 0
