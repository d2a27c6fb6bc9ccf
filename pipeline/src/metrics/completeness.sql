-- first_checks: outcome of the first check of each berkas
WITH checks AS (
  SELECT pekon, jenis, bulan, hasil,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS attempt
  FROM events
  WHERE langkah = 2
)
SELECT pekon, jenis, hasil AS name, COUNT(*) AS n
FROM checks
WHERE attempt = 1 AND bulan = $month
GROUP BY pekon, jenis, hasil;

-- returned: what was missing at every check that sent the file back; several documents in one text, divided by `;`
SELECT pekon, jenis, kekurangan AS name, COUNT(*) AS n
FROM events
WHERE langkah = 2 AND hasil = 'kurang' AND bulan = $month
GROUP BY pekon, jenis, kekurangan
