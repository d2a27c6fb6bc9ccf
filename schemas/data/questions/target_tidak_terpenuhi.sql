-- judul: Berkas yang lewat 24 jam
-- kalimat: Berkas yang tercetak pada bulan itu dan menurut target terbit 24 jam tidak memenuhi, dengan lamanya di luar gangguan.
-- parameter: month bulan
SELECT berkas_id, pekon, lengkap, tercetak, terbit_tanpa_gangguan_s, terbit_kerja_s, terbit_hari_kerja
FROM berkas
WHERE target_terbit_24_jam = 'tidak memenuhi' AND bulan_tercetak = :month
ORDER BY terbit_tanpa_gangguan_s DESC, berkas_id
