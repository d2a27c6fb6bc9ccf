-- judul: Beban petugas
-- kalimat: Untuk tiap petugas dan langkah pada bulan itu: banyaknya peristiwa, detik pengerjaan terlama dan rata-rata.
-- parameter: month bulan
SELECT petugas_id, langkah, COUNT(*) AS n, MAX(selesai_s - mulai_s) AS terlama_s, AVG(selesai_s - mulai_s) AS rata_rata_s
FROM events
WHERE bulan = :month AND mulai_s <= selesai_s
GROUP BY petugas_id, langkah
ORDER BY petugas_id, langkah
