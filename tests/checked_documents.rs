//! A document is checked against the archive by the code that it prints, and the statement of such a check says what was found.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use pipeline::{Archive, FigureBook, judge};
use reports::Document;
use schemas::document::{ComplianceSheet, Provenance};
use schemas::{Decisions, Facts};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tests::tools::Tool;
use tests::{Office, flip, forged_code, printed_code};

tests::trials! {
    a_printed_book_is_checked_against_the_archive;
    a_report_is_checked_against_the_archive;
    the_code_of_a_report_holds_every_count_and_figure;
    a_verification_is_stated needs Tool::Pdftotext;
    a_verification_states_what_it_did_not_check needs Tool::Pdftotext;
}

/// A printed book is that of the archive as it was then, and a changed one is not.
fn a_printed_book_is_checked_against_the_archive() {
    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    office.run(&["render", "--month", "2026-10"]).expect_code_in(&[0, 1], "render");
    let folder = office.path("laporan/2026-10");
    // The archive goes on; what was printed stays what it was.
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let mut checked = 0;
    for file in fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()) {
        let ran = office.run(&["verify", "--book", file.to_str().unwrap()]).expect_code(0);
        assert!(ran.out.contains("version 0; 0 findings"), "{}", ran.out);
        checked += 1;
    }
    assert!(checked >= tests::documents_of_a_month(), "{checked}");
    let book = folder.join("buku_agenda_pendaftaran_2026-10.pdf");
    let code = printed_code(&book);
    office.run(&["verify", "--code", &code]).expect_code(0);
    // Another month's digest, one row more, a version that never was.
    let says = |code: &str, exit: i32, words: &str| {
        let ran = office.run(&["verify", "--code", code]).expect_code(exit);
        assert!(format!("{}{}", ran.out, ran.err).contains(words), "{code}: {} {}", ran.out, ran.err);
    };
    says(&forged_code(&code), 1, "B001");
    says(&code.replace(" n", " n1"), 1, "B001");
    says(&code.replace("v0", "v7"), 2, "no version 7");
    says("HALO", 2, "no code");
    // One byte of a page.
    flip(&book);
    let ran = office.run(&["verify", "--book", book.to_str().unwrap()]).expect_code(1);
    assert!(ran.finds("B002") && !ran.finds("B001"), "{}", ran.out);
}

/// What goes to the province can be checked as a book can: what it says, and from which archive it comes.
fn a_report_is_checked_against_the_archive() {
    let (office, other) = Office::alike();
    let only = "laporan_kepatuhan,laporan_bulanan";
    office.run(&["render", "--month", "2026-10", "--only", only]).expect_code(0);
    let verify = |at: &Office, what: &[&str], code: i32| at.run(&[&["verify"], what].concat()).expect_code(code);
    for id in only.split(',') {
        let pdf = office.document(id, "pdf").display().to_string();
        assert!(verify(&office, &["--book", &pdf], 0).out.contains("; 0 findings"));
        // The same counts, but of another archive.
        let said = verify(&other, &["--book", &pdf], 1);
        assert!(said.finds("K004") && !said.finds("K003"), "{}", said.out);
        let code = printed_code(Path::new(&pdf));
        verify(&office, &["--code", &code], 0);
        assert!(verify(&office, &["--code", &forged_code(&code)], 1).finds("K003"));
        office
            .run(&["verify", "--code", &code.replace(" kerja ", " lain ")])
            .expect_refusal(&["no code of a document"]);
    }
    let statement = office.place("berita_acara.pdf");
    office.run(&["verify", "--report", &statement]).expect_code(0);
    assert!(verify(&office, &["--book", &statement], 0).out.contains("; 0 findings"));
    assert!(verify(&other, &["--book", &statement], 1).finds("K004"));
}

/// A digest of a report that is right although one number is another would vouch for the wrong number.
fn the_code_of_a_report_holds_every_count_and_figure() {
    let office = Office::small();
    let (facts, archive) = (Arc::new(Facts::embedded().unwrap()), Archive::open(&office.path("archive")).unwrap());
    let (book, month) = (FigureBook::open(&archive, &facts).unwrap(), "2026-10".parse().unwrap());
    let sheet = judge(&archive, &book, &facts, &Decisions::default(), month).unwrap();
    let digest = |sheet: &ComplianceSheet| reports::code(Document::Compliance(sheet)).unwrap().unwrap().digest;
    let said = digest(&sheet);
    let elsewhere = Provenance { archive_version: 99, ..sheet.provenance.clone() };
    assert_eq!(digest(&ComplianceSheet { provenance: elsewhere, ..sheet.clone() }), said);
    let mut figures = 0;
    for (at, judgement) in sheet.judgements.iter().enumerate() {
        let mut other = sheet.clone();
        other.judgements[at].n += 1;
        assert_ne!(digest(&other), said, "n of {}", judgement.target);
        if judgement.compared.figure().is_some() {
            figures += 1;
            let mut other = sheet.clone();
            other.judgements[at].compared = judgement.compared.without_figure();
            assert_ne!(digest(&other), said, "figure of {}", judgement.target);
        }
    }
    assert!(figures > 2, "{figures}");
}

/// The statement says what the verification found: nothing, or which file.
fn a_verification_is_stated() {
    let office = Office::small();
    let place = office.place("berita_acara.pdf");
    let text = |code: i32| {
        office.run(&["verify", "--report", &place]).expect_code(code);
        Tool::Pdftotext.output(&["-layout", &place, "-"])
    };
    let whole = text(0);
    assert!(whole.contains("BERITA ACARA VERIFIKASI ARSIP") && whole.contains("Tidak ada temuan"), "{whole}");
    let part = fs::read_dir(office.path("archive/events/bulan=2026-10")).unwrap().next().unwrap().unwrap().path();
    flip(&part);
    let damaged = text(1);
    for ending in ["csv", "json", "xlsx"] {
        let place = office.path(&format!("berita_acara.{ending}"));
        office.run(&["verify", "--report", place.to_str().unwrap()]).expect_code(1);
        let bytes = fs::read(&place).unwrap();
        assert!(ending == "xlsx" && bytes.starts_with(b"PK") || String::from_utf8_lossy(&bytes).contains("A002"));
    }
    assert!(damaged.contains("A002") && damaged.contains("1 (satu) temuan"), "{damaged}");
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "Angka yang tersimpan dihitung ulang";
    assert!(squeezed(&whole).contains(said) && !squeezed(&damaged).contains(said), "{damaged}");
    assert!(squeezed(&damaged).contains("tidak dihitung ulang dari peristiwa, karena catatan atau fail"), "{damaged}");
    // With a log that cannot be read, nobody knows how many events there are.
    let commit = office.commit(0);
    fs::write(&commit, "{}").unwrap();
    let place = office.place("berita_acara.json");
    office.run(&["verify", "--report", &place]).expect_code_in(&[1, 2], "verify");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    assert!(report["events"].is_null() && report["provenance"].is_null(), "{report}");
    let found = report["findings"].as_array().unwrap();
    assert!(found.iter().any(|finding| finding["text"]["code"] == "A005"), "{report}");
    assert_ne!(report["figures"], "recomputed");
    let ending = office.place("berita_acara.doc");
    office.run(&["verify", "--report", &ending]).expect_refusal(&["no ending that names a form"]);
}

/// In the words of the paper: without the office's key, with another's, and without a head that was kept elsewhere.
fn a_verification_states_what_it_did_not_check() {
    let office = Office::small();
    let text = |code: i32| {
        let place = office.place("berita_acara.pdf");
        office.run(&["verify", "--report", &place]).expect_code(code);
        let text = Tool::Pdftotext.output(&["-layout", &place, "-"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let missing = "Samaran NIK dan bilangan acaknya tidak diperiksa, karena kunci kantor tidak tersedia.";
    let other = "Samaran NIK dan bilangan acaknya tidak diperiksa, karena kunci yang tersedia bukan kunci arsip ini.";
    let end = "Kelengkapan catatan arsip tidak diperiksa";
    let whole = text(0);
    assert!(whole.contains(end) && !whole.contains("karena kunci"), "{whole}");
    let key = office.path("kunci.key");
    fs::write(&key, "ab".repeat(32)).unwrap();
    let said = text(1);
    assert!([other, end, "A022"].iter().all(|words| said.contains(words)) && !said.contains(missing), "{said}");
    assert!(said.contains("tidak dihitung ulang dari peristiwa, karena kunci yang tersedia bukan"), "{said}");
    // The path ends before what is to be done begins.
    let place = office.place("berita_acara.pdf");
    let words = Tool::Pdftotext.output(&["-bbox", &place, "-"]);
    let edge = |word: &str, name: &str| -> f64 {
        let line = words.lines().find(|line| line.contains(word)).expect(word);
        let (_, value) = line.split_once(&format!("{name}=\"")).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    assert!(edge(">Pulihkan<", "xMin") > edge("json:<", "xMax"), "{words}");
    fs::remove_file(key).unwrap();
    let said = text(0);
    assert!([missing, end].iter().all(|words| said.contains(words)) && !said.contains(other), "{said}");
}
