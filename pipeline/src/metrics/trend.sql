-- flow: how many berkas arrived, were first printed, were handed over and ended, by month
WITH berkas AS (
  SELECT berkas_id,
         MIN(bulan) AS first_bulan,
         MIN(CASE WHEN langkah = 1 THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN langkah = 6 AND hasil = 'tercetak' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN langkah = 10 THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN langkah = 10 OR hasil IN ('ditolak', 'duplikat') THEN bulan ELSE NULL END) AS ended
  FROM events
  GROUP BY berkas_id
)
SELECT first_bulan, received, printed, handed_over, ended, COUNT(*) AS n
FROM berkas
GROUP BY first_bulan, received, printed, handed_over, ended
ORDER BY first_bulan, received, printed, handed_over, ended
