
-- Tabel `events`: bentuk terakhir tiap peristiwa pada versi arsip itu, dengan turunan yang dibaca metrik: *_s detik sejak 1970, *_w detik
-- kerja, selesai_d hari kerja, selesai_o detik gangguan; pekon dan jenis ialah yang tertulis pada peristiwa pertama berkasnya.
SET timezone = 'UTC';
CREATE TABLE fail AS SELECT * FROM read_parquet($parts, union_by_name = true, hive_partitioning = false);
$pseudonymsCREATE TABLE terakhir AS
SELECT *, epoch_us(mulai) // 1000000 AS mulai_s, epoch_us(selesai) // 1000000 AS selesai_s,
       epoch_us(diterima) // 1000000 AS diterima_s
FROM fail WHERE seq NOT IN (SELECT correction_of FROM fail WHERE correction_of IS NOT NULL);
CREATE TABLE jam AS
WITH saat AS (
  SELECT mulai_s AS s FROM terakhir WHERE mulai_s IS NOT NULL UNION SELECT selesai_s FROM terakhir
  UNION SELECT diterima_s FROM terakhir WHERE diterima_s IS NOT NULL
)
SELECT s, coalesce(k.sebelum + least(s, k.akhir) - k.mulai, 0) AS w, coalesce(h.ke, 0) AS d,
       coalesce(g.sebelum + least(s, g.akhir) - g.mulai, 0) AS o,
       strftime(make_timestamp((s + $offset) * 1000000), '%Y-%m') AS bulan
FROM saat ASOF LEFT JOIN kalender k ON saat.s >= k.mulai ASOF LEFT JOIN hari_kerja h ON saat.s >= h.mulai
  ASOF LEFT JOIN gangguan g ON saat.s >= g.mulai;
CREATE TABLE events AS
SELECT e.event_id, e.berkas_id, e.kolektif_id, lower(hex(e.nik_pseudonym)) AS nik, e.pelaksana, e.petugas_id, e.hasil,
       e.kekurangan, e.nomor_register, first_value(e.jenis) OVER urut AS jenis, first_value(e.pekon) OVER urut AS pekon,
       dense_rank() OVER (ORDER BY e.berkas_id) AS berkas_no, e.langkah::BIGINT AS langkah, t.milestone, e.mulai_s, e.selesai_s,
       e.diterima_s, m.w AS mulai_w, z.w AS selesai_w, d.w AS diterima_w, z.d AS selesai_d, z.o AS selesai_o, z.bulan,
       d.bulan AS bulan_diterima
FROM terakhir e JOIN jam z ON e.selesai_s = z.s LEFT JOIN jam m ON e.mulai_s = m.s LEFT JOIN jam d ON e.diterima_s = d.s
  LEFT JOIN tonggak t ON e.langkah = t.langkah AND e.hasil = t.hasil
WINDOW urut AS (PARTITION BY e.berkas_id ORDER BY e.selesai_s, e.langkah, e.event_id);

