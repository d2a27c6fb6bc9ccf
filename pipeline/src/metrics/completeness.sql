-- first_checks: outcome of the first check of each berkas
WITH checks AS (
  SELECT bulan, hasil,
         ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS attempt
  FROM events
  WHERE langkah = 2
)
SELECT hasil, COUNT(*) AS n
FROM checks
WHERE attempt = 1 AND bulan = $month
GROUP BY hasil
ORDER BY hasil;

-- returned: what was missing at every check that sent the file back
SELECT kekurangan, COUNT(*) AS n
FROM events
WHERE langkah = 2 AND hasil = 'kurang' AND bulan = $month
GROUP BY kekurangan
ORDER BY kekurangan
