-- open: berkas open at the end of the month by their last step; v is the age in working days since the first event
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_d) AS first_d, COUNT(*) AS last_place,
         MAX(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN 1 ELSE 0 END) AS ended
  FROM events
  WHERE selesai_s < $end_s
  GROUP BY berkas_no
), past AS (
  SELECT berkas.pekon AS pekon, berkas.jenis AS jenis, langkah, first_d, last_place,
         ROW_NUMBER() OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events JOIN berkas ON events.berkas_no = berkas.berkas_no
  WHERE ended = 0 AND selesai_s < $end_s
), still AS (
  SELECT pekon, jenis, langkah AS step, $end_d - first_d AS age
  FROM past
  WHERE place = last_place
)
SELECT pekon, jenis, step, age AS v, COUNT(*) AS n
FROM still
GROUP BY pekon, jenis, step, age;

-- rows: open
WITH berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_d) AS first_d,
         COUNT(*) AS last_place,
         MAX(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN 1 ELSE 0 END) AS ended
  FROM events
  WHERE selesai_s < $end_s
  GROUP BY berkas_no
), past AS (
  SELECT id, berkas.pekon AS pekon, berkas.jenis AS jenis, langkah, first_d, last_place,
         ROW_NUMBER() OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS place
  FROM events JOIN berkas ON events.berkas_no = berkas.berkas_no
  WHERE ended = 0 AND selesai_s < $end_s
)
SELECT id AS berkas_id, pekon, jenis, langkah AS step, $end_d - first_d AS v
FROM past
WHERE place = last_place
