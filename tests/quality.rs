//! Data quality: every finding is planted once and found once, and the columns are counted as SQL on the source counts them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use tests::{Office, sqlite_number};

const MONTH: [&str; 4] = ["--month", "2026-10", "--format", "json"];

/// What is planted in a berkas, and what must be found of it and nothing else: `$b` is the berkas.
const PLANTED: [(&str, &[&str]); 35] = [
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
const ALSO_PLANTED: [(&str, &[&str]); 16] = [
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
fn office() -> Office {
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

/// Codes with the place of each finding, and how often.
fn found(office: &Office) -> BTreeSet<(String, String, String)> {
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let ran = office.run(&[["quality"].as_slice(), &MONTH].concat()).expect_code_in(&[0, 1], "quality");
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert!(!tests::holds_nik(&ran.out), "a finding names a NIK");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    assert!(rows.iter().all(|row| !text(row, "temuan").is_empty() && !text(row, "tindakan").is_empty()));
    rows.iter().map(|row| (text(row, "tempat"), text(row, "kode"), text(row, "keterangan"))).collect()
}

/// The id of a sound berkas.
fn berkas(office: &Office, n: usize) -> String {
    let number = format!("select cast(substr(berkas_id, 9) as integer) from sound where n = {n}");
    format!("B202610-{:06}", sqlite_number(&office.path("kantor.sqlite"), &number))
}

/// Codes by place of what was not there before the planting.
fn new(
    after: &BTreeSet<(String, String, String)>,
    before: &BTreeSet<(String, String, String)>,
) -> BTreeSet<(String, String)> {
    after.difference(before).map(|(place, code, _)| (place.clone(), code.clone())).collect()
}

/// Plants one thing in each sound berkas; what must be found of it.
fn planted(office: &Office, faults: &[(&str, &[&str])]) -> BTreeSet<(String, String)> {
    let mut wanted = BTreeSet::new();
    for (i, (statement, codes)) in faults.iter().enumerate() {
        let place = berkas(office, i + 1);
        let statement = statement.replace("$returned", RETURNED).replace("$new", &(900_001 + i).to_string());
        let next = format!("'{}'", berkas(office, i + 2));
        office.sql(&statement.replace("$next", &next).replace("$b", &format!("'{place}'")));
        wanted.extend(codes.iter().map(|code| (place.clone(), (*code).to_owned())));
    }
    wanted
}

#[test]
fn every_finding_is_planted_once_and_found_once() {
    let before = found(&office());
    let office = office();
    let wanted = planted(&office, &PLANTED);
    let after = found(&office);
    let mut of_berkas = new(&after, &before);
    of_berkas.retain(|(place, _)| place.starts_with('B'));
    assert_eq!(of_berkas, wanted);
    // Numbers that nobody has any more.
    let gaps = |found: &BTreeSet<(String, String, String)>| found.iter().filter(|(_, code, _)| code == "Q021").count();
    assert_eq!(gaps(&after), gaps(&before) + 3);
}

#[test]
fn what_the_trial_planted_is_found() {
    let before = found(&office());
    let codes = 31..=46;
    assert!(before.iter().all(|(_, code, _)| !codes.clone().any(|n| *code == format!("Q{n:03}"))), "{before:?}");
    let office = office();
    let wanted = planted(&office, &ALSO_PLANTED);
    let after = found(&office);
    let mut of_berkas = new(&after, &before);
    of_berkas.retain(|(place, _)| place.starts_with('B'));
    assert_eq!(of_berkas, wanted);
    // Whom the NIK is shared with is said by the berkas.
    let other = berkas(&office, 2);
    assert!(after.iter().any(|(place, code, said)| (place, code.as_str()) == (&berkas(&office, 1), "Q031") && said.contains(&other)));
    let plain = ["ORANG", "XXX"];
    assert!(!after.iter().any(|(_, _, said)| plain.iter().any(|name| said.contains(name))), "a finding names somebody");
}

#[test]
fn a_batch_and_the_outages_are_looked_at_too() {
    let before = found(&office());
    let office = office();
    let batch_of = |n: usize| {
        let id = berkas(&office, n);
        tests::sqlite_texts(
            &office.path("kantor.sqlite"),
            &format!("select kolektif_id from w where berkas_id = '{id}' limit 1"),
        )
        .remove(0)
    };
    let other = "(select pekon from w as o where o.pekon <> w.pekon order by pekon limit 1)";
    office.sql(&format!("update w set pekon = {other} where berkas_id = '{}' and langkah = 7", berkas(&office, 1)));
    office.sql(&format!(
        "update w set pembawa = 'ORANG LAIN' where berkas_id = '{}' and langkah = 7",
        berkas(&office, 2)
    ));
    office.sql("insert into gangguan (jenis, mulai, selesai) values ('listrik', '2026-10-06T03:00:00Z', '2026-10-06T02:00:00Z')");
    let places = |code: &str, all: &BTreeSet<(String, String)>| -> Vec<String> {
        all.iter().filter(|(_, c)| c == code).map(|(place, _)| place.clone()).collect()
    };
    let new = new(&found(&office), &before);
    assert_eq!(places("Q044", &new), [batch_of(1)]);
    assert_eq!(places("Q045", &new), [batch_of(2)]);
    assert_eq!(places("Q046", &new), ["2026-10-06"]);
}

#[test]
fn an_event_without_its_private_row_is_no_event_with_empty_columns() {
    let office = office();
    drop(found(&office));
    let persons =
        tests::tree(&office.path("archive")).into_keys().find(|path| path.starts_with("persons/bulan=2026-10"));
    fs::remove_file(office.path("archive").join(persons.unwrap())).unwrap();
    let ran = office.run(&[["quality"].as_slice(), &MONTH].concat()).expect_code(2);
    assert!(ran.out.is_empty() && ran.err.contains("persons"), "{}{}", ran.out, ran.err);
}

#[test]
fn blanks_are_counted_against_the_prints() {
    let office = office();
    let count = |code: &str, found: &BTreeSet<(String, String, String)>| {
        found.iter().filter(|(_, c, _)| c == code).cloned().collect::<Vec<_>>()
    };
    let sound = found(&office);
    assert!(["Q028", "Q029", "Q030"].iter().all(|code| count(code, &sound).is_empty()));
    office.sql("update blangko set cetak = cetak + 2 where tanggal = (select min(tanggal) from blangko)");
    office.sql("update blangko set gagal = gagal + 1 where tanggal = (select max(tanggal) from blangko)");
    office.sql("update blangko set terima = 0");
    let odd = found(&office);
    assert_eq!((count("Q029", &odd).len(), count("Q030", &odd).len()), (1, 1));
    // One wrong entry, one finding, however long it goes on.
    let short = count("Q028", &odd);
    assert_eq!(short.len(), 1, "{short:?}");
    let used = sqlite_number(
        &office.path("kantor.sqlite"),
        "select sum(cetak + gagal) from blangko where tanggal < '2026-11'",
    );
    assert!(short[0].2.ends_with(&format!("paling sedikit -{used}")), "{short:?}");
}

#[test]
fn columns_are_counted_as_the_source_counts_them() {
    let office = office();
    office.sql(
        "update w set mulai = null where event_id % 7 = 0; update w set nik = null where event_id % 5 = 0;
         update w set nik = substr(nik, 1, 12) || '0000' where event_id % 11 = 0;
         update w set tempat_lahir = '' where event_id % 13 = 0; update w set pekon = '1806019999' where event_id % 17 = 0;
         update w set langkah = 99 where event_id in (3, 5)",
    );
    drop(found(&office));
    let ran = office.run(&[["quality", "--columns"].as_slice(), &MONTH].concat()).expect_code(1);
    let columns: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let in_month = "from w where selesai >= '2026-09-30T17' and selesai < '2026-10-31T17' and langkah <> 99";
    let sql =
        |what: &str| sqlite_number(&office.path("kantor.sqlite"), &format!("select {what} {in_month}")).to_string();
    for (name, rows, present, valid) in [
        ("event_id", "count(*)", "count(*)", "count(*)"),
        ("mulai", "count(*)", "count(mulai)", "sum(mulai <= selesai)"),
        ("nik", "count(*)", "count(nik)", "sum(length(nik) = 16 and nik not like '%0000')"),
        ("tempat_lahir", "count(*)", "count(*)", "sum(tempat_lahir <> '')"),
        ("pekon", "count(*)", "count(*)", "sum(pekon <> '1806019999')"),
        ("nomor_register", "sum(langkah in (3, 4, 8, 9))", "count(nomor_register)", "count(nomor_register)"),
        ("kekurangan", "sum(hasil = 'kurang')", "count(kekurangan)", "count(kekurangan)"),
    ] {
        let column = columns.iter().find(|c| c["kolom"] == name).unwrap();
        let counted = ["baris", "terisi", "sah"].map(|field| column[field].as_str().unwrap().to_owned());
        assert_eq!(counted, [sql(rows), sql(present), sql(valid)], "{name}");
    }
    let waiting: Vec<&Value> = columns.iter().filter(|c| c["karantina"] != "0").collect();
    assert!(waiting.len() == 1 && waiting[0]["kolom"] == "langkah" && waiting[0]["karantina"] == "2", "{waiting:?}");
}

#[test]
fn findings_are_counted_in_cells() {
    let office = Office::small();
    let rows = |division: &str| -> Vec<Value> {
        let arguments = [["quality", "--by", division].as_slice(), &MONTH].concat();
        serde_json::from_str(&office.run(&arguments).expect_code_in(&[0, 1], division).out).unwrap()
    };
    let n = |rows: &[Value], code: &str| -> u64 {
        let rows = rows.iter().filter(|r| r["item"] == "finding" && r["name"] == code);
        rows.map(|r| r["n"].as_u64().unwrap()).sum()
    };
    let all = rows("total");
    let listed = found(&office);
    for code in ["Q004", "Q017"] {
        let wanted = listed.iter().filter(|(_, c, _)| c == code).count() as u64;
        assert!(wanted > 0 && n(&all, code) == wanted, "{code}");
        assert!(["pekon", "kecamatan", "jenis", "month"].iter().all(|by| n(&rows(by), code) == wanted), "{code}");
    }
    assert!(rows("pekon").iter().filter(|r| r["name"] == "Q004").count() > 1);
    // Only what an officer did has an officer.
    assert!(n(&rows("officer"), "Q004") == 0 && n(&rows("officer"), "Q017") > 0);
}
