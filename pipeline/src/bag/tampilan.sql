-- Tampilan (view) DuckDB atas peristiwa dalam paket ini. Jalankan di dalam folder paket, lalu ajukan pertanyaan:
--     duckdb -init tampilan.sql
-- Saat dinyatakan dalam UTC; bulan ialah bulan selesainya langkah menurut waktu kantor.

-- Semua baris, termasuk koreksi dan baris yang digantikannya.
CREATE OR REPLACE VIEW @ROWS@ AS
SELECT
@COLUMNS@
    bulan
FROM (
    SELECT * FROM (SELECT
@TYPES@
        NULL::VARCHAR AS bulan WHERE false)
    UNION ALL BY NAME
    SELECT * FROM read_parquet('data/events/*/*.parquet', union_by_name = true, hive_partitioning = true,
        hive_types = {'bulan': VARCHAR})
);
@COMPUTED@
-- Bentuk terakhir setiap peristiwa: tanpa baris yang sudah digantikan, juga oleh baris dari bulan di luar paket.
CREATE OR REPLACE VIEW events AS
SELECT * FROM events_all
WHERE seq NOT IN (SELECT seq FROM read_csv('data/events/diganti.csv', header = true, columns = {'seq': 'BIGINT'}));
