-- judul: Volume per bulan
-- kalimat: Banyaknya peristiwa, berkas, cetakan, dan penyerahan tiap bulan.
SELECT bulan, COUNT(*) AS peristiwa, COUNT(DISTINCT berkas_id) AS berkas, COUNT(*) FILTER (WHERE hasil = 'tercetak') AS tercetak,
  COUNT(*) FILTER (WHERE hasil = 'diserahkan') AS diserahkan
FROM events
GROUP BY bulan
ORDER BY bulan
