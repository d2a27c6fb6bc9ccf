-- successions: pairs of neighbouring events of berkas handed over in the month that the SOP does not know
WITH ordered AS (
  SELECT berkas_id, langkah,
         LAG(langkah) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events
), finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE langkah = 10
  GROUP BY berkas_id
)
SELECT ordered.berkas_id AS berkas_id, before_langkah, before_hasil, ordered.langkah AS langkah, COUNT(*) AS n
FROM ordered
JOIN finished ON ordered.berkas_id = finished.berkas_id
LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
WHERE finished.bulan = $month AND before_langkah IS NOT NULL
  AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah)
GROUP BY ordered.berkas_id, before_langkah, before_hasil, ordered.langkah
ORDER BY berkas_id, before_langkah, before_hasil, langkah;

-- roles: events of berkas handed over in the month that were taken by another role than the SOP's
WITH finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE langkah = 10
  GROUP BY berkas_id
)
SELECT events.berkas_id AS berkas_id, events.langkah AS langkah, events.pelaksana AS pelaksana, COUNT(*) AS n
FROM events
JOIN finished ON events.berkas_id = finished.berkas_id
JOIN sop_step ON events.langkah = sop_step.langkah
WHERE finished.bulan = $month AND events.pelaksana <> sop_step.pelaksana
GROUP BY events.berkas_id, events.langkah, events.pelaksana
ORDER BY berkas_id, langkah, pelaksana;

-- mandatory: how many mandatory steps each berkas handed over in the month has
WITH finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE langkah = 10
  GROUP BY berkas_id
), present AS (
  SELECT events.berkas_id AS berkas_id,
         COUNT(DISTINCT CASE WHEN sop_step.mandatory = 1 THEN events.langkah ELSE NULL END) AS steps
  FROM events
  JOIN finished ON events.berkas_id = finished.berkas_id
  JOIN sop_step ON events.langkah = sop_step.langkah
  WHERE finished.bulan = $month
  GROUP BY events.berkas_id
)
SELECT steps, COUNT(*) AS n
FROM present
GROUP BY steps
ORDER BY steps
