//! What documents print, of offices in which as much as possible happens: in PDFs, CSV files and workbooks.

use crate::{Reading, words};
use pipeline::{Archive, FigureBook};
use reports::{Document, Renderer};
use schemas::{Decisions, Facts, Narrowing};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use tests::tools::Tool;
use tests::{Office, root, sqlite_texts};

const MONTH: &str = "2026-10";

/// All texts, and the words of the names of people and places in them.
pub(crate) fn readings() -> (Vec<Reading>, BTreeSet<String>) {
    let mut readings = Vec::new();
    let mut names: BTreeSet<String> =
        words(&fs::read_to_string(root().join("schemas/data/wilayah/tanggamus.csv")).unwrap());
    for make in [whole, running, without_logs, empty_month] {
        let office = make();
        let folder = office.path("laporan");
        collect(&folder, &mut readings);
        readings.extend(narrowed(&office));
        for column in ["nama from berkas", "tempat_lahir from berkas", "pembawa from kolektif"] {
            let people = sqlite_texts(&office.path("kantor.sqlite"), &format!("select distinct {column} where 1"));
            // One of them looks like a command of the typesetter.
            names.extend(words(&people.join(" ").replace('#', " ")));
        }
    }
    (readings, names)
}

/// What the review of a part of the cases says, as page and in the notes of its tables: of a kind for which there is a target, of a
/// kecamatan, and of both.
fn narrowed(office: &Office) -> Vec<Reading> {
    let facts = Arc::new(Facts::embedded().unwrap());
    let archive = Archive::open(&office.path("archive")).unwrap();
    let book = FigureBook::open(&archive, &facts).unwrap();
    let month = MONTH.parse().unwrap();
    let of_kind = "[[decision]]\ntarget = \"waktu_langkah_06\"\nregulation = \"perbup_07_2020\"\njenis = \"baru\"\nvalue = 15.0\n\
        valid-from = \"2026-10-01\"\nstanding = \"sementara\"\narticle = \"\"\nsource = \"naskah rekaan\"\nby = \"Rekaan\"\n\
        entered = \"2026-11-02T08:00:00+07:00\"\n";
    let decisions = Decisions::of(toml::from_str(of_kind).unwrap(), &facts).unwrap();
    let kecamatan = facts.wilayah.iter().next().map(|(_, area)| area.kecamatan.clone());
    let jenis = Some("baru".to_owned());
    let parts = [(None, jenis.clone()), (kecamatan.clone(), None), (kecamatan, jenis)];
    let signer = json!({"jabatan": "Kepala Dinas"});
    let letterhead = json!({"pemerintah": "PEMERINTAH KABUPATEN TANGGAMUS", "dinas": "DINAS", "tempat": "Kota Agung",
        "mengetahui": signer, "penanggung_jawab": signer});
    let letterhead = serde_json::from_value(letterhead).unwrap();
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let read = |(kecamatan, jenis)| {
        let to = Narrowing { kecamatan, jenis };
        let review = pipeline::narrowed_review(&archive, &book, &facts, &decisions, month, &to).unwrap().unwrap();
        let document = Document::Narrowed(&review);
        let page = renderer.document_page(document, &letterhead).unwrap().unwrap();
        let text = format!("{}\n{}", texts(&page.values), reports::csv_notes(document));
        Reading { place: document.id().to_owned(), text }
    };
    parts.map(read).into()
}

/// The texts of a value, but for addresses.
fn texts(value: &Value) -> String {
    match value {
        Value::String(text) if !text.starts_with('/') => text.clone(),
        Value::Array(values) => values.iter().map(texts).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => fields.values().map(texts).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// Sets words as they are, so that each stands whole in a line.
fn unhyphenated(office: &Office) {
    office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
    drop(fs::remove_dir_all(office.path("laporan")));
    fs::create_dir_all(office.path("templat")).unwrap();
    let text = fs::read_to_string(root().join("templates/_dasar.typ")).unwrap();
    assert!(text.contains("lang: \"id\""));
    fs::write(office.path("templat/_dasar.typ"), text.replace("lang: \"id\"", "hyphenate: false, lang: \"id\""))
        .unwrap();
}

fn render(office: &Office, month: &str, more: &[&str]) {
    let render = ["render", "--month", month, "--format", "pdf,csv,xlsx", "--csv-dialect", "rfc4180"];
    office.run(&[&render[..], more].concat()).expect_code_in(&[0, 1], "render");
}

/// An office with targets that are met and missed, spoilt cards, a closed month, and rows that came after it was closed.
fn whole() -> Office {
    let office = Office::unpulled();
    unhyphenated(&office);
    office.configure("alamat = \"\"", "alamat = \"Jalan Jenderal Sudirman\"");
    office.configure("telepon = \"\"", "telepon = \"(0722) 21000\"");
    office.sql(
        "update langkah_berkas set hasil = 'gagal_cetak' where event_id in
           (select event_id from langkah_berkas where langkah = 6 and hasil = 'tercetak' order by event_id limit 3);
         update langkah_berkas set petugas_id = null where event_id % 50 = 0;
         update langkah_berkas set pelaksana = 'operator' where event_id % 90 = 1;
         delete from langkah_berkas where langkah = 7 and event_id % 7 = 0;
         update berkas set nik = '123' where berkas_id = (select max(berkas_id) from berkas);
         update berkas set nama = '' where berkas_id = (select min(berkas_id) from berkas);",
    );
    for (target, value) in
        [("waktu_langkah_01", "0"), ("waktu_langkah_02", "900"), ("kelengkapan_pemeriksaan_pertama", "1")]
    {
        let why = ["--article", "Pasal 7", "--source", "naskah", "--by", "Kepala Seksi", "--from", "2026-10-01"];
        office.run(&[&["target", "set", target, "--value", value], &why[..]].concat()).expect_code(0);
    }
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    render(&office, MONTH, &["--unset-targets"]);
    fs::rename(office.path("laporan"), office.path("sebelum")).unwrap();
    office.run(&["seal", "--month", MONTH]).expect_code(0);
    // What comes afterwards makes the reports of the month another time, and stands in the books of the next one.
    office.sql(
        "update langkah_berkas set recorded_at = datetime(recorded_at, '+40 days') where event_id in
                 (select max(event_id) from langkah_berkas where langkah = 10)",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    render(&office, MONTH, &["--full"]);
    render(&office, MONTH, &[]);
    fs::rename(office.path("sebelum"), office.path("laporan/sebelum")).unwrap();
    let outside = office.place("laporan/luar");
    office
        .run(&["render", "--month", MONTH, "--only", "laporan_kepatuhan", "--hide-small", "--out", &outside])
        .expect_code_in(&[0, 1], "render");
    for year in ["2026", "2027"] {
        office.run(&["calendar", "--year", year, "--format", "pdf"]).expect_code(0);
        office.run(&["calendar", "--year", year, "--format", "xlsx"]).expect_code(0);
    }
    let page = office.place("laporan/percobaan_target.pdf");
    let trial = ["target", "try", "waktu_langkah_02", "--value", "1000", "--month", MONTH, "--pdf", &page];
    office.run(&trial).expect_code_in(&[0, 1], "target try");
    traces(&office);
    for ending in ["pdf", "xlsx"] {
        let statement = office.place(&format!("laporan/berita_acara_verifikasi.{ending}"));
        office.run(&["verify", "--report", &statement]).expect_code_in(&[0, 1], "verify");
    }
    office
}

/// What is said of a berkas with a late row, of a batch, and to a person.
fn traces(office: &Office) {
    let text = |sql: &str| sqlite_texts(&office.path("kantor.sqlite"), sql).remove(0);
    let late = text("select berkas_id from langkah_berkas where langkah = 10 order by event_id desc limit 1");
    let batch = text("select max(kolektif_id) from berkas");
    for (what, id) in [("--berkas", &late), ("--batch", &batch)] {
        for ending in ["pdf", "xlsx", "csv"] {
            let report = office.place(&format!("laporan/telusur{what}.{ending}"));
            office.run(&["trace", what, id, "--report", &report]).expect_code(0);
        }
    }
    let nik = text(&format!("select nik from berkas where berkas_id = '{late}'"));
    for (nik, name) in [(nik.as_str(), "orang"), ("123", "tidak_ada")] {
        let report = office.place(&format!("laporan/telusur_{name}.pdf"));
        let ask = ["trace", "--person", "--purpose", "pemeriksaan", "--report", &report];
        let mut asked = office.command(&ask).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        asked.stdin.take().unwrap().write_all(nik.as_bytes()).unwrap();
        asked.wait().unwrap();
    }
}

/// A month that is not over.
fn running() -> Office {
    let office = Office::unpulled();
    unhyphenated(&office);
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    render(&office, MONTH, &[]);
    office
}

/// A source without logs of outages and of blanks.
fn without_logs() -> Office {
    let office = Office::unpulled();
    unhyphenated(&office);
    office.configure("outages = \"gangguan\"\n", "");
    office.configure("stock = \"blangko\"\n", "");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    render(&office, MONTH, &[]);
    office
}

/// A month without events between two others.
fn empty_month() -> Office {
    let office = Office::demo(&["--months", "2026-08:2026-10", "--per-month", "25", "--seed", "4"]);
    unhyphenated(&office);
    office.forget_archive();
    office.sql("delete from langkah_berkas where strftime('%Y-%m', selesai, '+7 hours') = '2026-09'");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    render(&office, "2026-09", &[]);
    render(&office, MONTH, &[]);
    office
}

/// What the files of a folder say, those of its folders too. JSON is for programs.
fn collect(folder: &Path, readings: &mut Vec<Reading>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let file = path.display().to_string();
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            _ if path.is_dir() => {
                collect(&path, readings);
                continue;
            }
            Some("pdf") => Tool::Pdftotext.output(&[&file, "-"]),
            Some("xlsx") => Tool::Python(&[]).output(&["-c", WORKBOOK, &file]),
            Some("csv" | "txt") => fs::read_to_string(&path).unwrap(),
            _ => continue,
        };
        let place = path.file_name().unwrap().to_string_lossy().into_owned();
        readings.push(Reading { place, text });
    }
}

/// All texts of a workbook: of its cells, sheets, charts, heads and feet.
const WORKBOOK: &str = "
import html, re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
for name in book.namelist():
    if re.search(r'sharedStrings|workbook.xml$|charts/|worksheets/sheet', name):
        # Codes of heads and feet, as the number of the page.
        text = html.unescape(re.sub(r'&amp;.', ' ', book.read(name).decode()))
        print(*re.findall(r'<(?:\\w+:)?(?:t|oddHeader|oddFooter)[^>]*>([^<]*)<', text), sep='\\n')
        print(*re.findall(r'<sheet name=\"([^\"]*)\"', text), sep='\\n')
";
