-- Questions to `tertib query`, one a line; `tests/query.py` asks DuckDB the same over the same files. Instants are in UTC in both.
-- Counts
SELECT COUNT(*) FROM events
SELECT COUNT(*) AS n FROM events
SELECT count(*) n, COUNT(petugas_id) AS officers, COUNT(DISTINCT petugas_id) AS each FROM events
SELECT COUNT(DISTINCT berkas_id) FROM events
SELECT COUNT(*) FROM events WHERE petugas_id IS NULL
SELECT COUNT(*) FROM events WHERE petugas_id IS NOT NULL
SELECT COUNT(correction_of) AS corrections FROM events
SELECT COUNT(*) AS n FROM events WHERE 1 = 0
SELECT COUNT(*) + 1 AS n FROM events
SELECT COUNT(*) * 2 - COUNT(DISTINCT langkah) AS n FROM events
SELECT langkah, COUNT(*) AS n FROM events GROUP BY langkah
SELECT langkah, COUNT(*) AS n FROM events GROUP BY langkah ORDER BY langkah
SELECT langkah, COUNT(*) AS n FROM events GROUP BY langkah ORDER BY n DESC, langkah
SELECT langkah, hasil, COUNT(*) AS n FROM events GROUP BY langkah, hasil ORDER BY 1, 2
SELECT langkah, hasil, COUNT(*) AS n FROM events GROUP BY 1, 2 ORDER BY langkah DESC, hasil
SELECT bulan, COUNT(*) AS n FROM events GROUP BY bulan ORDER BY bulan
SELECT petugas_id, COUNT(*) AS n FROM events GROUP BY petugas_id ORDER BY petugas_id
SELECT petugas_id, COUNT(*) AS n FROM events GROUP BY petugas_id ORDER BY petugas_id DESC
SELECT petugas_id, COUNT(*) AS n FROM events GROUP BY petugas_id ORDER BY petugas_id NULLS FIRST
SELECT petugas_id, COUNT(*) AS n FROM events GROUP BY petugas_id ORDER BY petugas_id DESC NULLS FIRST
SELECT petugas_id, COUNT(*) AS n FROM events GROUP BY petugas_id HAVING COUNT(*) > 20 ORDER BY 1
SELECT petugas_id FROM events GROUP BY petugas_id HAVING COUNT(DISTINCT langkah) > 1 ORDER BY 1
SELECT berkas_id, COUNT(*) AS n FROM events GROUP BY berkas_id HAVING COUNT(*) > 10 ORDER BY n DESC, berkas_id LIMIT 20
SELECT berkas_id FROM events GROUP BY berkas_id HAVING MAX(langkah) = 6 ORDER BY berkas_id
SELECT berkas_id FROM events GROUP BY berkas_id HAVING SUM(CASE WHEN hasil = 'diserahkan' THEN 1 ELSE 0 END) = 0 ORDER BY 1
SELECT COUNT(*) FILTER (WHERE langkah = 1) AS received, COUNT(*) FILTER (WHERE hasil = 'diserahkan') AS handed FROM events
SELECT bulan, COUNT(*) FILTER (WHERE hasil = 'kurang') AS kurang FROM events GROUP BY bulan ORDER BY bulan
SELECT SUM(langkah), MIN(langkah), MAX(langkah), AVG(langkah) FROM events
SELECT SUM(correction_of) AS s, MIN(correction_of) AS lo, AVG(correction_of) AS a FROM events WHERE correction_of IS NULL
SELECT SUM(langkah) AS s, COUNT(langkah) AS n, AVG(langkah) AS a FROM events WHERE langkah > 99
SELECT langkah, AVG(seq) AS a FROM events GROUP BY langkah ORDER BY langkah
SELECT langkah, MEDIAN(seq) AS a FROM events GROUP BY langkah ORDER BY langkah
SELECT MEDIAN(langkah) AS m FROM events
SELECT MIN(berkas_id) AS a, MAX(berkas_id) AS b, MIN(hasil) AS c, MAX(hasil) AS d FROM events
SELECT SUM(DISTINCT langkah) AS s, AVG(DISTINCT langkah) AS a FROM events
SELECT bulan, SUM(DISTINCT langkah) AS s FROM events GROUP BY bulan ORDER BY 1
SELECT BOOL_AND(langkah > 0) AS a, BOOL_OR(langkah > 9) AS b, BOOL_AND(langkah > 5) AS c FROM events
SELECT langkah, BOOL_OR(petugas_id IS NULL) AS without FROM events GROUP BY langkah ORDER BY langkah
SELECT langkah % 3 AS r, COUNT(*) AS n FROM events GROUP BY langkah % 3 ORDER BY r
SELECT langkah + 1 AS next, COUNT(*) AS n FROM events GROUP BY langkah + 1 ORDER BY langkah + 1
SELECT langkah % 2 = 0 AS even, COUNT(*) AS n FROM events GROUP BY even ORDER BY even
SELECT CASE WHEN langkah < 5 THEN 'awal' ELSE 'akhir' END AS part, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT CASE WHEN langkah < 5 THEN 'awal' ELSE 'akhir' END AS part, COUNT(*) AS n FROM events GROUP BY part ORDER BY part
SELECT jenis, COUNT(DISTINCT berkas_id) AS n FROM events GROUP BY jenis ORDER BY n DESC, jenis
SELECT pekon, COUNT(DISTINCT kolektif_id) AS batches FROM events GROUP BY pekon ORDER BY batches DESC, pekon
SELECT MAX(n) AS most, MIN(n) AS least FROM (SELECT berkas_id, COUNT(*) AS n FROM events GROUP BY berkas_id) AS t
SELECT n, COUNT(*) AS berkas FROM (SELECT berkas_id, COUNT(*) AS n FROM events GROUP BY berkas_id) AS t GROUP BY n ORDER BY n
SELECT langkah, COUNT(*) AS n FROM events WHERE bulan = '2026-09' GROUP BY langkah HAVING COUNT(*) > 10 AND langkah < 8 ORDER BY langkah
SELECT COUNT(*) AS n FROM events HAVING COUNT(*) > 100000
SELECT COUNT(*) AS n, bulan FROM events GROUP BY bulan HAVING bulan > '2026-08' ORDER BY bulan
SELECT 1 AS one, COUNT(*) AS n FROM events GROUP BY bulan ORDER BY n
SELECT MAX(langkah) - MIN(langkah) AS span FROM events
SELECT berkas_id, MAX(seq) - MIN(seq) AS span FROM events GROUP BY berkas_id ORDER BY span DESC, berkas_id LIMIT 5
SELECT pelaksana, COUNT(*) AS n, COUNT(DISTINCT langkah) AS steps FROM events GROUP BY pelaksana ORDER BY pelaksana
SELECT MAX(nik_pseudonym) IS NOT NULL AS there, COUNT(DISTINCT nik_pseudonym) AS n FROM events
SELECT nik_pseudonym, COUNT(DISTINCT berkas_id) AS n FROM events GROUP BY nik_pseudonym HAVING COUNT(DISTINCT berkas_id) > 1 ORDER BY nik_pseudonym
-- Rows
SELECT * FROM events ORDER BY seq LIMIT 3
SELECT * FROM events ORDER BY seq LIMIT 1
SELECT * FROM events ORDER BY seq DESC LIMIT 1 OFFSET 5
SELECT seq FROM events ORDER BY seq LIMIT 0
SELECT seq, selesai FROM events ORDER BY seq OFFSET 2000
SELECT selesai FROM events ORDER BY seq LIMIT 1
SELECT mulai FROM events ORDER BY seq LIMIT 40
SELECT diterima, recorded_at FROM events ORDER BY seq LIMIT 2
SELECT * EXCLUDE (nik_pseudonym, pii_commitment) FROM events ORDER BY seq LIMIT 5
SELECT * EXCLUDE (tidak_ada) FROM events LIMIT 1
SELECT * EXCLUDE (seq) FROM (SELECT seq, langkah, hasil FROM events) AS t ORDER BY langkah, hasil LIMIT 3
SELECT e.* FROM events e WHERE e.seq < 4 ORDER BY e.seq
SELECT e.seq AS nomor, e.hasil FROM events AS e WHERE e.langkah = 10 ORDER BY nomor
SELECT DISTINCT langkah FROM events ORDER BY langkah
SELECT DISTINCT langkah, hasil FROM events ORDER BY langkah, hasil
SELECT DISTINCT petugas_id FROM events ORDER BY petugas_id
SELECT DISTINCT petugas_id FROM events ORDER BY petugas_id DESC
SELECT DISTINCT hasil FROM events ORDER BY LENGTH(hasil)
SELECT DISTINCT LENGTH(hasil) AS n FROM events ORDER BY n DESC
SELECT DISTINCT langkah % 4 FROM events ORDER BY 1
SELECT langkah FROM events ORDER BY -1
SELECT langkah FROM events ORDER BY -(1)
SELECT langkah FROM events ORDER BY (1) DESC
SELECT langkah, COUNT(*) AS n FROM events GROUP BY (1) ORDER BY (1) DESC
SELECT langkah AS a FROM events UNION SELECT seq FROM events ORDER BY -1
SELECT DISTINCT bulan, COUNT(*) AS n FROM events GROUP BY bulan ORDER BY bulan
SELECT seq FROM events WHERE langkah = 3 AND bulan = '2026-08' ORDER BY seq LIMIT 10
SELECT seq, langkah AS l FROM events WHERE langkah IN (1, 2, 10) ORDER BY l, seq LIMIT 10
SELECT seq FROM events WHERE langkah NOT IN (1, 2, 3, 4, 5, 6, 7, 8) ORDER BY seq LIMIT 10
SELECT COUNT(*) FROM events WHERE langkah NOT IN (1, NULL)
SELECT COUNT(*) FROM events WHERE langkah IN (1, NULL)
SELECT COUNT(*) FROM events WHERE petugas_id NOT IN ('P01', 'P02')
SELECT COUNT(*) FROM events WHERE NOT (petugas_id = 'P01')
SELECT COUNT(*) FROM events WHERE petugas_id <> 'P01'
SELECT COUNT(*) FROM events WHERE petugas_id = NULL
SELECT COUNT(*) FROM events WHERE petugas_id IS DISTINCT FROM NULL
SELECT COUNT(*) FROM events WHERE petugas_id IS NOT DISTINCT FROM NULL
SELECT COUNT(*) FROM events WHERE petugas_id IS DISTINCT FROM 'P01'
SELECT COUNT(*) FROM events WHERE (petugas_id = 'P01') IS NULL
SELECT COUNT(*) FROM events WHERE (petugas_id = 'P01') IS NOT TRUE
SELECT COUNT(*) FROM events WHERE (langkah > 5) IS TRUE
SELECT COUNT(*) FROM events WHERE (langkah > correction_of) IS FALSE
SELECT COUNT(*) FROM events WHERE langkah BETWEEN 3 AND 5
SELECT COUNT(*) FROM events WHERE langkah NOT BETWEEN 3 AND 5
SELECT COUNT(*) FROM events WHERE langkah BETWEEN 5 AND 3
SELECT COUNT(*) FROM events WHERE langkah BETWEEN 3 AND NULL
SELECT COUNT(*) FROM events WHERE NOT (langkah BETWEEN 3 AND correction_of)
SELECT COUNT(*) FROM events WHERE langkah > 3 OR petugas_id = 'P01'
SELECT COUNT(*) FROM events WHERE langkah > 3 AND (petugas_id = 'P01' OR petugas_id IS NULL)
SELECT COUNT(*) FROM events WHERE NOT (langkah > 3 AND petugas_id = 'P01')
SELECT COUNT(*) FROM events WHERE langkah = 1 OR langkah = 2 AND hasil = 'kurang'
SELECT COUNT(*) FROM events WHERE TRUE
SELECT COUNT(*) FROM events WHERE NULL
SELECT COUNT(*) FROM events WHERE NOT FALSE AND langkah <= 2
SELECT COUNT(*) FROM events WHERE langkah
SELECT COUNT(*) FROM events WHERE langkah = '5'
SELECT COUNT(*) FROM events WHERE berkas_id = 5
SELECT COUNT(*) FROM events WHERE langkah = 5.0
SELECT COUNT(*) FROM events WHERE langkah > 4.5 AND langkah < 7.5
SELECT COUNT(*) FROM events WHERE langkah != 5
SELECT COUNT(*) FROM events WHERE -langkah < -8
SELECT COUNT(*) FROM events WHERE langkah * langkah > 50
SELECT seq, seq + langkah AS a, seq - langkah AS b, seq * langkah AS c FROM events ORDER BY seq LIMIT 5
SELECT seq / 2 AS half, seq // 2 AS whole, seq % 7 AS rest FROM events ORDER BY seq LIMIT 9
SELECT -7 // 2 AS a, -7 % 2 AS b, 7 // -2 AS c, 7 % -2 AS d
SELECT 7 / 2 AS a, 6 / 2 AS b, 1 / 3 AS c
SELECT 1 / 0 AS a
SELECT seq // 0 AS a FROM events LIMIT 1
SELECT seq % 0 AS a FROM events LIMIT 1
SELECT seq / NULLIF(langkah - 5, 0) AS a FROM events ORDER BY seq LIMIT 12
SELECT 0.5 + 0.25 AS a, 1.5 * 2 AS b, 100.0 * 3 AS c, 2.5 - 1 AS d
SELECT 0.1 + 0.2 AS a
SELECT 0.1 + 0.2 = 0.3 AS a
SELECT 0.1 AS a, 3.14 AS b
SELECT COUNT(*) FROM events WHERE 100.0 * langkah / 10 > 0.95
SELECT 1e3 AS a, 1.5e2 AS b
SELECT 9223372036854775807 + 1 AS a
SELECT SUM(9000000000000000000 + seq) AS a FROM events
SELECT 100.0 * COUNT(*) / 7 AS share FROM events
SELECT langkah, 100.0 * COUNT(*) / (SELECT COUNT(*) FROM events) AS share FROM events GROUP BY langkah ORDER BY langkah
SELECT ROUND(100.0 * COUNT(*) / 7, 2) AS share FROM events
SELECT ROUND(seq / 7, 1) AS a, ROUND(seq / 7) AS b FROM events ORDER BY seq LIMIT 20
SELECT ROUND(seq) AS a, ABS(langkah - 5) AS b, ABS(5.5 - langkah) AS c FROM events ORDER BY seq LIMIT 12
SELECT FLOOR(seq / 4) AS a, CEIL(seq / 4) AS b, FLOOR(langkah) AS c FROM events ORDER BY seq LIMIT 9
SELECT CAST(seq / 2 AS BIGINT) AS a FROM events ORDER BY seq LIMIT 9
SELECT CAST(2.5 AS BIGINT) AS a, CAST(3.5 AS BIGINT) AS b, CAST(-2.5 AS BIGINT) AS c
SELECT GREATEST(langkah, 5) AS a, LEAST(langkah, 5) AS b, GREATEST(correction_of, 1) AS c FROM events ORDER BY seq LIMIT 12
SELECT POW(10, 400) AS a
SELECT SQRT(langkah) AS a FROM events LIMIT 1
-- Text
SELECT COUNT(*) FROM events WHERE hasil LIKE 's%'
SELECT COUNT(*) FROM events WHERE hasil LIKE '%a%'
SELECT COUNT(*) FROM events WHERE hasil LIKE '_e%'
SELECT COUNT(*) FROM events WHERE hasil NOT LIKE '%selesai%'
SELECT COUNT(*) FROM events WHERE hasil LIKE 'SELESAI'
SELECT COUNT(*) FROM events WHERE hasil ILIKE 'SELESAI'
SELECT COUNT(*) FROM events WHERE hasil NOT ILIKE 'S%'
SELECT COUNT(*) FROM events WHERE hasil LIKE ''
SELECT COUNT(*) FROM events WHERE hasil LIKE '%'
SELECT COUNT(*) FROM events WHERE petugas_id LIKE 'P0_'
SELECT COUNT(*) FROM events WHERE petugas_id NOT LIKE 'P0_'
SELECT COUNT(*) FROM events WHERE petugas_id LIKE NULL
SELECT COUNT(*) FROM events WHERE nomor_register LIKE '%/4/%'
SELECT COUNT(*) FROM events WHERE hasil LIKE '%\_%'
SELECT COUNT(*) FROM events WHERE hasil LIKE '%!_%' ESCAPE '!'
SELECT COUNT(*) FROM events WHERE hasil SIMILAR TO 's.*'
SELECT COUNT(*) FROM events WHERE STARTS_WITH(hasil, 's') AND CONTAINS(hasil, 'les')
SELECT DISTINCT hasil, UPPER(hasil) AS u, LOWER(UPPER(hasil)) AS l, LENGTH(hasil) AS n FROM events ORDER BY hasil
SELECT UPPER('straße') AS a, LOWER('ÀÉ') AS b, UPPER('àé') AS c
SELECT LENGTH('Rukiyah é') AS a, LENGTH('') AS b, LENGTH(NULL) AS c
SELECT DISTINCT SUBSTR(berkas_id, 1, 7) AS m FROM events ORDER BY m
SELECT DISTINCT SUBSTRING(berkas_id, 2, 4) AS y FROM events ORDER BY y
SELECT DISTINCT SUBSTRING(berkas_id FROM 2 FOR 4) AS y FROM events ORDER BY y
SELECT SUBSTR('abcdef', 3) AS a, SUBSTR('abcdef', 10) AS b, SUBSTR('abcdef', 2, 0) AS c
SELECT SUBSTR('abc', 0, 2) AS a
SELECT SUBSTR('abc', -2, 1) AS a
SELECT LEFT('abcdef', 2) AS a, RIGHT('abcdef', 2) AS b, LEFT('ab', 9) AS c, RIGHT('ab', 0) AS d
SELECT DISTINCT LEFT(pekon, 6) AS kecamatan FROM events ORDER BY 1
SELECT LEFT(pekon, 6) AS kecamatan, COUNT(*) AS n FROM events GROUP BY LEFT(pekon, 6) ORDER BY kecamatan
SELECT TRIM('  a b  ') AS a, LTRIM('  a ') AS b, RTRIM(' a  ') AS c
SELECT TRIM(LEADING FROM '  a ') AS a, TRIM(BOTH FROM ' a ') AS b
SELECT TRIM('x' FROM 'xax') AS a
SELECT REPLACE(hasil, 'e', '3') AS a, REPLACE(hasil, '', 'x') AS b FROM events ORDER BY seq LIMIT 5
SELECT 'a' || 'b' AS a, 'a' || NULL AS b, CONCAT('a', NULL, 'b') AS c
SELECT berkas_id || '/' || hasil AS a FROM events ORDER BY seq LIMIT 4
SELECT berkas_id || langkah AS a FROM events ORDER BY seq LIMIT 4
SELECT berkas_id || '-' || CAST(langkah AS VARCHAR) AS a FROM events ORDER BY seq LIMIT 4
SELECT STRPOS(berkas_id, '-') AS a, POSITION('2026' IN berkas_id) AS b, STRPOS(berkas_id, 'x') AS c, STRPOS(hasil, '') AS d FROM events ORDER BY seq LIMIT 4
SELECT SPLIT_PART(nomor_register, '/', 1) AS nomor, SPLIT_PART(nomor_register, '/', 9) AS none FROM events WHERE nomor_register IS NOT NULL ORDER BY seq LIMIT 6
SELECT MAX(CAST(SPLIT_PART(nomor_register, '/', 1) AS BIGINT)) AS last FROM events WHERE langkah = 4
SELECT COUNT(*) FROM events WHERE TRY_CAST(SPLIT_PART(nomor_register, '/', 1) AS BIGINT) IS NULL
SELECT TRY_CAST('abc' AS BIGINT) AS a, CAST('-12' AS BIGINT) AS b, CAST('007' AS BIGINT) AS c
SELECT TRY_CAST('5.7' AS BIGINT) AS a
SELECT CAST('abc' AS BIGINT) AS a
SELECT CAST(hasil AS BIGINT) AS a FROM events LIMIT 1
SELECT LPAD(CAST(langkah AS VARCHAR), 4, '0') AS a, RPAD('ab', 5, 'xy') AS b, LPAD('abcdef', 3, 'x') AS c FROM events ORDER BY seq LIMIT 3
SELECT LPAD('x', 2000000000, 'y') AS a FROM events
SELECT REPEAT('x', 1000000000) AS a FROM events
SELECT REVERSE(hasil) AS a FROM events LIMIT 1
SELECT COUNT(*) FROM events WHERE hasil > 's'
SELECT COUNT(*) FROM events WHERE hasil >= 'kurang' AND hasil < 'l'
SELECT MIN(UPPER(hasil)) AS a FROM events
SELECT STRING_AGG(hasil, ',') AS a FROM events
SELECT COALESCE(petugas_id, 'tidak dicatat') AS p, COUNT(*) AS n FROM events GROUP BY COALESCE(petugas_id, 'tidak dicatat') ORDER BY p
SELECT COALESCE(correction_of, seq) AS s FROM events ORDER BY s LIMIT 5
SELECT COALESCE(NULL, NULL, 3) AS a, NULLIF(3, 3) AS b, NULLIF(3, 4) AS c, IFNULL(NULL, 'x') AS d
SELECT IFNULL(1, 2, 3) AS a
SELECT IFNULL(1) AS a
SELECT COALESCE(langkah, 'x') AS a FROM events LIMIT 1
SELECT NULLIF(hasil, 'selesai') AS h, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT CASE langkah WHEN 1 THEN 'satu' WHEN 2 THEN 'dua' END AS w, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT CASE WHEN petugas_id = 'P01' THEN 1 WHEN petugas_id IS NULL THEN 2 ELSE 3 END AS c, COUNT(*) AS n FROM events GROUP BY c ORDER BY c
SELECT CASE WHEN NULL THEN 1 ELSE 2 END AS a, CASE WHEN 1 = 1 THEN NULL ELSE 2 END AS b
SELECT CASE WHEN langkah > 5 THEN langkah ELSE 0.5 END AS a FROM events ORDER BY seq LIMIT 9
SELECT CASE WHEN langkah > 5 THEN langkah ELSE 'x' END AS a FROM events LIMIT 1
SELECT SUM(CASE WHEN hasil = 'kurang' THEN 1 ELSE 0 END) AS kurang, SUM(CASE WHEN hasil = 'kurang' THEN 1 END) AS k FROM events
-- Days and instants
SELECT MIN(selesai) AS first, MAX(selesai) AS last FROM events
SELECT MAX(selesai) AS m FROM events
SELECT MAX(mulai) AS m FROM events WHERE langkah > 99
SELECT COUNT(*) FROM events WHERE selesai >= '2026-09-01' AND selesai < '2026-10-01'
SELECT COUNT(*) FROM events WHERE selesai >= '2026-09-01 03:00:00'
SELECT COUNT(*) FROM events WHERE selesai >= '2026-09-01T03:00:00Z'
SELECT COUNT(*) FROM events WHERE selesai >= '2026-09-01 10:00:00+07:00'
SELECT COUNT(*) FROM events WHERE selesai >= TIMESTAMP '2026-09-01 03:00:00'
SELECT COUNT(*) FROM events WHERE selesai >= DATE '2026-09-01'
SELECT COUNT(*) FROM events WHERE selesai >= 'kemarin'
SELECT COUNT(*) FROM events WHERE selesai BETWEEN '2026-09-01' AND '2026-09-02'
SELECT COUNT(*) FROM events WHERE CAST(selesai AS DATE) = '2026-09-01'
SELECT COUNT(*) FROM events WHERE CAST(selesai AS DATE) IN ('2026-09-01', '2026-09-02')
SELECT CAST(selesai AS DATE) AS day FROM events ORDER BY seq LIMIT 1
SELECT CAST(selesai AS DATE) AS day, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT selesai::date AS day, COUNT(*) AS n FROM events GROUP BY day ORDER BY n DESC, day LIMIT 3
SELECT DATE '2026-09-01' AS a, DATE '2026-09-01' + 3 AS b, DATE '2026-09-03' - DATE '2026-09-01' AS c
SELECT DATE '2026-13-01' AS a
SELECT MAX(CAST(selesai AS DATE)) - MIN(CAST(selesai AS DATE)) AS days FROM events
SELECT CAST(MAX(selesai) AS DATE) AS d FROM events
SELECT CAST(DATE '2026-09-01' AS VARCHAR) AS a, CAST('2026-09-01' AS DATE) AS b
SELECT CAST(DATE '2026-09-01' AS TIMESTAMP) AS a
SELECT CAST(selesai AS VARCHAR) AS a FROM events ORDER BY seq LIMIT 1
SELECT YEAR(selesai) AS y, MONTH(selesai) AS m, DAY(selesai) AS d, HOUR(selesai) AS h FROM events ORDER BY seq LIMIT 5
SELECT EXTRACT(YEAR FROM selesai) AS y, EXTRACT(MONTH FROM selesai) AS m, EXTRACT(MINUTE FROM selesai) AS i FROM events ORDER BY seq LIMIT 5
SELECT EXTRACT(DOW FROM selesai) AS w, COUNT(*) AS n FROM events GROUP BY EXTRACT(DOW FROM selesai) ORDER BY w
SELECT EXTRACT(ISODOW FROM CAST(selesai AS DATE)) AS w, COUNT(*) AS n FROM events GROUP BY w ORDER BY w
SELECT EXTRACT(WEEK FROM selesai) AS w, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT EXTRACT(DOY FROM selesai) AS w, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1 LIMIT 4
SELECT EXTRACT(HOUR FROM CAST(selesai AS DATE)) AS w FROM events LIMIT 1
SELECT DATE_PART('year', selesai) AS y, COUNT(*) AS n FROM events GROUP BY 1
SELECT HOUR(selesai + INTERVAL '7 hours') AS wib, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT CAST(selesai + INTERVAL 7 HOUR AS DATE) AS hari, COUNT(*) AS n FROM events GROUP BY hari ORDER BY hari LIMIT 5
SELECT selesai + INTERVAL '1 day' AS a, selesai - INTERVAL '90 minutes' AS b, selesai + INTERVAL '2' HOUR AS c FROM events ORDER BY seq LIMIT 3
SELECT selesai + INTERVAL '300000 years' AS a FROM events LIMIT 1
SELECT selesai + INTERVAL '1 month' AS a FROM events ORDER BY seq LIMIT 1
SELECT selesai - mulai AS lama FROM events ORDER BY seq LIMIT 3
SELECT EPOCH(selesai) - EPOCH(mulai) AS lama FROM events ORDER BY seq LIMIT 9
SELECT langkah, AVG(EPOCH(selesai) - EPOCH(mulai)) AS rata FROM events GROUP BY langkah ORDER BY langkah
SELECT EXTRACT(EPOCH FROM selesai) AS a FROM events ORDER BY seq LIMIT 3
SELECT DATE_DIFF('day', diterima, selesai) AS hari, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT DATE_DIFF('hour', mulai, selesai) AS jam, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT DATEDIFF('minute', mulai, selesai) AS menit, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY n DESC, 1 LIMIT 10
SELECT DATE_DIFF('day', CAST(diterima AS DATE), CAST(selesai AS DATE)) AS hari, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT DATE_DIFF('month', diterima, selesai) AS bulan FROM events LIMIT 1
SELECT DATE_TRUNC('month', selesai) AS m, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT DATE_TRUNC('hour', selesai) AS h, COUNT(*) AS n FROM events GROUP BY h ORDER BY n DESC, h LIMIT 5
SELECT DATE_TRUNC('day', selesai) AS m FROM events ORDER BY seq LIMIT 2
SELECT DATE_TRUNC('decade', selesai) AS m FROM events LIMIT 1
SELECT STRFTIME(selesai, '%Y-%m') AS m, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1
SELECT STRFTIME(selesai + INTERVAL '7 hours', '%d/%m/%Y %H:%M:%S') AS wib FROM events ORDER BY seq LIMIT 4
SELECT STRFTIME(selesai, '%A') AS a FROM events LIMIT 1
SELECT COUNT(*) FROM events WHERE mulai > selesai
SELECT COUNT(*) FROM events WHERE selesai > CURRENT_TIMESTAMP
SELECT COUNT(*) FROM events WHERE selesai < NOW()
SELECT COUNT(*) FROM events WHERE selesai > langkah
SELECT bulan, COUNT(*) AS n FROM events WHERE CAST(selesai AS DATE) < DATE '2026-09-01' GROUP BY bulan ORDER BY bulan
SELECT selesai AT TIME ZONE 'Asia/Jakarta' AS w FROM events LIMIT 1
-- Subqueries and WITH
SELECT COUNT(*) FROM events WHERE berkas_id IN (SELECT berkas_id FROM events WHERE hasil = 'kurang')
SELECT COUNT(*) FROM events WHERE berkas_id NOT IN (SELECT berkas_id FROM events WHERE hasil = 'kurang')
SELECT COUNT(*) FROM events WHERE seq NOT IN (SELECT correction_of FROM events)
SELECT COUNT(*) FROM events WHERE seq NOT IN (SELECT correction_of FROM events WHERE correction_of IS NOT NULL)
SELECT COUNT(*) FROM events WHERE seq IN (SELECT correction_of FROM events)
SELECT COUNT(*) FROM events WHERE petugas_id NOT IN (SELECT petugas_id FROM events WHERE langkah = 1 AND petugas_id IS NOT NULL)
SELECT COUNT(*) FROM events WHERE petugas_id NOT IN (SELECT petugas_id FROM events WHERE langkah = 99)
SELECT COUNT(*) FROM events WHERE correction_of IN (SELECT seq FROM events WHERE langkah = 99)
SELECT COUNT(*) FROM events WHERE langkah IN (SELECT 1.0)
SELECT COUNT(*) FROM events WHERE selesai = (SELECT MAX(selesai) FROM events)
SELECT berkas_id, langkah FROM events WHERE seq = (SELECT MIN(seq) FROM events WHERE langkah = 10)
SELECT (SELECT COUNT(*) FROM events WHERE langkah = 1) AS a, (SELECT MAX(selesai) FROM events) AS b
SELECT (SELECT seq FROM events WHERE langkah = 99) AS a
SELECT (SELECT seq FROM events) AS a
SELECT COUNT(*) FROM events WHERE EXISTS (SELECT 1 FROM events WHERE langkah = 99)
SELECT COUNT(*) FROM events WHERE NOT EXISTS (SELECT 1 FROM events WHERE langkah = 99)
SELECT COUNT(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b WHERE b.berkas_id = a.berkas_id AND b.langkah = 10)
SELECT COUNT(*) FROM events a WHERE langkah = (SELECT MAX(langkah) FROM events b WHERE b.berkas_id = a.berkas_id)
SELECT COUNT(*) FROM events WHERE langkah > ALL (SELECT 5)
SELECT COUNT(*) FROM events WHERE langkah = ANY (SELECT 5)
SELECT COUNT(*) FROM (SELECT DISTINCT berkas_id FROM events) AS t
SELECT COUNT(*) FROM (SELECT berkas_id FROM events LIMIT 7) AS t
SELECT COUNT(*) FROM (SELECT berkas_id FROM events ORDER BY seq LIMIT 7 OFFSET 3) AS t
SELECT COUNT(*) FROM (SELECT seq FROM events)
SELECT t.m, COUNT(*) AS n FROM (SELECT MAX(langkah) AS m FROM events GROUP BY berkas_id) AS t GROUP BY t.m ORDER BY t.m
WITH t AS (SELECT berkas_id, MAX(langkah) AS m FROM events GROUP BY berkas_id) SELECT m, COUNT(*) AS n FROM t GROUP BY m ORDER BY m
WITH a AS (SELECT * FROM events WHERE langkah = 6), b AS (SELECT berkas_id FROM a) SELECT COUNT(*) FROM b
WITH latest AS (SELECT * FROM events WHERE seq NOT IN (SELECT correction_of FROM events WHERE correction_of IS NOT NULL)) SELECT langkah, COUNT(*) AS n FROM latest GROUP BY langkah ORDER BY langkah
WITH persons AS (SELECT 1 AS x FROM events) SELECT COUNT(*) FROM persons
WITH events AS (SELECT * FROM events WHERE langkah = 1) SELECT COUNT(*) FROM events
WITH t (a) AS (SELECT langkah FROM events) SELECT MAX(a) FROM t
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t
SELECT a.n FROM (SELECT COUNT(*) AS n FROM events) AS a, (SELECT 2 AS k) AS b WHERE a.n > b.k
SELECT COUNT(*) FROM persons
SELECT COUNT(*) FROM main.events
SELECT COUNT(*) FROM (VALUES (1), (2)) AS t
-- Joins
SELECT COUNT(*) AS n FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND b.hasil = 'diserahkan' WHERE a.hasil = 'tercetak' AND b.seq IS NULL
SELECT a.langkah AS al, b.langkah AS bl FROM events a JOIN events b ON a.berkas_id = b.berkas_id AND b.langkah = 5 WHERE a.seq < 60 ORDER BY a.seq, b.seq
SELECT COUNT(*) AS n FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND b.seq > a.seq WHERE b.seq IS NULL
SELECT COUNT(*) FROM events a JOIN events b ON a.berkas_id = b.berkas_id
SELECT COUNT(*) FROM events a JOIN events b ON a.berkas_id = b.berkas_id AND a.langkah = b.langkah
SELECT COUNT(*) FROM events a JOIN events b ON a.berkas_id = b.berkas_id WHERE a.langkah = 1 AND b.langkah = 10
SELECT COUNT(*) FROM events a INNER JOIN events b ON b.seq = a.correction_of
SELECT a.seq, b.seq AS old, a.hasil, b.hasil AS old_hasil FROM events a JOIN events b ON a.correction_of = b.seq ORDER BY a.seq
SELECT COUNT(*), COUNT(b.seq) FROM events a LEFT JOIN events b ON a.correction_of = b.seq
SELECT COUNT(*) AS n, COUNT(a.seq) AS left_rows, COUNT(b.seq) AS right_rows FROM events a RIGHT JOIN events b ON a.correction_of = b.seq
SELECT COUNT(*) AS n, COUNT(a.seq) AS left_rows, COUNT(b.seq) AS right_rows FROM events a FULL JOIN events b ON a.correction_of = b.seq
SELECT COUNT(*) FROM events a FULL OUTER JOIN events b ON a.correction_of = b.seq AND a.langkah < 3
SELECT COUNT(*) FROM events a JOIN events b ON a.petugas_id = b.petugas_id WHERE a.seq < 50 AND b.seq < 50
SELECT COUNT(*) FROM events a JOIN events b ON a.petugas_id IS NOT DISTINCT FROM b.petugas_id WHERE a.seq < 50 AND b.seq < 50
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND a.langkah + 1 = b.langkah
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND (b.langkah = 5 OR b.langkah = 6)
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND a.langkah = 1
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND b.langkah IS NULL
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.berkas_id = b.berkas_id AND 1 = 0
SELECT COUNT(*) FROM (SELECT * FROM events WHERE seq < 30) AS a LEFT JOIN (SELECT * FROM events WHERE seq < 40) AS b ON a.langkah > b.langkah
SELECT COUNT(*) FROM (SELECT seq FROM events WHERE seq < 30) AS a CROSS JOIN (SELECT seq FROM events WHERE seq < 20) AS b
SELECT COUNT(*) FROM (SELECT seq FROM events WHERE seq < 30) AS a, (SELECT seq FROM events WHERE seq < 20) AS b WHERE a.seq = b.seq
SELECT COUNT(*) FROM events a, events b WHERE a.berkas_id = b.berkas_id AND a.langkah = 3 AND b.langkah = 4
SELECT a.berkas_id, a.petugas_id AS approved, b.petugas_id AS printed FROM events a JOIN events b ON a.berkas_id = b.berkas_id AND a.langkah = 5 AND b.langkah = 6 ORDER BY a.seq, b.seq LIMIT 10
SELECT a.pekon, COUNT(*) AS n FROM events a JOIN events b ON a.berkas_id = b.berkas_id AND b.langkah = 10 WHERE a.langkah = 1 GROUP BY a.pekon ORDER BY n DESC, a.pekon
SELECT a.pekon, b.bulan, COUNT(*) AS n FROM events a JOIN events b ON a.berkas_id = b.berkas_id GROUP BY a.pekon, b.bulan ORDER BY a.pekon, b.bulan
SELECT x.k, y.n FROM (SELECT langkah AS k, COUNT(*) AS n FROM events GROUP BY langkah) AS x JOIN (SELECT langkah AS k, MAX(seq) AS n FROM events GROUP BY langkah) AS y ON x.k = y.k ORDER BY x.k
WITH p AS (SELECT berkas_id, MIN(selesai) AS at FROM events WHERE hasil = 'tercetak' GROUP BY berkas_id), h AS (SELECT berkas_id, MIN(selesai) AS at FROM events WHERE hasil = 'diserahkan' GROUP BY berkas_id) SELECT COUNT(*) AS printed, COUNT(h.at) AS handed FROM p LEFT JOIN h ON p.berkas_id = h.berkas_id
WITH p AS (SELECT berkas_id, MIN(selesai) AS at FROM events WHERE hasil = 'tercetak' GROUP BY berkas_id), h AS (SELECT berkas_id, MIN(selesai) AS at FROM events WHERE hasil = 'diserahkan' GROUP BY berkas_id) SELECT p.berkas_id, p.at AS printed, h.at AS handed FROM p LEFT JOIN h ON p.berkas_id = h.berkas_id AND h.at > p.at ORDER BY p.berkas_id LIMIT 20
SELECT COUNT(*) FROM events a JOIN events b ON a.berkas_id = b.berkas_id JOIN events c ON b.berkas_id = c.berkas_id AND c.langkah = 10 WHERE a.langkah = 1 AND b.langkah = 6
SELECT COUNT(*) FROM events a LEFT JOIN events b ON a.correction_of = b.seq LEFT JOIN events c ON b.correction_of = c.seq WHERE c.seq IS NULL
SELECT seq FROM events a JOIN events b ON a.seq = b.seq
SELECT * FROM events a JOIN events b ON a.seq = b.seq LIMIT 1
SELECT a.seq, b.seq FROM events a JOIN events b ON a.seq = b.seq LIMIT 1
SELECT a.*, b.seq AS other FROM events a JOIN events b ON a.seq = b.seq WHERE a.seq < 3 ORDER BY other
SELECT COUNT(*) FROM events JOIN events ON 1 = 1
SELECT COUNT(*) FROM events a JOIN events b USING (berkas_id)
SELECT COUNT(*) FROM events a NATURAL JOIN events b
SELECT COUNT(*) FROM events a CROSS JOIN events b CROSS JOIN events c
SELECT COUNT(*) FROM events a JOIN events b ON a.bulan = b.bulan JOIN events c ON c.bulan = a.bulan
SELECT COUNT(*) FROM events a SEMI JOIN events b ON a.correction_of = b.seq
SELECT COUNT(*) FROM events a JOIN events b ON a.seq = b.berkas_id
-- Sets
SELECT langkah FROM events UNION SELECT langkah FROM events ORDER BY langkah
SELECT COUNT(*) FROM (SELECT langkah FROM events UNION ALL SELECT langkah FROM events) AS t
SELECT petugas_id FROM events WHERE langkah = 1 UNION SELECT petugas_id FROM events WHERE langkah = 10 ORDER BY petugas_id
SELECT petugas_id FROM events WHERE langkah = 5 INTERSECT SELECT petugas_id FROM events WHERE langkah = 6 ORDER BY 1
SELECT petugas_id FROM events EXCEPT SELECT petugas_id FROM events WHERE langkah = 6 ORDER BY 1
SELECT berkas_id FROM events WHERE langkah = 1 EXCEPT SELECT berkas_id FROM events WHERE langkah = 10 ORDER BY berkas_id
SELECT COUNT(*) AS n FROM events UNION ALL SELECT langkah FROM events WHERE seq < 3 ORDER BY n
SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a
SELECT 1 AS a UNION ALL SELECT NULL ORDER BY a
SELECT 1 AS a UNION SELECT 1 UNION ALL SELECT 1
SELECT 1 AS a UNION ALL SELECT 1 UNION SELECT 1
SELECT 1 AS a UNION SELECT 2 INTERSECT SELECT 2 ORDER BY a
(SELECT 1 AS a UNION ALL SELECT 2) EXCEPT SELECT 2
SELECT 1 AS a UNION ALL SELECT 'x'
SELECT 1 AS a, 2 AS b UNION ALL SELECT 1
SELECT hasil FROM events EXCEPT ALL SELECT hasil FROM events WHERE langkah = 1
SELECT MAX(selesai) AS t FROM events UNION ALL SELECT MIN(selesai) FROM events ORDER BY t
SELECT COUNT(*) AS n FROM (SELECT seq FROM events WHERE langkah = 1 UNION ALL SELECT seq FROM events WHERE langkah = 2) AS t
(SELECT seq FROM events ORDER BY seq LIMIT 2) UNION ALL (SELECT seq FROM events ORDER BY seq DESC LIMIT 2) ORDER BY seq
-- Windows
SELECT seq, ROW_NUMBER() OVER (ORDER BY seq) AS n FROM events ORDER BY seq LIMIT 10
SELECT berkas_id, seq, ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY seq DESC) AS n FROM events ORDER BY seq
SELECT berkas_id, langkah, seq FROM (SELECT berkas_id, langkah, seq, ROW_NUMBER() OVER (PARTITION BY berkas_id ORDER BY seq DESC) AS n FROM events) AS t WHERE n = 1 ORDER BY berkas_id
SELECT langkah, n, RANK() OVER (ORDER BY n DESC) AS r, DENSE_RANK() OVER (ORDER BY n DESC) AS d FROM (SELECT langkah, COUNT(*) AS n FROM events GROUP BY langkah) AS t ORDER BY langkah
SELECT langkah, COUNT(*) AS n, RANK() OVER (ORDER BY COUNT(*) DESC) AS r FROM events GROUP BY langkah ORDER BY langkah
SELECT langkah, COUNT(*) AS n, SUM(COUNT(*)) OVER (ORDER BY langkah) AS running FROM events GROUP BY langkah ORDER BY langkah
SELECT seq, langkah, SUM(langkah) OVER (ORDER BY langkah) AS s FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, langkah, SUM(langkah) OVER (ORDER BY langkah, seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, COUNT(*) OVER (ORDER BY langkah) AS s, COUNT(correction_of) OVER (ORDER BY langkah) AS c FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(seq) OVER (PARTITION BY berkas_id) AS s, COUNT(*) OVER () AS n FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, AVG(langkah) OVER (PARTITION BY berkas_id ORDER BY seq) AS a, MIN(hasil) OVER (PARTITION BY berkas_id ORDER BY seq) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, MAX(langkah) OVER (ORDER BY seq ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY seq ROWS 3 PRECEDING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY seq ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY seq ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY seq RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(langkah) OVER (PARTITION BY berkas_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT seq, SUM(correction_of) OVER (ORDER BY seq ROWS 3 PRECEDING) AS m FROM events WHERE seq < 80 ORDER BY seq
SELECT berkas_id, langkah, LAG(langkah) OVER (PARTITION BY berkas_id ORDER BY seq) AS before, LEAD(langkah) OVER (PARTITION BY berkas_id ORDER BY seq) AS after FROM events ORDER BY seq
SELECT seq, LAG(selesai, 2) OVER (PARTITION BY berkas_id ORDER BY seq) AS before FROM events ORDER BY seq LIMIT 30
SELECT seq, LAG(langkah, 1, 0) OVER (ORDER BY seq) AS before FROM events ORDER BY seq LIMIT 3
SELECT seq, FIRST_VALUE(hasil) OVER (PARTITION BY berkas_id ORDER BY seq) AS f FROM events ORDER BY seq LIMIT 30
SELECT seq, LAST_VALUE(hasil) OVER (PARTITION BY berkas_id ORDER BY seq) AS f FROM events ORDER BY seq LIMIT 3
SELECT seq, NTILE(4) OVER (ORDER BY seq) AS q FROM events ORDER BY seq LIMIT 3
SELECT seq, ROW_NUMBER() OVER (ORDER BY petugas_id, seq DESC) AS n FROM events ORDER BY seq LIMIT 50
SELECT seq, ROW_NUMBER() OVER (ORDER BY petugas_id DESC NULLS FIRST, seq) AS n FROM events ORDER BY seq LIMIT 50
SELECT seq FROM events WHERE ROW_NUMBER() OVER (ORDER BY seq) < 3
SELECT seq FROM events QUALIFY ROW_NUMBER() OVER (ORDER BY seq) < 3
SELECT seq, ROW_NUMBER() OVER (ORDER BY seq) * 2 + 1 AS n FROM events ORDER BY n DESC LIMIT 3
SELECT seq, RANK() OVER (PARTITION BY langkah ORDER BY petugas_id) AS r FROM events ORDER BY seq
SELECT seq, COUNT(DISTINCT langkah) OVER (PARTITION BY berkas_id) AS r FROM events ORDER BY seq LIMIT 3
SELECT seq, EPOCH(selesai) - EPOCH(LAG(selesai) OVER (PARTITION BY berkas_id ORDER BY langkah, seq)) AS gap FROM events ORDER BY seq LIMIT 60
WITH n AS (SELECT CAST(SPLIT_PART(nomor_register, '/', 1) AS BIGINT) AS nomor FROM events WHERE langkah = 4 AND nomor_register IS NOT NULL) SELECT nomor, before FROM (SELECT nomor, LAG(nomor) OVER (ORDER BY nomor) AS before FROM n) AS t WHERE nomor - before > 1 ORDER BY nomor
-- What is odd
SELECT COLUMNS('(') FROM events
SELECT UNNEST([1, 2]) AS a
SELECT a FROM events
SELECT seq AS a, a + 1 AS b FROM events ORDER BY a LIMIT 1
SELECT langkah, hasil FROM events GROUP BY langkah
SELECT langkah FROM events GROUP BY ALL
SELECT bulan, langkah, COUNT(*) AS n FROM events GROUP BY ROLLUP (bulan, langkah)
SELECT SUM(hasil) FROM events
SELECT AVG(selesai) FROM events
SELECT MAX(SUM(langkah)) FROM events
SELECT SUM(langkah) FROM events WHERE COUNT(*) > 1
SELECT seq FROM events ORDER BY 2
SELECT seq FROM events LIMIT -1
SELECT NOT 1 AS a
SELECT ~langkah AS a FROM events LIMIT 1
SELECT langkah & 3 AS a FROM events LIMIT 1
SELECT langkah ^ 2 AS a FROM events LIMIT 1
SELECT [1, 2] AS a
SELECT {'a': 1} AS a
SELECT EVENTS.SEQ AS A, Langkah FROM Events ORDER BY SEQ LIMIT 2
SELECT "seq", "langkah" FROM "events" ORDER BY "seq" LIMIT 2
SELECT seq AS "Nomor Urut" FROM events ORDER BY "Nomor Urut" LIMIT 2
SELECT DISTINCT ON (langkah) langkah, seq FROM events
SELECT seq FROM events ORDER BY seq FETCH FIRST 2 ROWS ONLY
SELECT seq, seq FROM events LIMIT 1
SELECT NULL AS a, TRUE AS b, 'x' AS c, 1 AS d
SELECT seq FROM events ORDER BY langkah DESC, petugas_id, seq LIMIT 30
SELECT seq FROM events ORDER BY CASE WHEN langkah = 5 THEN 0 ELSE 1 END, seq LIMIT 30
SELECT seq FROM events ORDER BY LENGTH(hasil) DESC, -seq LIMIT 30
SELECT langkah FROM events GROUP BY langkah ORDER BY COUNT(*) DESC, langkah
SELECT langkah FROM events GROUP BY langkah ORDER BY MAX(seq) - MIN(seq), 1
SELECT LOWER('İ') AS a
SELECT COUNT(*) FROM events WHERE langkah IN (WITH t AS (SELECT langkah AS a FROM events) SELECT MAX(a) FROM t)
SELECT COUNT(*) + (WITH t AS (SELECT 1 AS a) SELECT MAX(b) FROM t) AS n FROM t
SELECT -seq AS seq, langkah FROM events ORDER BY -seq LIMIT 3
SELECT -seq AS seq, langkah FROM events ORDER BY seq LIMIT 3
SELECT MAX(seq) AS langkah FROM events GROUP BY langkah ORDER BY langkah
SELECT langkah AS seq, ROW_NUMBER() OVER (ORDER BY seq) AS r FROM events ORDER BY seq + 0 LIMIT 5
-- Numbers, casts and instants at their limits
SELECT 1_000 AS n
SELECT langkah, 100 * COUNT(*) / 1_000 FROM events GROUP BY langkah
SELECT seq + 1_000 FROM events LIMIT 1
SELECT 9007199254740993 = 9007199254740992.0 AS x
SELECT 9007199254740993 * 1.0 = 9007199254740992 AS x
SELECT 9007199254740993 + 0.5 > 9007199254740993 AS x
SELECT 4503599627370497 + 0.5 AS x
SELECT SUM(seq + 0.5) AS s FROM events
SELECT AVG(x) AS a FROM (SELECT 9000000000000000000 AS x UNION ALL SELECT 1 UNION ALL SELECT -9000000000000000000 UNION ALL SELECT -1) t
SELECT AVG(langkah - 5) AS a, SUM(langkah - 5) AS s FROM events
SELECT TRY_CAST('3000000000' AS INTEGER) AS x
SELECT TRY_CAST(3000000000 AS INT) AS x, TRY_CAST('12' AS INTEGER) AS y
SELECT CAST(3000000000 AS INT) AS x
SELECT TRY_CAST('epoch' AS DATE) AS x
SELECT TRY_CAST('-infinity' AS TIMESTAMP) AS x
SELECT TRY_CAST('kemarin' AS DATE) AS x
SELECT DATE '0000-01-01' AS x
SELECT TIMESTAMP '2016-12-31 23:59:60' AS x
SELECT TIMESTAMP '-0044-03-15 00:00:00' AS x
SELECT COUNT(*) AS n FROM events WHERE selesai >= '2026-10-01 00:00:00 +07:00'
SELECT COUNT(*) AS n FROM events WHERE selesai >= '2026-10-01 00:00:00+07:00'
SELECT 1 < 2 = TRUE AS x
SELECT (1 < 2) = TRUE AS x
SELECT COUNT(*) AS n FROM events WHERE langkah = 3 IN (TRUE)
SELECT COUNT(*) AS n FROM events WHERE (langkah = 3) IN (TRUE)
-- Digits that rounding would lose
SELECT AVG(x) AS m FROM (SELECT 0.0625 AS x UNION ALL SELECT 9007199254740991 UNION ALL SELECT 1 UNION ALL SELECT -9007199254740991) AS t
SELECT n, AVG(x) OVER (ORDER BY n) AS m FROM (SELECT 1 AS n, 0.0625 AS x UNION ALL SELECT 2, 9007199254740991 UNION ALL SELECT 3, 1 UNION ALL SELECT 4, -9007199254740991) AS t ORDER BY n
SELECT n, AVG(x) OVER (ORDER BY n ROWS 3 PRECEDING) AS m FROM (SELECT 1 AS n, 0.0625 AS x UNION ALL SELECT 2, 9007199254740991 UNION ALL SELECT 3, 1 UNION ALL SELECT 4, -9007199254740991) AS t ORDER BY n
SELECT AVG(0.5 * seq) AS a, AVG(DISTINCT 0.25 + langkah) AS b FROM events
SELECT MEDIAN(x) AS m FROM (SELECT 0.5 AS x UNION ALL SELECT 1.0) AS t
SELECT MEDIAN(x) AS m FROM (SELECT 0.5 AS x UNION ALL SELECT 1.0 UNION ALL SELECT 2.25) AS t
-- A text beside a value, and other ways to write a value
SELECT 1'n'
SELECT 1 'n'
SELECT seq 'n' FROM events LIMIT 1
SELECT 'a' 'b'
SELECT 'a'/**/'b'
SELECT 'a' || 'b' 'c'
SELECT (1) 'n'
SELECT TRUE 'n'
SELECT NULL 'n'
SELECT '5'::INT'n'
SELECT DATE '2026-01-01' 'd'
SELECT DATE "2026-01-01"
SELECT CASE WHEN 1 = 1 THEN 2 END 'n'
SELECT seq FROM events 'e' ORDER BY seq LIMIT 1
SELECT seq FROM events AS 'e' ORDER BY seq LIMIT 1
SELECT seq AS 'n' FROM events ORDER BY seq LIMIT 1
SELECT 1 AS ""
SELECT 1"b"
SELECT 1e
SELECT 1e5 AS n
SELECT 0x10
SELECT 0b11
SELECT 1_0
SELECT 1._0
SELECT 1. AS a, .5 AS b
SELECT E'a\nb'
SELECT x'41'
SELECT $$abc$$
SELECT U&'\0041'
SELECT N'abc'
SELECT B'101'
SELECT 'x'LIKE'x' AS a
-- Days and instants at their limits
SELECT DATE '0001-01-01' - 1 AS a
SELECT DATE '0001-01-01' AS a, DATE '0001-01-02' - 1 AS b
SELECT DATE '9999-12-31' + 1 AS a
SELECT STRFTIME(DATE '9999-12-31' + 5, '%Y-%m-%d') AS a
SELECT TIMESTAMP '9999-12-31 23:00:00' + INTERVAL '5 hours' AS a
SELECT TIMESTAMP '2026-01-01 08:00:00+07' AS a
SELECT TIMESTAMP '2026-01-01 08:00:00Z' AS a
SELECT TIMESTAMPTZ '2026-01-01 08:00:00+07' AS a
SELECT CAST('2026-01-01 08:00:00+07:00' AS TIMESTAMP) AS a
SELECT CAST('2026-01-01 08:00:00+07:00' AS TIMESTAMPTZ) AS a, TRY_CAST('2026-01-01 08:00:00' AS TIMESTAMP) AS b
SELECT YEAR(NULL) AS a
SELECT DATE_TRUNC('month', NULL) AS a
SELECT DATE_DIFF('days', DATE '2026-01-01', DATE '2026-03-01') AS a
SELECT DATE_DIFF('dayss', DATE '2026-01-01', DATE '2026-03-01') AS a
SELECT selesai + INTERVAL '1 dayss' AS a FROM events LIMIT 1
SELECT selesai + INTERVAL '+1 day' AS a FROM events LIMIT 1
SELECT selesai + INTERVAL '-1 day' AS a FROM events ORDER BY seq LIMIT 1
SELECT STRFTIME(selesai, '') AS a FROM events LIMIT 1
-- What is not decided, or said twice
SELECT seq, ROW_NUMBER() OVER (ORDER BY langkah) AS n FROM events ORDER BY seq
SELECT seq, LAG(seq) OVER (ORDER BY langkah) AS n FROM events ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY petugas_id ROWS UNBOUNDED PRECEDING) AS n FROM events ORDER BY seq
SELECT seq, SUM(langkah) OVER (ORDER BY petugas_id ROWS 1 PRECEDING) AS n FROM events ORDER BY seq
SELECT seq, FIRST_VALUE(seq) OVER (ORDER BY langkah) AS n FROM events ORDER BY seq
SELECT seq, FIRST_VALUE(langkah) OVER (ORDER BY langkah) AS n FROM events ORDER BY seq
SELECT COUNT(*) AS n FROM events WHERE selesai > (SELECT '2026-09-01')
SELECT COUNT(*) AS n FROM events WHERE hasil = (SELECT 'selesai')
WITH t AS (SELECT 1 AS a), t AS (SELECT 2 AS a) SELECT a FROM t
SELECT * EXCLUDE (SEQ, seq) FROM events LIMIT 0
WITH e AS (SELECT 1 AS x) SELECT (SELECT x FROM e) AS a, (WITH e AS (SELECT 5 AS x) SELECT (SELECT x FROM e)) AS b, (SELECT x FROM e) AS c
SELECT CAST('2026-09-01' AS VARCHAR) < selesai AS a FROM events ORDER BY seq LIMIT 1
SELECT CAST(hasil AS VARCHAR) AS h, COUNT(*) AS n FROM events GROUP BY hasil ORDER BY h
SELECT NULL + INTERVAL '1 day' AS a
SELECT EPOCH(NULL) AS a
SELECT NULL + 0.25 AS a UNION ALL SELECT 1
SELECT 0.25 * NULL AS a UNION ALL SELECT 1.5
SELECT b.langkah AS langkah, COUNT(*) AS n FROM events a JOIN events b ON a.seq = b.seq GROUP BY langkah
SELECT b.langkah AS l, COUNT(*) AS n FROM events a JOIN events b ON a.seq = b.seq GROUP BY l ORDER BY l
SELECT NULL // 0.25 AS a UNION ALL SELECT 1
