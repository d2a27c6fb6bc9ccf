//! What people, programs and attackers write into a name neither runs nor stops a book.

use std::fs;
use tests::tools::Tool;
use tests::{Office, hostile};

tests::part! {
    no_text_runs_or_stops_a_book needs Tool::Pdftotext;
}

fn no_text_runs_or_stops_a_book() {
    let office = Office::unpulled();
    let names = hostile::names();
    assert!(names.len() >= 300, "{}", names.len());
    // Berkas enough for all of them, each with an entry in every book.
    let values: Vec<String> =
        names.iter().zip(1..).map(|(name, n)| format!("({n}, '{}')", name.replace('\'', "''"))).collect();
    office.sql(&format!(
        "create table nama(n integer primary key, nama text); insert into nama values {};
         create table w as select 1000000 + n * 20 + langkah as event_id, recorded_at, 'B202610-' || substr('000000' || n, -6) as berkas_id,
           kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan,
           substr('000000' || n, -6) || '/' || langkah || '/2026' as nomor_register, nama.nama as keterangan, jenis, kewarganegaraan,
           '180601010190' || (9000 + n) as nik, nama.nama as nama, jenis_kelamin, nama.nama as tempat_lahir, '1990-01-01' as tanggal_lahir,
           pekon, 'X' || nama.nama as pembawa, diterima
         from workflow_events join nama on true where berkas_id =
             (select min(berkas_id) from workflow_events where langkah = 10 and berkas_id in (select berkas_id from langkah_berkas where langkah = 3));
         drop view workflow_events; alter table w rename to workflow_events",
        values.join(", ")
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let ran = office
        .run(&["render", "--month", "2026-10", "--full", "--format", "pdf,csv,json,xlsx"])
        .expect_code_in(&[0, 1], "render");
    assert_eq!(ran.code, 1, "nothing had to be replaced");
    assert!(ran.err.contains("cannot be printed") && !ran.err.contains("SITI"), "{}", ran.err);
    let csv = fs::read_to_string(office.full("buku_agenda_pendaftaran", "csv")).unwrap();
    let book = office.full("buku_agenda_pendaftaran", "pdf").display().to_string();
    let text = Tool::Pdftotext.output(&["-raw", &book, "-"]);
    assert!(!text.contains("root:") && !csv.contains("root:"), "a file was read");
    assert!(!text.contains("49 AMINAH"), "a template ran");
    // Every name of printable characters stands in the book as it was written, line breaks aside.
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\u{AD}').collect::<String>();
    let printed = squeeze(&text);
    let plain: Vec<&String> = names.iter().filter(|n| n.is_ascii() && n.len() < 60 && !n.trim().is_empty()).collect();
    assert!(plain.len() > 100);
    let lost: Vec<&&String> = plain.iter().filter(|name| !printed.contains(&squeeze(name))).collect();
    assert!(lost.is_empty(), "not printed as written: {lost:?}");
    assert!(text.contains('□') && text.contains("menggantikan karakter"), "what was replaced is not said");
    let entries = office.number("select count(*) from workflow_events where langkah = 4 and trim(pembawa) <> ''");
    assert!(csv.lines().count() > usize::try_from(entries).unwrap() - 10, "entries are missing");
    for name in ["buku_registrasi_arsip", "daftar_isi_berkas", "berita_acara_serah_terima", "laporan_bulanan"] {
        assert!(fs::read(office.full(name, "pdf")).unwrap().starts_with(b"%PDF"), "{name}");
    }
    // So many slips are in volumes.
    let slips = office.path("laporan/2026-10_dinas/bukti_pengambilan_2026-10_dinas_jilid_2.pdf");
    assert!(fs::read(slips).unwrap().starts_with(b"%PDF"));
}
