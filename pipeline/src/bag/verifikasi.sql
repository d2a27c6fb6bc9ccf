-- Memeriksa setiap baris peristiwa dalam paket ini terhadap pohon sidik arsip, dengan DuckDB saja (tanpa ekstensi dan tanpa jaringan).
-- Jalankan di dalam folder paket:
--     duckdb < verifikasi.sql
-- Hasil yang baik: satu baris 'cocok'. Setiap baris 'tidak cocok' menyebut nomor urut (seq) atau tempatnya.
--
-- Daun sebuah baris  = SHA-256(0x00 || JSON kanonik baris itu): anggota menurut abjad, tanpa spasi, anggota tanpa nilai ditiadakan,
--                      saat dalam mikrodetik sejak 1970 UTC, sidik dalam angka heksadesimal.
-- Nomor daun         = seq + nomor catatan yang menambahkan baris itu; sesudah baris-barisnya, setiap catatan mempunyai satu daun.

CREATE OR REPLACE TEMP MACRO teks(isi) AS '"' || replace(replace(isi, '\', '\\'), '"', '\"') || '"';
CREATE OR REPLACE TEMP MACRO sambung(kiri, kanan) AS sha256('\x01'::BLOB || unhex(kiri) || unhex(kanan));

-- Pernyataan arsip yang ditandatangani: banyaknya daun dan akar pohon sidik.
CREATE OR REPLACE TEMP TABLE pernyataan AS
SELECT TRY_CAST(isi[2] AS BIGINT) AS ukuran, isi[3] AS akar
FROM (SELECT string_split(content, chr(10)) AS isi FROM read_text('data/log/checkpoint'));

-- Catatan arsip yang menambahkan baris paket ini, masing-masing dengan daunnya sendiri.
CREATE OR REPLACE TEMP TABLE catatan AS
SELECT "commit" AS nomor, first_seq, next_seq, sha256('\x00'::BLOB || encode(statement)) AS sidik
FROM read_csv('data/log/commits.csv', header = true, delim = ',', quote = '"', escape = '"',
    columns = {'commit': 'BIGINT', 'first_seq': 'BIGINT', 'next_seq': 'BIGINT', 'statement': 'VARCHAR'});

-- Petak pohon sidik: sampai 256 sidik dalam satu fail.
CREATE OR REPLACE TEMP TABLE petak AS
SELECT tingkat, nomor, unnest(range(len(isi))) AS urutan, unnest(isi) AS sidik, len(isi) AS lebar
FROM (
    SELECT
        TRY_CAST(regexp_extract(nama, 'tile/([0-9]+)/', 1) AS BIGINT) AS tingkat,
        TRY_CAST(regexp_replace(regexp_extract(nama, 'tile/[0-9]+/([x0-9/]+)', 1), '[x/]', '', 'g') AS BIGINT) AS nomor,
        regexp_extract_all(lower(hex(content)), '.{64}') AS isi
    FROM (SELECT replace(filename, '\', '/') AS nama, content FROM read_blob('data/log/tile/**'))
);

-- Baris peristiwa dengan daunnya. Kolom yang tidak ada dalam sebuah fail tidak mempunyai nilai.
CREATE OR REPLACE TEMP TABLE baris AS
SELECT asal.seq AS seq, asal.seq + catatan.nomor AS posisi, asal.seq < catatan.next_seq AS tercatat,
    sha256('\x00'::BLOB || encode('{' || concat_ws(','
@MEMBERS@
    ) || '}')) AS sidik
FROM (
    SELECT * FROM (SELECT
@COLUMNS@
        WHERE false)
    UNION ALL BY NAME
    SELECT * FROM read_parquet('data/events/*/*.parquet', union_by_name = true, hive_partitioning = false)
) AS asal
ASOF LEFT JOIN (SELECT * FROM catatan WHERE first_seq < next_seq) AS catatan ON asal.seq >= catatan.first_seq;

-- Setiap petak penuh menghasilkan satu sidik dalam petak di atasnya.
CREATE OR REPLACE TEMP TABLE petak_penuh AS
WITH RECURSIVE lipatan AS (
    SELECT tingkat, nomor, urutan, sidik, 0 AS putaran FROM petak WHERE lebar = 256
    UNION ALL
    SELECT tingkat, nomor, urutan // 2, sambung(arg_min(sidik, urutan), arg_max(sidik, urutan)), putaran + 1
    FROM lipatan WHERE putaran < 8 GROUP BY tingkat, nomor, urutan // 2, putaran
)
SELECT tingkat, nomor, sidik FROM lipatan WHERE putaran = 8;

-- Akar pohon, dari petak tingkat 1 dan petak terakhir tingkat 0. Simpul terakhir yang tidak berpasangan naik apa adanya.
CREATE OR REPLACE TEMP TABLE akar AS
WITH RECURSIVE sisa AS (
    SELECT urutan, sidik, 0 AS putaran FROM petak, pernyataan
    WHERE tingkat = 0 AND nomor = ukuran // 256 AND urutan < ukuran % 256
    UNION ALL
    SELECT urutan // 2,
        CASE count(*) WHEN 2 THEN sambung(arg_min(sidik, urutan), arg_max(sidik, urutan)) ELSE min(sidik) END, putaran + 1
    FROM sisa WHERE putaran < 8 GROUP BY urutan // 2, putaran
), dasar AS (
    SELECT nomor * 256 + urutan AS urutan, sidik FROM petak, pernyataan
    WHERE tingkat = 1 AND nomor * 256 + urutan < ukuran // 256
    UNION ALL
    SELECT ukuran // 256, sidik FROM sisa, pernyataan WHERE putaran = 8
), pohon AS (
    SELECT urutan, sidik, 0 AS putaran FROM dasar
    UNION ALL
    SELECT urutan // 2,
        CASE count(*) WHEN 2 THEN sambung(arg_min(sidik, urutan), arg_max(sidik, urutan)) ELSE min(sidik) END, putaran + 1
    FROM pohon WHERE putaran < 40 GROUP BY urutan // 2, putaran
)
SELECT sidik FROM pohon WHERE putaran = 40;

WITH temuan AS (
    SELECT baris.seq AS seq, 'baris ini tidak sama dengan daunnya dalam pohon sidik' AS keterangan
    FROM baris LEFT JOIN petak ON tingkat = 0 AND nomor = posisi // 256 AND urutan = posisi % 256
    WHERE baris.sidik IS DISTINCT FROM petak.sidik OR baris.tercatat IS DISTINCT FROM true
    UNION ALL
    SELECT seq, 'baris ini ada ' || count(*) || ' kali' FROM baris GROUP BY seq HAVING count(*) > 1
    UNION ALL
    SELECT NULL, 'catatan ' || catatan.nomor || ' tidak sama dengan daunnya dalam pohon sidik'
    FROM catatan LEFT JOIN petak ON tingkat = 0
        AND petak.nomor = (next_seq + catatan.nomor) // 256 AND urutan = (next_seq + catatan.nomor) % 256
    WHERE catatan.sidik IS DISTINCT FROM petak.sidik
    UNION ALL
    SELECT NULL, 'petak ' || bawah.tingkat || '/' || bawah.nomor || ' tidak sama dengan petak di atasnya'
    FROM petak_penuh AS bawah LEFT JOIN petak AS atas ON atas.tingkat = bawah.tingkat + 1
        AND atas.nomor = bawah.nomor // 256 AND atas.urutan = bawah.nomor % 256
    WHERE bawah.sidik IS DISTINCT FROM atas.sidik
    UNION ALL
    SELECT NULL, 'akar pohon tidak sama dengan pernyataan arsip (data/log/checkpoint)'
    FROM pernyataan WHERE akar IS DISTINCT FROM (SELECT to_base64(unhex(sidik)) FROM akar)
    UNION ALL
    SELECT NULL, 'banyaknya daun tidak sama dengan pernyataan arsip (data/log/checkpoint)'
    FROM pernyataan WHERE ukuran IS NULL OR ukuran % 256 > 0
        AND NOT EXISTS (FROM petak WHERE tingkat = 0 AND nomor = ukuran // 256 AND lebar = ukuran % 256)
)
SELECT 'tidak cocok' AS hasil, seq, keterangan FROM temuan
UNION ALL
SELECT 'cocok', NULL, (SELECT count(*) FROM baris) || ' baris sama dengan daunnya dalam pohon sidik' WHERE NOT EXISTS (FROM temuan)
ORDER BY hasil, seq, keterangan;
