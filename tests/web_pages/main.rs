//! The pages of documents in a browser: they say the numbers that the PDF and the JSON say, and everybody can read them.
//!
//! The pages are made from what `render --format data` writes, which is what the layout of the PDF reads and what the portal gives to
//! the same templates.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use pipeline::{Archive, FigureBook};
use reports::{
    Choice, Document, DocumentPage, Filter, Frame, Link, Pages, Program, Renderer, Shelf, Shelved, ShelvedFile,
    Standing, Typesetter, Visitor, cases_values, origin_values,
};
use rustix::process::Signal;
use schemas::document::{CalendarYear, CsvDialect, Office as Letterhead};
use schemas::{Authority, Decision, Decisions, Facts, FigureKey, Month, NarrowedReview, Narrowing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tests::serving::Serving;
use tests::tools::Tool;
use tests::{Office, root};

tests::trials! {
    a_page_says_what_pdf_and_json_say needs Tool::Pdftotext, Tool::Python(&["openpyxl"]);
    a_part_says_what_data_and_tables_say needs Tool::Python(&["openpyxl"]);
    a_calendar_says_what_pdf_and_json_say needs Tool::Pdftotext, Tool::Python(&[]);
    a_wrong_number_is_seen needs Tool::Pdftotext, Tool::Python(&["openpyxl"]);
    a_template_computes_nothing_and_escapes_everything;
    a_page_is_light;
    the_portal_gives_every_role_these_pages needs Tool::Pdftotext, Tool::Python(&["openpyxl"]);
    every_typesetter_draws_the_same_pictures needs Tool::Typst;
    everybody_can_read_them needs Tool::Chromium, Tool::Python(&["playwright", "axe_playwright_python"]);
}

const MONTH: &str = "2026-10";

/// The reports that have a page: the name of the document, and the path of the page.
const REPORTS: [(&str, &str, &str); 2] =
    [("laporan_bulanan", "tinjauan", "/tinjauan/2026-10"), ("laporan_kepatuhan", "kepatuhan", "/kepatuhan/2026-10")];

/// An invented office of seven months, the fewest with which one is compared, with the reports of the last one.
fn office() -> &'static Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    MADE.get_or_init(|| {
        let office = Office::demo(&["--months", "2026-04:2026-10", "--per-month", "40", "--seed", "5"]);
        render(&office, MONTH);
        office
    })
}

fn render(office: &Office, month: &str) {
    let only = [
        "render",
        "--month",
        month,
        "--only",
        "laporan_bulanan,laporan_kepatuhan",
        "--format",
        "json,data,pdf,csv,xlsx",
    ];
    office.run(&only).expect_code_in(&[0, 1], "render");
}

fn file(office: &Office, name: &str, month: &str, ending: &str) -> PathBuf {
    office.path(&format!("laporan/{month}/{name}_{month}.{ending}"))
}

fn data(office: &Office, name: &str, month: &str) -> Value {
    serde_json::from_slice(&fs::read(file(office, name, month, "data.json")).unwrap()).unwrap()
}

fn frame(title: &str, path: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        government: "Pemerintah Kabupaten Tanggamus".to_owned(),
        office: "Dinas Kependudukan dan Pencatatan Sipil".to_owned(),
        path: path.to_owned(),
        links: ["tinjauan", "kepatuhan", "dokumen", "kalender", "pekerjaan", "sistem"]
            .map(|name| Link { path: format!("/{name}"), text: name[..1].to_uppercase() + &name[1..] })
            .to_vec(),
        before: Some(Link::from(("/tinjauan/2026-09", "September 2026"))),
        filter: Some(Arc::new(Filter {
            query: String::new(),
            fields: vec![Choice {
                name: "kecamatan",
                label: "Kecamatan",
                all: "Semua kecamatan",
                options: vec![("Wonosobo".to_owned(), "Wonosobo".to_owned())],
                chosen: None,
            }],
        })),
        files: [("/a", "PDF/A"), ("/b", "XLSX"), ("/c", "CSV"), ("/d", "JSON")].map(Link::from).to_vec(),
        visitor: Some(Visitor { name: "Dra. Sri Wahyuni".to_owned(), position: "Kepala Dinas".to_owned() }),
        warnings: vec!["Sambungan ini tidak dienkripsi (tanpa TLS).".to_owned()],
        program: "tertib".to_owned(),
        ..Frame::default()
    }
}

fn filled(template: &str, path: &str, values: &Value) -> String {
    Pages::new(BTreeMap::new()).unwrap().render(template, &frame("Halaman", path), values).unwrap()
}

/// The calendar of a year as the office says it in JSON, and what its page says.
fn calendar() -> (String, DocumentPage) {
    let json = office().run(&["calendar", "--year", "2026", "--format", "json"]).expect_code(0).out;
    let year: CalendarYear = serde_json::from_str(&json).unwrap();
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let page = renderer.document_page(Document::Calendar(&year), &letterhead());
    (json, page.unwrap().unwrap())
}

fn letterhead() -> Letterhead {
    let signer = json!({"jabatan": "Kepala Dinas"});
    let of = json!({"pemerintah": "PEMERINTAH KABUPATEN TANGGAMUS", "dinas": "DINAS", "tempat": "Kota Agung",
        "mengetahui": signer, "penanggung_jawab": signer});
    serde_json::from_value(of).unwrap()
}

/// The pages that explain numbers, and those of decisions, with what the office's archive says; and the links of the reports.
fn write_explained(write: &dyn Fn(&str, &[u8])) -> [Value; 2] {
    let facts = Arc::new(Facts::embedded().unwrap());
    let archive = Archive::open(&office().path("archive")).unwrap();
    let book = FigureBook::open(&archive, &facts).unwrap();
    let month: Month = MONTH.parse().unwrap();
    let keys = [
        FigureKey::of("ukuran", "issued_within_24_hours"),
        FigureKey { kecamatan: Some("Wonosobo".to_owned()), ..FigureKey::of("flow", "received") },
        FigureKey::of("time_per_step", "handling_working").at_step(6),
    ];
    for key in keys {
        let origin = book.origin(month, &key).unwrap().unwrap();
        let page = key.page(month);
        let values = origin_values(&origin, &facts, true);
        write(&format!("{page}/index.html"), filled("angka", &page, &values).as_bytes());
        let cases = book.cases(month, &key).unwrap().unwrap();
        let values = cases_values(&cases, &facts);
        write(&format!("{page}/baris/index.html"), filled("angka_baris", &page, &values).as_bytes());
    }
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let entered = "2026-11-02T08:00:00+07:00".parse().unwrap();
    let tried = Decision {
        target: "terbit_24_jam".to_owned(),
        regulation: "nasional_1_jam_24_jam".to_owned(),
        jenis: None,
        value: Some(0.9),
        valid_from: month.first_day(),
        valid_to: None,
        authority: Authority::Sementara,
        article: String::new(),
        source: "rekaan".to_owned(),
        by: "rekaan".to_owned(),
        entered,
    };
    let months = (month.back(6), month);
    let trial = pipeline::trial(&archive, &book, &facts, &Decisions::default(), &tried, months).unwrap();
    let trial = renderer.document_page(Document::Trial(&trial), &letterhead()).unwrap().unwrap();
    let path = "/andai/2026-10/terbit_24_jam";
    let form = json!({"judul": "Terbit 24 jam", "bulan": "Oktober 2026", "alamat": path, "gambar": format!("{path}/percobaan.svg"),
        "nilai": "0,9", "geser": "0.9", "salah": "Jenis permohonan ini tidak ada.", "satuan": "bagian", "paling": "1", "jarak": "0.01", "jenis": null, "pilihan_jenis": [["baru", "Baru"]]});
    let values = json!({"borang": form, "percobaan": trial.values});
    write(&format!("{path}/index.html"), filled("andai", path, &values).as_bytes());
    write(&format!("{path}/percobaan.svg"), &renderer.picture(&trial, "percobaan").unwrap().unwrap().gzip);
    write("/target/index.html", filled("target", "/target", &targets()).as_bytes());
    let finding = json!({"code": "Q004", "month": "Oktober 2026", "review": "/tinjauan/2026-10#mutu", "sentence": "Kode kecamatan tidak dikenal.",
        "remedy": "Periksa datanya.", "pages": [{"alamat": "/sistem", "nama": "Buka Sistem"}], "is_entered": true, "typed": "Sudah", "fault": "Catatan terlalu panjang.",
        "places": [{"place": "B202610-000312", "step": 4, "detail": "99", "n": 1}], "n": 32, "words": "32", "origin": "/angka/2026-10/lain/mutu?nama=Q004", "may_enter": true,
        "action": "/temuan/2026-10/Q004/catatan",
        "remarks": [{"text": "Sudah diperiksa.", "by": "Rekaan, Kepala Dinas", "entered": "02-11-2026 08.00"}]});
    write("/temuan/2026-10/Q004/index.html", filled("temuan", "/temuan/2026-10/Q004", &finding).as_bytes());
    let review = pipeline::review(&archive, &book, &facts, &Decisions::default(), month).unwrap();
    let documents = [Document::Review(&review), Document::Compliance(&review.sheet)];
    documents.map(|document| renderer.document_page(document, &letterhead()).unwrap().unwrap().origins)
}

/// What the page of targets says.
fn targets() -> Value {
    let target = json!({"id": "terbit_24_jam", "title": "KTP-el terbit dalam 24 jam", "jenis": null, "value": "≥ 100,0 %",
        "unit": "bagian", "what_if": "/andai/2026-10/terbit_24_jam", "standing": "belum dikukuhkan", "regulation": "Perpres 96/2018",
        "article": "", "decides": true});
    let entered = json!({"entered": "02-11-2026 08.00", "by": "Rekaan, Kepala Dinas", "title": "Waktu langkah 4", "jenis": "Baru",
        "value": "≤ 15 menit", "from": "01-10-2026", "until": "31-12-2026", "standing": "resmi", "article": "Pasal 3",
        "source": "naskah rekaan hlm. 4"});
    json!({"month": "November 2026", "may_enter": true, "is_entered": true, "closed": "Oktober 2026",
        "fault": "Sumbernya belum diisi.", "typed": {"target": "a", "value": "15", "standing": "resmi", "article": "Pasal 3", "source": "",
            "from": "2026-11-02", "until": "", "jenis": "", "regulation": ""}, "targets": [target],
        "history": [entered], "choices": {"targets": [{"id": "a", "title": "Waktu langkah 4", "unit": "menit"}], "standings": [{"id": "resmi", "label": "resmi"}],
            "jenis": [{"id": "baru", "label": "Baru"}], "regulations": [{"id": "a", "title": "Perbup 7/2020"}]}})
}

/// The review of a part of the cases of a month.
fn part(office: &Office, month: &str, to: &Narrowing) -> NarrowedReview {
    let facts = Arc::new(Facts::embedded().unwrap());
    let archive = Archive::open(&office.path("archive")).unwrap();
    let book = FigureBook::open(&archive, &facts).unwrap();
    let month = month.parse().unwrap();
    pipeline::narrowed_review(&archive, &book, &facts, &Decisions::default(), month, to).unwrap().unwrap()
}

fn to(kecamatan: Option<&str>, jenis: Option<&str>) -> Narrowing {
    Narrowing { kecamatan: kecamatan.map(str::to_owned), jenis: jenis.map(str::to_owned) }
}

/// The page of a part, its data, its JSON, its CSV and its workbook say the same, and one that is changed is seen in each.
fn a_part_says_what_data_and_tables_say() {
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let whole = part(office(), MONTH, &Narrowing::default());
    let busiest = whole.cases.kecamatan.iter().max_by_key(|row| row.received).unwrap();
    let idle = Facts::embedded().unwrap().wilayah.iter().map(|(_, area)| area.kecamatan.clone()).find(|name| {
        part(office(), MONTH, &to(Some(name), None)).cases.sheet.figures.trend.iter().all(|point| point.received == 0)
    });
    for (to, what, least) in [
        (to(Some(&busiest.kecamatan), None), busiest.kecamatan.as_str(), 200),
        (to(None, Some("baru")), "Menurut kecamatan", 300),
        (to(Some(&busiest.kecamatan), Some("baru")), "Jenis permohonan baru", 150),
        (to(idle.as_deref(), None), "Saringan ini tidak memuat peristiwa", 100),
    ] {
        let review = part(office(), MONTH, &to);
        let document = Document::Narrowed(&review);
        let page = renderer.document_page(document, &letterhead()).unwrap().unwrap();
        let html = filled(page.template, "/tinjauan/2026-10", &page.values);
        assert!(html.contains(what), "{what}: {html}");
        let json = String::from_utf8(reports::json(document).unwrap()).unwrap();
        let csv = reports::csv(document, CsvDialect::Id).unwrap();
        let xlsx = reports::workbook(document, &letterhead()).unwrap();
        let judge = |html: &str, json: &str, csv: &[u8]| judged_part(html, &page.values, json, csv, &xlsx);
        let compared = judge(&html, &json, &csv);
        assert!(compared.as_ref().is_ok_and(|numbers| *numbers > least), "{to:?}: {compared:#?}");
        let fails = |html: &str, json: &str, csv: &[u8], says: &str| {
            let faults = judge(html, json, csv).unwrap_err();
            assert!(faults.contains(says), "{to:?}, {says}: {faults}");
        };
        fails(&html.replacen("</main>", "<p>43.210</p></main>", 1), &json, &csv, "43.210");
        let mut other: Value = serde_json::from_str(&json).unwrap();
        *other.pointer_mut("/trend/0/received").unwrap() = 81_726.into();
        fails(&html, &other.to_string(), &csv, "81.726");
        let text = String::from_utf8(csv.clone()).unwrap();
        let line = text.lines().find(|line| line.contains("Diterima")).unwrap();
        fails(&html, &json, text.replacen(line, &format!("{line}7"), 1).as_bytes(), "Diterima");
    }
    assert!(renderer.pdf(Document::Narrowed(&whole), 1, &letterhead(), schemas::document::PdfStandard::A2b).is_err());
}

fn judged_part(html: &str, data: &Value, json: &str, csv: &[u8], xlsx: &[u8]) -> Result<u64, String> {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("table.csv"), csv).unwrap();
    fs::write(folder.path().join("table.xlsx"), xlsx).unwrap();
    judged_in(&folder, "laporan_bulanan_tersaring", html, data, json)
}

/// Writes the pages of the office as the portal would offer them: a folder whose files lie where their paths say.
fn write_site(folder: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let file = folder.join(path.trim_start_matches('/'));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    };
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let links = write_explained(&write);
    let mut html = String::new();
    for ((name, template, path), origins) in REPORTS.into_iter().zip(links) {
        let page = DocumentPage { template, values: data(office(), name, MONTH), origins };
        let frame = Frame { origins: Some(Arc::new(page.origins.clone())), ..frame("Halaman", path) };
        html = Pages::new(BTreeMap::new()).unwrap().render(template, &frame, &page.values).unwrap();
        write(&format!("{path}/index.html"), html.as_bytes());
        let pictures = DocumentPage::PICTURES.iter().filter(|_| template == "tinjauan");
        for picture in pictures {
            write(&format!("{path}/{picture}.svg"), &renderer.picture(&page, picture).unwrap().unwrap().gzip);
        }
    }
    let review = part(office(), MONTH, &to(None, Some("baru")));
    let page = renderer.document_page(Document::Narrowed(&review), &letterhead()).unwrap().unwrap();
    let path = "/tinjauan/2026-10/tersaring";
    let frame = Frame { origins: Some(Arc::new(page.origins.clone())), ..frame("Halaman", path) };
    let narrowed = Pages::new(BTreeMap::new()).unwrap().render(page.template, &frame, &page.values).unwrap();
    write(&format!("{path}/index.html"), narrowed.as_bytes());
    for picture in DocumentPage::PICTURES {
        write(&format!("{path}/{picture}.svg"), &renderer.picture(&page, picture).unwrap().unwrap().gzip);
    }
    let year = filled("kalender", "/kalender/2026", &calendar().1.values);
    write("/kalender/2026/index.html", year.as_bytes());
    write("/dokumen/2026-10/index.html", filled("dokumen", "/dokumen/2026-10", &shelf()).as_bytes());
    for name in html.replace("&#x2f;", "/").split("/aset/").skip(1).filter_map(|rest| rest.split('"').next()) {
        write(&format!("/aset/{name}"), reports::asset(name).unwrap().1);
    }
}

fn shelf() -> Value {
    let document = |title: &str, group: &str, page: Option<&str>, provisional| Shelved {
        title: title.to_owned(),
        group: group.to_owned(),
        page: page.map(str::to_owned),
        provisional,
        unfinished: page.is_none(),
        files: ["PDF/A", "XLSX", "CSV", "JSON"]
            .map(|kind| ShelvedFile {
                kind: kind.to_owned(),
                path: "/dokumen/2026-10/x".to_owned(),
                bytes: 214_377,
                sha256: "3f9a0c77d1e2b4586a9c0d1e2f30415263748596a7b8c9dae0f1021324354657".to_owned(),
                made: "02-11-2026 08.00".to_owned(),
                version: (kind == "PDF/A").then_some(12),
                standing: if provisional { Standing::BeforeClosing } else { Standing::Same },
            })
            .to_vec(),
    };
    let documents = vec![
        document("Laporan Bulanan", "Laporan bulanan", Some("/tinjauan/2026-10"), false),
        document("Buku Registrasi Perekaman", "Buku", None, true),
        document("Buku Agenda Pendaftaran", "Buku", None, true),
    ];
    let mut values =
        Shelf { month: MONTH.parse().unwrap(), documents, unfinished: 3, is_of_public_copy: false }.values();
    values["ulang"] = json!({"boleh": true, "pekerjaan": {"nama": "laporan", "alamat": "/pekerjaan/laporan/jalankan"}, "perintah": ""});
    values
}

/// A report with what was written of it, and its page.
struct Report<'o> {
    office: &'o Office,
    name: &'static str,
    template: &'static str,
    month: &'static str,
    data: Value,
    json: String,
}

impl<'o> Report<'o> {
    fn all(office: &'o Office, month: &'static str) -> [Self; 2] {
        render(office, month);
        REPORTS.map(|(name, template, _)| {
            let json = fs::read_to_string(file(office, name, month, "json")).unwrap();
            Self { office, name, template, month, data: data(office, name, month), json }
        })
    }

    fn page(&self, data: &Value) -> String {
        filled(self.template, "/halaman", data)
    }

    /// What the judge says of a page beside the data, the text of the PDF, the tables and the JSON: how much it compared, or what is
    /// wrong.
    fn judged(&self, html: &str, data: &Value, json: &str) -> Result<u64, String> {
        let csv = fs::read(file(self.office, self.name, self.month, "csv")).unwrap();
        self.judged_with(html, data, json, &csv)
    }

    /// The same with a table in place of its own.
    fn judged_with(&self, html: &str, data: &Value, json: &str, csv: &[u8]) -> Result<u64, String> {
        let folder = with_text(&file(self.office, self.name, self.month, "pdf"));
        fs::write(folder.path().join("table.csv"), csv).unwrap();
        fs::copy(file(self.office, self.name, self.month, "xlsx"), folder.path().join("table.xlsx")).unwrap();
        judged_in(&folder, self.name, html, data, json)
    }
}

/// A folder with the text of a PDF.
fn with_text(pdf: &Path) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    let text = Tool::Pdftotext.output(&["-layout", &pdf.display().to_string(), "-"]);
    fs::write(folder.path().join("pdf.txt"), text).unwrap();
    folder
}

fn judged_in(folder: &tempfile::TempDir, name: &str, html: &str, data: &Value, json: &str) -> Result<u64, String> {
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("page.html", html);
    write("data.json", &data.to_string());
    write("document.json", json);
    let mut command = Tool::Python(&[]).command();
    command.arg(root().join("tests/web_pages/numbers.py")).arg(name).arg(folder.path());
    let output = command.output().unwrap();
    let said = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(said(output.stdout).trim().parse().unwrap()) } else { Err(said(output.stderr)) }
}

fn a_calendar_says_what_pdf_and_json_say() {
    let (json, DocumentPage { template, values, .. }) = calendar();
    office().run(&["calendar", "--year", "2026", "--format", "pdf"]).expect_code(0);
    let pdf = office().path("laporan/kalender_2026.pdf");
    let judge = |values: &Value| {
        judged_in(&with_text(&pdf), "kalender", &filled(template, "/kalender/2026", values), values, &json)
    };
    let compared = judge(&values);
    assert!(compared.as_ref().is_ok_and(|numbers| *numbers > 400), "{compared:#?}");
    let mut changed = values.clone();
    changed["bulan"][4]["hari_kerja"] = "77".into();
    assert!(judge(&changed).unwrap_err().contains("77 is on the page and not in the PDF"));
}

/// A month that is compared; the first of an archive; one that is not over; one in which nothing happened.
fn a_page_says_what_pdf_and_json_say() {
    let running = Office::unpulled();
    running.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let still = office().copy();
    still.forget_archive();
    still.sql("delete from langkah_berkas where strftime('%Y-%m', selesai, '+7 hours') = '2026-06'");
    still.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    for (office, month, what, least) in [
        (office(), MONTH, "Perlu keputusan", 500),
        (office(), "2026-04", "Tidak ada bulan lengkap sebelumnya", 300),
        (&running, MONTH, "SEMENTARA", 200),
        (&still, "2026-06", "Tidak ada peristiwa pelayanan", 150),
    ] {
        let reports = Report::all(office, month);
        assert!(reports[0].page(&reports[0].data).contains(what), "{month}: {what}");
        for (report, least) in reports.iter().zip([least, 30]) {
            let compared = report.judged(&report.page(&report.data), &report.data, &report.json);
            let name = report.name;
            assert!(compared.as_ref().is_ok_and(|numbers| *numbers > least), "{name} {month} ({what}): {compared:#?}");
        }
    }
}

/// A number that is another in the page, in the data or in the JSON does not pass.
fn a_wrong_number_is_seen() {
    for report in Report::all(office(), MONTH) {
        let Report { name, data, json, .. } = &report;
        let html = report.page(data);
        let fails = |html: &str, data: &Value, json: &str, says: &str| {
            let faults = report.judged(html, data, json).unwrap_err();
            assert!(faults.contains(says), "{name}: {says}: {faults}");
        };
        // A page that says another number than the data, or one more.
        let (before, after) = html.split_once("<td class=\"n\"").unwrap();
        let (attributes, after) = after.split_once('>').unwrap();
        fails(&format!("{before}<td class=\"n\"{attributes}>98765{after}"), data, json, "98765");
        fails(&html.replacen("</main>", "<p>43.210</p></main>", 1), data, json, "43.210");
        // A value that changes in the data changes the page with it, which then does not say what PDF and JSON say.
        let (in_data, in_json) = match *name {
            "laporan_bulanan" => ("/arus/suku/0/2", "/open_before"),
            _ => ("/ringkasan/0/1", "/counts/received"),
        };
        let mut changed = data.clone();
        *changed.pointer_mut(in_data).unwrap() = "91.827".into();
        fails(&report.page(&changed), &changed, json, "91.827 is on the page and not in the PDF");
        // One that changes in the table alone: a number, and a text.
        let csv = fs::read_to_string(file(report.office, name, report.month, "csv")).unwrap();
        let ends = |digit: bool| move |line: &&str| line.ends_with(|c: char| c.is_ascii_digit() == digit && c != ';');
        let lines = [true, false].map(|digit| csv.lines().skip(1).find(ends(digit)));
        assert!(lines[1].is_some(), "{csv}");
        for line in lines.into_iter().flatten() {
            let other = csv.replacen(line, &format!("{line}7"), 1);
            let faults = report.judged_with(&html, data, json, other.as_bytes()).unwrap_err();
            assert!(faults.contains("the CSV does not"), "{name}: {line}: {faults}");
        }
        // One that changes in the JSON alone.
        let mut other: Value = serde_json::from_str(json).unwrap();
        *other.pointer_mut(in_json).unwrap() = 81_726.into();
        fails(&html, data, &other.to_string(), "81.726");
    }
}

/// What a page says was said by the program: no arithmetic, and nothing that is not escaped.
fn a_template_computes_nothing_and_escapes_everything() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("templates/halaman")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "j2") {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        for code in
            text.split("{{").skip(1).map(|rest| ("}}", rest)).chain(text.split("{%").skip(1).map(|rest| ("%}", rest)))
        {
            let code = code.1.split(code.0).next().unwrap().trim_matches(['-', ' ']);
            let outside: String = code.split('"').step_by(2).collect();
            for sign in ["+", "*", " - ", "//", " / ", "%", "~"] {
                assert!(!outside.contains(sign), "{}: `{code}` computes", path.display());
            }
            for filter in ["safe", "round", "sum", "int", "float", "abs", "angka", "persen", "durasi"] {
                let uses = outside.split('|').skip(1).any(|rest| rest.trim_start().starts_with(filter));
                assert!(!uses, "{}: `{code}` uses {filter}", path.display());
            }
        }
        for word in ["<script>", " style=", " onclick=", "http:", "https:", "javascript:", "autoescape"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
    assert!(seen >= 5, "{seen} templates");
}

fn a_page_is_light() {
    let folder = tempfile::TempDir::new().unwrap();
    write_site(folder.path());
    let size = |path: PathBuf| -> Vec<u64> {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap())
            .filter(|m| m.is_file())
            .map(|m| m.len())
            .collect()
    };
    let shared = size(folder.path().join("aset"));
    for (_, _, path) in REPORTS {
        let own = size(folder.path().join(path.trim_start_matches('/')));
        let (requests, bytes) = (own.len() + shared.len(), own.iter().sum::<u64>() + shared.iter().sum::<u64>());
        assert!(requests <= 8 && bytes <= 150_000, "{path}: {requests} requests, {bytes} bytes: {own:?} {shared:?}");
    }
}

/// A typst program, and tertib in a process of its own, as it sets templates of the office, draw what the built-in typesetter draws.
fn every_typesetter_draws_the_same_pictures() {
    let page =
        DocumentPage { template: "tinjauan", values: data(office(), "laporan_bulanan", MONTH), origins: Value::Null };
    let drawn = |program| {
        let renderer = Renderer::new(BTreeMap::new(), program, None).unwrap();
        DocumentPage::PICTURES.iter().map(|name| renderer.picture(&page, name).unwrap().unwrap()).collect::<Vec<_>>()
    };
    let built_in = drawn(None);
    let own = PathBuf::from(tests::tertib().get_program());
    for (path, typesetter) in [(Tool::Typst.path(), Typesetter::Typst), (own, Typesetter::Own("typeset"))] {
        let program = Program { path, typesetter, deadline: Duration::from_secs(60), memory_bytes: 2 << 30 };
        assert!(drawn(Some(program)) == built_in, "{typesetter:?} draws other pictures");
    }
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    assert_eq!(renderer.picture(&page, "../kunci").unwrap(), None);
}

/// The portal: what it gives as page, PDF, JSON, CSV and XLSX is the same to every role, and says the same.
fn the_portal_gives_every_role_these_pages() {
    let office = office().copy();
    drop(fs::remove_file(office.path("pengguna.toml")));
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    fs::write(office.path("tertib.toml"), config + "\n[portal]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let roles = ["kepala", "auditor", "ti", "pelihat"];
    for role in roles {
        let add = ["portal", "user", "add", role, "--name", "Rekaan", "--post", "Jabatan rekaan", "--role", role];
        let mut command = office.command(&add);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "sandi rekaan {role}").unwrap();
        tests::ended(child).expect_code(0);
    }
    let log = office.path("portal.log");
    let mut command = office.command(&["portal"]);
    command.stdout(Stdio::null());
    let mut portal = Serving::start(command, &log);
    let given = office.path("portal");
    let mut ask = Tool::Python(&[]).command();
    let asked = ask.arg(root().join("tests/web_pages/portal.py")).args([&log, &given]).args(roles).output().unwrap();
    portal.signal(Signal::TERM);
    portal.wait();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    for (name, template, _) in REPORTS {
        let read = |ending: &str| fs::read_to_string(given.join(format!("{template}.{ending}"))).unwrap();
        let (html, json) = (read("html"), read("json"));
        let pdf = given.join(format!("{template}.pdf"));
        let folder = with_text(&pdf);
        for ending in ["csv", "xlsx"] {
            let table = given.join(format!("{template}.{ending}"));
            fs::copy(table, folder.path().join(format!("table.{ending}"))).unwrap();
        }
        let compared = judged_in(&folder, name, &html, &data(&office, name, MONTH), &json);
        assert!(compared.as_ref().is_ok_and(|numbers| *numbers > 30), "{name}: {compared:#?}");
    }
}

/// A browser shows them at five widths, without a script, on paper and to those who listen.
fn everybody_can_read_them() {
    let folder = tempfile::TempDir::new().unwrap();
    let kept = std::env::var_os("TERTIB_SCREENS").map(PathBuf::from);
    let site = kept.as_deref().unwrap_or(folder.path());
    write_site(site);
    let mut command = Tool::Python(&["playwright", "axe_playwright_python"]).command();
    command.arg(root().join("tests/web_pages/browser.py")).arg(Tool::Chromium.path()).arg(site).args(&kept);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}", said.concat());
}
