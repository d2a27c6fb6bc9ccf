-- judul: Perubahan setelah buku ditutup
-- kalimat: Baris bulan itu yang baru diarsipkan setelah bukunya ditutup, baik susulan maupun koreksi.
-- parameter: month bulan
SELECT e.seq, e.berkas_id, e.langkah, e.selesai, e.hasil, e.correction_of, e.version, e.arrived_at
FROM events_all AS e
WHERE e.bulan = :month AND e.version > (SELECT MIN(version) FROM runs WHERE seal = :month)
ORDER BY e.seq
