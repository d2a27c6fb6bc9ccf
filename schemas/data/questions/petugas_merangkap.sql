-- judul: Petugas yang memverifikasi dan mencetak berkas yang sama
-- kalimat: Berkas yang langkah 5 dan langkah 6-nya dikerjakan petugas yang sama pada bulan itu.
-- parameter: month bulan
SELECT a.berkas_id, a.petugas_id, MIN(a.selesai) AS verifikasi, MIN(b.selesai) AS cetak
FROM events AS a
JOIN events AS b ON a.berkas_id = b.berkas_id AND a.petugas_id = b.petugas_id
WHERE a.langkah = 5 AND b.langkah = 6 AND b.bulan = :month
GROUP BY a.berkas_id, a.petugas_id
ORDER BY a.berkas_id
