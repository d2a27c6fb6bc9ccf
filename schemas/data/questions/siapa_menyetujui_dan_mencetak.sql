-- judul: Siapa menyetujui dan siapa mencetak
-- kalimat: Untuk tiap berkas yang tercetak pada bulan itu, petugas yang memverifikasi (langkah 5) dan petugas yang mencetak (langkah 6).
-- parameter: month bulan
SELECT b.berkas_id, MAX(CASE WHEN e.langkah = 5 THEN e.petugas_id END) AS menyetujui, MAX(CASE WHEN e.langkah = 6 THEN e.petugas_id END) AS mencetak,
  MAX(CASE WHEN e.langkah = 6 THEN e.selesai END) AS tercetak
FROM (SELECT berkas_id FROM events WHERE bulan = :month AND hasil = 'tercetak' GROUP BY berkas_id) AS b
JOIN events AS e ON e.berkas_id = b.berkas_id
GROUP BY b.berkas_id
ORDER BY b.berkas_id
