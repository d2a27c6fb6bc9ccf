//! Names that people, programs and attackers write: pages show them as they were written, and nothing else comes of them.

use crate::{ROLES, Shown};
use pipeline::{Archive, FigureBook};
use reports::{Choice, Document, Filter, Frame, Link, Pages, Renderer, Visitor};
use schemas::document::CalendarYear;
use schemas::{Decisions, Facts, Narrowing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tests::tools::Tool;
use tests::{Office, hostile, root};

tests::part! {
    names_run_nowhere needs Tool::Chromium, Tool::Python(&["playwright"]);
    whatever_stands_in_a_cell_the_page_is_the_same needs Tool::Chromium, Tool::Python(&["playwright"]);
}

/// Values by which templates choose words, colours and links; they are of the program.
const CHOSEN: [&str; 36] = [
    "action",
    "again",
    "alamat",
    "asal",
    "bagian",
    "baris",
    "cancel",
    "continued",
    "duckdb",
    "gambar",
    "halaman",
    "id",
    "jangkar",
    "jenis",
    "kembali",
    "laporan",
    "naskah",
    "officer",
    "only",
    "origin",
    "outcome",
    "path",
    "proof",
    "putusan",
    "putusan_berlaku",
    "review",
    "root",
    "severity",
    "standing",
    "state",
    "stream",
    "task",
    "temuan",
    "tinjauan",
    "tone",
    "what_if",
];

/// So many names stand in a cell at once.
const AT_ONCE: usize = 5;

fn judge(of: &str) -> Command {
    let mut command = Tool::Python(&["playwright"]).command();
    command.arg(root().join("tests/portal/hostile.py")).arg(of).arg(Tool::Chromium.path());
    command
}

/// What the judge says, or what is wrong.
fn judged(mut command: Command) -> Result<String, String> {
    let output = command.output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stdout) + &said(&output.stderr)) }
}

/// The names stand wherever an office can write one, and pages are opened as each role while they change.
fn names_run_nowhere() {
    let office = crate::office(Office::small());
    drop(office.facts());
    office.run(&["run", "verifikasi"]).expect_code_in(&[0, 1], "run");
    fs::write(office.path("nama.json"), serde_json::to_string(&hostile::names()).unwrap()).unwrap();
    let shown = Shown::by(office, &["portal"]);
    let mut command = judge("office");
    command.arg(shown.office.folder()).arg(shown.address.to_string()).arg(shown.office.path("nama.json"));
    // Who may see most comes first.
    command.args(["ti", "kepala", "auditor", "pelihat"].map(|role| shown.sign_in(role)));
    println!("{}", judged(command).unwrap_or_else(|faults| panic!("{faults}")));
    let log = shown.log();
    let wrong = log.lines().find(|line| line.contains("ERROR") || line.contains("panicked"));
    assert!(wrong.is_none(), "{wrong:?}");
    assert_eq!(log.lines().filter(|line| !line.starts_with(|c: char| c.is_ascii_digit())).count(), 0, "{log}");
}

/// Every text of a page and of its frame is replaced by hostile ones.
fn whatever_stands_in_a_cell_the_page_is_the_same() {
    let all = values();
    let cells = cells(&Pages::new(BTreeMap::new()).unwrap(), &all).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(cells > 20_000, "{cells}");
    println!("{cells} cells");
    let mut templates: Vec<&str> = all.iter().map(|(_, template, _)| *template).collect();
    templates.sort_unstable();
    templates.dedup();
    let known =
        reports::page_template_names().filter(|name| name.starts_with("halaman/") && !name.contains("/_")).count();
    assert_eq!(templates.len(), known, "a template is not judged: {templates:?}");
    // A template that does not escape one of its cells is seen.
    let own = fs::read_to_string(root().join("templates/halaman/akun.html.j2")).unwrap();
    let open = own.replace("{{ post }}", "{{ post|safe }}");
    assert_ne!(open, own);
    let pages = Pages::new([("halaman/akun.html.j2".to_owned(), open)].into()).unwrap();
    let account: Vec<_> = all.iter().filter(|(name, ..)| *name == "akun").cloned().collect();
    let faults = self::cells(&pages, &account).unwrap_err();
    assert!(faults.contains("akun: other elements"), "{faults}");
}

/// How many cells of pages were judged, or what is wrong.
fn cells(pages: &Pages, of: &[(&'static str, &'static str, Value)]) -> Result<usize, String> {
    let names = hostile::names();
    let folder = tempfile::TempDir::new().unwrap();
    for (name, template, values) in of {
        let filled = |next: &mut dyn FnMut() -> String| {
            let frame = frame(next);
            let values = replaced(values, next);
            pages.render(template, &frame, &values).unwrap_or_else(|fault| panic!("{name}: {fault}"))
        };
        let mut marks = Vec::new();
        let plain = filled(&mut || {
            marks.push(format!("tanda{:05}x", marks.len()));
            marks[marks.len() - 1].clone()
        });
        let cases: Vec<Value> = (0..names.len().div_ceil(AT_ONCE))
            .map(|n| {
                let mut texts = Vec::new();
                let html = filled(&mut || {
                    // Each cell has others than its neighbours, and each case others than the one before.
                    let of = |k: usize| names[(AT_ONCE * (n + 7 * texts.len()) + k) % names.len()].as_str();
                    let text = (0..AT_ONCE).map(of).collect::<Vec<_>>().join(" ");
                    texts.push(text.clone());
                    text
                });
                json!({"html": html, "texts": texts})
            })
            .collect();
        let given = json!({"plain": plain, "marks": marks, "least": marks.len() / 2, "cases": cases});
        fs::write(folder.path().join(format!("{name}.json")), given.to_string()).unwrap();
    }
    let mut command = judge("cells");
    command.arg(folder.path());
    Ok(judged(command)?.trim().parse().unwrap())
}

/// The frame with other texts.
fn frame(next: &mut dyn FnMut() -> String) -> Frame {
    let mut link = |path: &str| Link { path: path.to_owned(), text: next() };
    let (links, before, after) = (vec![link("/tinjauan"), link("/dokumen")], link("/a"), link("/b"));
    let files = vec![link("/c"), link("/d")];
    let options = vec![("a".to_owned(), next()), ("b".to_owned(), next())];
    let field = Choice { name: "jenis", label: "Jenis", all: "Semua jenis", options, chosen: Some("b".to_owned()) };
    let filter = Some(Arc::new(Filter { query: "?jenis=b".to_owned(), fields: vec![field] }));
    Frame {
        title: next(),
        government: next(),
        office: next(),
        path: "/tinjauan/2026-10".to_owned(),
        links,
        before: Some(before),
        after: Some(after),
        filter,
        files,
        visitor: Some(Visitor { name: next(), position: next() }),
        warnings: vec![next(), next()],
        program: next(),
        ..Frame::default()
    }
}

/// A value with other texts.
fn replaced(value: &Value, next: &mut dyn FnMut() -> String) -> Value {
    match value {
        Value::String(_) => Value::String(next()),
        Value::Array(values) => values.iter().map(|value| replaced(value, next)).collect(),
        Value::Object(fields) => {
            // Kinds of days are a list; other lists under these names are rows.
            let kept = |key: &str, value: &Value| {
                // Where a job stands on its page is of the program; where a finding is, of the data.
                // Parameters of saved questions have names of the program.
                let is_named = key == "name" && fields.contains_key("kind");
                let is_chosen = CHOSEN.contains(&key) || is_named || (key == "place" && fields.contains_key("path"));
                is_chosen && !value.is_object() && (key == "jenis" || !value.is_array())
            };
            let field = |(key, value): (&String, &Value)| {
                let told = match value.as_array() {
                    // The fields of a form have names of the program, and values of whoever typed them.
                    Some(fields) if key == "isian" => {
                        fields.iter().map(|field| json!([field[0], replaced(&field[1], next)])).collect()
                    }
                    _ if kept(key, value) => value.clone(),
                    _ => replaced(value, next),
                };
                (key.clone(), told)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

/// What the README of the templates says that one reads.
fn example(template: &str) -> Value {
    let readme = fs::read_to_string(root().join("templates/README.md")).unwrap();
    let section = readme.split(&format!("### `halaman/{template}.html.j2`")).nth(1).unwrap();
    serde_json::from_str(section.split("```json").nth(1).unwrap().split("```").next().unwrap()).unwrap()
}

/// Targets, a finding and a trial, with what the head has entered.
fn of_the_head(shown: &Shown, cookie: &str) -> [Value; 3] {
    let head = |path: &str| shown.ask("get", path).cookie(Some(cookie)).json().send().json();
    let mut targets = head("/target");
    targets["may_enter"] = true.into();
    targets["closed"] = "Oktober 2026".into();
    targets["fault"] = "Sumbernya belum diisi.".into();
    targets["typed"] = json!({
        "target": "terbit_24_jam", "value": "1", "standing": "resmi", "article": "7", "source": "naskah", "from": "2026-10-01",
        "until": "2026-12-31", "jenis": "baru", "regulation": "",
    });
    targets["history"] = json!([{
        "entered": "1 Januari 2026", "by": "Sri", "title": "Target", "jenis": "Baru", "value": "1", "from": "1 Januari 2026",
        "until": "31 Desember 2026", "standing": "resmi", "article": "7", "source": "naskah",
    }]);
    let mut finding = head("/temuan/2026-10/Q004");
    finding["may_enter"] = true.into();
    finding["places"] = json!([{"place": "B202610-000312", "step": 4, "detail": "99", "n": 1}]);
    finding["typed"] = "Sudah".into();
    finding["fault"] = "Catatan terlalu panjang.".into();
    finding["is_entered"] = true.into();
    finding["remarks"] = json!([{"text": "Sudah diperiksa.", "by": "Sri", "entered": "1 November 2026"}]);
    let path = "/andai/2026-10/terbit_24_jam";
    let form = json!({
        "judul": "Terbit 24 jam", "bulan": "Oktober 2026", "alamat": path, "gambar": format!("{path}/percobaan.svg"),
        "nilai": "0,9", "geser": "0.9", "salah": "Jenis permohonan ini tidak ada.", "satuan": "bagian", "paling": "1",
        "jarak": "0.01", "jenis": "baru", "pilihan_jenis": [["baru", "Baru"]],
    });
    let percobaan = json!({
        "nilai": "90 %", "terpenuhi": "1", "dari": "1", "terketat": "95 %", "berwaktu": true,
        "baris": [{
            "bulan": "Oktober 2026", "lengkap": false, "kasus": "10", "hasil": "95 %", "putusan": "memenuhi", "dalam": "9",
            "berlaku": "80 %", "putusan_berlaku": "memenuhi", "titik": 0.95,
        }],
    });
    [targets, finding, json!({"borang": form, "percobaan": percobaan})]
}

/// The auditor's pages, with everything that can stand on them.
fn of_the_auditor() -> Vec<(&'static str, &'static str, Value)> {
    let reads = json!({"columns": ["events.bulan", "events.hasil"], "months": "Oktober 2026"});
    let form = json!({
        "action": "/kueri", "sql": "SELECT 1", "purpose": "Pemeriksaan", "month": "2026-10", "chosen": null, "reads": reads,
        "fault": "Pertanyaan ini tidak dapat dijawab.", "why": "it is no column here",
        "saved": [{"name": "beban", "title": "Beban", "sentence": "Berapa.", "path": "/kueri?tanya=beban"}],
        "own": [{"path": "/kueri/1", "asked": "1 November 2026", "standing": "answered", "called": "SELECT 1"}],
        "views": [{"name": "events", "meaning": "peristiwa", "columns": [["bulan", "VARCHAR", "bulan peristiwa"]]}],
        "limits": {"seconds": 60, "shown": "1.000", "rows": "1.000.000"},
    });
    let mut chosen = form.clone();
    chosen["chosen"] = json!({
        "name": "beban", "title": "Beban", "sentence": "Berapa.", "parameters": [{"name": "month", "kind": "bulan", "value": "2026-10"}],
    });
    let answer = json!({
        "standing": "answered", "goes_on": false, "sql": "SELECT 1", "parameters": [["month", "2026-10"]], "asked": "1 November 2026",
        "reads": reads, "elapsed": null, "refused": null, "path": "/kueri/1", "cancel": "/kueri/1/batal",
        "duckdb": "/kueri/1/duckdb.sql", "again": "/kueri?sql=x",
        "answer": {
            "columns": ["hasil", "n"], "numbers": [1], "rows": [["selesai", "60"]], "n": 1, "all": "1", "shown": "1", "given": "1",
            "is_whole": false, "is_given_whole": false, "digest": "3f9a", "entry": 7, "took": "0,1 detik",
        },
    });
    let trace = json!({
        "title": "Riwayat Berkas", "about": "berkas B1", "purpose": "Pengaduan", "rows": 1, "entry": 7, "root": "/telusur",
        "events": [{"at": "1 November 2026", "event": "12", "path": "/bukti?peristiwa=12"}],
        "sections": [
            {"title": "Peristiwa", "head": ["Hasil"], "rows": [["selesai"]], "instead": null},
            {"title": "Koreksi", "head": [], "rows": [], "instead": "belum dicatat"},
        ],
    });
    let proofs = json!({
        "key": "tertib/x+1+2", "newest": "tertib/x", "event": "12", "is_missing": true,
        "document": {"title": "Buku", "month": "Oktober 2026", "version": 1, "path": "/bukti/commit-1"},
        "rows": [{"name": "seq-1", "index": 1, "record": "{}", "path": "/bukti/seq-1"}],
        "statements": [{
            "size": 1, "version": 0, "at": "1 November 2026", "path": "/titik-periksa/1", "proof": "/bukti/commit-0",
            "continued": "/titik-periksa/1/2",
        }],
    });
    let lookers = json!({
        "month": "Oktober 2026", "sees_all": true, "n": 1, "all": "1", "shown": "1",
        "entries": [{
            "number": 1, "at": "1 November 2026", "by": "Sri", "role": "auditor", "act": "query", "said": "kueri", "what": "SELECT 1",
            "purpose": "Pemeriksaan", "rows": 1, "answer": "3f9a", "discloses": true,
        }],
    });
    let tracing = json!({
        "action": "/telusur", "berkas": "B1", "batch": "K1", "fault": "Arsip tidak memuat nomor itu.",
        "officer": "/kueri?tanya=pekerjaan_petugas",
    });
    let person = json!({
        "action": "/telusur-orang", "purpose": "Permohonan", "letter": "470/12", "is_here": true, "asks_password": true,
        "fault": "Arsip tidak memuat apa pun tentang orang itu.",
    });
    vec![
        ("bukti", "bukti", proofs),
        ("kueri", "kueri", form),
        ("kueri_jawaban", "kueri_jawaban", answer),
        ("kueri_tersedia", "kueri", chosen),
        ("log_akses", "log_akses", lookers),
        ("periksa", "periksa", json!({"is_file": false, "is_same": true})),
        ("telusur", "telusur", tracing),
        ("telusur_orang", "telusur_orang", person),
        ("telusur_isi", "telusur_isi", trace),
    ]
}

/// The same of errands, and of what may be destroyed.
fn of_errands() -> Vec<(&'static str, &'static str, Value)> {
    let check = |standing: &str| {
        json!({
            "action": "/verifikasi", "cancel": "/verifikasi/batal", "is_busy": false, "may_start": true, "standing": standing,
            "by": "Sri", "asked": "1-11-2026", "is_own": true, "elapsed": "1 detik", "took": "1 detik", "done": 1, "of": 2,
            "done_said": "1", "of_said": "2", "fault": "it broke",
        })
    };
    let run = json!({"id": 1, "job": "verifikasi", "began": "1-11-2026", "took": "1 detik", "tone": "baik", "said": "selesai"});
    let found = json!([{
        "code": "A001", "tone": "buruk", "sentence": "Fail berubah.", "place": "part-0", "n": "1", "remedy": "Pulihkan.",
        "pages": [{"alamat": "/pekerjaan", "nama": "Jalankan"}],
    }]);
    let verified = json!({
        "check": check("done"), "may_mend": true, "kept": "x", "fault": "Bukan pernyataan.", "runs": [run],
        "found": {
            "commits": "1", "files": "2", "rows": "3", "events": "2", "head": "3f9a", "figures": "recomputed",
            "unchecked": ["log"], "log": {"size": "4", "root": "3f9a"}, "version": 0, "kept": "1", "needs_attention": true,
            "findings": found,
        },
    });
    let compared = json!({
        "check": check("done"), "may_mend": false, "month": "Oktober 2026", "is_copy": false, "runs": [run],
        "found": {
            "source_rows": "1", "archive_rows": "2", "n": "1", "shown": "1", "lines": [["R001", "12", "jenis"]],
            "needs_attention": true, "findings": found,
        },
    });
    let bundle = json!({
        "check": check("done"), "is_copy": false, "first": "2026-10", "last": "2026-10", "role": "auditor", "purpose": "Periksa",
        "months": ["2026-10"], "may_mend": true, "fault": "Bulan tidak sesuai.",
        "given": {"digest": "3f9a", "rows": "1", "name": "paket.zip", "findings": found},
    });
    let proposal = |standing: &str| {
        json!({
            "name": "usul_musnah.json", "standing": standing, "months": "Oktober 2021", "by": "Andi", "proposed": "1-11-2026",
            "persons": "2", "files": "1", "approved_by": "Sri", "approved": "1-11-2026", "version": 3, "action": "/pemusnahan/1/setujui",
        })
    };
    let disposals = json!({
        "action": "/pemusnahan", "is_copy": false, "may_propose": true, "may_choose": true, "fault": "Bulan tidak sesuai.",
        "months": [{"month": "2021-10", "name": "Oktober 2021", "is_due": true, "cells": ["400.12", "2026-11-01", "9", "2", "0", "1", "boleh"]}],
        "proposals": (["waiting", "approved", "done", "unreadable"].map(proposal)),
    });
    let (mut running, mut failed) = (compared.clone(), compared.clone());
    (running["check"], running["found"]) = (check("running"), Value::Null);
    (failed["check"], failed["found"]) = (check("failed"), Value::Null);
    vec![
        ("paket", "paket", bundle),
        ("pemusnahan", "pemusnahan", disposals),
        ("rekonsiliasi", "rekonsiliasi", compared),
        ("rekonsiliasi_berjalan", "rekonsiliasi", running),
        ("rekonsiliasi_gagal", "rekonsiliasi", failed),
        ("verifikasi", "verifikasi", verified),
    ]
}

/// What each template reads, as an office gives it: a name, the template, its values.
fn values() -> Vec<(&'static str, &'static str, Value)> {
    let office = crate::office(Office::small());
    let only = ["render", "--month", "2026-10", "--only", "laporan_bulanan,laporan_kepatuhan", "--format", "data"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    office.run(&["run", "verifikasi"]).expect_code_in(&[0, 1], "run");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let [review, compliance] =
        ["laporan_bulanan", "laporan_kepatuhan"].map(|name| read(&office.document(name, "data.json")));
    let calendar = office.run(&["calendar", "--year", "2026", "--format", "json"]).expect_code(0).out;
    let year: CalendarYear = serde_json::from_str(&calendar).unwrap();
    let signer = json!({"jabatan": "Kepala Dinas"});
    let of = json!({"pemerintah": "P", "dinas": "D", "tempat": "T", "mengetahui": signer, "penanggung_jawab": signer});
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let letterhead = serde_json::from_value(of).unwrap();
    let page = renderer.document_page(Document::Calendar(&year), &letterhead);
    let facts = Arc::new(Facts::embedded().unwrap());
    let archive = Archive::open(&office.path("archive")).unwrap();
    let book = FigureBook::open(&archive, &facts).unwrap();
    let (month, of_kind) = ("2026-10".parse().unwrap(), Narrowing::to_jenis("baru"));
    let part = pipeline::narrowed_review(&archive, &book, &facts, &Decisions::default(), month, &of_kind);
    let part = renderer.document_page(Document::Narrowed(&part.unwrap().unwrap()), &letterhead);
    let shown = Shown::by(office, &["portal"]);
    let cookies: BTreeMap<&str, String> = ROLES.map(|role| (role, shown.sign_in(role))).into();
    let asked = |path: &str| shown.ask("get", path).cookie(Some(&cookies["ti"])).json().send().json();
    let mut run = asked("/pekerjaan/1");
    run["run"]["asked_by"] = "ti".into();
    run["run"]["aborted_by"] = "ti".into();
    run["run"]["slot"] = Value::Null;
    run["is_logged"] = true.into();
    run["lines"] = json!(["10.30.01 satu", "10.30.02 dua"]);
    let mut slot = run.clone();
    slot["run"]["slot"] = "30-11-2026 10.30".into();
    let mut jobs = asked("/pekerjaan");
    let finding = json!({
        "code": "J001", "of": "tarik", "since": "hari ini", "count": 1, "severity": "error", "tone": "buruk",
        "sentence": "Pekerjaan gagal.", "remedy": "Jalankan lagi.", "run": 1,
        "pages": [{"alamat": "/sistem", "nama": "Buka Sistem"}],
    });
    jobs["findings"] = json!([finding.clone(), finding]);
    jobs["may_operate"] = true.into();
    jobs["messages"] = json!([{
        "channel": "grup", "subject": "Pekerjaan gagal", "since": "hari ini", "attempts": 3, "fault": "refused", "next": "besok",
    }]);
    let [targets, finding, trial] = of_the_head(&shown, &cookies["kepala"]);
    let mut all = [of_the_auditor(), of_errands()].concat();
    all.extend([
        ("akun", "akun", asked("/akun")),
        ("andai", "andai", trial),
        ("angka", "angka", example("angka")),
        ("angka_baris", "angka_baris", example("angka_baris")),
        ("dokumen", "dokumen", asked("/dokumen/2026-10")),
        ("galat", "galat", asked("/tidak-ada")),
        ("kalender", "kalender", page.unwrap().unwrap().values),
        ("kepatuhan", "kepatuhan", compliance),
        ("kosong", "kosong", json!({"may_see_jobs": true})),
        ("masuk", "masuk", json!({"to": "/", "is_wrong": true, "news": "Anda sudah keluar."})),
        ("pekerjaan", "pekerjaan", jobs),
        ("pekerjaan_jalan", "pekerjaan_jalan", run),
        ("pekerjaan_jadwal", "pekerjaan_jalan", slot),
        (
            "pasti",
            "pasti",
            json!({"judul": "Jalankan", "tanya": "Ya?", "alamat": "/target", "isian": [["source", "naskah"]], "kembali": "/target"}),
        ),
        ("sistem", "sistem", asked("/sistem")),
        ("target", "target", targets),
        ("temuan", "temuan", finding),
        ("tinjauan", "tinjauan", review),
        ("tinjauan_tersaring", "tinjauan_tersaring", part.unwrap().unwrap().values),
    ]);
    all
}
