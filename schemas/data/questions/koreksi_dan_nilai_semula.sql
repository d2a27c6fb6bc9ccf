-- judul: Koreksi dan nilai semula
-- kalimat: Baris yang dikoreksi dan baris penggantinya berdampingan, dengan versi arsip yang membawa koreksi itu.
-- parameter: month bulan
SELECT n.seq, n.version, n.arrived_at, n.berkas_id, n.langkah, l.hasil AS hasil_semula, n.hasil, l.petugas_id AS petugas_semula, n.petugas_id,
  l.selesai AS selesai_semula, n.selesai, l.nomor_register AS nomor_semula, n.nomor_register, l.pii_commitment <> n.pii_commitment AS pribadi_berubah
FROM events_all AS n
JOIN events_all AS l ON l.seq = n.correction_of
WHERE n.bulan = :month AND n.correction_of IS NOT NULL
ORDER BY n.seq
