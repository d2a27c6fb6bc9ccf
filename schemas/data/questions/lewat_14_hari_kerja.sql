-- judul: Berkas yang selesai lewat batas hari kerja
-- kalimat: Berkas yang diserahkan pada bulan itu dan sejak diterima memakan waktu lebih dari sekian hari kerja, yang terlama lebih dahulu.
-- parameter: month bulan
-- parameter: hari angka
SELECT berkas_id, kolektif_id, pekon, diterima, diserahkan, layanan_hari_kerja
FROM berkas
WHERE keadaan = 'diserahkan' AND layanan_hari_kerja > :hari AND bulan_diserahkan = :month
ORDER BY layanan_hari_kerja DESC, berkas_id
