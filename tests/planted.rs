//! Faults in single berkas, each with the findings that it must cause, and no others.

use crate::{Office, sqlite_number};
use std::collections::BTreeSet;

/// What is planted in a berkas, and what must be found of it and nothing else: `$b` is the berkas.
pub const PLANTED: [(&str, &[&str]); 35] = [
    ("update w set nik = null where berkas_id = $b", &["Q001"]),
    ("update w set nik = ' ' where berkas_id = $b", &["Q001"]),
    ("update w set nik = substr(nik, 1, 15) where berkas_id = $b", &["W001"]),
    ("update w set nik = substr(nik, 1, 6) || '3102' || substr(nik, 11) where berkas_id = $b", &["W002"]),
    ("update w set nik = '20' || substr(nik, 3) where berkas_id = $b", &["W006"]),
    ("update w set nik = substr(nik, 1, 12) || '0000' where berkas_id = $b", &["W007"]),
    ("update w set tanggal_lahir = date(tanggal_lahir, '+1 day') where berkas_id = $b", &["Q002"]),
    ("update w set jenis_kelamin = case jenis_kelamin when 'L' then 'P' else 'L' end where berkas_id = $b", &["Q003"]),
    ("update w set nik = '180605' || substr(nik, 7) where berkas_id = $b", &["Q004"]),
    ("update w set nik = '187101' || substr(nik, 7) where berkas_id = $b", &["Q005"]),
    ("update w set tanggal_lahir = '2027-01-01' where berkas_id = $b", &["Q002", "Q006"]),
    ("update w set tanggal_lahir = '1890-01-01' where berkas_id = $b", &["Q002", "Q007"]),
    ("update w set tanggal_lahir = '2012-01-01' where berkas_id = $b", &["Q002", "Q008", "Q009"]),
    ("update w set tanggal_lahir = '2010-01-01' where berkas_id = $b", &["Q002", "Q009"]),
    ("update w set jenis = 'lama' where berkas_id = $b", &["Q010"]),
    ("update w set kewarganegaraan = 'X' where berkas_id = $b", &["Q011"]),
    ("update w set jenis_kelamin = 'W' where berkas_id = $b", &["Q012"]),
    ("update w set nama = 'B4DU' where berkas_id = $b", &["Q013"]),
    ("update w set jenis = 'perpanjangan' where berkas_id = $b", &["Q014"]),
    ("update w set kewarganegaraan = 'OA', jenis = 'luar_domisili' where berkas_id = $b", &["Q014"]),
    ("$returned; update w set kekurangan = null where event_id = $new", &["Q015"]),
    ("$returned; update w set kekurangan = 'surat_cinta' where event_id = $new", &["Q016"]),
    ("$returned; update w set kekurangan = 'itap' where event_id = $new", &["Q017"]),
    ("update w set kekurangan = 'kk' where berkas_id = $b and langkah = 4", &["Q018"]),
    ("update w set nomor_register = null where berkas_id = $b and langkah = 4", &["Q019"]),
    ("update w set nomor_register = 'tanpa' where berkas_id = $b and langkah = 8", &["Q020"]),
    (
        "update w set nomor_register = (select nomor_register from w where langkah = 9 and berkas_id = $next)
         where berkas_id = $b and langkah = 9",
        &["Q022"],
    ),
    // Its number is the one before's too.
    ("select 1", &["Q022"]),
    ("delete from w where berkas_id = $b and langkah = 2", &["Q023"]),
    ("delete from w where berkas_id = $b and langkah = 6", &["Q024"]),
    (
        "insert into w select $new, recorded_at, berkas_id, kolektif_id, 6, 'operator', petugas_id, mulai, selesai, 'duplikat',
           null, null, null, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon, pembawa,
           diterima from w where berkas_id = $b and langkah = 5",
        &["Q025"],
    ),
    ("update w set diterima = datetime(selesai, '+1 hour') || 'Z' where berkas_id = $b and langkah = 4", &["Q026"]),
    (
        "update w set jenis = case jenis when 'rusak' then 'hilang' else 'rusak' end where berkas_id = $b and langkah = 7",
        &["Q027"],
    ),
    ("update w set mulai = datetime(selesai, '+1 hour') || 'Z' where berkas_id = $b and langkah = 7", &["W003"]),
    ("update w set pekon = '1806019999' where berkas_id = $b", &["W004"]),
];

/// The same of what the trial planted, and `$next` is the next of them.
pub const ALSO_PLANTED: [(&str, &[&str]); 19] = [
    (
        "update w set (nik, tanggal_lahir, jenis_kelamin)
           = (select nik, tanggal_lahir, jenis_kelamin from w where berkas_id = $next limit 1) where berkas_id = $b",
        &["Q031"],
    ),
    // Its NIK is the one before's too.
    ("select 1", &["Q031"]),
    (
        "insert into w select $new, '2026-09-10T03:00:00Z', 'B202609-900001', 'K202609-90001', langkah, pelaksana, petugas_id,
           '2026-09-10T02:00:00Z', '2026-09-10T02:30:00Z', hasil, null, null, null, jenis, kewarganegaraan, nik, 'ORANG LAIN',
           jenis_kelamin, tempat_lahir, tanggal_lahir, pekon, pembawa, '2026-09-10T01:30:00Z'
           from w where berkas_id = $b and langkah = 1",
        &["Q031"],
    ),
    ("update w set nama = 'ORANG LAIN' where berkas_id = $b and langkah = 7", &["Q032"]),
    ("update w set kolektif_id = 'K202610-90001' where berkas_id = $b and langkah >= 5", &["Q033"]),
    ("update w set nama = '-' where berkas_id = $b", &["Q034"]),
    ("update w set nama = 'XXX' where berkas_id = $b", &["Q034"]),
    ("update w set tempat_lahir = '12345' where berkas_id = $b", &["Q035"]),
    ("update w set nama = null where berkas_id = $b", &["Q036"]),
    ("update w set jenis_kelamin = null where berkas_id = $b", &["Q037"]),
    ("update w set tanggal_lahir = null where berkas_id = $b", &["Q038"]),
    ("update w set nomor_register = replace(nomor_register, '/4/', '/8/') where berkas_id = $b and langkah = 4", &["Q039"]),
    ("update w set nomor_register = replace(nomor_register, '/2026', '/2025') where berkas_id = $b and langkah = 8", &["Q040"]),
    ("update w set nomor_register = replace(nomor_register, '/4/', '/400/') where berkas_id = $b and langkah = 4", &["Q039"]),
    ("update w set nomor_register = replace(nomor_register, '/8/', '/VIII/') where berkas_id = $b and langkah = 8", &["Q020"]),
    ("update w set nomor_register = replace(nomor_register, '/2026', '/20X6') where berkas_id = $b and langkah = 8", &["Q020"]),
    ("update w set recorded_at = datetime(selesai, '-1 hour') || 'Z' where berkas_id = $b and langkah = 4", &["Q041"]),
    ("update w set mulai = datetime(selesai, '-40 days') || 'Z' where berkas_id = $b and langkah = 7", &["Q042"]),
    (
        "update w set mulai = date(selesai) || 'T19:00:00Z', selesai = date(selesai) || 'T19:10:00Z',
           recorded_at = date(selesai) || 'T19:10:00Z' where berkas_id = $b and langkah = 10",
        &["Q043"],
    ),
];

const RETURNED: &str = "insert into w select $new, recorded_at, berkas_id, kolektif_id, 2, pelaksana, petugas_id, mulai, selesai,
    'kurang', null, null, null, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon, pembawa,
    diterima from w where berkas_id = $b and langkah = 2 and hasil <> 'kurang'";

/// An office whose rows can be changed one by one, with sound berkas numbered in `sound`.
#[must_use]
pub fn office() -> Office {
    let office = Office::unpulled();
    office.sql(
        "create table w as select * from workflow_events; drop view workflow_events;
         create view workflow_events as select * from w;
         create table sound as select berkas_id, row_number() over (order by berkas_id) as n from w
           where selesai < '2026-10-31' and nik not like '180605%' and jenis <> 'pindah_datang'
             and date(tanggal_lahir) < '2008-01-01'
           group by berkas_id having count(distinct langkah) >= 9 and max(langkah) = 10",
    );
    assert!(sqlite_number(&office.path("kantor.sqlite"), "select count(*) from sound") >= 35);
    office
}

/// The id of a sound berkas.
#[must_use]
pub fn berkas(office: &Office, n: usize) -> String {
    let number = format!("select cast(substr(berkas_id, 9) as integer) from sound where n = {n}");
    format!("B202610-{:06}", sqlite_number(&office.path("kantor.sqlite"), &number))
}

/// Plants one thing in each sound berkas; what must be found of it.
#[must_use]
pub fn planted(office: &Office, faults: &[(&str, &[&str])]) -> BTreeSet<(String, String)> {
    let mut wanted = BTreeSet::new();
    for (i, (statement, codes)) in faults.iter().enumerate() {
        let place = berkas(office, i + 1);
        let statement = statement.replace("$returned", RETURNED).replace("$new", &new_event(i).to_string());
        let next = format!("'{}'", berkas(office, i + 2));
        office.sql(&statement.replace("$next", &next).replace("$b", &format!("'{place}'")));
        wanted.extend(codes.iter().map(|code| (place.clone(), (*code).to_owned())));
    }
    wanted
}

/// The key of the row that a fault adds.
#[must_use]
pub fn new_event(fault: usize) -> usize {
    900_001 + fault
}
