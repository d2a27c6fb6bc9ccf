//! Another service of the same office: its SOP, roles, papers, book and targets are files, and no Rust knows them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tests::{Installed, copy, root, sqlite};

/// Three berkas: straight through; sent back once and printed twice; printed without a check and by the wrong role.
const EVENTS: &[(&str, u8, &str, &str, &str)] = &[
    ("A", 1, "loket_kia", "2026-10-05T01:00:00Z", "diterima"),
    ("A", 2, "loket_kia", "2026-10-05T02:00:00Z", "cukup"),
    ("A", 3, "pencetak", "2026-10-05T03:30:00Z", "jadi"),
    ("A", 4, "loket_kia", "2026-10-06T02:00:00Z", "diserahkan"),
    ("B", 1, "loket_kia", "2026-10-05T01:10:00Z", "diterima"),
    ("B", 2, "loket_kia", "2026-10-05T02:10:00Z", "dikembalikan"),
    ("B", 2, "loket_kia", "2026-10-06T02:10:00Z", "cukup"),
    ("B", 3, "pencetak", "2026-10-06T02:20:00Z", "rusak"),
    ("B", 3, "pencetak", "2026-10-06T02:40:00Z", "jadi"),
    ("B", 4, "loket_kia", "2026-10-07T02:00:00Z", "diserahkan"),
    ("C", 1, "loket_kia", "2026-10-05T01:20:00Z", "diterima"),
    ("C", 3, "loket_kia", "2026-10-05T03:00:00Z", "jadi"),
    ("C", 4, "loket_kia", "2026-10-06T03:00:00Z", "diserahkan"),
    ("D", 1, "loket_kia", "2026-10-30T03:00:00Z", "diterima"),
];

fn database(path: &Path) {
    fs::write(path, "").unwrap();
    let rows = EVENTS.iter().zip(1..).map(|((berkas, step, role, at, hasil), id)| {
        let missing = if *hasil == "dikembalikan" { "'akta'" } else { "null" };
        let number = if *step == 4 { format!("'{id:06}/4/2026'") } else { "null".to_owned() };
        format!(
            "({id}, '{at}', '{berkas}', 'K1', {step}, '{role}', null, '{at}', '{at}', '{hasil}', {missing}, {number}, null, 'baru',
              'WNI', '180601010115900{id}', 'ANAK', 'L', 'TANGGAMUS', '2015-01-01', '1806012001', 'ARIF', '2026-10-05T01:00:00Z')"
        )
    });
    let rows: Vec<String> = rows.collect();
    let columns = "event_id, recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil,
        kekurangan, nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir,
        pekon, pembawa, diterima";
    sqlite(
        path,
        &format!("create table workflow_events ({columns}); insert into workflow_events values {}", rows.join(",")),
    );
}

/// An installation for the other service.
fn kia(dir: &TempDir) -> Installed {
    let path = dir.path().join("kia.sqlite");
    database(&path);
    let installed = Installed::at(&format!("sqlite:{}", path.display()));
    copy(&root().join("tests/kia"), &installed.path("fakta"));
    installed.configure("# facts = \"fakta\"", "facts = \"fakta\"");
    installed
}

#[test]
fn its_events_figures_deviations_and_book() {
    let dir = TempDir::new().unwrap();
    let installed = kia(&dir);
    installed.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(installed.count("SELECT COUNT(*) AS n FROM events"), i64::try_from(EVENTS.len()).unwrap());
    let figures = installed.json(&["metrics", "--month", "2026-10", "--format", "json"], 0);
    assert_eq!(figures["completeness"]["first_checks"], 2);
    assert_eq!(figures["completeness"]["complete"], 1);
    assert_eq!(figures["completeness"]["missing"]["akta"], 1);
    // From the complete check to the print: A 1:30, B 0:30; C was never checked.
    assert_eq!(figures["issuance"]["wall"]["n"], 2);
    assert_eq!(figures["issuance"]["wall"]["sum"], 5400 + 1800);
    assert_eq!(figures["turnaround"]["handed_over"], 3);
    assert_eq!(figures["conformance"]["conforming"], 2);
    assert_eq!(figures["backlog"]["1"], 1);
    let deviations = installed.json(&["conformance", "--month", "2026-10", "--format", "json"], 1);
    let of_c: Vec<(&str, &str)> = deviations
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["berkas_id"].as_str().unwrap(), d["kode"].as_str().unwrap()))
        .collect();
    assert_eq!(of_c, [("C", "C001"), ("C", "C004")]);
    let quality = installed.json(&["quality", "--month", "2026-10", "--format", "json"], 1);
    let codes: Vec<&str> = quality.as_array().unwrap().iter().map(|f| f["kode"].as_str().unwrap()).collect();
    assert!(codes.contains(&"Q023"), "{codes:?}");
    installed.run(&["render", "--month", "2026-10", "--format", "pdf,csv"]).expect_code_in(&[0, 1], "render");
    let folder = installed.path("laporan/2026-10");
    let book = fs::read_to_string(folder.join("buku_penyerahan_kia_2026-10.csv")).unwrap();
    assert!(book.contains("Nama Anak") && book.lines().count() >= 4, "{book}");
    assert!(folder.join("laporan_bulanan_2026-10.pdf").exists());
}

#[test]
fn a_fact_file_that_cannot_be_used_is_named_with_its_line() {
    let dir = TempDir::new().unwrap();
    let installed = kia(&dir);
    let refused = |path: &str, from: &str, to: &str| -> String {
        let place = installed.path("fakta").join(path);
        let text = fs::read_to_string(&place).unwrap_or_default();
        assert!(text.contains(from), "{path} has no {from}");
        fs::write(&place, text.replacen(from, to, 1)).unwrap();
        let ran = installed.run(&["pull"]).expect_code(2);
        if text.is_empty() {
            fs::remove_file(&place).unwrap();
        } else {
            fs::write(&place, text).unwrap();
        }
        ran.err
    };
    for (path, from, to, says) in [
        ("ledgers/buku_penyerahan_kia.toml", "width = 22", "widht = 22", &["line 16", "`width`"][..]),
        ("ledgers/buku_penyerahan_kia.toml", "\"tanggal_cetak\"", "\"tanggal_cetk\"", &["`tanggal_cetak`"]),
        ("sop/kia.toml", "milestone = \"printed\"", "milestone = \"prnted\"", &["`printed`"]),
        ("sop/kia.toml", "next = 4", "next = 9", &["step 3 leads to 9"]),
        ("sop/kia.toml", "pelaksana = \"pencetak\"", "pelaksana = \"operator\"", &["`operator`"]),
        ("sop/lain.toml", "", "id = \"lain\"", &["2 procedures"]),
        ("jenjang.toml", "", "id = \"lain\"", &["`jenis.toml`"]),
    ] {
        let said = refused(path, from, to);
        assert!(says.iter().all(|words| said.contains(words)) && said.lines().count() <= 2, "{path}: {said}");
    }
    installed.run(&["pull"]).expect_code_in(&[0, 1], "mended");
}

#[test]
fn rows_of_the_other_service_break_the_contract() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("kia.sqlite");
    database(&path);
    let installed = Installed::at(&format!("sqlite:{}", path.display()));
    let ran = installed.run(&["pull", "--dry-run"]);
    assert!(ran.err.contains("V005 (14"), "{}", ran.err);
}
