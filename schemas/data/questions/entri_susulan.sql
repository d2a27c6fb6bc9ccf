-- judul: Entri susulan dan koreksi dalam buku
-- kalimat: Entri buku bulan itu yang peristiwanya dari bulan yang bukunya sudah ditutup.
-- parameter: month bulan
SELECT buku, tanda, bulan_peristiwa, nomor_register, berkas_id, langkah, hasil, selesai
FROM books
WHERE bulan = :month AND tanda IS NOT NULL
ORDER BY buku, nomor_register, berkas_id
