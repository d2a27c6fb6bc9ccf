-- judul: Pekerjaan satu petugas
-- kalimat: Semua peristiwa satu petugas pada bulan itu menurut waktu.
-- parameter: month bulan
-- parameter: petugas teks
SELECT event_id, berkas_id, langkah, pelaksana, mulai, selesai, hasil, nomor_register
FROM events
WHERE bulan = :month AND petugas_id = :petugas
ORDER BY selesai, event_id
