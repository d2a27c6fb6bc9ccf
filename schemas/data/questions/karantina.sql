-- judul: Isi karantina
-- kalimat: Baris yang menunggu di karantina menurut kode dan kolom, dengan yang paling lama menunggu; isi barisnya tidak ditampilkan.
SELECT code, kolom, COUNT(*) AS baris, MIN(since) AS terlama
FROM quarantine
GROUP BY code, kolom
ORDER BY baris DESC, code, kolom
