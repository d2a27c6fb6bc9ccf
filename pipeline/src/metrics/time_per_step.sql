-- times: how often each handling and waiting time occurred per step in the month
-- The event before is the one before it in the berkas by (selesai, langkah, event_id).
WITH ordered AS (
  SELECT langkah, bulan, mulai_s, selesai_s, mulai_w, selesai_w,
         LAG(selesai_w) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_w
  FROM events
)
SELECT langkah,
       CASE WHEN mulai_s <= selesai_s THEN selesai_w - mulai_w ELSE NULL END AS handling_working,
       CASE WHEN mulai_s <= selesai_s THEN selesai_s - mulai_s ELSE NULL END AS handling_wall,
       CASE WHEN mulai_s <= selesai_s AND before_w IS NOT NULL
            THEN CASE WHEN mulai_w > before_w THEN mulai_w - before_w ELSE 0 END
            ELSE NULL END AS waiting_working,
       CASE WHEN mulai_s IS NULL THEN 'no_start' WHEN mulai_s > selesai_s THEN 'end_before_start' ELSE 'used' END AS usable,
       COUNT(*) AS n
FROM ordered
WHERE bulan = $month
GROUP BY langkah, handling_working, handling_wall, waiting_working, usable
ORDER BY langkah, handling_working, handling_wall, waiting_working, usable
