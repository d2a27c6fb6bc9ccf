//! Another service of the same office. Its SOP, roles, papers, book and targets are files, and no Rust code knows of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::Path;
use tests::{Office, copy, root, sqlite};

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
    let rows = rows(EVENTS, 1);
    let columns = "event_id, recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil,
        kekurangan, nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir,
        pekon, pembawa, diterima";
    sqlite(path, &format!("create table workflow_events ({columns}); insert into workflow_events values {rows}"));
}

/// Events as rows of the contract, numbered from there on.
fn rows(events: &[(&str, u8, &str, &str, &str)], first: i64) -> String {
    let rows = events.iter().zip(first..).map(|((berkas, step, role, at, hasil), id)| {
        let missing = if *hasil == "dikembalikan" { "'akta'" } else { "null" };
        let number = if *step == 4 { format!("'{id:06}/4/2026'") } else { "null".to_owned() };
        format!(
            "({id}, '{at}', '{berkas}', 'K1', {step}, '{role}', null, '{at}', '{at}', '{hasil}', {missing}, {number}, null, 'baru',
              'WNI', '180601010115900{id}', 'ANAK', 'L', 'TANGGAMUS', '2015-01-01', '1806012001', 'ARIF', '2026-10-05T01:00:00Z')"
        )
    });
    rows.collect::<Vec<String>>().join(",")
}

/// A berkas that the SOP, once it allows so, sends back from its third step to its second.
const SENT_BACK: &[(&str, u8, &str, &str, &str)] = &[
    ("E", 1, "loket_kia", "2026-10-12T01:00:00Z", "diterima"),
    ("E", 2, "loket_kia", "2026-10-12T02:00:00Z", "cukup"),
    ("E", 3, "pencetak", "2026-10-12T03:00:00Z", "ulang"),
    ("E", 2, "loket_kia", "2026-10-12T04:00:00Z", "cukup"),
    ("E", 3, "pencetak", "2026-10-12T05:00:00Z", "jadi"),
    ("E", 4, "loket_kia", "2026-10-13T02:00:00Z", "diserahkan"),
];

/// An office with the other service.
fn kia() -> Office {
    let office = Office::around(database);
    copy(&root().join("tests/kia"), &office.facts());
    office
}

#[test]
fn its_events_figures_deviations_and_book() {
    let office = kia();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(office.events(""), i64::try_from(EVENTS.len()).unwrap());
    let figures = office.json(&["metrics", "--month", "2026-10"], 0);
    assert_eq!(figures["completeness"]["first_checks"], 2);
    assert_eq!(figures["completeness"]["complete"], 1);
    assert_eq!(figures["completeness"]["missing"]["akta"], 1);
    // From the complete check to the print: A 1:30, B 0:30; C was never checked.
    assert_eq!(figures["issuance"]["wall"]["n"], 2);
    assert_eq!(figures["issuance"]["wall"]["sum"], 5400 + 1800);
    assert_eq!(figures["turnaround"]["handed_over"], 3);
    assert_eq!(figures["conformance"]["conforming"], 2);
    assert_eq!(figures["backlog"]["1"], 1);
    let deviations = office.json(&["conformance", "--month", "2026-10"], 1);
    let of_c: Vec<(&str, &str)> = deviations
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["berkas_id"].as_str().unwrap(), d["kode"].as_str().unwrap()))
        .collect();
    assert_eq!(of_c, [("C", "C001"), ("C", "C004")]);
    let quality = office.json(&["quality", "--month", "2026-10"], 1);
    let codes: Vec<&str> = quality.as_array().unwrap().iter().map(|f| f["kode"].as_str().unwrap()).collect();
    assert!(codes.contains(&"Q023"), "{codes:?}");
    office.run(&["render", "--month", "2026-10", "--format", "pdf,csv"]).expect_code_in(&[0, 1], "render");
    let folder = office.path("laporan/2026-10");
    let book = fs::read_to_string(folder.join("buku_penyerahan_kia_2026-10.csv")).unwrap();
    assert!(book.contains("Nama Anak") && book.lines().count() >= 4, "{book}");
    assert!(folder.join("laporan_bulanan_2026-10.pdf").exists());
}

#[test]
fn a_fact_file_that_cannot_be_used_is_named_with_its_line() {
    let office = kia();
    let refused = |path: &str, from: &str, to: &str, says: &[&str]| {
        let place = office.path("fakta").join(path);
        let text = fs::read_to_string(&place).unwrap_or_default();
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        fs::write(&place, text.replacen(from, to, 1)).unwrap();
        office.run(&["pull"]).expect_refusal(says);
        if text.is_empty() {
            fs::remove_file(&place).unwrap();
        } else {
            fs::write(&place, text).unwrap();
        }
    };
    for (path, from, to, says) in [
        ("ledgers/buku_penyerahan_kia.toml", "width = 22", "widht = 22", &["line 16", "`width`"][..]),
        ("ledgers/buku_penyerahan_kia.toml", "\"tanggal_cetak\"", "\"tanggal_cetk\"", &["`tanggal_cetak`"]),
        ("ledgers/buku_penyerahan_kia.toml", "\"tanggal_cetak\"", "\"sisa\"", &["no row of it can fill the column"]),
        ("sop/kia.toml", "milestone = \"printed\"", "milestone = \"prnted\"", &["`printed`"]),
        ("sop/kia.toml", "next = 4", "next = 9", &["step 3 leads to 9"]),
        ("sop/kia.toml", "pelaksana = \"pencetak\"", "pelaksana = \"operator\"", &["`operator`"]),
        ("sop/kia.toml", "number = 3", "number = 2", &["line 28", "two steps have the number 2"]),
        ("sop/kia.toml", "number = 1", "number = 0", &["line 7", "numbered from 1 on"]),
        ("sop/kia.toml", "\"dikembalikan\"", "\"cukup\"", &["line 24", "step 2 has the outcome `cukup` twice"]),
        ("sop/kia.toml", "next = 3, ", "next = 4, ", &["line 28", "no outcome leads from the first step to step 3"]),
        ("sop/kia.toml", "milestone = \"handed_over\"", "milestone = \"recorded\"", &["line 2", "handed_over"]),
        (
            "sop/kia.toml",
            "{ hasil = \"diserahkan\", milestone",
            "{ hasil = \"diserahkan\", next = 4, milestone = \"recorded\" },\n  #",
            &["from step 1 on no berkas comes to an end"],
        ),
        (
            "wilayah/tanggamus.csv",
            "",
            "kode,kode_10,tingkat,jenis,nama,kode_kecamatan,nama_kecamatan,kode_pos\n18.06,1806,kabupaten,kabupaten,Kabupaten,,,\nx,180601,desa,pekon,X,,K,\n",
            &["wilayah/tanggamus.csv, line 3", "`180601` is no code of 10 digits"],
        ),
        (
            "klasifikasi.toml",
            "",
            "source = \"rekaan\"\n[[code]]\nvalue = \"1\"\nvalid_from = \"2026-01-01\"\n",
            &["klasifikasi.toml", "no code is in force on 2020-01-01"],
        ),
        (
            "sop/kia.toml",
            "source = \"rekaan untuk pengujian\"",
            "source = \" \"",
            &["sop/kia.toml", "`source` is empty"],
        ),
        ("sop/lain.toml", "", "id = \"lain\"", &["2 procedures"]),
        ("jenjang.toml", "", "id = \"lain\"", &["`jenis.toml`"]),
    ] {
        refused(path, from, to, says);
    }
    office.run(&["pull"]).expect_code_in(&[0, 1], "mended");
}

#[test]
fn rows_of_the_other_service_break_the_contract() {
    let ran = Office::around(database).run(&["pull", "--dry-run"]).expect_code(1);
    assert_eq!(ran.found("V005").len(), 1, "{}", ran.err);
    assert_eq!(ran.found("V005")[0].0, 14, "{}", ran.err);
}

#[test]
fn without_a_target_nothing_is_compliant() {
    let office = kia();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let ran = office.run(&["compliance", "--month", "2026-10"]).expect_code(1);
    assert!(ran.err.contains("T001") && ran.err.contains("2026-10"), "{}", ran.err);
    let doctor = office.run(&["doctor"]).expect_code(1).out;
    assert!(doctor.contains("T001 target"), "{doctor}");
    let ran = office.run(&["run", "laporan", "--month", "2026-10"]).expect_code(1);
    assert!((ran.out.clone() + &ran.err).contains("no target is in force"), "{}{}", ran.out, ran.err);
    office.run(&["render", "--month", "2026-10", "--format", "data"]).expect_code_in(&[0, 1], "render");
    for report in ["laporan_kepatuhan", "laporan_bulanan"] {
        let page = fs::read_to_string(office.path(&format!("laporan/2026-10/{report}_2026-10.data.json"))).unwrap();
        assert!(page.contains("kepatuhan tidak dapat dinyatakan"), "{report}: {page}");
    }
    let set = ["target", "set", "waktu_langkah_02", "--value", "15", "--article", "1", "--source", "x", "--by", "y"];
    office.run(&set).expect_refusal(&["there are none; a file in the folder `targets`"]);
}

#[test]
fn a_target_that_contradicts_itself_is_refused_with_its_line() {
    let office = kia();
    let place = office.path("fakta/targets/standar_kia.toml");
    let head = fs::read_to_string(&place).unwrap();
    let begins = head.lines().count();
    let time = [
        "[[target]]",
        "id = \"t\"",
        "title = \"T\"",
        "measure = \"handling_working_p90\"",
        "step = 2",
        "comparison = \"at_most\"",
        "value = 15",
        "unit = \"menit\"",
        "clock = \"kerja\"",
        "standing = \"sementara\"",
        "article = \"\"",
        "quote = \"\"",
    ];
    let share: Vec<&str> = time
        .into_iter()
        .filter(|line| !line.starts_with("step"))
        .map(|line| match line {
            "measure = \"handling_working_p90\"" => "measure = \"issued_within_24_hours\"",
            "comparison = \"at_most\"" => "comparison = \"at_least\"",
            "value = 15" => "value = 0.95",
            "unit = \"menit\"" => "unit = \"bagian\"",
            "clock = \"kerja\"" => "clock = \"dinding\"",
            other => other,
        })
        .collect();
    let with = |target: &[&str], from: &str, to: &str| {
        let text = target.join("\n");
        assert!(text.contains(from), "{from}");
        fs::write(&place, format!("{}\n{}\n", head.trim_end(), text.replace(from, to))).unwrap();
        office.run(&["target", "list", "--month", "2026-10"])
    };
    with(&time, "15", "15").expect_code(0);
    with(&share, "0.95", "0.95").expect_code(0);
    for (target, from, to, line, says) in [
        (&time[..], "clock = \"kerja\"", "clock = \"dinding\"", 9, "counts by the clock `kerja`"),
        (&time, "unit = \"menit\"", "unit = \"bagian\"", 8, "the unit is menit or jam"),
        (&time, "step = 2\n", "", 4, "say which with `step`"),
        (&time, "step = 2", "step = 9", 5, "no such step"),
        (&time, "at_most", "at_least", 6, "write at_most"),
        (&time, "value = 15", "value = 0.33", 7, "whole number of seconds"),
        (&time, "value = 15", "value = -1", 7, "no value in menit"),
        (&time, "\"sementara\"", "\"resmi\"", 10, "no quote"),
        (&share, "clock = \"dinding\"", "clock = \"hari_kerja\"", 8, "counts by the clock `dinding`"),
        (&share, "unit = \"bagian\"", "unit = \"jam\"", 7, "the unit is bagian"),
        (&share, "at_least", "at_most", 5, "write at_least"),
        (&share, "value = 0.95", "value = 95", 6, "for 95 % write 0.95"),
        (&share, "comparison", "step = 2\ncomparison", 5, "remove `step`"),
        (
            &share,
            "standing",
            "valid_from = \"2026-03-01\"\nvalid_to = \"2026-02-01\"\nstanding",
            10,
            "end before it begins",
        ),
    ] {
        with(target, from, to).expect_refusal(&[&format!("targets/standar_kia.toml, line {}", begins + line), says]);
    }
}

#[test]
fn ends_are_where_it_is_handed_over_and_a_return_that_the_sop_allows_conforms() {
    let office = kia();
    // The last step of the file is no end of a berkas that is handed over.
    let place = office.path("fakta/sop/kia.toml");
    let text = fs::read_to_string(&place).unwrap();
    let text = text
        .replace("  { hasil = \"dikembalikan\"", "  { hasil = \"batal\", next = 5 },\n  { hasil = \"dikembalikan\"")
        .replace("  { hasil = \"rusak\"", "  { hasil = \"ulang\", next = 2 },\n  { hasil = \"rusak\"");
    let last =
        "[[step]]\nnumber = 5\nlabel = \"Batal\"\npelaksana = \"loket_kia\"\nact = \"Pembatalan\"\nmandatory = false\n";
    fs::write(&place, format!("{text}\n{last}outcomes = [ {{ hasil = \"batal\", milestone = \"rejected\" }} ]\n"))
        .unwrap();
    office.sql(&format!("insert into workflow_events values {}", rows(SENT_BACK, 20)));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let figures = office.json(&["metrics", "--month", "2026-10"], 0);
    assert_eq!((&figures["conformance"]["finished"], &figures["conformance"]["conforming"]), (&4.into(), &3.into()));
    let deviations = office.json(&["conformance", "--month", "2026-10"], 1);
    let listed: Vec<&str> = deviations.as_array().unwrap().iter().map(|d| d["berkas_id"].as_str().unwrap()).collect();
    assert_eq!(listed, ["C", "C"]);
}
