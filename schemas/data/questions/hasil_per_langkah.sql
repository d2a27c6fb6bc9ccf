-- judul: Hasil tiap langkah
-- kalimat: Banyaknya tiap hasil pada tiap langkah SOP pada bulan itu.
-- parameter: month bulan
SELECT langkah, hasil, COUNT(*) AS n, COUNT(DISTINCT petugas_id) AS petugas
FROM events
WHERE bulan = :month
GROUP BY langkah, hasil
ORDER BY langkah, hasil
