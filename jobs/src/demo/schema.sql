create table pekon(kode text primary key, nama text not null, kecamatan text not null);
create table kolektif(kolektif_id text primary key, pekon text not null references pekon, pembawa text not null,
  diterima text not null);
create table berkas(berkas_id text primary key, kolektif_id text not null references kolektif, nik text, nama text,
  jenis_kelamin text, tempat_lahir text, tanggal_lahir text, jenis text not null, kewarganegaraan text not null);
create table langkah_berkas(event_id integer primary key, berkas_id text not null references berkas,
  langkah integer not null, pelaksana text not null, petugas_id text, mulai text, selesai text not null,
  hasil text not null, kekurangan text, nomor_register text, keterangan text, recorded_at text not null);
create index langkah_recorded on langkah_berkas(recorded_at);
create table gangguan(gangguan_id integer primary key, jenis text not null, mulai text not null, selesai text not null);
create table blangko(tanggal text primary key, terima integer not null, cetak integer not null, gagal integer not null);
create view workflow_events as
  select l.event_id, l.recorded_at, b.berkas_id, b.kolektif_id, l.langkah, l.pelaksana, l.petugas_id, l.mulai,
         l.selesai, l.hasil, l.kekurangan, l.nomor_register, l.keterangan, b.jenis, b.kewarganegaraan, b.nik, b.nama,
         b.jenis_kelamin, b.tempat_lahir, b.tanggal_lahir, k.pekon, k.pembawa, k.diterima
  from langkah_berkas l join berkas b using (berkas_id) join kolektif k using (kolektif_id);
