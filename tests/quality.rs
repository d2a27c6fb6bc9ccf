//! Every finding about data quality is planted once and found once, and the columns are counted as SQL on the source counts them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use tests::planted::{ALSO_PLANTED, PLANTED, berkas, office, planted};
use tests::{Office, sqlite_number};

const MONTH: [&str; 4] = ["--month", "2026-10", "--format", "json"];

/// What is found of October.
fn found(office: &Office) -> Findings {
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let ran = office.run(&[["quality"].as_slice(), &MONTH].concat()).expect_code_in(&[0, 1], "quality");
    let rows = ran.rows();
    assert!(!tests::holds_nik(&ran.out), "a finding names a NIK");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    assert!(rows.iter().all(|row| !text(row, "temuan").is_empty() && !text(row, "tindakan").is_empty()));
    rows.iter().map(|row| (text(row, "tempat"), text(row, "kode"), text(row, "keterangan"))).collect()
}

/// Codes with the place of each finding, and what is said of it.
type Findings = BTreeSet<(String, String, String)>;

/// An office in whose berkas things were planted, what is found before and after that; of the berkas it is what was planted.
fn planted_and_found(faults: &[(&str, &[&str])]) -> (Office, Findings, Findings) {
    let before = found(&office());
    let office = office();
    let wanted = planted(&office, faults);
    let after = found(&office);
    let new = after.difference(&before).map(|(place, code, _)| (place.clone(), code.clone()));
    assert_eq!(new.filter(|(place, _)| place.starts_with('B')).collect::<BTreeSet<_>>(), wanted);
    (office, before, after)
}

#[test]
fn every_finding_is_planted_once_and_found_once() {
    let (_, before, after) = planted_and_found(&PLANTED);
    // Numbers that nobody has any more.
    let gaps = |found: &Findings| found.iter().filter(|(_, code, _)| code == "Q021").count();
    assert_eq!(gaps(&after), gaps(&before) + 3);
}

#[test]
fn what_the_trial_planted_is_found() {
    let (office, before, after) = planted_and_found(&ALSO_PLANTED);
    let codes = 31..=46;
    assert!(before.iter().all(|(_, code, _)| !codes.clone().any(|n| *code == format!("Q{n:03}"))), "{before:?}");
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
    let after = found(&office);
    let new = after.difference(&before).map(|(place, code, _)| (place.clone(), code.clone())).collect();
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
    for command in [["reconcile", "--month", "2026-10"], ["duplicates", "--month", "2026-10"]] {
        let ran = office.run(&command).expect_code(2);
        assert!(ran.err.contains("persons"), "{command:?}: {}{}", ran.out, ran.err);
    }
    // No public copy, so that nothing of it is passed over as not known.
    let ran = office.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code(2);
    assert!(ran.err.contains("persons") && !ran.err.contains("public copy"), "{}", ran.err);
}

#[test]
fn a_whole_archive_without_its_quarantine_is_damaged() {
    let office = Office::unpulled();
    office.sql("update langkah_berkas set hasil = 'entah' where event_id = 7");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    fs::remove_dir_all(office.path("archive/quarantine")).unwrap();
    for command in ["quality", "metrics", "compliance"] {
        let ran = office.run(&[command, "--month", "2026-10"]).expect_code(2);
        assert!(ran.err.contains("quarantine"), "{command}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn blanks_are_counted_against_the_prints() {
    let office = office();
    let count = |code: &str, found: &Findings| found.iter().filter(|(_, c, _)| c == code).cloned().collect::<Vec<_>>();
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
    let columns = office.run(&[["quality", "--columns"].as_slice(), &MONTH].concat()).expect_code(1).rows();
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
    let waiting: Vec<&Value> = columns.iter().filter(|c| c["tertahan"] != "0").collect();
    assert!(waiting.len() == 1 && waiting[0]["kolom"] == "langkah" && waiting[0]["tertahan"] == "2", "{waiting:?}");
}

#[test]
fn findings_are_counted_in_cells() {
    let office = Office::small();
    let rows = |division: &str| -> Vec<Value> {
        let arguments = [["quality", "--by", division].as_slice(), &MONTH].concat();
        office.run(&arguments).expect_code_in(&[0, 1], division).rows()
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
