-- Invented events in the shape of the source contract, one berkas of ten steps after the other. Deterministic.
-- psql -v rows=1000000 -f load.sql
\set ON_ERROR_STOP on
DROP TABLE IF EXISTS workflow_events;
CREATE TABLE workflow_events (
  event_id bigint PRIMARY KEY, recorded_at timestamptz NOT NULL, berkas_id text NOT NULL, kolektif_id text NOT NULL,
  langkah smallint NOT NULL, pelaksana text NOT NULL, petugas_id text, mulai timestamptz, selesai timestamptz NOT NULL,
  hasil text NOT NULL, kekurangan text, nomor_register text, keterangan text, jenis text NOT NULL,
  kewarganegaraan text NOT NULL, nik text, nama text, jenis_kelamin text, tempat_lahir text, tanggal_lahir date,
  pekon text NOT NULL, pembawa text NOT NULL, diterima timestamptz NOT NULL
);
WITH base AS (
  SELECT g, (g - 1) / 10 AS file_no, (g - 1) % 10 + 1 AS step, (g - 1) / 250 AS batch_no,
         abs(('x' || substr(md5(g::text), 1, 8))::bit(32)::int::bigint) AS h,
         abs(('x' || substr(md5(((g - 1) / 10)::text), 1, 8))::bit(32)::int::bigint) AS hf,
         -- Five years, whatever the number of rows.
         timestamptz '2021-01-04 08:00+07' + make_interval(secs => (g * (157680000.0 / :rows))) AS began
  FROM generate_series(1::bigint, :rows::bigint) g
)
INSERT INTO workflow_events
SELECT g,
       began + make_interval(secs => 3600 + (h % 1000000) / 1e6),
       'B' || to_char(2021 + file_no % 5, 'FM0000') || '-' || to_char(file_no, 'FM00000000'),
       'K' || to_char(2021 + file_no % 5, 'FM0000') || '-' || to_char(batch_no, 'FM000000'),
       step,
       (ARRAY['front_office','front_office','perekaman','loket_pendaftaran','kasi_identitas','operator','operator',
              'loket_pengambilan','registrasi_arsip','loket_pengambilan'])[step],
       CASE WHEN h % 50 = 0 THEN NULL ELSE 'P' || to_char(h % 60 + 1, 'FM000') END,
       CASE WHEN h % 97 = 0 THEN NULL ELSE began END,
       began + make_interval(secs => 60 + h % 3000),
       (ARRAY['selesai','perlu_rekam','selesai','selesai','disetujui','tercetak','selesai','selesai','selesai','diserahkan'])[step],
       CASE WHEN step = 2 AND h % 11 = 0 THEN 'kk;pas_foto' END,
       CASE WHEN step IN (3, 4, 8, 9) THEN to_char(file_no % 100000, 'FM00000') || '/' || step END,
       CASE WHEN h % 7 = 0 THEN 'catatan ' || left(md5(h::text), 12) END,
       (ARRAY['baru','pindah_datang','perubahan_data','hilang','rusak'])[hf % 5 + 1],
       'WNI',
       '1806' || to_char(hf % 20 + 1, 'FM00') || to_char(hf % 28 + 1, 'FM00') || to_char(hf % 12 + 1, 'FM00')
              || to_char(hf % 50 + 50, 'FM00') || to_char(9001 + file_no % 999, 'FM0000'),
       (ARRAY['SITI','BUDI','AGUS','DEWI','NURHAYATI','AHMAD','SRI','MUHAMMAD','RINA','JOKO','WAYAN','KETUT'])[hf % 12 + 1] || ' ' ||
       (ARRAY['SUSANTO','RAHAYU','HIDAYAT','SARI','WIBOWO','LESTARI','SAPUTRA','FITRIANI','NUGROHO','HANDAYANI'])[hf / 13 % 10 + 1]
              || ' ' || to_char(hf % 9973, 'FM0000'),
       CASE WHEN hf % 2 = 0 THEN 'L' ELSE 'P' END,
       (ARRAY['KOTA AGUNG','TALANG PADANG','PRINGSEWU','BANDAR LAMPUNG'])[hf % 4 + 1],
       date '1950-01-01' + (hf % 18000)::int,
       '18060120' || to_char(hf % 9 + 19, 'FM00'),
       'KAUR ' || to_char(batch_no % 300, 'FM000'),
       began - interval '2 hours'
FROM base;
CREATE INDEX ON workflow_events (recorded_at, event_id);
VACUUM (ANALYZE, FREEZE) workflow_events;
DO $$ BEGIN CREATE ROLE pembaca LOGIN PASSWORD 'baca-saja'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON workflow_events TO pembaca;
