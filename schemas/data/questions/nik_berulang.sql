-- judul: NIK yang muncul pada lebih dari satu berkas
-- kalimat: Nama samaran NIK yang ada pada dua berkas atau lebih, dengan banyak berkas dan waktunya.
SELECT nik_pseudonym, COUNT(DISTINCT berkas_id) AS berkas, MIN(selesai) AS pertama, MAX(selesai) AS terakhir
FROM events
WHERE nik_pseudonym IS NOT NULL
GROUP BY nik_pseudonym
HAVING COUNT(DISTINCT berkas_id) > 1
ORDER BY berkas DESC, nik_pseudonym
