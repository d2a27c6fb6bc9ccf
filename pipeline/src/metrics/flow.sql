-- flow: berkas that arrived, were first printed and were handed over in the month, and those open at its end
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan,
         MIN(CASE WHEN langkah = 1 THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN langkah = 6 AND hasil = 'tercetak' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN langkah = 10 THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN langkah = 10 OR hasil IN ('ditolak', 'duplikat') THEN bulan ELSE NULL END) AS ended
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
