-- judul: Peristiwa pada akhir pekan
-- kalimat: Peristiwa bulan itu yang selesai pada hari Sabtu atau Minggu menurut WIB, per petugas dan langkah.
-- parameter: month bulan
SELECT petugas_id, langkah, COUNT(*) AS n, MIN(selesai) AS pertama, MAX(selesai) AS terakhir
FROM events
WHERE bulan = :month AND EXTRACT(ISODOW FROM selesai + INTERVAL '7 hours') >= 6
GROUP BY petugas_id, langkah
ORDER BY n DESC, petugas_id, langkah
