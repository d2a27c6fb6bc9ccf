-- events: events of the month, by step
SELECT pekon, jenis, petugas_id AS officer, langkah AS step, COUNT(*) AS n
FROM events
WHERE bulan = $month
GROUP BY pekon, jenis, petugas_id, langkah;

-- handling: how often each handling time occurred, by both clocks
WITH timed AS (
  SELECT pekon, jenis, petugas_id AS officer, langkah AS step, selesai_w - mulai_w AS working, selesai_s - mulai_s AS wall
  FROM events
  WHERE bulan = $month AND mulai_s <= selesai_s
)
SELECT 'handling_working' AS item, pekon, jenis, officer, step, working AS v, COUNT(*) AS n
FROM timed
GROUP BY pekon, jenis, officer, step, working
UNION ALL
SELECT 'handling_wall' AS item, pekon, jenis, officer, step, wall AS v, COUNT(*) AS n
FROM timed
GROUP BY pekon, jenis, officer, step, wall;

-- waiting_working: how often each waiting time occurred
-- The event before is the one before it in the berkas by (selesai, langkah, event_id).
WITH touched AS (
  SELECT berkas_no, COUNT(*) AS events
  FROM events
  WHERE bulan = $month
  GROUP BY berkas_no
), ordered AS (
  SELECT pekon, jenis, petugas_id, langkah, bulan, mulai_s, selesai_s, mulai_w,
         LAG(selesai_w) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_w
  FROM events JOIN touched ON events.berkas_no = touched.berkas_no
), waited AS (
  SELECT pekon, jenis, petugas_id AS officer, langkah AS step,
         CASE WHEN mulai_w > before_w THEN mulai_w - before_w ELSE 0 END AS waiting
  FROM ordered
  WHERE bulan = $month AND mulai_s <= selesai_s AND before_w IS NOT NULL
)
SELECT pekon, jenis, officer, step, waiting AS v, COUNT(*) AS n
FROM waited
GROUP BY pekon, jenis, officer, step, waiting;

-- left_out: events whose handling cannot be measured
WITH unmeasured AS (
  SELECT pekon, jenis, petugas_id AS officer, langkah AS step,
         CASE WHEN mulai_s IS NULL THEN 'no_start' ELSE 'end_before_start' END AS name
  FROM events
  WHERE bulan = $month AND (mulai_s IS NULL OR mulai_s > selesai_s)
)
SELECT pekon, jenis, officer, step, name, COUNT(*) AS n
FROM unmeasured
GROUP BY pekon, jenis, officer, step, name;

-- rows: events
SELECT berkas_id, event_id, pekon, jenis, petugas_id AS officer, langkah AS step
FROM events
WHERE bulan = $month;

-- rows: handling
WITH timed AS (
  SELECT berkas_id, event_id, pekon, jenis, petugas_id AS officer, langkah AS step, selesai_w - mulai_w AS working,
         selesai_s - mulai_s AS wall
  FROM events
  WHERE bulan = $month AND mulai_s <= selesai_s
)
SELECT 'handling_working' AS item, berkas_id, event_id, pekon, jenis, officer, step, working AS v
FROM timed
UNION ALL
SELECT 'handling_wall' AS item, berkas_id, event_id, pekon, jenis, officer, step, wall AS v
FROM timed;

-- rows: waiting_working
WITH touched AS (
  SELECT berkas_no, COUNT(*) AS events
  FROM events
  WHERE bulan = $month
  GROUP BY berkas_no
), ordered AS (
  SELECT berkas_id, event_id, pekon, jenis, petugas_id AS officer, langkah AS step, bulan, mulai_s, selesai_s, mulai_w,
         LAG(selesai_w) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_w
  FROM events JOIN touched ON events.berkas_no = touched.berkas_no
)
SELECT berkas_id, event_id, pekon, jenis, officer, step,
       CASE WHEN mulai_w > before_w THEN mulai_w - before_w ELSE 0 END AS v
FROM ordered
WHERE bulan = $month AND mulai_s <= selesai_s AND before_w IS NOT NULL;

-- rows: left_out
SELECT berkas_id, event_id, pekon, jenis, petugas_id AS officer, langkah AS step,
       CASE WHEN mulai_s IS NULL THEN 'no_start' ELSE 'end_before_start' END AS name
FROM events
WHERE bulan = $month AND (mulai_s IS NULL OR mulai_s > selesai_s)
