-- waits: batches of which the last berkas was settled in the month: its card was gathered, or it ended without one
-- A berkas belongs to the batch of its first event. Of the berkas gathered last together the greatest id stands for the batch,
-- in its own village and kind; v is then the longest wait for it. Nothing after the month counts, so that a month stays what it was.
WITH numbered AS (
  SELECT berkas_no, berkas_id, kolektif_id, pekon, jenis, milestone, bulan, selesai_s, selesai_w,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE bulan <= $month
), berkas AS (
  SELECT MIN(berkas_id) AS berkas_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN place = 1 THEN kolektif_id ELSE NULL END) AS kolektif_id,
         MIN(CASE WHEN milestone = 'gathered' THEN selesai_s ELSE NULL END) AS gathered_s,
         MIN(CASE WHEN milestone = 'gathered' THEN selesai_w ELSE NULL END) AS gathered_w,
         MIN(CASE WHEN milestone IN ('gathered', 'handed_over', 'rejected', 'duplicate') THEN bulan ELSE NULL END) AS settled
  FROM numbered
  GROUP BY berkas_no
), batch AS (
  SELECT kolektif_id, MAX(gathered_s) AS last_s, MAX(gathered_w) AS last_w, MAX(settled) AS last_bulan,
         MIN(CASE WHEN settled IS NULL THEN 0 ELSE 1 END) AS all_settled
  FROM berkas
  GROUP BY kolektif_id
), card AS (
  SELECT berkas.kolektif_id AS kolektif_id, berkas.berkas_id AS berkas_id, pekon, jenis, last_w - gathered_w AS waiting,
         CASE WHEN gathered_s = last_s THEN 1 ELSE 0 END AS is_last
  FROM berkas JOIN batch ON berkas.kolektif_id = batch.kolektif_id
  WHERE all_settled = 1 AND last_bulan = $month AND gathered_s IS NOT NULL
), held_up AS (
  SELECT kolektif_id, MAX(CASE WHEN is_last = 1 THEN berkas_id ELSE NULL END) AS berkas_id, MAX(waiting) AS longest
  FROM card
  GROUP BY kolektif_id
)
SELECT 'waiting_for_last_working' AS item, pekon, jenis, '' AS name, '' AS detail, waiting AS v, COUNT(*) AS n
FROM card
GROUP BY pekon, jenis, waiting
UNION ALL
SELECT 'held_up_by' AS item, MIN(pekon) AS pekon, MIN(jenis) AS jenis, card.kolektif_id AS name, card.berkas_id AS detail,
       MAX(longest) AS v, COUNT(*) AS n
FROM card JOIN held_up ON card.kolektif_id = held_up.kolektif_id AND card.berkas_id = held_up.berkas_id
GROUP BY card.kolektif_id, card.berkas_id;

-- received: batches of which the first berkas came into hand in the month
WITH numbered AS (
  SELECT kolektif_id, pekon, jenis, bulan,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
), batch AS (
  SELECT kolektif_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan
  FROM numbered
  WHERE place = 1
  GROUP BY kolektif_id
)
SELECT pekon, jenis, COUNT(*) AS n
FROM batch
WHERE first_bulan = $month
GROUP BY pekon, jenis;

-- rows: waits
WITH numbered AS (
  SELECT berkas_no, berkas_id, kolektif_id, pekon, jenis, milestone, bulan, selesai_s, selesai_w,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
  WHERE bulan <= $month
), berkas AS (
  SELECT MIN(berkas_id) AS berkas_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN place = 1 THEN kolektif_id ELSE NULL END) AS kolektif_id,
         MIN(CASE WHEN milestone = 'gathered' THEN selesai_s ELSE NULL END) AS gathered_s,
         MIN(CASE WHEN milestone = 'gathered' THEN selesai_w ELSE NULL END) AS gathered_w,
         MIN(CASE WHEN milestone IN ('gathered', 'handed_over', 'rejected', 'duplicate') THEN bulan ELSE NULL END) AS settled
  FROM numbered
  GROUP BY berkas_no
), batch AS (
  SELECT kolektif_id, MAX(gathered_s) AS last_s, MAX(gathered_w) AS last_w, MIN(gathered_w) AS first_w,
         MAX(settled) AS last_bulan,
         MIN(CASE WHEN settled IS NULL THEN 0 ELSE 1 END) AS all_settled,
         SUM(CASE WHEN gathered_s IS NOT NULL THEN 1 ELSE 0 END) AS cards
  FROM berkas
  GROUP BY kolektif_id
), card AS (
  SELECT berkas.kolektif_id AS kolektif_id, berkas.berkas_id AS berkas_id, pekon, jenis, cards,
         last_w - gathered_w AS waiting, last_w - first_w AS longest,
         ROW_NUMBER() OVER (PARTITION BY berkas.kolektif_id ORDER BY gathered_s, berkas.berkas_id) AS place
  FROM berkas JOIN batch ON berkas.kolektif_id = batch.kolektif_id
  WHERE all_settled = 1 AND last_bulan = $month AND gathered_s IS NOT NULL
)
SELECT 'waiting_for_last_working' AS item, berkas_id, kolektif_id, pekon, jenis, '' AS name, '' AS detail, waiting AS v
FROM card
UNION ALL
SELECT 'held_up_by' AS item, berkas_id, kolektif_id, pekon, jenis, kolektif_id AS name, berkas_id AS detail, longest AS v
FROM card
WHERE place = cards;

-- rows: received
WITH numbered AS (
  SELECT kolektif_id, pekon, jenis, bulan,
         ROW_NUMBER() OVER (PARTITION BY berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events
), batch AS (
  SELECT kolektif_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(bulan) AS first_bulan
  FROM numbered
  WHERE place = 1
  GROUP BY kolektif_id
)
SELECT kolektif_id, pekon, jenis
FROM batch
WHERE first_bulan = $month
