-- judul: Riwayat satu berkas
-- kalimat: Semua baris tentang satu berkas menurut waktu, termasuk koreksi dan baris yang digantikannya, dengan versi arsip yang membawanya.
-- parameter: berkas teks
SELECT seq, event_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan, nomor_register, correction_of, version, arrived_at
FROM events_all
WHERE berkas_id = :berkas
ORDER BY selesai, langkah, seq
