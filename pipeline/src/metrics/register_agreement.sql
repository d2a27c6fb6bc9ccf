-- numbers: every number written in the month at a step that writes a book, and how often
SELECT events.langkah AS langkah, nomor_register, COUNT(*) AS n
FROM events JOIN sop_step ON events.langkah = sop_step.langkah
WHERE writes_book = 1 AND bulan = $month
GROUP BY events.langkah, nomor_register
ORDER BY langkah, nomor_register
