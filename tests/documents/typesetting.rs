//! How documents are set: again when a template changes, with the crest, byte for byte on one core, in constant memory.

use std::fs;
use std::process::Stdio;
use tests::tools::Tool;
use tests::{Office, documents_of_a_month};

tests::part! {
    a_template_is_set_again_when_it_changes needs Tool::Pdftotext;
    the_crest_stands_in_the_letterhead needs Tool::Pdftoppm;
    every_document_has_the_same_bytes_on_one_core needs Tool::Taskset;
    a_year_in_a_loop_keeps_its_memory;
}

/// Who writes a template sees what it makes, or where it fails.
fn a_template_is_set_again_when_it_changes() {
    use std::io::{BufRead, BufReader};
    let office = Office::small();
    let templates = office.path("templat");
    fs::create_dir_all(&templates).unwrap();
    let text = fs::read_to_string(tests::root().join("templates/buku.typ")).unwrap();
    fs::write(templates.join("buku.typ"), &text).unwrap();
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    assert!(config.contains("[reports]\n"));
    office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
    let book = "buku_registrasi_arsip";
    let mut child = office.spawn(&["render", "--month", "2026-10", "--only", book, "--watch"]);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut until = |words: &str| -> String {
        let mut all = String::new();
        while !all.contains(words) {
            all += &said.next().expect("the watcher ended").unwrap();
            all.push('\n');
        }
        all
    };
    until("watching");
    let pdf = office.document(book, "pdf");
    let first = fs::read(&pdf).unwrap();
    fs::write(templates.join("buku.typ"), format!("{text}\n#tidak_ada\n")).unwrap();
    let line = text.lines().count() + 2;
    let fault = until("watching");
    assert!(fault.contains(&format!("buku.typ, line {line}")), "{fault}");
    assert!(fs::read(&pdf).unwrap() == first, "a template that fails left another document");
    fs::write(templates.join("buku.typ"), text.replace("Dasar:", "Dasar hukum:")).unwrap();
    until("watching");
    assert!(Tool::Pdftotext.output(&[pdf.to_str().unwrap(), "-"]).contains("Dasar hukum:"));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The crest stands on the left of the letterhead; one that cannot be read is named.
fn the_crest_stands_in_the_letterhead() {
    let office = Office::small();
    let corner = || {
        office
            .run(&["render", "--month", "2026-10", "--only", "buku_registrasi_arsip"])
            .expect_code_in(&[0, 1], "render");
        let pdf = office.document("buku_registrasi_arsip", "pdf").display().to_string();
        let to = office.place("sudut");
        // The upper left corner above the rule, in dots of a 72nd inch.
        let area = ["-x", "57", "-y", "43", "-W", "42", "-H", "16"];
        drop(Tool::Pdftoppm.output(&[&["-r", "72", "-gray", "-singlefile"], &area[..], &[&pdf, &to]].concat()));
        let picture = fs::read(office.path("sudut.pgm")).unwrap();
        picture[picture.len() - 42 * 16..].iter().filter(|dot| **dot < 128).count()
    };
    assert_eq!(corner(), 0);
    let picture = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>"#;
    fs::write(office.path("lambang.svg"), picture).unwrap();
    office.configure("alamat = \"\"\n", "alamat = \"\"\nlambang = \"lambang.svg\"\n");
    assert!(corner() > 200);
    office.configure("lambang.svg", "tidak-ada.png");
    let said = office.run(&["render", "--month", "2026-10"]).expect_code(2).err;
    assert!(said.contains("tidak-ada.png") && said.trim_end().lines().count() == 1, "{said}");
}

/// The same archive and month give the same bytes: again, on one core, and whatever else the machine does.
fn every_document_has_the_same_bytes_on_one_core() {
    let office = Office::small();
    let render = |cores: &str, to: &str| {
        let program = tests::tertib().get_program().to_string_lossy().into_owned();
        let (out, config) = (office.place(to), office.place("tertib.toml"));
        let render =
            ["render", "--month", "2026-10", "--format", "pdf,xlsx,csv,json", "--out", &out, "--config", &config];
        let arguments: Vec<&str> = ["-c", cores, &program].into_iter().chain(render).collect();
        Tool::Taskset.run(&arguments).expect_code_in(&[0, 1], "render");
        tests::tree(&office.path(to))
    };
    let (one, all) = (render("0", "satu"), render("0-1", "semua"));
    assert!(one.len() > 3 * documents_of_a_month(), "{}", one.len());
    assert_eq!(one.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(all[name] == *bytes, "{} differs", name.display());
    }
}

/// A year of documents in one process needs little more memory than half a year: what the data of six more months take,
/// some 25 MB, and not what the typesetter memoised for each document, which would be 100 MB a month.
fn a_year_in_a_loop_keeps_its_memory() {
    let folder = tempfile::TempDir::new().unwrap();
    let peak = |months: &str| {
        let mut command = tests::tertib();
        command.arg("demo").arg("--dir").arg(folder.path().join(months)).args([
            "--months",
            months,
            "--per-month",
            "60",
        ]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let peak = tests::peak_mb(&mut child);
        assert!(child.wait().unwrap().success());
        peak
    };
    let (half, year) = (peak("2026-05:2026-10"), peak("2025-11:2026-10"));
    assert!(year < half + half / 2, "{half} MB for six months, {year} MB for twelve");
}
