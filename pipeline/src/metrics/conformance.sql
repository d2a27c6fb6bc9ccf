-- successions: pairs of neighbouring events of berkas handed over in the month that the SOP does not know
WITH ordered AS (
  SELECT berkas_id, pekon, jenis, langkah,
         LAG(langkah) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events
), finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE langkah = 10
  GROUP BY berkas_id
)
SELECT 'wrong_succession' AS item, pekon, jenis, before_langkah AS step, ordered.langkah AS next_step, before_hasil AS name,
       COUNT(*) AS n
FROM ordered
JOIN finished ON ordered.berkas_id = finished.berkas_id
LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
WHERE finished.bulan = $month AND before_langkah IS NOT NULL
  AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah)
GROUP BY pekon, jenis, before_langkah, ordered.langkah, before_hasil;

-- wrong_role: events of berkas handed over in the month that were taken by another role than the SOP's
WITH finished AS (
  SELECT berkas_id, MIN(bulan) AS bulan
  FROM events
  WHERE langkah = 10
  GROUP BY berkas_id
)
SELECT pekon, jenis, events.langkah AS step, events.pelaksana AS name, COUNT(*) AS n
FROM events
JOIN finished ON events.berkas_id = finished.berkas_id
JOIN sop_step ON events.langkah = sop_step.langkah
WHERE finished.bulan = $month AND events.pelaksana <> sop_step.pelaksana
GROUP BY pekon, jenis, events.langkah, events.pelaksana;

-- finished: berkas handed over in the month, whether all is as in the SOP; v is how many mandatory steps they have
WITH ordered AS (
  SELECT berkas_id, pekon, jenis, langkah, hasil, pelaksana, bulan,
         LAG(langkah) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY berkas_id ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events
), judged AS (
  SELECT ordered.berkas_id AS berkas_id, pekon, jenis, ordered.langkah AS langkah, bulan, sop_step.mandatory AS mandatory,
         CASE WHEN before_langkah IS NOT NULL AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah) THEN 1
              WHEN sop_step.pelaksana IS NOT NULL AND sop_step.pelaksana <> ordered.pelaksana THEN 1
              ELSE 0 END AS deviates
  FROM ordered
  LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
  LEFT JOIN sop_step ON ordered.langkah = sop_step.langkah
), berkas AS (
  SELECT berkas_id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MAX(deviates) AS deviates,
         MIN(CASE WHEN langkah = 10 THEN bulan ELSE NULL END) AS bulan,
         COUNT(DISTINCT CASE WHEN mandatory = 1 THEN langkah ELSE NULL END) AS steps
  FROM judged
  GROUP BY berkas_id
)
SELECT 'conforming' AS item, pekon, jenis, steps AS v, COUNT(*) AS n
FROM berkas WHERE bulan = $month AND deviates = 0 GROUP BY pekon, jenis, steps
UNION ALL
SELECT 'deviating' AS item, pekon, jenis, steps AS v, COUNT(*) AS n
FROM berkas WHERE bulan = $month AND deviates = 1 GROUP BY pekon, jenis, steps
