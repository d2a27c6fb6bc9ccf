-- Twenty questions, one a line, that tertib and DuckDB answer over the same Parquet. MONTH and BERKAS are replaced by values of the archive.
SELECT COUNT(*) AS n FROM events
SELECT COUNT(*) AS n FROM events WHERE hasil = 'tercetak'
SELECT bulan, COUNT(*) AS n FROM events GROUP BY bulan ORDER BY bulan
SELECT langkah, hasil, COUNT(*) AS n FROM events GROUP BY langkah, hasil ORDER BY langkah, hasil
SELECT petugas_id, COUNT(*) AS n, MIN(selesai) AS a, MAX(selesai) AS b FROM events GROUP BY petugas_id ORDER BY n DESC, petugas_id LIMIT 20
SELECT bulan, COUNT(DISTINCT berkas_id) AS berkas, COUNT(*) FILTER (WHERE hasil = 'diserahkan') AS diserahkan FROM events GROUP BY bulan ORDER BY bulan
SELECT berkas_id, COUNT(*) AS n FROM events GROUP BY berkas_id HAVING COUNT(*) > 14 ORDER BY n DESC, berkas_id LIMIT 20
SELECT event_id, langkah, hasil, selesai FROM events WHERE berkas_id = 'BERKAS' ORDER BY selesai, langkah, event_id
SELECT langkah, COUNT(*) AS n, MAX(selesai_s - mulai_s) AS longest, SUM(selesai_s - mulai_s) AS total FROM events WHERE mulai_s <= selesai_s GROUP BY langkah ORDER BY langkah
SELECT langkah, hasil, COUNT(*) AS n FROM events WHERE bulan = 'MONTH' GROUP BY langkah, hasil ORDER BY langkah, hasil
SELECT pekon, COUNT(*) AS n FROM events WHERE hasil = 'tercetak' GROUP BY pekon ORDER BY n DESC, pekon LIMIT 20
SELECT seq, berkas_id, selesai FROM events ORDER BY selesai DESC, seq LIMIT 10
SELECT COUNT(*) AS n FROM events WHERE kekurangan LIKE '%kk%'
SELECT jenis, COUNT(DISTINCT petugas_id) AS officers, COUNT(*) AS n FROM events GROUP BY jenis ORDER BY jenis
SELECT MIN(selesai) AS a, MAX(selesai) AS b, MIN(seq) AS c, MAX(seq) AS d FROM events
SELECT n, COUNT(*) AS berkas FROM (SELECT berkas_id, COUNT(*) AS n FROM events GROUP BY berkas_id) AS t GROUP BY n ORDER BY n
SELECT petugas_id, langkah, COUNT(*) AS n FROM events WHERE selesai >= 'FROM' AND selesai < 'UNTIL' GROUP BY petugas_id, langkah ORDER BY petugas_id, langkah
SELECT a.berkas_id, a.petugas_id FROM events a JOIN events b ON a.berkas_id = b.berkas_id AND a.petugas_id = b.petugas_id WHERE a.langkah = 5 AND b.langkah = 6 AND a.bulan = 'MONTH' AND b.bulan = 'MONTH' ORDER BY a.berkas_id
SELECT COUNT(*) AS n FROM events WHERE correction_of IS NOT NULL
SELECT langkah, AVG(selesai_s - mulai_s) AS mean FROM events WHERE bulan >= 'MONTH' AND mulai IS NOT NULL GROUP BY langkah ORDER BY langkah
