//! Probable duplicates are found in public data and in harder data of our own, both with a known truth, and nothing but ids is
//! told.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;
use tests::febrl::{Febrl, PACKAGE};
use tests::tools::Tool;
use tests::trials::Trials;
use tests::{Office, make_office, root};

fn main() -> ExitCode {
    let mut trials = Trials::default();
    trials.add("febrl3_beats_the_peer", &[PACKAGE], || judged("febrl3", true, 0.9944));
    trials.add("febrl3_without_a_number", &[PACKAGE], || judged("febrl3", false, 0.9915));
    trials.add("febrl4_beats_the_peer", &[PACKAGE], || judged("febrl4", true, 0.9987));
    trials.add("febrl4_without_a_number", &[PACKAGE], || judged("febrl4", false, 0.9981));
    trials.add("harder_data_of_an_office", &[PYTHON], harder);
    trials.add("an_office_without_such_people", &[PYTHON], none);
    trials.run()
}

const PYTHON: Tool = Tool::Python(&[]);

/// F1 is at least that of Splink 5.0.0 on DuckDB at its best threshold (`benches/duplicates`).
fn judged(name: &str, with_number: bool, peer: f64) {
    let data = Febrl::read(name);
    let reached = data.f1(&data.link(with_number));
    assert!(reached >= peer, "{name}: F1 {reached} is below {peer}");
}

fn pulled(office: Office) -> Office {
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

/// People written down twice under two NIK, among twins and namesakes: most are found, hardly any is wrong, and why is said.
fn harder() {
    let office = Office::around(|database| {
        let script = root().join("tests/hard_duplicates.py").display().to_string();
        let truth = database.with_file_name("benar.json").display().to_string();
        drop(PYTHON.output(&[&script, &database.display().to_string(), &truth]));
    });
    let truth = fs::read_to_string(office.path("benar.json")).unwrap();
    let truth: BTreeSet<(String, String)> = serde_json::from_str(&truth).unwrap();
    let office = pulled(office);
    let ran = office.run(&["duplicates", "--month", "2026-10", "--format", "json"]).expect_code(1);
    assert!(!tests::holds_nik(&ran.out) && !ran.out.contains("WAHYU"), "a pair names a person");
    let rows = ran.rows();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let found: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| (text(row, "berkas_id"), text(row, "berkas_lain")))
        .map(|(a, b)| if a < b { (a, b) } else { (b, a) })
        .collect();
    let number = |n: usize| f64::from(u32::try_from(n).unwrap());
    let right = number(found.intersection(&truth).count());
    let (precision, recall) = (right / number(found.len()), right / number(truth.len()));
    assert!(precision >= 0.96 && recall >= 0.94, "precision {precision}, recall {recall}");
    let reasons: String = rows.iter().map(|row| text(row, "alasan")).collect();
    for said in ["nama sama (+", "hari dan bulan tertukar (+", "pekon berbeda (-", "tempat lahir tidak tercatat (+0.0)"]
    {
        assert!(reasons.contains(said), "no pair says `{said}`");
    }
    let again = office.run(&["duplicates", "--month", "2026-10", "--format", "json"]).expect_code(1);
    assert_eq!(again.out, ran.out);
}

/// Of people who differ by chance alone hardly two are taken for one; two of one NIK are none; one planted pair is found.
fn none() {
    let pairs = |office: &Office| -> Vec<Value> {
        let pairs = ["duplicates", "--month", "2026-10", "--format", "json"];
        office.run(&pairs).expect_code_in(&[0, 1], "duplicates").rows()
    };
    let office = pulled(Office::around(|database| make_office(database, 5)));
    let before = pairs(&office).len();
    assert!(before <= 2, "{before} pairs of people who have nothing in common");
    office.sql(
        "create table satu as select min(berkas_id) as lama from berkas where berkas_id like 'B202608%';
         update berkas set nama = 'WAYAN SUPARTONO', tanggal_lahir = '1977-03-09', nik = '1806010903779001', jenis_kelamin = 'L'
           where berkas_id = (select lama from satu);
         update berkas set nama = 'Drs. SOEPARTONO WAYAN, S.Pd.', tanggal_lahir = '1977-09-03', nik = '1806010309779777',
           jenis_kelamin = 'L', kolektif_id = kolektif_id where berkas_id = (select max(berkas_id) from berkas);
         update kolektif set pekon = (select pekon from kolektif where kolektif_id =
             (select kolektif_id from berkas where berkas_id = (select lama from satu)))
           where kolektif_id = (select kolektif_id from berkas order by berkas_id desc limit 1)",
    );
    let after = pairs(&pulled(office));
    assert_eq!(after.len(), before + 1, "{after:?}");
    let planted = after.iter().find(|pair| pair["berkas_lain"].as_str().unwrap().starts_with("B202608"));
    let reasons = planted.expect("the planted pair")["alasan"].as_str().unwrap().to_owned();
    assert!(reasons.contains("nama sama") && reasons.contains("hari dan bulan tertukar"), "{reasons}");
}
