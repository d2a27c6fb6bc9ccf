-- open: berkas open at the end of the month by their last step
WITH past AS (
  SELECT berkas_id, langkah,
         ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS place,
         CASE WHEN langkah = 10 OR hasil IN ('ditolak', 'duplikat') THEN 1 ELSE 0 END AS is_end
  FROM events
  WHERE selesai_s < $end_s
), berkas AS (
  SELECT berkas_id, MAX(place) AS last_place, MAX(is_end) AS ended
  FROM past
  GROUP BY berkas_id
)
SELECT past.langkah AS langkah, COUNT(*) AS n
FROM past JOIN berkas ON past.berkas_id = berkas.berkas_id
WHERE ended = 0 AND place = last_place
GROUP BY past.langkah
ORDER BY langkah
