-- flow: berkas that came into hand, arrived, were first printed and were handed over in the month, and those open at its end
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan,
         MIN(CASE WHEN milestone = 'received' THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN milestone = 'printed' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN bulan ELSE NULL END) AS ended
  FROM events
  GROUP BY berkas_no
)
SELECT 'entered' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE first_bulan = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'received' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE received = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'printed' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE printed = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'handed_over' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE handed_over = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'open' AS item, pekon, jenis, COUNT(*) AS n
FROM berkas WHERE first_bulan <= $month AND (ended IS NULL OR ended > $month) GROUP BY pekon, jenis;

-- ended: berkas that came to an end in the month, by what ended them first
WITH ends AS (
  SELECT pekon, jenis, bulan, milestone,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE milestone IN ('handed_over', 'rejected', 'duplicate')
)
SELECT pekon, jenis, milestone AS name, COUNT(*) AS n
FROM ends
WHERE place = 1 AND bulan = $month
GROUP BY pekon, jenis, milestone;

-- rows: flow
WITH berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan,
         MIN(CASE WHEN milestone = 'received' THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN milestone = 'printed' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN bulan ELSE NULL END) AS ended
  FROM events
  GROUP BY berkas_no
)
SELECT 'entered' AS item, id AS berkas_id, pekon, jenis FROM berkas WHERE first_bulan = $month
UNION ALL
SELECT 'received' AS item, id AS berkas_id, pekon, jenis FROM berkas WHERE received = $month
UNION ALL
SELECT 'printed' AS item, id AS berkas_id, pekon, jenis FROM berkas WHERE printed = $month
UNION ALL
SELECT 'handed_over' AS item, id AS berkas_id, pekon, jenis FROM berkas WHERE handed_over = $month
UNION ALL
SELECT 'open' AS item, id AS berkas_id, pekon, jenis
FROM berkas WHERE first_bulan <= $month AND (ended IS NULL OR ended > $month);

-- rows: ended
WITH ends AS (
  SELECT berkas_id, event_id, pekon, jenis, bulan, milestone,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE milestone IN ('handed_over', 'rejected', 'duplicate')
)
SELECT berkas_id, event_id, pekon, jenis, milestone AS name
FROM ends
WHERE place = 1 AND bulan = $month
