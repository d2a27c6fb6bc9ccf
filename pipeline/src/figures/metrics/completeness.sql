-- first_checks: outcome of the first check of each berkas
WITH checks AS (
  SELECT pekon, jenis, bulan, hasil, milestone,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS attempt
  FROM events
  WHERE milestone IN ('complete', 'returned')
)
SELECT pekon, jenis, hasil AS name, milestone AS detail, COUNT(*) AS n
FROM checks
WHERE attempt = 1 AND bulan = $month
GROUP BY pekon, jenis, hasil, milestone;

-- returned: what was missing at every check that sent the file back; several documents in one text, divided by `;`
SELECT pekon, jenis, kekurangan AS name, COUNT(*) AS n
FROM events
WHERE milestone = 'returned' AND bulan = $month
GROUP BY pekon, jenis, kekurangan;

-- rows: first_checks
WITH checks AS (
  SELECT berkas_id, event_id, pekon, jenis, bulan, hasil, milestone,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS attempt
  FROM events
  WHERE milestone IN ('complete', 'returned')
)
SELECT berkas_id, event_id, pekon, jenis, hasil AS name, milestone AS detail
FROM checks
WHERE attempt = 1 AND bulan = $month;

-- rows: returned
SELECT berkas_id, event_id, pekon, jenis, kekurangan AS name
FROM events
WHERE milestone = 'returned' AND bulan = $month
