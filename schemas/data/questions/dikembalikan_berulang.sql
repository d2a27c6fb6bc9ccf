-- judul: Berkas yang berulang kali dikembalikan
-- kalimat: Berkas yang dikembalikan karena kurang sekian kali atau lebih.
-- parameter: kali angka
SELECT berkas_id, kolektif_id, pekon, keadaan, pengembalian, awal, akhir
FROM berkas
WHERE pengembalian >= :kali
ORDER BY pengembalian DESC, berkas_id
