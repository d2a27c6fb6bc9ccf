-- flow: berkas that arrived, were first printed and were handed over in the month, and those open at its end
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan,
         MIN(CASE WHEN milestone = 'received' THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN milestone = 'printed' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN milestone = 'handed_over' THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN bulan ELSE NULL END) AS ended
  FROM events
  GROUP BY berkas_no
)
SELECT 'received' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE received = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'printed' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE printed = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'handed_over' AS item, pekon, jenis, COUNT(*) AS n FROM berkas WHERE handed_over = $month GROUP BY pekon, jenis
UNION ALL
SELECT 'open' AS item, pekon, jenis, COUNT(*) AS n
FROM berkas WHERE first_bulan <= $month AND (ended IS NULL OR ended > $month) GROUP BY pekon, jenis
