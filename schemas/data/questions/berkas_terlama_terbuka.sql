-- judul: Berkas terbuka yang terlama
-- kalimat: Seratus berkas terbuka yang paling lama tidak bergerak, dengan langkah terakhirnya.
SELECT berkas_id, kolektif_id, pekon, langkah_akhir, hasil_akhir, awal, akhir
FROM berkas
WHERE keadaan = 'terbuka'
ORDER BY akhir, berkas_id
LIMIT 100
