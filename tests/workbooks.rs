//! A spreadsheet, `soffice`, opens every workbook and prints it: one sheet wide, with its head on each page, on about as many pages as the PDF.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tests::tools::Tool;
use tests::{run_in, tertib};

tests::trials! {
    every_workbook_prints needs Tool::Soffice, Tool::Pdfinfo, Tool::Pdftotext;
}

/// Applications a month; a book of as many rows.
const PER_MONTH: &str = "255";

/// An invented office with the workbooks and PDFs of October, of the calendar and of a verification in one folder.
fn rendered(room: &Path) -> PathBuf {
    let office = room.join("kantor");
    let mut demo = tertib();
    demo.arg("demo").arg("--dir").arg(&office).args(["--months", "2026-09:2026-10", "--per-month", PER_MONTH]);
    let made = demo.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let office = fs::canonicalize(office).unwrap();
    let out = room.join("buku").display().to_string();
    let render = ["render", "--month", "2026-10", "--format", "xlsx,pdf", "--out", &out];
    run_in(&office, &render).expect_code_in(&[0, 1], "render");
    let out = room.join("buku");
    for ending in ["xlsx", "pdf"] {
        let ran = run_in(&office, &["calendar", "--year", "2026", "--format", ending]).expect_code(0);
        let made = PathBuf::from(ran.out.trim().split(" (").next().unwrap());
        fs::rename(office.join(&made), out.join(made.file_name().unwrap())).unwrap();
        let report = out.join(format!("berita_acara_verifikasi.{ending}"));
        run_in(&office, &["verify", "--report", report.to_str().unwrap()]).expect_code_in(&[0, 1], "verify");
    }
    out
}

fn files(folder: &Path, ending: &str) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|e| e == ending));
    files.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path.display().to_string())).collect()
}

/// How many pages a PDF has, and the breadth and height of its first one.
fn pages(pdf: &str) -> (usize, String) {
    let info = Tool::Pdfinfo.output(&[pdf]);
    let of = |label: &str| info.lines().find_map(|line| line.strip_prefix(label)).unwrap().trim().to_owned();
    (of("Pages:").parse().unwrap(), of("Page size:"))
}

fn every_workbook_prints() {
    let room = tempfile::TempDir::new().unwrap();
    let made = rendered(room.path());
    let workbooks = files(&made, "xlsx");
    // Besides, the calendar and the statement of a verification; no card has waited here for a day, so nobody is invited.
    assert_eq!(workbooks.len(), tests::documents_of_a_month() + 2);
    let printed = room.path().join("cetak").display().to_string();
    let profile = format!("-env:UserInstallation=file://{}", room.path().join("profil").display());
    let options = [&profile, "--headless", "--convert-to", "pdf", "--outdir", &printed];
    let arguments: Vec<&str> = options.into_iter().chain(workbooks.values().map(String::as_str)).collect();
    drop(Tool::Soffice.output(&arguments));
    let printed = files(Path::new(&printed), "pdf");
    assert_eq!(printed.keys().collect::<Vec<_>>(), workbooks.keys().collect::<Vec<_>>());
    let ours = files(&made, "pdf");
    for (name, pdf) in &printed {
        let (n, size) = pages(pdf);
        let (of_document, _) = pages(&ours[name]);
        let most = match name {
            // A row for each day, where the document has one square.
            _ if name.starts_with("kalender") => 12,
            // A sheet for each part, where the document has several to a page.
            _ if name.starts_with("laporan_bulanan") => 16,
            // The notes take one page more.
            _ => of_document + of_document / 2 + 3,
        };
        assert!(n <= most, "{name}: {n} pages, the document {of_document}");
        assert!(size.starts_with("936") || size.starts_with("935"), "{name}: {size}");
        let text = Tool::Pdftotext.output(&["-layout", pdf, "-"]);
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert_eq!(pages.len(), n, "{name}");
        for (page, number) in pages.iter().zip(1..) {
            assert!(page.contains(&format!("Halaman {number} dari {n}")), "{name}: {page}");
        }
        assert!(pages.last().unwrap().contains("Dokumen"), "{name}: the notes come last");
    }
    // The head of a long book stands on each page, from its first column to its last.
    let (agenda, _) = printed.get_key_value("buku_agenda_pendaftaran_2026-10").unwrap();
    let text = Tool::Pdftotext.output(&["-layout", &printed[agenda], "-"]);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let of_book = pages.iter().filter(|page| page.contains("No.") && page.contains("Ket.")).count();
    assert!(of_book >= 4 && of_book == pages.iter().filter(|page| page.contains("/4/2026")).count(), "{of_book}");
}
