-- numbers: every number written in the month at a step that writes a book, and how often
SELECT pekon, jenis, events.langkah AS step, nomor_register AS name, COUNT(*) AS n
FROM events JOIN sop_step ON events.langkah = sop_step.langkah
WHERE writes_book = 1 AND bulan = $month
GROUP BY pekon, jenis, events.langkah, nomor_register;

-- rows: numbers
SELECT berkas_id, event_id, pekon, jenis, events.langkah AS step, nomor_register AS name
FROM events JOIN sop_step ON events.langkah = sop_step.langkah
WHERE writes_book = 1 AND bulan = $month
