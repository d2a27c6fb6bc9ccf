-- Statements that attack, one a line; `KANARI` stands for the path of a file that no answer may show. `tests/query.rs` asks them all.
-- Files and table functions
SELECT * FROM read_csv('KANARI')
SELECT * FROM read_csv_auto('KANARI')
SELECT * FROM read_text('KANARI')
SELECT * FROM read_blob('KANARI')
SELECT * FROM read_parquet('KANARI')
SELECT * FROM read_json('KANARI')
SELECT * FROM read_ndjson('KANARI')
SELECT * FROM glob('/etc/*')
SELECT * FROM sniff_csv('KANARI')
SELECT * FROM parquet_scan('KANARI')
SELECT * FROM parquet_metadata('KANARI')
SELECT * FROM sqlite_scan('KANARI', 'x')
SELECT * FROM postgres_scan('', 'x', 'y')
SELECT * FROM iceberg_scan('KANARI')
SELECT * FROM delta_scan('KANARI')
SELECT * FROM scan_csv('KANARI')
SELECT * FROM generate_series(1, 10)
SELECT * FROM range(10)
SELECT * FROM unnest([1, 2])
SELECT * FROM repeat_row(1, 10)
SELECT * FROM pragma_table_info('events')
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_secrets()
SELECT * FROM pg_read_file('KANARI')
SELECT * FROM lo_import('KANARI')
SELECT * FROM load_file('KANARI')
SELECT * FROM getenv('HOME')
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('persons')
SELECT * FROM which_secret('a', 'b')
SELECT read_csv('KANARI') FROM events
SELECT read_csv_auto('KANARI') FROM events
SELECT read_text('KANARI') FROM events
SELECT read_blob('KANARI') FROM events
SELECT read_parquet('KANARI') FROM events
SELECT read_json('KANARI') FROM events
SELECT read_ndjson('KANARI') FROM events
SELECT glob('/etc/*') FROM events
SELECT sniff_csv('KANARI') FROM events
SELECT parquet_scan('KANARI') FROM events
SELECT parquet_metadata('KANARI') FROM events
SELECT sqlite_scan('KANARI', 'x') FROM events
SELECT postgres_scan('', 'x', 'y') FROM events
SELECT iceberg_scan('KANARI') FROM events
SELECT pg_read_file('KANARI') FROM events
SELECT load_file('KANARI') FROM events
SELECT getenv('HOME') FROM events
SELECT getvariable('x') FROM events
SELECT current_setting('home_directory') FROM events
SELECT pg_ls_dir('/etc') FROM events
SELECT version() FROM events
SELECT current_user FROM events
SELECT current_database() FROM events
SELECT txid_current() FROM events
SELECT nextval('s') FROM events
SELECT setseed(0.5) FROM events
SELECT random() FROM events
SELECT uuid() FROM events
SELECT now() FROM events
SELECT pg_sleep(60) FROM events
SELECT sleep(60) FROM events
SELECT seq FROM events WHERE seq IN (SELECT * FROM read_text('KANARI'))
WITH t AS (SELECT * FROM read_text('KANARI')) SELECT * FROM t
SELECT seq FROM events ORDER BY read_text('KANARI')
SELECT COUNT(*) FROM events GROUP BY read_text('KANARI')
SELECT seq FROM events LIMIT read_text('KANARI')
SELECT SUM(seq) OVER (PARTITION BY read_text('KANARI')) FROM events
VALUES (read_text('KANARI'))
SELECT * FROM events JOIN read_text('KANARI') ON true
SELECT * FROM LATERAL read_text('KANARI')
SELECT (SELECT * FROM read_text('KANARI')) FROM events
SELECT * FROM 'KANARI'
SELECT * FROM "KANARI"
SELECT * FROM `KANARI`
SELECT * FROM KANARI
SELECT * FROM 'file:///etc/hosts'
SELECT * FROM 'https://example.invalid/x.csv'
SELECT * FROM 's3://x/y.parquet'
SELECT * FROM 'archive/persons/*/*.parquet'
SELECT * FROM "archive/persons"
-- Other tables
SELECT * FROM persons
SELECT * FROM archive.persons
SELECT * FROM main.events
SELECT * FROM information_schema.tables
SELECT * FROM information_schema.columns
SELECT * FROM pg_catalog.pg_class
SELECT * FROM pg_shadow
SELECT * FROM sqlite_master
SELECT * FROM duckdb_tables
SELECT * FROM gangguan
SELECT * FROM blangko
SELECT * FROM figures
SELECT * FROM _tertib
SELECT * FROM events.persons
SELECT * FROM system.events
SELECT * FROM "persons"
SELECT * FROM 'persons'
SELECT * FROM mysql.user
SELECT * FROM sys.tables
SELECT * FROM dual
SELECT * FROM INFORMATION_SCHEMA
SELECT * FROM events$files
SELECT * FROM events@v0
SELECT nik FROM events
SELECT nama FROM events
SELECT salt FROM events
SELECT tempat_lahir FROM events
SELECT tanggal_lahir FROM events
SELECT keterangan FROM events
SELECT pembawa FROM events
SELECT penerima FROM events
SELECT jenis_kelamin FROM events
SELECT rowid FROM events
SELECT _metadata FROM events
SELECT ctid FROM events
SELECT xmin FROM events
SELECT filename FROM events
SELECT file_row_number FROM events
SELECT events.nik FROM events
SELECT row FROM events
SELECT digest FROM events
SELECT code FROM events
SELECT row FROM quarantine
SELECT digest FROM quarantine
SELECT nama FROM books
SELECT nik FROM berkas
SELECT pembawa FROM batches
SELECT detail FROM findings
SELECT key_id FROM runs
SELECT cursor FROM runs
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t
WITH persons AS (SELECT * FROM events) SELECT COUNT(*) FROM persons
WITH events AS (SELECT 1 AS a) SELECT * FROM events
WITH events AS (SELECT * FROM persons) SELECT * FROM events
SELECT * FROM events AS persons LIMIT 1
SELECT * FROM events PIVOT (COUNT(*) FOR langkah IN (1, 2))
SELECT * FROM events UNPIVOT (v FOR k IN (seq, langkah))
SELECT * FROM events FOR SYSTEM_TIME AS OF '2020-01-01'
SELECT * FROM events VERSION AS OF 0
SELECT * FROM events TABLESAMPLE (10 PERCENT)
SELECT * FROM events AT (VERSION => 0)
SELECT * FROM UNNEST(ARRAY[1, 2])
SELECT * FROM (VALUES (1), (2)) AS t (a)
TABLE events
TABLE persons
SELECT * FROM events MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS true)
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$'))
SELECT * FROM XMLTABLE('/' PASSING '')
SELECT * FROM OPENROWSET(BULK 'KANARI', SINGLE_CLOB) AS x
SELECT * FROM events, persons
SELECT * FROM events NATURAL JOIN persons
SELECT * FROM events JOIN persons USING (seq)
SELECT seq FROM events UNION SELECT seq FROM persons
SELECT seq FROM events EXCEPT SELECT seq FROM persons
SELECT seq FROM events INTERSECT SELECT seq FROM quarantine_all
SELECT * FROM events WHERE EXISTS (SELECT 1 FROM persons)
SELECT * FROM events ASOF JOIN events b ON true
SELECT * FROM events CROSS APPLY persons
SELECT * FROM events SEMI JOIN persons ON true
DESCRIBE persons
DESCRIBE 'KANARI'
DESCRIBE read_text('KANARI')
SHOW TABLES FROM persons
SHOW ALL
SHOW DATABASES
SHOW COLUMNS FROM persons
EXPLAIN SELECT * FROM persons
EXPLAIN ANALYZE SELECT COUNT(*) FROM events
SUMMARIZE events
FROM events SELECT seq
FROM persons
PIVOT events ON langkah
-- Statements that change something
DROP TABLE events
DROP VIEW events
DELETE FROM events
UPDATE events SET hasil = 'x'
INSERT INTO events VALUES (1)
TRUNCATE events
TRUNCATE TABLE events
ALTER TABLE events ADD COLUMN x INT
CREATE TABLE x (a INT)
CREATE TABLE x AS SELECT * FROM events
CREATE VIEW x AS SELECT * FROM events
CREATE OR REPLACE VIEW events AS SELECT 1
CREATE TEMP TABLE x (a INT)
CREATE EXTERNAL TABLE x (a INT) STORED AS CSV LOCATION 'KANARI'
CREATE FUNCTION f() RETURNS INT AS 'x'
CREATE MACRO f() AS 1
CREATE SCHEMA x
CREATE SECRET (TYPE s3)
CREATE INDEX i ON events (seq)
CREATE SEQUENCE s
CREATE TRIGGER t AFTER INSERT ON events EXECUTE FUNCTION f()
CREATE USER x
CREATE ROLE x
GRANT ALL ON events TO x
REVOKE ALL ON events FROM x
COPY events TO 'KANARI'
COPY events FROM 'KANARI'
COPY (SELECT * FROM events) TO 'KANARI'
COPY (SELECT 1) TO PROGRAM 'touch KANARI'
EXPORT DATABASE 'KANARI'
IMPORT DATABASE 'KANARI'
ATTACH 'KANARI' AS x
ATTACH DATABASE 'KANARI' AS x
DETACH x
USE x
SET memory_limit = '1GB'
SET GLOBAL x = 1
RESET ALL
PRAGMA table_info('events')
PRAGMA database_list
INSTALL httpfs
LOAD httpfs
LOAD DATA INFILE 'KANARI' INTO TABLE events
CALL f()
EXECUTE p
PREPARE p AS SELECT 1
DEALLOCATE p
DECLARE c CURSOR FOR SELECT 1
BEGIN
COMMIT
ROLLBACK
START TRANSACTION
SAVEPOINT s
LOCK TABLE events
VACUUM
ANALYZE events
REINDEX
CHECKPOINT
KILL 1
SHUTDOWN
FLUSH TABLES
OPTIMIZE TABLE events
MSCK REPAIR TABLE events
MERGE INTO events USING events b ON true WHEN MATCHED THEN DELETE
REPLACE INTO events VALUES (1)
SELECT * INTO x FROM events
SELECT * INTO OUTFILE 'KANARI' FROM events
SELECT seq FROM events INTO DUMPFILE 'KANARI'
SELECT seq FROM events FOR UPDATE
SELECT seq FROM events FOR SHARE
WITH d AS (DELETE FROM events RETURNING *) SELECT * FROM d
WITH i AS (INSERT INTO events VALUES (1) RETURNING *) SELECT * FROM i
WITH u AS (UPDATE events SET seq = 0 RETURNING *) SELECT * FROM u
SELECT 1; DROP TABLE events
SELECT 1; SELECT 2
; SELECT 1
SELECT 1;
SELECT 1;;
COMMENT ON TABLE events IS 'x'
NOTIFY x
LISTEN x
UNLOAD ('SELECT 1') TO 'KANARI'
RENAME TABLE events TO x
HANDLER events OPEN
DO 1
ASSERT true
RAISE 'x'
WHILE true DO SELECT 1; END WHILE
IF true THEN SELECT 1; END IF
-- Comments, quotes, signs
SELECT /* */ 1
SELECT /* 1
SELECT 1 -- x
SELECT 1 --
/* x */
--
SELECT 'a
SELECT "a
SELECT `a
SELECT [a
SELECT $$a$$
SELECT $a$ b $a$
SELECT $$a
SELECT E'\x41'
SELECT U&'\0041'
SELECT X'41'
SELECT B'1'
SELECT N'a'
SELECT R'a'
SELECT 'a''b'
SELECT ''''
SELECT "a""b"
SELECT ''
SELECT ""
SELECT ｓｅｑ FROM events
SELECT sеq FROM events
SELECT seq FROM еvents
SELECT seq FROM events
SELECT ‘a’
SELECT “seq” FROM events
SELECT seq​ FROM events
SELECT ‮seq FROM events
SELECT 😀
SELECT 😀 FROM events
SELECT ''😀'
SELECT @@version
SELECT @x
SELECT :x
SELECT :month
SELECT ?
SELECT $1
SELECT {d '2026-01-01'}
SELECT {{ 1 }}
SELECT ${x}
SELECT #1
SELECT \
SELECT ~1
SELECT !1
SELECT 1 ! 1
SELECT ^
SELECT a.b.c.d FROM events
SELECT *
SELECT * * FROM events
SELECT , FROM events
SELECT FROM events
SELECT

()
SELECT ()
SELECT (1
SELECT 1)
SELECT 1 1
SELECT 1_000
SELECT 0x41
SELECT 1e
SELECT .
SELECT ...
SELECT 1..2
SELECT '1806019001010001' WHERE
SELECT SITI AMINAH FROM events
SELECT 'SITI AMINAH' + 1
SELECT seq FROM events WHERE hasil = SITI
-- Odd values
SELECT 9223372036854775807 + 1
SELECT 9223372036854775808
SELECT -9223372036854775808
SELECT 99999999999999999999999999999999999999
SELECT 1e999
SELECT -1e999
SELECT 1 / 0
SELECT 0 / 0
SELECT 1 // 0
SELECT 1 % 0
SELECT seq * 9223372036854775807 FROM events
SELECT SUM(seq * 100000000000000) FROM events
SELECT CAST('x' AS BIGINT)
SELECT CAST('x' AS DATE)
SELECT CAST('9999-12-31' AS DATE) + 1
SELECT CAST('0001-01-01' AS DATE) - 1
SELECT DATE '2026-02-30'
SELECT TIMESTAMP '2026-13-01 00:00:00'
SELECT selesai + INTERVAL '300000 years' FROM events
SELECT selesai - INTERVAL '99999999999 days' FROM events
SELECT INTERVAL 'x'
SELECT seq FROM events LIMIT -1
SELECT seq FROM events LIMIT 99999999999999999999
SELECT seq FROM events LIMIT 1 OFFSET -1
SELECT seq FROM events LIMIT 1.5
SELECT seq FROM events LIMIT NULL
SELECT seq FROM events LIMIT ALL
SELECT seq FROM events ORDER BY 0
SELECT seq FROM events ORDER BY 99
SELECT seq FROM events ORDER BY -1
SELECT seq FROM events GROUP BY 0
SELECT seq FROM events GROUP BY 99
SELECT SUBSTR('abc', -9223372036854775807, 9223372036854775807)
SELECT LEFT('abc', -9223372036854775807)
SELECT LPAD('x', 2000000000, 'y')
SELECT RPAD('x', 2000000000, 'y') FROM events
SELECT LPAD('x', 100, '') FROM events
SELECT REPEAT('x', 2000000000)
SELECT SPLIT_PART('a', '', 1)
SELECT SPLIT_PART('a/b', '/', -9223372036854775807)
SELECT REPLACE('aaa', '', 'b')
SELECT ROUND(1.5, 999999999)
SELECT ROUND(seq, -999999999) FROM events
SELECT STRFTIME(selesai, '%') FROM events
SELECT STRFTIME(selesai, '%q%!%9999999f') FROM events
SELECT STRFTIME(selesai, '%n%n%n') FROM events
SELECT EXTRACT(CENTURY FROM selesai) FROM events
SELECT EXTRACT(x FROM selesai) FROM events
SELECT DATE_TRUNC('x', selesai) FROM events
SELECT DATE_DIFF('day', 'x', 'y')
SELECT REGEXP_MATCHES(hasil, '(a+)+$') FROM events
SELECT hasil ~ '(a|aa)+$' FROM events
SELECT hasil SIMILAR TO '(a+)+' FROM events
SELECT COLUMNS('(') FROM events
SELECT hasil LIKE '%%%%%%%%%%%%%%%%%%%%%%%%%%%%x' FROM events
SELECT hasil LIKE '\\' FROM events
SELECT hasil LIKE 'a' ESCAPE 'bb' FROM events
SELECT hasil LIKE NULL FROM events
SELECT LAG(seq, 9223372036854775807) OVER (ORDER BY seq) FROM events
SELECT LAG(seq, -9223372036854775807) OVER (ORDER BY seq) FROM events
SELECT SUM(seq) OVER (ORDER BY seq ROWS 9223372036854775807 PRECEDING) FROM events
SELECT NTILE(0) OVER (ORDER BY seq) FROM events
SELECT ARRAY_AGG(seq) FROM events
SELECT LISTAGG(hasil) FROM events
SELECT PERCENTILE_CONT(2) WITHIN GROUP (ORDER BY seq) FROM events
SELECT MEDIAN(hasil) FROM events
SELECT SUM(hasil) FROM events
SELECT AVG(selesai) FROM events
SELECT COUNT(DISTINCT seq, hasil) FROM events
SELECT COUNT(SUM(seq)) FROM events
SELECT SUM(COUNT(*)) OVER () FROM events
SELECT GREATEST() FROM events
SELECT COALESCE() FROM events
SELECT CASE END FROM events
SELECT NULL + NULL
SELECT NOT 'x'
SELECT seq = hasil FROM events
SELECT seq FROM events WHERE seq
SELECT seq FROM events WHERE 'x'
SELECT * EXCLUDE (tidak_ada) FROM events
SELECT * REPLACE (1 AS seq) FROM events
SELECT events FROM events
SELECT events.* FROM events LIMIT 1
SELECT seq AS seq, seq AS seq FROM events
SELECT ROW(1, 2)
SELECT [1, 2]
SELECT {'a': 1}
SELECT MAP {'a': 1}
SELECT CAST(seq AS DECIMAL(38, 38)) FROM events
SELECT CAST(seq AS BLOB) FROM events
SELECT CAST(seq AS x[]) FROM events
SELECT seq::events FROM events
SELECT seq COLLATE x FROM events
SELECT hasil AT TIME ZONE 'x' FROM events
SELECT POW(10, 400)
SELECT FACTORIAL(100)
SELECT MD5(hasil) FROM events
SELECT HASH(hasil) FROM events
SELECT ERROR('x')
SELECT PRINTF('%n')
SELECT FORMAT('{}', 1)
SELECT CHR(0)
SELECT CHR(55296)
SELECT BASE64(hasil) FROM events
-- Joins and sets that are large
SELECT COUNT(*) FROM events a CROSS JOIN events b CROSS JOIN events c CROSS JOIN events d
SELECT COUNT(*) FROM events a, events b, events c
SELECT COUNT(*) FROM events a JOIN events b ON a.bulan = b.bulan JOIN events c ON b.bulan = c.bulan JOIN events d ON c.bulan = d.bulan
SELECT COUNT(*) FROM events a JOIN events b ON a.langkah = b.langkah JOIN events c ON b.langkah = c.langkah
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.seq < b.seq LEFT JOIN events c ON b.seq < c.seq
SELECT MEDIAN(a.seq * b.seq) FROM events a, events b, events c
SELECT * FROM events a, events b ORDER BY a.seq + b.seq LIMIT 1
SELECT a.seq, SUM(b.seq) OVER (PARTITION BY a.seq) FROM events a, events b
SELECT COUNT(DISTINCT a.berkas_id || b.berkas_id || c.berkas_id) FROM events a, events b, events c
SELECT a.hasil || a.hasil || b.hasil FROM events a, events b, events c LIMIT 1
SELECT COUNT(*) FROM events_all a, events_all b, events_all c
SELECT COUNT(*) FROM berkas a, berkas b, berkas c, berkas d, berkas e
