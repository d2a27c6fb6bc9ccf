-- judul: Celah nomor register
-- kalimat: Pasangan nomor berurutan dalam buku bulan itu yang selisihnya lebih dari satu, menurut angka di depan garis miring.
-- parameter: month bulan
SELECT buku, nomor_sebelum, nomor, nomor - nomor_sebelum - 1 AS terlewat
FROM (
  SELECT buku, nomor, LAG(nomor) OVER (PARTITION BY buku ORDER BY nomor) AS nomor_sebelum
  FROM (
    SELECT DISTINCT buku, TRY_CAST(SPLIT_PART(nomor_register, '/', 1) AS BIGINT) AS nomor
    FROM books
    WHERE bulan = :month AND nomor_register IS NOT NULL
  ) AS n
  WHERE nomor IS NOT NULL
) AS t
WHERE nomor - nomor_sebelum > 1
ORDER BY buku, nomor
