-- judul: Tercetak, belum diserahkan
-- kalimat: Banyaknya KTP-el yang sudah tercetak tetapi belum diserahkan menurut pekon/kelurahan, dengan yang paling lama menunggu.
SELECT pekon, COUNT(*) AS berkas, MIN(tercetak) AS terlama
FROM berkas
WHERE tercetak IS NOT NULL AND diserahkan IS NULL
GROUP BY pekon
ORDER BY berkas DESC, pekon
