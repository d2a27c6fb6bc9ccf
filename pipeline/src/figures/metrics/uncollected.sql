-- waiting: berkas printed but neither handed over nor ended otherwise at the end of the month; v is the age in working days since
-- the first print
WITH berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'printed' THEN selesai_d ELSE NULL END) AS printed_d,
         MAX(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN 1 ELSE 0 END) AS ended
  FROM events
  WHERE selesai_s < $end_s
  GROUP BY berkas_no
), still AS (
  SELECT pekon, jenis, $end_d - printed_d AS age
  FROM berkas
  WHERE ended = 0 AND printed_d IS NOT NULL
)
SELECT pekon, jenis, age AS v, COUNT(*) AS n
FROM still
GROUP BY pekon, jenis, age;

-- rows: waiting
WITH berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis,
         MIN(CASE WHEN milestone = 'printed' THEN selesai_d ELSE NULL END) AS printed_d,
         MAX(CASE WHEN milestone IN ('handed_over', 'rejected', 'duplicate') THEN 1 ELSE 0 END) AS ended
  FROM events
  WHERE selesai_s < $end_s
  GROUP BY berkas_no
)
SELECT id AS berkas_id, pekon, jenis, $end_d - printed_d AS v
FROM berkas
WHERE ended = 0 AND printed_d IS NOT NULL
