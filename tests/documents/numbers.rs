//! Every number that the reports of a month print, and the totals of its books, are those of an independent computation.

use super::page_one::{MONTH, year};
use std::fs;
use std::path::Path;
use tests::tools::Tool;
use tests::{Office, WITHOUT_FAULTS, root};

tests::part! {
    every_printed_number_is_accounted_for needs Tool::Pdftotext, Tool::Python(&[]);
    a_wrong_number_is_seen needs Tool::Pdftotext, Tool::Python(&[]);
}

/// The instant of the pull, and how documents print it.
const PULLED: (&str, &str) = ("2026-11-20T00:00:00Z", "20-11-2026 07.00");

/// Thirteen months of an office whose rows are all archived, with the documents of the last one and their texts.
fn rendered() -> Office {
    let office = year();
    office.forget_archive();
    office.sql(WITHOUT_FAULTS);
    office.run(&["pull", "--at", PULLED.0]).expect_code_in(&[0, 1], "pull");
    drop(fs::remove_dir_all(office.path("laporan")));
    let render = ["render", "--month", MONTH, "--format", "pdf,csv,data", "--csv-dialect", "rfc4180"];
    office.run(&render).expect_code_in(&[0, 1], "render");
    for file in fs::read_dir(folder(&office)).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|ending| ending == "pdf") {
            let text = Tool::Pdftotext.output(&["-layout", &file.display().to_string(), "-"]);
            fs::write(file.with_extension("txt"), text).unwrap();
        }
    }
    office
}

fn folder(office: &Office) -> std::path::PathBuf {
    office.path("laporan").join(MONTH)
}

/// What the computation says of the documents: how many numbers it accounts for, or what is wrong.
fn judged(office: &Office) -> Result<u64, String> {
    let path = |path: &Path| path.display().to_string();
    let facts = root().join("schemas/data");
    let mut command = Tool::Python(&[]).command();
    command.arg(root().join("tests/documents/numbers.py")).args([&office.place("kantor.sqlite"), MONTH]);
    command.args([path(&facts.join("wilayah/tanggamus.csv")), path(&facts.join("kelengkapan/ktp_el.toml"))]);
    command.args([&path(&folder(office)), env!("CARGO_PKG_VERSION"), PULLED.1]);
    let output = command.output().unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap());
    }
    Err(String::from_utf8(output.stderr).unwrap())
}

fn every_printed_number_is_accounted_for() {
    let office = rendered();
    let accounted = judged(&office);
    assert!(accounted.as_ref().is_ok_and(|numbers| *numbers > 1_500), "{accounted:#?}");
}

/// A number of the data or of the text that is another, or one more, does not pass.
fn a_wrong_number_is_seen() {
    let office = rendered();
    let review = folder(&office).join(format!("laporan_bulanan_{MONTH}"));
    let (data, text) = (review.with_extension("data.json"), review.with_extension("txt"));
    let change = |file: &Path, from: &str, to: &str, says: &str| {
        let whole = fs::read_to_string(file).unwrap();
        assert!(whole.contains(from), "{from}");
        fs::write(file, whole.replacen(from, to, 1)).unwrap();
        let faults = judged(&office).unwrap_err();
        assert!(faults.contains(says), "{says}: {faults}");
        fs::write(file, whole).unwrap();
    };
    change(&data, "\"akhir bulan\",\n        \"", "\"akhir bulan\",\n        \"9", "arus.suku.5.2");
    change(&data, "\"tanpa_target\": 12", "\"tanpa_target\": 12,\n  \"lain\": 77", "lain: 77 is not accounted for");
    change(&text, "KESIMPULAN", "KESIMPULAN 4321", "{'4321': 1}");
    let book = folder(&office).join(format!("buku_agenda_pendaftaran_{MONTH}.csv"));
    change(&book, "\n1,", "\n1,\n1,", "buku_agenda_pendaftaran");
    assert!(judged(&office).is_ok());
}
