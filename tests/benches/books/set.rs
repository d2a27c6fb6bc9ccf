//! Sets a book of the given rows in volumes, two at a time: `set ROWS.json FOLDER`. Prints how many pages it has. `run.py`
//! measures it beside its peers.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured and stops at what is wrong"
)]

use reports::{Document, Renderer};
use schemas::document::{
    BookCode, BookColumn, BookContent, Cell, Closing, LedgerBook, Office, PdfStandard, Provenance, Signer,
};
use schemas::figures::RegisterNumbers;
use schemas::{Align, Month};
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: [(&str, u32); 12] = [
    ("No", 12),
    ("Tanggal", 20),
    ("NIK", 34),
    ("Nama lengkap", 52),
    ("L/P", 9),
    ("Tempat, tanggal lahir", 42),
    ("Pekon", 30),
    ("Kecamatan", 30),
    ("Jenis", 26),
    ("Hasil", 18),
    ("No. bukti", 22),
    ("Ket.", 12),
];

fn main() {
    let arguments: Vec<String> = std::env::args().filter(|a| !a.starts_with("--")).collect();
    let [_, rows, folder] = arguments.as_slice() else { return };
    let rows: Vec<Vec<String>> = serde_json::from_slice(&std::fs::read(rows).unwrap()).unwrap();
    let (book, office) = (book(rows), office());
    let document = Document::Book(&book);
    let renderer = Renderer::new(BTreeMap::new(), None, None).unwrap();
    let pages: usize = std::thread::scope(|scope| {
        let (renderer, office) = (&renderer, &office);
        let set = |first| {
            let volumes = (first..=document.volumes()).step_by(2);
            volumes.map(|volume| {
                let set = renderer.pdf(document, volume, office, PdfStandard::A2b).unwrap();
                let name = format!("{}.pdf", document.volume_name(volume));
                std::fs::write(Path::new(folder).join(name), set.bytes).unwrap();
                set.pages
            })
        };
        let threads = [1, 2].map(|first| scope.spawn(move || set(first).sum::<usize>()));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("{pages}");
}

fn book(rows: Vec<Vec<String>>) -> LedgerBook {
    let month: Month = "2026-10".parse().unwrap();
    let column =
        |(label, width): (&str, u32)| BookColumn { label: label.to_owned(), width, align: Align::Left, sum: false };
    LedgerBook {
        id: "buku".into(),
        title: "Buku".into(),
        legal_basis: "–".into(),
        month,
        zone: schemas::Zone::default(),
        columns: COLUMNS.map(column).to_vec(),
        berkas: vec![String::new(); rows.len()],
        signer: None,
        content: BookContent::Book { numbers: RegisterNumbers::default(), late_entries: 0 },
        opening: Vec::new(),
        totals: Vec::new(),
        personal: true,
        officers: Vec::new(),
        row_mm: None,
        closing: Some(Closing { on: "2026-11-03".parse().unwrap(), incomplete: None }),
        masked: true,
        code: BookCode {
            id: "buku".into(),
            day: None,
            month,
            masked: true,
            version: 0,
            rows: rows.len() as u64,
            digest: "0".repeat(32),
            head: String::new(),
            log: None,
        },
        provenance: Provenance {
            archive_version: 0,
            events: 0,
            complete_from_s: None,
            complete_until_s: None,
            zone: schemas::Zone::Wib,
            head: "0".repeat(64),
            statement: None,
            program: "tertib".into(),
        },
        rows: rows.into_iter().map(|row| row.into_iter().map(Cell::Text).collect()).collect(),
    }
}

fn office() -> Office {
    let signer = || Signer { jabatan: "Petugas".into(), nama: String::new(), nip: String::new() };
    Office {
        pejabat: Vec::new(),
        pemerintah: "Pemerintah Kabupaten Tanggamus".into(),
        dinas: "Dinas Kependudukan dan Pencatatan Sipil".into(),
        alamat: String::new(),
        telepon: String::new(),
        laman: String::new(),
        pos_el: String::new(),
        lambang: String::new(),
        tempat: "Kota Agung".into(),
        zona: None,
        mengetahui: signer(),
        penanggung_jawab: signer(),
    }
}
