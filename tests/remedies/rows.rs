//! Remedies for rows, berkas and the office's own records, which people mend in the source.

use crate::{Case, Remedies, is_gone, mend, mendable, obey, quoted};
use serde_json::Value;
use std::fs;
use tests::Office;
use tests::planted::{ALSO_PLANTED, PLANTED, berkas, new_event, planted};

pub(crate) const CASES: [Case; 8] = [
    Case(
        "rows_in_quarantine",
        &[],
        &["V001", "V002", "V003", "V004", "V005", "V006", "V007", "V008", "V009", "V010", "V011", "V013", "V014"],
        rows_in_quarantine,
    ),
    Case("a_word_without_an_entry", &[], &["V012"], a_word_without_an_entry),
    Case("a_calendar_that_ends_too_early", &[], &["V009"], a_calendar_that_ends_too_early),
    Case(
        "berkas",
        &[],
        &[
            "W001", "W002", "W003", "W004", "W006", "W007", "Q001", "Q002", "Q003", "Q004", "Q005", "Q006", "Q007",
            "Q008", "Q009", "Q010", "Q011", "Q012", "Q013", "Q014", "Q015", "Q016", "Q017", "Q018", "Q019", "Q020",
            "Q022", "Q023", "Q024", "Q025", "Q026", "Q027", "Q031", "Q032", "Q033", "Q034", "Q035", "Q036", "Q037",
            "Q038", "Q039", "Q040", "Q041", "Q042", "Q043",
        ],
        berkas_that_are_mended,
    ),
    Case("registers_batches_and_outages", &[], &["Q021", "Q044", "Q045", "Q046"], registers_batches_and_outages),
    Case("blanks", &[], &["Q028", "Q029", "Q030"], blanks),
    Case("departures_from_the_sop", &[], &["C001", "C002", "C003", "C004", "C005"], departures_from_the_sop),
    Case("a_changed_row", &[], &["W005"], a_changed_row),
];

fn rows_in_quarantine(remedies: &mut Remedies) {
    const FAULTS: [(&str, &str); 13] = [
        ("V001", "update w set hasil = null where event_id = $e"),
        ("V002", "update w set langkah = 'dua' where event_id = $e"),
        ("V003", "update w set langkah = 12 where event_id = $e"),
        ("V004", "update w set hasil = 'ngawur' where event_id = $e"),
        ("V005", "update w set pelaksana = 'satpam' where event_id = $e"),
        ("V006", "update w set petugas_id = 'P' || char(7) where event_id = $e"),
        ("V007", "update w set pekon = '180601' where event_id = $e"),
        ("V008", "insert into w select * from w where event_id = $e"),
        ("V009", "update w set selesai = '0202-10-05T01:00:00Z' where event_id = $e"),
        ("V010", "update w set petugas_id = cast(x'50ff41' as text) where event_id = $e"),
        ("V011", "update w set nama = replace(hex(zeroblob(200)), '0', 'AB') where event_id = $e"),
        ("V013", "update w set penerima = 'BUDI REKAAN' where event_id = $e"),
        ("V014", "update w set jumlah_lembar = 0 where event_id = $e"),
    ];
    let office = mendable();
    for table in ["w", "asli"] {
        office.sql(&format!(
            "alter table {table} add column penerima text; alter table {table} add column jumlah_lembar integer"
        ));
    }
    // No window of time reaches the rows.
    office.configure("lookback-days = 14", "lookback-days = 0");
    for ((_, fault), event) in FAULTS.iter().zip(11..) {
        office.sql(&fault.replace("$e", &event.to_string()));
    }
    let found = office.run(&["pull"]).expect_code(1).err;
    for ((code, _), event) in FAULTS.iter().zip(11..) {
        let remedy = remedies.of(&found, code);
        assert!(!remedy.contains("`tertib"), "it is work for people: {remedy}");
        let line = found.lines().find(|line| line.starts_with(code)).unwrap();
        assert!(line.contains("(1×) ") && line.contains(&event.to_string()), "{line}");
    }
    mend(&office, "event_id between 11 and 23");
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (12, 0));
    assert_eq!(office.events(""), office.number("select count(*) from asli"));
    assert_eq!(office.status()["quarantined"], 0);
}

fn a_word_without_an_entry(remedies: &mut Remedies) {
    let office = mendable();
    office.sql("update w set jenis = upper(jenis)");
    office.configure("[archive]\n", "[source.values.jenis]\nBARU = \"baru\"\n\n[archive]\n");
    let found = office.run(&["pull"]).expect_code_in(&[0, 1], "pull").err;
    let line = found.lines().find(|line| line.starts_with("V012")).unwrap().to_owned();
    let remedy = remedies.of(&found, "V012");
    assert!(remedy.contains("[source.values]") && line.contains("salah satu dari baru, "), "{line}\n{remedy}");
    // Each word that the finding names gets one of the words that it names.
    let missing: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
    assert!(!missing.is_empty() && !missing.contains(&"BARU"), "{line}");
    let entries: String = missing.iter().map(|word| format!("{word} = \"{}\"\n", word.to_lowercase())).collect();
    office.configure("BARU = ", &format!("{entries}BARU = "));
    let ran = office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    is_gone(&ran.err, &["V012"]);
    assert_eq!(office.events(""), office.number("select count(*) from w"));
}

/// The other way that the remedy names.
fn a_calendar_that_ends_too_early(remedies: &mut Remedies) {
    let office = mendable();
    office.sql("update w set selesai = '2028-01-05T03:00:00Z' where event_id = 11");
    let found = office.run(&["pull"]).expect_code(1).err;
    let remedy = remedies.of(&found, "V009");
    assert!(remedy.contains("perpanjang kalender hari libur"), "{remedy}");
    let entry = quoted(&remedy)[0];
    fs::write(office.path("kalender.toml"), format!("{entry} = \"2028-12-31\"\n")).unwrap();
    let ran = office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(ran.pulled().new, 1, "{}", ran.err);
    is_gone(&ran.err, &["V009"]);
}

/// What `quality` lists of October, and what it says beside it.
fn quality(office: &Office) -> (Vec<Value>, String) {
    let ran = office.run(&["quality", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "quality");
    (ran.rows(), ran.err)
}

fn is_of(row: &Value, place: &str, code: &str) -> bool {
    row["tempat"] == place && row["kode"] == code
}

fn berkas_that_are_mended(remedies: &mut Remedies) {
    for faults in [&PLANTED[..], &ALSO_PLANTED] {
        let office = mendable();
        drop(planted(&office, faults));
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let (mut found, mut said) = quality(&office);
        for (i, (fault, codes)) in faults.iter().enumerate().filter(|(_, (fault, _))| *fault != "select 1") {
            let place = berkas(&office, i + 1);
            for code in *codes {
                let row = found.iter().find(|row| is_of(row, &place, code));
                let remedy = remedies.of_row(row.unwrap_or_else(|| panic!("{code} of {fault} is not found")));
                assert!(!remedy.contains('`'), "it is work for people: {remedy}");
            }
            mend(&office, &format!("berkas_id = '{place}'"));
            // A row that should not be there is made right, since the archive keeps what was deleted.
            let own = format!("where event_id = {} and", new_event(i));
            office.sql(&format!("update w set kekurangan = 'kk' {own} hasil = 'kurang'"));
            office.sql(&format!("update w set hasil = 'tercetak' {own} hasil = 'duplikat'"));
            if fault.contains("2026-09-10") {
                office.sql(&format!("update w set nik = substr(nik, 1, 12) || '9998' where berkas_id = '{place}'"));
            }
            obey(&office, &said, &[]);
            (found, said) = quality(&office);
            for code in *codes {
                assert!(!found.iter().any(|row| is_of(row, &place, code)), "{code} stays after `{fault}` was mended");
            }
        }
        office.run(&["verify"]).expect_code(0);
    }
}

/// Findings of an office before and after a fault and when it was mended as the list says.
fn mended(remedies: &mut Remedies, codes: &[&str], list: &[&str], fault: &str, repair: &str) {
    let office = mendable();
    office.sql("create table blangko_asli as select * from blangko");
    let listed = || {
        let month = ["--month", "2026-10", "--format", "json"];
        let ran = office.run(&[list, &month].concat()).expect_code_in(&[0, 1], "the list");
        (ran.rows(), ran.err)
    };
    let [first, second] = [1, 2].map(|n| berkas(&office, n));
    let filled_in = |sql: &str| sql.replace("$b", &format!("'{first}'")).replace("$c", &format!("'{second}'"));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (sound, _) = listed();
    office.sql(&filled_in(fault));
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (found, said) = listed();
    for code in codes {
        let row = found.iter().find(|row| row["kode"] == *code && !sound.contains(row));
        let remedy = remedies.of_row(row.unwrap_or_else(|| panic!("{code} is not found: {found:?}")));
        assert!(!remedy.contains('`'), "it is work for people: {remedy}");
    }
    office.sql(&filled_in(repair));
    obey(&office, &said, &[]);
    assert_eq!(listed().0, sound, "after `{fault}` was mended");
}

/// Puts back what two berkas were.
const BACK: &str =
    "delete from w where berkas_id in ($b, $c); insert into w select * from asli where berkas_id in ($b, $c)";

fn registers_batches_and_outages(remedies: &mut Remedies) {
    let other = "(select pekon from asli as o where o.pekon <> w.pekon order by pekon limit 1)";
    for (code, fault, repair) in [
        ("Q021", "delete from w where berkas_id = $c and langkah = 8", BACK),
        ("Q044", format!("update w set pekon = {other} where berkas_id = $b and langkah = 7").as_str(), BACK),
        ("Q045", "update w set pembawa = 'ORANG LAIN' where berkas_id = $b and langkah = 7", BACK),
        (
            "Q046",
            "insert into gangguan (jenis, mulai, selesai) values ('listrik', '2026-10-06T03:00:00Z', '2026-10-06T02:00:00Z')",
            "update gangguan set selesai = '2026-10-06T04:00:00Z' where mulai = '2026-10-06T03:00:00Z'",
        ),
    ] {
        mended(remedies, &[code], &["quality"], fault, repair);
    }
}

fn blanks(remedies: &mut Remedies) {
    let back = "delete from blangko; insert into blangko select * from blangko_asli";
    for (code, fault) in [
        ("Q028", "update blangko set terima = 0"),
        ("Q029", "update blangko set cetak = cetak + 2 where tanggal = (select min(tanggal) from blangko)"),
        ("Q030", "update blangko set gagal = gagal + 1 where tanggal = (select max(tanggal) from blangko)"),
    ] {
        mended(remedies, &[code], &["quality"], fault, back);
    }
}

fn departures_from_the_sop(remedies: &mut Remedies) {
    let swapped = "update w set (mulai, selesai, recorded_at) = (select o.mulai, o.selesai, o.recorded_at from asli o
        where o.berkas_id = w.berkas_id and o.langkah = 17 - w.langkah) where berkas_id = $b and langkah in (8, 9)";
    for (codes, fault) in [
        (&["C001"][..], "delete from w where berkas_id = $b and langkah = 4"),
        (
            &["C001", "C002"],
            "update w set langkah = 8, pelaksana = 'loket_pengambilan' where berkas_id = $b and langkah = 9",
        ),
        (&["C003"], swapped),
        (&["C004"], "update w set pelaksana = 'operator' where berkas_id = $b and langkah = 9"),
        (&["C005"], "update w set hasil = 'kurang', kekurangan = 'kk' where berkas_id = $b and langkah = 2"),
    ] {
        mended(remedies, codes, &["conformance"], fault, BACK);
    }
}

/// Nothing can take a correction back; what is asked for is an explanation, and it is said once.
fn a_changed_row(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update w set petugas_id = 'P999' where event_id = 11");
    let found = office.run(&["pull"]).expect_code(1).err;
    assert!(remedies.of(&found, "W005").starts_with("Minta penjelasan tertulis"));
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["W005"]);
}
