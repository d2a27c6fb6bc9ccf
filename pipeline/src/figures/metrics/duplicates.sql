-- record_checks: (a) berkas with a record check in the month
WITH checked AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MAX(CASE WHEN milestone = 'duplicate' THEN 1 ELSE 0 END) AS is_duplicate
  FROM events
  WHERE milestone IN ('printed', 'print_failed', 'duplicate') AND bulan = $month
  GROUP BY berkas_no
)
SELECT 'record_checks' AS item, pekon, jenis, COUNT(*) AS n FROM checked GROUP BY pekon, jenis
UNION ALL
SELECT 'record_duplicates' AS item, pekon, jenis, COUNT(*) AS n FROM checked WHERE is_duplicate = 1 GROUP BY pekon, jenis;

-- batch: (b) receipts of the batches received in the month, and those whose NIK was already in the same batch
WITH in_batch AS (
  SELECT pekon, jenis,
         ROW_NUMBER() OVER (PARTITION BY kolektif_id, nik ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE milestone = 'received' AND bulan_diterima = $month AND nik IS NOT NULL
)
SELECT 'batch_berkas' AS item, pekon, jenis, COUNT(*) AS n FROM in_batch GROUP BY pekon, jenis
UNION ALL
SELECT 'batch_same_nik' AS item, pekon, jenis, COUNT(*) AS n FROM in_batch WHERE place > 1 GROUP BY pekon, jenis;

-- arrivals: (c) berkas that arrived in the month; a receipt that is written again stands in place of the earlier one
WITH receipt AS (
  SELECT berkas_no, MAX(event_id) AS event_id
  FROM events
  WHERE milestone = 'received'
  GROUP BY berkas_no
)
SELECT pekon, jenis, COUNT(*) AS n
FROM events JOIN receipt ON events.event_id = receipt.event_id
WHERE bulan = $month
GROUP BY pekon, jenis;

-- repeat_within_90_days: (c) of these, the NIK had arrived in another batch within the 90 days before
WITH receipt AS (
  SELECT berkas_no, MAX(event_id) AS event_id
  FROM events
  WHERE milestone = 'received'
  GROUP BY berkas_no
), arrival AS (
  SELECT events.berkas_no AS berkas_no, kolektif_id, pekon, jenis, nik, bulan, selesai_s
  FROM events JOIN receipt ON events.event_id = receipt.event_id
  WHERE nik IS NOT NULL
), again AS (
  SELECT now.berkas_no AS berkas_no, MIN(now.pekon) AS pekon, MIN(now.jenis) AS jenis
  FROM arrival now JOIN arrival earlier ON now.nik = earlier.nik
  WHERE now.bulan = $month AND now.kolektif_id <> earlier.kolektif_id
    AND earlier.selesai_s < now.selesai_s AND earlier.selesai_s >= now.selesai_s - 7776000
  GROUP BY now.berkas_no
)
SELECT pekon, jenis, COUNT(*) AS n FROM again GROUP BY pekon, jenis;

-- left_out: berkas received in the month without a NIK
WITH without AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis
  FROM events
  WHERE milestone = 'received' AND (bulan = $month OR bulan_diterima = $month) AND nik IS NULL
  GROUP BY berkas_no
)
SELECT pekon, jenis, 'no_nik' AS name, COUNT(*) AS n FROM without GROUP BY pekon, jenis;

-- rows: record_checks
WITH checked AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MAX(CASE WHEN milestone = 'duplicate' THEN 1 ELSE 0 END) AS is_duplicate
  FROM events
  WHERE milestone IN ('printed', 'print_failed', 'duplicate') AND bulan = $month
  GROUP BY berkas_no
)
SELECT 'record_checks' AS item, id AS berkas_id, pekon, jenis FROM checked
UNION ALL
SELECT 'record_duplicates' AS item, id AS berkas_id, pekon, jenis FROM checked WHERE is_duplicate = 1;

-- rows: batch
WITH in_batch AS (
  SELECT berkas_id, event_id, kolektif_id, pekon, jenis,
         ROW_NUMBER() OVER (PARTITION BY kolektif_id, nik ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE milestone = 'received' AND bulan_diterima = $month AND nik IS NOT NULL
)
SELECT 'batch_berkas' AS item, berkas_id, event_id, kolektif_id, pekon, jenis FROM in_batch
UNION ALL
SELECT 'batch_same_nik' AS item, berkas_id, event_id, kolektif_id, pekon, jenis FROM in_batch WHERE place > 1;

-- rows: arrivals
WITH receipt AS (
  SELECT berkas_no, MAX(event_id) AS event_id
  FROM events
  WHERE milestone = 'received'
  GROUP BY berkas_no
)
SELECT berkas_id, events.event_id AS event_id, kolektif_id, pekon, jenis
FROM events JOIN receipt ON events.event_id = receipt.event_id
WHERE bulan = $month;

-- rows: repeat_within_90_days
WITH receipt AS (
  SELECT berkas_no, MAX(event_id) AS event_id
  FROM events
  WHERE milestone = 'received'
  GROUP BY berkas_no
), arrival AS (
  SELECT events.berkas_no AS berkas_no, berkas_id, kolektif_id, pekon, jenis, nik, bulan, selesai_s
  FROM events JOIN receipt ON events.event_id = receipt.event_id
  WHERE nik IS NOT NULL
), again AS (
  SELECT now.berkas_no AS berkas_no, MIN(now.berkas_id) AS id, MIN(now.kolektif_id) AS batch, MIN(now.pekon) AS pekon,
         MIN(now.jenis) AS jenis
  FROM arrival now JOIN arrival earlier ON now.nik = earlier.nik
  WHERE now.bulan = $month AND now.kolektif_id <> earlier.kolektif_id
    AND earlier.selesai_s < now.selesai_s AND earlier.selesai_s >= now.selesai_s - 7776000
  GROUP BY now.berkas_no
)
SELECT id AS berkas_id, batch AS kolektif_id, pekon, jenis FROM again;

-- rows: left_out
WITH without AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis
  FROM events
  WHERE milestone = 'received' AND (bulan = $month OR bulan_diterima = $month) AND nik IS NULL
  GROUP BY berkas_no
)
SELECT id AS berkas_id, pekon, jenis, 'no_nik' AS name FROM without
