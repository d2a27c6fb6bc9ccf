-- record: (a) berkas with a record check in the month, and those found duplicate
SELECT COUNT(DISTINCT berkas_id) AS checks,
       COUNT(DISTINCT CASE WHEN hasil = 'duplikat' THEN berkas_id ELSE NULL END) AS duplicates
FROM events
WHERE langkah = 6 AND bulan = $month;

-- batch: (b) berkas of the batches received in the month, by how often a NIK is in the same batch
WITH in_batch AS (
  SELECT kolektif_id, nik, COUNT(*) AS n
  FROM events
  WHERE langkah = 1 AND bulan_diterima = $month AND nik IS NOT NULL
  GROUP BY kolektif_id, nik
)
SELECT n AS times, COUNT(*) AS niks
FROM in_batch
GROUP BY n
ORDER BY times;

-- arrivals: (c) berkas that arrived in the month
SELECT COUNT(DISTINCT berkas_id) AS n
FROM events
WHERE langkah = 1 AND bulan = $month;

-- repeats: (c) of these, the NIK had arrived in another batch within the 90 days before
WITH arrival AS (
  SELECT berkas_id, kolektif_id, nik, bulan, selesai_s
  FROM events
  WHERE langkah = 1 AND nik IS NOT NULL
)
SELECT COUNT(DISTINCT now.berkas_id) AS n
FROM arrival now JOIN arrival earlier ON now.nik = earlier.nik
WHERE now.bulan = $month AND now.kolektif_id <> earlier.kolektif_id
  AND earlier.selesai_s < now.selesai_s AND earlier.selesai_s >= now.selesai_s - 7776000;

-- left_out: berkas received in the month without a NIK
SELECT COUNT(DISTINCT berkas_id) AS n
FROM events
WHERE langkah = 1 AND (bulan = $month OR bulan_diterima = $month) AND nik IS NULL
