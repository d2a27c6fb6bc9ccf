-- open: berkas open at the end of the month by their last step; v is the age in working days since the first event
WITH past AS (
  SELECT berkas_id, pekon, jenis, langkah, selesai_d,
         ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS place,
         CASE WHEN langkah = 10 OR hasil IN ('ditolak', 'duplikat') THEN 1 ELSE 0 END AS is_end
  FROM events
  WHERE selesai_s < $end_s
), berkas AS (
  SELECT berkas_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MIN(selesai_d) AS first_d, MAX(place) AS last_place,
         MAX(is_end) AS ended
  FROM past
  GROUP BY berkas_id
), still AS (
  SELECT berkas.pekon AS pekon, berkas.jenis AS jenis, past.langkah AS step, $end_d - first_d AS age
  FROM past JOIN berkas ON past.berkas_id = berkas.berkas_id
  WHERE ended = 0 AND place = last_place
)
SELECT pekon, jenis, step, age AS v, COUNT(*) AS n
FROM still
GROUP BY pekon, jenis, step, age
