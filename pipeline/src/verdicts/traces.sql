-- traces: the events of the berkas handed over in the month, in order
WITH finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_id
)
SELECT events.berkas_id AS berkas_id, langkah, hasil, pelaksana, selesai_s, event_id
FROM events JOIN finished ON events.berkas_id = finished.berkas_id
WHERE finished.bulan = $month
ORDER BY berkas_id, selesai_s, langkah, event_id
