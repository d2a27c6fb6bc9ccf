//! Documents for programs: each keeps the schema that is made from the types, and says its instants by ISO 8601.
//!
//! After a change of a document: `TERTIB_SCHEMA=write cargo test --workspace --test documents json`.

use pipeline::{Archive, FigureBook};
use reports::Document;
use schemas::{Decisions, Facts, Narrowing};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tests::tools::Tool;
use tests::{Office, root};

tests::part! {
    schemas_are_those_of_the_types;
    every_json_document_keeps_its_schema needs Tool::Python(&["jsonschema"]);
    instants_have_their_offset;
}

fn place(schema: &str) -> PathBuf {
    root().join(format!("schemas/{schema}.schema.json"))
}

fn schemas_are_those_of_the_types() {
    let schemas = reports::json_schemas().unwrap();
    let lies = fs::read_dir(root().join("schemas")).unwrap().map(|entry| entry.unwrap().file_name());
    let lies = lies.filter(|name| name.to_string_lossy().ends_with(".schema.json")).count();
    for (name, text) in &schemas {
        if std::env::var_os("TERTIB_SCHEMA").is_some_and(|word| word == "write") {
            fs::write(place(name), text).unwrap();
        }
        let written = fs::read_to_string(place(name)).unwrap_or_default();
        assert!(written == *text, "{name}: a document has changed: write the schemas anew (see above)");
    }
    assert!(lies == schemas.len(), "{lies} files for {} kinds of document", schemas.len());
}

/// The schema of a document by the name of its file.
fn schema_of(file: &str) -> &'static str {
    let of = |begin: &str| file.starts_with(begin);
    let facts = Facts::embedded().unwrap();
    match () {
        () if of("berita_acara_pemusnahan_data_pribadi") => "berita_acara_pemusnahan_data_pribadi",
        () if of("berita_acara_pemusnahan") => "pemusnahan",
        () if facts.papers.iter().any(|paper| of(&paper.id)) => "surat",
        () if of("laporan_bulanan_tersaring") => "laporan_bulanan_tersaring",
        () if of("laporan_bulanan") => "laporan_bulanan",
        () if of("laporan_kepatuhan") => "laporan_kepatuhan",
        () if of("kalender") => "kalender",
        () if of("telusur") => "telusur",
        () if of("berita_acara_verifikasi") => "berita_acara_verifikasi",
        () => "buku",
    }
}

/// Every document of an office as JSON: those of a month, full and for outsiders too, the review of one kind of application as the
/// portal gives it, the calendar, the statement of a verification, a trace.
fn written() -> (Office, Vec<PathBuf>) {
    let office = Office::small();
    let out = office.path("untuk_program");
    let folder = out.display().to_string();
    let render = ["render", "--month", "2026-10", "--format", "json", "--out", &folder];
    office.run(&render).expect_code_in(&[0, 1], "render");
    office.run(&[&render[..], &["--hide-small"]].concat()).expect_code_in(&[0, 1], "render");
    let facts = Arc::new(Facts::embedded().unwrap());
    let archive = Archive::open(&office.path("archive")).unwrap();
    let book = FigureBook::open(&archive, &facts).unwrap();
    let (month, baru) = ("2026-10".parse().unwrap(), Narrowing::to_jenis("baru"));
    let part = pipeline::narrowed_review(&archive, &book, &facts, &Decisions::default(), month, &baru);
    let part = part.unwrap().unwrap();
    fs::write(out.join("laporan_bulanan_tersaring.json"), reports::json(Document::Narrowed(&part)).unwrap()).unwrap();
    let calendar = office.run(&["calendar", "--year", "2026", "--format", "json"]).expect_code(0).out;
    fs::write(out.join("kalender_2026.json"), calendar).unwrap();
    let report = out.join("berita_acara_verifikasi.json");
    office.run(&["verify", "--report", report.to_str().unwrap()]).expect_code(0);
    let batches = tests::sqlite_texts(&office.path("kantor.sqlite"), "select min(kolektif_id) from kolektif");
    let trace = out.join("telusur.json");
    office.run(&["trace", "--batch", &batches[0], "--report", trace.to_str().unwrap()]).expect_code(0);
    destroyed(&office.copy(), &out);
    let mut files: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    (office, files)
}

/// Writes the statement of a destruction of the month.
fn destroyed(office: &Office, out: &Path) {
    let proposal = office.approved_destruction("2026-10");
    let at = office.path("musnah");
    office.run(&["dispose", "carry-out", &proposal, "--output", &at.display().to_string()]).expect_code(0);
    for entry in fs::read_dir(&at).unwrap().map(|entry| entry.unwrap()) {
        if entry.path().extension().is_some_and(|ending| ending == "json") {
            fs::copy(entry.path(), out.join(entry.file_name())).unwrap();
        }
    }
}

fn every_json_document_keeps_its_schema() {
    let (_office, files) = written();
    assert!(files.len() > tests::documents_of_a_month() + 2, "{}", files.len());
    let mut by_schema: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        by_schema.entry(schema_of(&name)).or_default().push(file.display().to_string());
    }
    assert_eq!(by_schema.len(), reports::json_schemas().unwrap().len(), "{:?}", by_schema.keys());
    let judge = root().join("tests/judge_documents.py").display().to_string();
    for (schema, files) in by_schema {
        let (schema, files) = (place(schema).display().to_string(), files.iter().map(String::as_str));
        let arguments: Vec<&str> = [&judge, "schema", &schema].into_iter().chain(files).collect();
        let refused = Tool::Python(&["jsonschema"]).output(&arguments);
        assert!(refused.trim().parse::<u32>().unwrap() > 10, "{schema}: {refused} broken documents");
    }
}

/// No number of seconds since 1970 is left anywhere.
fn instants_have_their_offset() {
    let (_office, files) = written();
    let mut instants = 0;
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 10);
        let seconds = numbers.filter(|digits| digits.starts_with("17") || digits.starts_with("18"));
        // A NIK has more digits, a digest stands among letters.
        let seconds: Vec<&str> = seconds.filter(|digits| text.contains(&format!(" {digits}"))).collect();
        assert!(seconds.is_empty(), "{}: {seconds:?}", file.display());
        instants += text.matches(":00+07:00\"").count() + text.matches("+07:00\"").count();
    }
    assert!(instants > 100, "{instants}");
}
