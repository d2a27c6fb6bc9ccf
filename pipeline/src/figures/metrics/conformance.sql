-- successions: pairs of neighbouring events of berkas handed over in the month that the SOP does not know
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT pekon, jenis, langkah,
         LAG(langkah) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
)
SELECT 'wrong_succession' AS item, pekon, jenis, before_langkah AS step, ordered.langkah AS next_step, before_hasil AS name,
       COUNT(*) AS n
FROM ordered
LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
WHERE before_langkah IS NOT NULL AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah)
GROUP BY pekon, jenis, before_langkah, ordered.langkah, before_hasil;

-- wrong_role: events of berkas handed over in the month that were taken by another role than the SOP's
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
)
SELECT pekon, jenis, events.langkah AS step, events.pelaksana AS name, COUNT(*) AS n
FROM events
JOIN finished ON events.berkas_no = finished.berkas_no
JOIN sop_step ON events.langkah = sop_step.langkah
WHERE finished.bulan = $month AND events.pelaksana <> sop_step.pelaksana
GROUP BY pekon, jenis, events.langkah, events.pelaksana;

-- finished: berkas handed over in the month, whether all is as in the SOP; v is how many mandatory steps they have
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT events.berkas_no AS berkas_no, pekon, jenis, langkah, pelaksana,
         LAG(langkah) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
), judged AS (
  SELECT berkas_no, pekon, jenis, ordered.langkah AS langkah, sop_step.mandatory AS mandatory,
         CASE WHEN before_langkah IS NOT NULL AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah) THEN 1
              WHEN sop_step.pelaksana IS NOT NULL AND sop_step.pelaksana <> ordered.pelaksana THEN 1
              ELSE 0 END AS deviates
  FROM ordered
  LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
  LEFT JOIN sop_step ON ordered.langkah = sop_step.langkah
), berkas AS (
  SELECT berkas_no, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MAX(deviates) AS deviates,
         COUNT(DISTINCT CASE WHEN mandatory = 1 THEN langkah ELSE NULL END) AS steps
  FROM judged
  GROUP BY berkas_no
)
SELECT 'conforming' AS item, pekon, jenis, steps AS v, COUNT(*) AS n
FROM berkas WHERE deviates = 0 GROUP BY pekon, jenis, steps
UNION ALL
SELECT 'deviating' AS item, pekon, jenis, steps AS v, COUNT(*) AS n
FROM berkas WHERE deviates = 1 GROUP BY pekon, jenis, steps;

-- rows: successions
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT berkas_id, event_id, pekon, jenis, langkah,
         LAG(langkah) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
)
SELECT 'wrong_succession' AS item, berkas_id, event_id, pekon, jenis, before_langkah AS step, ordered.langkah AS next_step,
       before_hasil AS name
FROM ordered
LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
WHERE before_langkah IS NOT NULL AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah);

-- rows: wrong_role
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
)
SELECT berkas_id, event_id, pekon, jenis, events.langkah AS step, events.pelaksana AS name
FROM events
JOIN finished ON events.berkas_no = finished.berkas_no
JOIN sop_step ON events.langkah = sop_step.langkah
WHERE finished_bulan = $month AND events.pelaksana <> sop_step.pelaksana;

-- rows: finished
WITH finished AS (
  SELECT berkas_no, MIN(bulan) AS finished_bulan
  FROM events
  WHERE milestone = 'handed_over'
  GROUP BY berkas_no
), ordered AS (
  SELECT events.berkas_no AS berkas_no, berkas_id, pekon, jenis, langkah, pelaksana,
         LAG(langkah) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_langkah,
         LAG(hasil) OVER (PARTITION BY events.berkas_no ORDER BY selesai_s, langkah, event_id) AS before_hasil
  FROM events JOIN finished ON events.berkas_no = finished.berkas_no
  WHERE finished_bulan = $month
), judged AS (
  SELECT berkas_no, berkas_id, pekon, jenis, ordered.langkah AS langkah, sop_step.mandatory AS mandatory,
         CASE WHEN before_langkah IS NOT NULL AND (sop_next.next IS NULL OR sop_next.next <> ordered.langkah) THEN 1
              WHEN sop_step.pelaksana IS NOT NULL AND sop_step.pelaksana <> ordered.pelaksana THEN 1
              ELSE 0 END AS deviates
  FROM ordered
  LEFT JOIN sop_next ON ordered.before_langkah = sop_next.langkah AND ordered.before_hasil = sop_next.hasil
  LEFT JOIN sop_step ON ordered.langkah = sop_step.langkah
), berkas AS (
  SELECT berkas_no, MIN(berkas_id) AS id, MIN(pekon) AS pekon, MIN(jenis) AS jenis, MAX(deviates) AS deviates,
         COUNT(DISTINCT CASE WHEN mandatory = 1 THEN langkah ELSE NULL END) AS steps
  FROM judged
  GROUP BY berkas_no
)
SELECT CASE WHEN deviates = 0 THEN 'conforming' ELSE 'deviating' END AS item, id AS berkas_id, pekon, jenis, steps AS v
FROM berkas
