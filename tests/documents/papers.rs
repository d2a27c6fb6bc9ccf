//! Papers beside the source: who stands in them, how many, under which number, and that a number never changes.

use crate::{events, rows};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tests::tools::Tool;
use tests::{Office, sqlite_texts};

tests::part! {
    every_card_handed_over_stands_in_one_statement;
    a_statement_is_of_two_parties_and_a_document_of_its_own needs Tool::Pdftotext;
    signatures_never_stand_alone needs Tool::Pdftotext;
    who_was_recorded_gets_a_slip_whose_number_the_books_carry needs Tool::Pdftotext;
    no_number_changes_when_rows_come_late;
    a_working_copy_is_not_signed needs Tool::Pdftotext;
    each_book_is_signed_by_who_keeps_it needs Tool::Pdftotext;
    a_month_without_events_has_no_papers;
    who_signs_holds_a_post_that_there_is;
    each_paper_of_a_step_holds_its_events needs Tool::Pdftotext;
    a_note_of_return_names_each_document_and_its_rule needs Tool::Pdftotext;
    the_monthly_lists_count_what_the_source_has needs Tool::Python(&["openpyxl"]);
    a_letter_calls_for_no_card_that_was_collected_since;
    the_account_of_blanks_the_outages_and_the_books;
    letters_name_whom_they_call_and_leave_their_number needs Tool::Pdftotext;
    a_day_has_its_papers_alone needs Tool::Pdftotext;
    documents_are_asked_for_by_group;
}

const STATEMENT: &str = "berita_acara_serah_terima";
const SLIP: &str = "bukti_pengambilan";

/// The text of a document of October, in full, and its pages.
fn pages(office: &Office, name: &str) -> Vec<String> {
    office.run(&["render", "--month", "2026-10", "--only", name, "--full"]).expect_code_in(&[0, 1], "render");
    let text = Tool::Pdftotext.output(&["-layout", office.full(name, "pdf").to_str().unwrap(), "-"]);
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

/// The number under which each dossier stands in a paper of a month.
fn numbers(office: &Office, month: &str, name: &str) -> BTreeMap<String, String> {
    let place = office.place("nomor");
    let render = ["render", "--month", month, "--format", "csv", "--csv-dialect", "rfc4180", "--only", name];
    office.run(&[&render[..], &["--out", &place]].concat()).expect_code_in(&[0, 1], "render");
    let text = fs::read_to_string(office.path(&format!("nomor/{name}_{month}.csv"))).unwrap();
    let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = head.iter().position(|label| label.eq_ignore_ascii_case("nomor permohonan")).unwrap();
    rows.map(|row| (row[column].clone(), row[0].clone())).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the source says of October, one text a row.
fn source(office: &Office, what: &str, of: &str) -> Vec<String> {
    let sql = format!(
        "select {what} from workflow_events where selesai >= '2026-09-30T17' and selesai < '2026-10-31T17' and {of}"
    );
    sqlite_texts(&office.path("kantor.sqlite"), &sql)
}

/// How a statement is numbered, in SQL.
const NUMBER: &str = "'400.12.2.1/' || kolektif_id || '.' || strftime('%d', selesai, '+7 hours') || '/BAST/X/2026'";

fn every_card_handed_over_stands_in_one_statement() {
    let office = Office::small();
    let cards = rows(&office, STATEMENT);
    assert_eq!(cards.len(), events(&office, "langkah = 10"));
    let head =
        ["Nomor", "Tanggal", "Pekon/Kelurahan", "Kecamatan", "Permohonan kolektif", "Pembawa berkas", "No.", "NIK"];
    let csv = fs::read_to_string(office.path(&format!("keluaran/{STATEMENT}_2026-10.csv"))).unwrap();
    assert!(csv.starts_with(&head.join(",")), "{}", csv.lines().next().unwrap_or_default());
    assert!(cards.iter().all(|card| card[7].contains('*')), "a working copy shows a NIK");
    // Number and dossier of each card.
    let found: BTreeSet<String> = cards.iter().map(|card| format!("{} {}", card[0], card[10])).collect();
    let wanted: BTreeSet<String> =
        source(&office, &format!("{NUMBER} || ' ' || berkas_id"), "langkah = 10").into_iter().collect();
    assert_eq!(found, wanted);
}

fn a_statement_is_of_two_parties_and_a_document_of_its_own() {
    let office = Office::unpulled();
    // One pekon is a kelurahan, and one batch is handed over on two pages.
    office.sql(
        "update berkas set nik = null where berkas_id = (select max(berkas_id) from langkah_berkas where langkah = 10);
         update kolektif set pekon = '1806011001' where kolektif_id = (select min(kolektif_id) from kolektif);
         update langkah_berkas set selesai = '2026-10-30T03:00:00Z', mulai = '2026-10-30T02:59:00Z' where langkah = 10 and berkas_id in
           (select berkas_id from berkas where kolektif_id = (select min(kolektif_id) from kolektif))",
    );
    office.configure(
        "# [[office.pejabat]]\n# jabatan = \"loket_pengambilan\"\n# nama = \"SITI AMINAH, A.Md.\"\n# nip = \"19900101 201503 2 001\"\n",
        "[[office.pejabat]]\njabatan = \"loket_pengambilan\"\nnama = \"RINA REKAAN, A.Md.\"\nnip = \"199001012015032001\"\n",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let pages = pages(&office, STATEMENT);
    let numbers: BTreeSet<String> = source(&office, NUMBER, "langkah = 10").into_iter().collect();
    let first = pages.iter().filter(|page| page.contains("Nomor: 400.12.2.1/"));
    let printed: BTreeSet<String> =
        first.map(|page| page.split("Nomor: ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(printed, numbers);
    let all = squeezed(&pages.concat());
    for says in [
        "Jumat, tanggal tiga puluh bulan Oktober tahun dua ribu dua puluh enam, bertempat di Kota Agung",
        "RINA REKAAN, A.Md.",
        "NIP. 19900101 201503 2 001",
        "selanjutnya disebut PIHAK KEDUA",
        "Aparatur Kelurahan Baros",
        "Kelurahan Baros, Kecamatan Kota Agung",
        "NIK tidak ada",
    ] {
        assert!(all.contains(says), "`{says}` is not said");
    }
    assert!(!all.contains("Pekon Baros"));
    // Pages are counted within each statement.
    let counts: Vec<(usize, usize)> = pages
        .iter()
        .map(|page| {
            let words = page.split("Halaman ").nth(1).unwrap().split_whitespace();
            let n: Vec<usize> = words.filter_map(|word| word.parse().ok()).take(2).collect();
            (n[0], n[1])
        })
        .collect();
    let mut at = 0;
    let mut statements = 0;
    while at < counts.len() {
        let of = counts[at].1;
        assert_eq!(counts[at..at + of], (1..=of).map(|n| (n, of)).collect::<Vec<_>>(), "{counts:?}");
        (at, statements) = (at + of, statements + 1);
    }
    assert_eq!(statements, numbers.len());
    assert!(counts.iter().any(|(_, of)| *of > 1), "no statement has two pages: {counts:?}");
}

/// With every number of cards from one to 47, the last page of a statement has rows and its last sentence beside the signatures.
fn signatures_never_stand_alone() {
    let office = Office::unpulled();
    office.sql("delete from langkah_berkas where langkah = 10");
    let batches: String = (1..=47)
        .map(|n| {
            format!(
                "insert into kolektif select 'K202610-9{n:04}', pekon, pembawa, diterima from kolektif limit 1;
                 insert into berkas select 'B202610-9{n:02}' || substr('00' || n, -3), 'K202610-9{n:04}', nik, nama, jenis_kelamin,
                   tempat_lahir, tanggal_lahir, jenis, kewarganegaraan from angka, (select * from berkas limit 1) where n <= {n};
                 insert into langkah_berkas select 800000 + {n} * 1000 + n, 'B202610-9{n:02}' || substr('00' || n, -3), 10,
                   'loket_pengambilan', 'P101', null, '2026-10-20T03:00:00Z', 'diserahkan', null, null, null, '2026-10-20T03:00:00Z'
                   from angka where n <= {n};"
            )
        })
        .collect();
    office.sql("create table angka as with recursive a(n) as (select 1 union all select n + 1 from a where n < 47) select n from a");
    office.sql(&batches);
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let pages = pages(&office, STATEMENT);
    let mut lasts = 0;
    for (at, page) in pages.iter().enumerate() {
        let next_begins = pages.get(at + 1).is_none_or(|next| next.contains("BERITA ACARA SERAH TERIMA"));
        if next_begins {
            lasts += 1;
            let rows = page.matches("B202610-9").count();
            let total = pages[..=at].iter().rev().position(|page| page.contains("BERITA ACARA SERAH TERIMA")).unwrap();
            assert!(rows >= 3 || total == 0, "the signatures of page {at} have {rows} rows beside them");
            assert!(
                page.contains("Demikian") && page.contains("Mengetahui") && page.contains("PIHAK KEDUA,"),
                "{page}"
            );
        } else {
            assert!(!page.contains("Mengetahui"), "signatures are parted on page {at}");
        }
    }
    assert_eq!(lasts, 47);
    let of_47 = pages.iter().map(|page| page.matches("B202610-947").count()).sum::<usize>();
    assert_eq!(of_47, 47, "cards of the greatest batch");
}

fn who_was_recorded_gets_a_slip_whose_number_the_books_carry() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let wanted: BTreeMap<String, String> =
        source(&office, "'400.12.2.1/' || berkas_id || '/BP' || ' ' || nama", "langkah = 3")
            .into_iter()
            .map(|text| text.split_once(' ').map(|(number, name)| (number.to_owned(), name.to_owned())).unwrap())
            .collect();
    assert!(wanted.len() > 5);
    let text = pages(&office, SLIP).concat();
    for (number, name) in &wanted {
        assert!(text.contains(number) && text.contains(name), "{number} {name}");
    }
    assert_eq!(text.matches("BUKTI PENGAMBILAN KTP ELEKTRONIK").count(), wanted.len());
    // The books of steps 3 and 8 carry it, the latter of recorded people alone, and the number of the statement.
    let recorded = rows(&office, "buku_registrasi_perekaman");
    assert_eq!(
        recorded.iter().map(|row| row[2].as_str()).collect::<BTreeSet<_>>(),
        wanted.keys().map(String::as_str).collect()
    );
    let collected = rows(&office, "buku_registrasi_pengambilan");
    let of_book: Vec<&str> = collected.iter().map(|row| row[2].as_str()).filter(|number| !number.is_empty()).collect();
    let both = "langkah = 8 and berkas_id in (select berkas_id from langkah_berkas where langkah = 3)";
    assert_eq!(of_book.len(), events(&office, both));
    assert!(!of_book.is_empty() && of_book.len() < collected.len());
    let statements: BTreeSet<String> = source(&office, NUMBER, "langkah = 10").into_iter().collect();
    let carried: BTreeSet<String> = collected.iter().flatten().filter(|cell| cell.contains("/X/")).cloned().collect();
    assert!(!carried.is_empty() && carried.is_subset(&statements), "{carried:?}");
}

/// A row of a day long past, of a batch that stands before all others, comes when the papers are printed: before the books of the
/// month are closed, and after.
fn no_number_changes_when_rows_come_late() {
    let office = Office::unpulled();
    // The card whose hand-over is entered late.
    let late = "select event_id from langkah_berkas where langkah = 10 and selesai < '2026-10-31T17' order by selesai, event_id limit 1";
    office.sql(&format!(
        "create table nanti as select * from langkah_berkas where event_id = ({late}) or (langkah = 3 and event_id =
           (select min(event_id) from langkah_berkas where langkah = 3));
         delete from langkah_berkas where event_id in (select event_id from nanti)"
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let of = |office: &Office| (numbers(office, "2026-10", STATEMENT), numbers(office, "2026-10", SLIP));
    let (statements, slips) = of(&office);
    assert!(statements.len() > 20 && slips.len() > 5);
    let copy = office.copy();
    let arrive =
        "update nanti set recorded_at = '2026-11-05T03:00:00Z'; insert into langkah_berkas select * from nanti";
    // Open books: the rows stand among the others, whose numbers are what they were.
    office.sql(arrive);
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (now, slips_now) = of(&office);
    assert_eq!((now.len(), slips_now.len()), (statements.len() + 1, slips.len() + 1));
    assert!(statements.iter().all(|(berkas, number)| now[berkas] == *number), "{statements:?} {now:?}");
    assert!(slips.iter().all(|(berkas, number)| slips_now[berkas] == *number));
    // Closed books: what was handed out stays what it was, and the late rows make sheets of their own.
    let office = copy;
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    office.sql(arrive);
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(of(&office), (statements.clone(), slips));
    let next = numbers(&office, "2026-11", STATEMENT);
    let late: Vec<&String> = next.values().filter(|number| number.contains("/X/2026")).collect();
    assert_eq!(late.len(), 1, "{next:?}");
    assert!(late[0].contains(".S2026-11/BAST/") && !statements.values().any(|number| number == late[0]), "{late:?}");
}

fn a_working_copy_is_not_signed() {
    let office = Office::small();
    for name in [STATEMENT, SLIP] {
        office.run(&["render", "--month", "2026-10", "--only", name]).expect_code(0);
        let text = Tool::Pdftotext.output(&["-layout", office.document(name, "pdf").to_str().unwrap(), "-"]);
        assert!(text.contains("SALINAN KERJA – TIDAK UNTUK DITANDATANGANI"), "{name}: {text}");
        assert!(!text.contains("Mengetahui") && !text.contains("Petugas Perekaman"), "{name}: {text}");
        let full = pages(&office, name).concat();
        assert!(!full.contains("SALINAN KERJA"), "{name}");
        assert!(full.contains("Mengetahui") || full.contains("Petugas Perekaman"), "{name}");
    }
}

fn each_book_is_signed_by_who_keeps_it() {
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    for (name, keeper) in [
        ("buku_registrasi_perekaman", "Petugas Perekaman"),
        ("buku_agenda_pendaftaran", "Petugas Loket Pendaftaran"),
        ("buku_registrasi_pengambilan", "Petugas Loket Pengambilan"),
        ("buku_registrasi_arsip", "Petugas Registrasi dan Pengarsipan"),
        ("kartu_stok_blangko", "Pengurus Barang"),
        ("daftar_berkas", "Petugas Registrasi dan Pengarsipan"),
    ] {
        let last = pages(&office, name).pop().unwrap();
        assert!(last.contains(keeper), "{name} is not signed by {keeper}: {last}");
    }
    // Officers stand in rows by their numbers; whom the office has named is named where the book closes.
    let name = "buku_registrasi_perekaman";
    let officer = &source(&office, "petugas_id", "langkah = 3 order by selesai limit 1")[0];
    assert!(!pages(&office, name).concat().contains("Rekaan Perekam"));
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let official = format!(
        "{config}\n[[office.pejabat]]\njabatan = \"perekaman\"\npetugas = \"{officer}\"\nnama = \"Rekaan Perekam\"\nnip = \"\"\n"
    );
    fs::write(office.path("tertib.toml"), official).unwrap();
    let last = pages(&office, name).pop().unwrap();
    assert!(last.contains(&format!("Petugas: {officer} Rekaan Perekam.")), "{last}");
}

fn a_month_without_events_has_no_papers() {
    let office = Office::unpulled();
    office.sql("delete from langkah_berkas where langkah >= 3 and selesai < '2026-11'; update berkas set nama = nama");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let out = office.place("kosong");
    let only = format!("{STATEMENT},{SLIP}");
    let ran = office.run(&["render", "--month", "2026-10", "--only", &only, "--out", &out]).expect_code(0);
    assert!(ran.out.is_empty() && !office.path("kosong").exists(), "{}", ran.out);
}

fn who_signs_holds_a_post_that_there_is() {
    let office = Office::small();
    let text = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let with = |entries: &str| {
        fs::write(office.path("tertib.toml"), format!("{text}\n{entries}")).unwrap();
        office.run(&["render", "--month", "2026-10", "--only", "buku_registrasi_arsip"])
    };
    let one = "[[office.pejabat]]\njabatan = \"operator\"\n";
    with(one).expect_code(0);
    with(&format!("{one}petugas = \"P061\"\n{one}")).expect_code(0);
    with(&format!("{one}{one}")).expect_refusal(&["held by two persons"]);
    with("[[office.pejabat]]\njabatan = \"juru_kunci\"\n").expect_refusal(&["`juru_kunci` is no post", "line "]);
}

/// The papers of the steps: each event of the source stands in one sheet, under the number of its batch, pekon or day.
fn each_paper_of_a_step_holds_its_events() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let number = |of: &str, code: &str| {
        format!("'400.12.2.1/' || {of} || strftime('%d', selesai, '+7 hours') || '/{code}/X/2026 ' || berkas_id")
    };
    let (batch, pekon) = ("kolektif_id || '.'", "replace(pekon, '.', '') || '.'");
    for (name, title, of, code, events) in [
        ("tanda_terima_berkas", "TANDA TERIMA BERKAS", batch, "TT", "langkah = 1"),
        ("lembar_checklist", "LEMBAR CHECKLIST", batch, "CK", "langkah = 4"),
        ("lembar_persetujuan", "LEMBAR VERIFIKASI", batch, "LP", "langkah = 5"),
        ("daftar_himpunan_cetakan", "DAFTAR HIMPUNAN", pekon, "HC", "langkah = 7"),
        ("daftar_pengantar_berkas", "DAFTAR PENGANTAR", "''", "PA", "langkah = 8"),
    ] {
        let wanted: BTreeSet<String> = source(&office, &number(of, code), events).into_iter().collect();
        let found: BTreeSet<String> = numbers(&office, "2026-10", name)
            .into_iter()
            .map(|(berkas, number)| format!("{number} {berkas}"))
            .collect();
        assert!(found.len() > 20 && found == wanted, "{name}: {found:?} {wanted:?}");
        let text = pages(&office, name).concat();
        let sheets: BTreeSet<&str> = wanted.iter().filter_map(|text| text.split(' ').next()).collect();
        assert_eq!(text.matches(title).count(), sheets.len(), "{name}");
        assert!(sheets.iter().all(|number| text.contains(number)), "{name}");
        assert!(found.iter().all(|one| text.contains(one.split(' ').next_back().unwrap())), "{name}");
    }
    // Who brought the batch is named as such.
    let receipt = squeezed(&pages(&office, "tanda_terima_berkas").concat());
    for bearer in source(&office, "distinct pembawa", "langkah = 1") {
        assert!(receipt.contains(&format!("Pembawa berkas: {bearer}")), "{bearer}: {receipt}");
    }
    assert!(receipt.contains("Petugas Front Office"));
    // What is needed can be ticked.
    let checklist = pages(&office, "lembar_checklist").concat();
    assert!(checklist.contains("[ ] F-1.02") || checklist.contains("[  ] F-1.02"), "{checklist}");
    let agenda = rows(&office, "buku_agenda_pendaftaran");
    assert!(agenda.iter().all(|row| row.iter().any(|cell| cell.contains("F-1.02"))), "{agenda:?}");
}

fn a_note_of_return_names_each_document_and_its_rule() {
    let office = Office::unpulled();
    // One dossier lacks what its kind needs, and what it does not; of another nothing is lacking that its kind needs.
    office.sql(
        "update berkas set jenis = 'baru' where berkas_id = (select min(berkas_id) from langkah_berkas where hasil = 'kurang');
         update langkah_berkas set kekurangan = 'kk;skp' where event_id = (select min(event_id) from langkah_berkas where hasil = 'kurang'
           and berkas_id = (select min(berkas_id) from langkah_berkas where hasil = 'kurang'));
         update berkas set jenis = 'baru' where berkas_id = (select max(berkas_id) from langkah_berkas where hasil = 'kurang');
         update langkah_berkas set kekurangan = 'skp' where hasil = 'kurang'
           and berkas_id = (select max(berkas_id) from langkah_berkas where hasil = 'kurang')",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let name = "nota_pengembalian";
    let notes = rows(&office, name);
    let wanted: usize =
        source(&office, "kekurangan", "hasil = 'kurang'").iter().map(|codes| codes.split(';').count()).sum();
    assert_eq!(notes.len(), wanted);
    let text = squeezed(&pages(&office, name).concat());
    let days = source(&office, "distinct berkas_id || '.' || strftime('%d', selesai, '+7 hours')", "hasil = 'kurang'");
    assert_eq!(text.matches("NOTA PENGEMBALIAN BERKAS").count(), days.len());
    assert!(days.iter().all(|of| text.contains(&format!("400.12.2.1/{of}/NP/X/2026"))), "{text}");
    for says in [
        "Kartu Keluarga syarat permohonan Baru, Perpres 96/2018",
        "tidak disyaratkan bagi permohonan Baru: tidak perlu dilengkapi",
        "tetapi tidak ada dokumen yang perlu dilengkapi",
        "Berkas dapat diajukan kembali sebagaimana adanya",
    ] {
        assert!(text.contains(says), "`{says}`: {text}");
    }
    assert!(!text.contains("belum dilihat") && !text.contains("Wonogiri"), "a note of research is printed");
}

/// The days of 2026 on which the office works.
fn working_days(office: &Office) -> Vec<String> {
    let days = office.json(&["calendar", "--year", "2026"], 0);
    let works = |day: &&serde_json::Value| day["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let working = days["days"].as_array().unwrap().iter().filter(works);
    working.map(|day| day["date"].as_str().unwrap().to_owned()).collect()
}

fn the_monthly_lists_count_what_the_source_has() {
    let office = Office::unpulled();
    office.sql(
        "update langkah_berkas set hasil = 'ditolak', keterangan = 'data ganda' where event_id in
           (select event_id from langkah_berkas where langkah = 5 order by event_id limit 2);
         delete from langkah_berkas where langkah > 5 and berkas_id in (select berkas_id from langkah_berkas where hasil = 'ditolak');
         delete from langkah_berkas where langkah >= 9 and selesai > '2026-10-10'",
    );
    // One berkas is open when the month begins, so that it is not the first of the archive.
    office.sql(
        "create table awal as select min(berkas_id) as berkas_id from langkah_berkas where langkah = 1 and selesai like '2026-10%';
         update kolektif set diterima = replace(diterima, '2026-10', '2026-09')
           where kolektif_id = (select kolektif_id from berkas join awal using (berkas_id));
         update langkah_berkas set selesai = replace(selesai, '2026-10', '2026-09'), mulai = replace(mulai, '2026-10', '2026-09')
           where langkah = 1 and berkas_id = (select berkas_id from awal)",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let count = |sql: &str| usize::try_from(office.number(sql)).unwrap();
    assert_eq!(rows(&office, "daftar_ditolak").len(), 2);
    assert_eq!(rows(&office, "daftar_duplikat_record").len(), events(&office, "hasil = 'duplikat'"));
    let end = "'2026-10-31T17'";
    let waiting = format!(
        "(select distinct berkas_id from langkah_berkas where hasil = 'tercetak' and selesai < {end} and berkas_id not in
           (select berkas_id from langkah_berkas where (langkah = 10 or hasil in ('ditolak', 'duplikat')) and selesai < {end}))"
    );
    let uncollected = rows(&office, "daftar_belum_diambil");
    assert!(uncollected.len() > 5);
    assert_eq!(uncollected.len(), count(&format!("select count(*) from {waiting}")));
    // The age: working days of the office's calendar after the day of the first print, as the review counts it.
    let working = working_days(&office);
    for row in &uncollected {
        let since = format!(
            "select date(min(selesai), '+7 hours') from langkah_berkas where berkas_id = '{}' and hasil = 'tercetak'",
            row[4]
        );
        let since = &sqlite_texts(&office.path("kantor.sqlite"), &since)[0];
        let age = working.iter().filter(|day| day.as_str() > since.as_str() && day.as_str() <= "2026-10-31").count();
        assert_eq!(row[9], age.to_string(), "{row:?}");
    }
    // By pekon: the sums are those of the source, and what is open is what the figures say.
    let pekon = rows(&office, "rekap_pekon");
    let sum = |column: usize| pekon.iter().map(|row| row[column].parse::<usize>().unwrap()).sum::<usize>();
    let distinct = |of: &str| {
        let sql = format!(
            "select count(*) from (select min(selesai) as first from langkah_berkas where {of} group by berkas_id)
             where first >= '2026-09-30T17' and first < {end}"
        );
        count(&sql)
    };
    assert_eq!(sum(6), 2);
    assert_eq!(sum(9), events(&office, "hasil = 'kurang'"));
    assert_eq!(sum(10), distinct("hasil = 'tercetak'"));
    assert_eq!(sum(11), uncollected.len());
    the_pekon_add_up(&office, &pekon);
}

/// Each pekon adds up, and all of them come to the flow of the review.
fn the_pekon_add_up(office: &Office, pekon: &[Vec<String>]) {
    let sum = |column: usize| pekon.iter().map(|row| row[column].parse::<usize>().unwrap()).sum::<usize>();
    let count = |cell: &String| cell.parse::<i64>().unwrap();
    for row in pekon {
        let [before, entered, handed_over, rejected, doubled, left] = [3, 4, 5, 6, 7, 8].map(|at| count(&row[at]));
        assert_eq!(before + entered - handed_over - rejected - doubled, left, "{row:?}");
    }
    let render = |only: &str, format: &str| {
        let ran = office.run(&["render", "--month", "2026-10", "--only", only, "--format", format]);
        ran.expect_code_in(&[0, 1], "render");
    };
    render("laporan_bulanan", "data");
    let flow = office.document_json("laporan_bulanan", "data.json")["arus"]["suku"].clone();
    let flow: Vec<String> = (0..6).map(|at| flow[at][2].as_str().unwrap().replace('.', "")).collect();
    assert_eq!(flow, [3, 4, 5, 6, 7, 8].map(|at| sum(at).to_string()));
    assert_eq!(flow[0], "1");
    // So does the row below, which a workbook of the slips of all Aparatur Pekon has too.
    render("rekap_pekon", "json");
    let totals = office.document_json("rekap_pekon", "json")["totals"].clone();
    assert_eq!(
        (3..12).map(|at| totals[at]["number"].as_u64().unwrap()).collect::<Vec<_>>(),
        (3..12).map(|at| sum(at) as u64).collect::<Vec<_>>()
    );
    let slips = rows(office, "rekap_aparatur");
    assert_eq!(slips.len(), pekon.len());
    render("rekap_aparatur", "xlsx");
    let last = "import sys, openpyxl
sheet = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
print(next(' '.join(str(c.value) for c in row if c.value is not None) for row in sheet.iter_rows() if row[0].value == 'Jumlah'))";
    let place = office.document("rekap_aparatur", "xlsx").display().to_string();
    let last = Tool::Python(&["openpyxl"]).output(&["-c", last, &place]);
    let wanted: Vec<String> = (3..12).map(|at| sum(at).to_string()).collect();
    assert_eq!(last.trim(), format!("Jumlah {}", wanted.join(" ")));
}

/// What was handed over after the books of the month were closed, be it on a day of that month, is in no letter that goes out then. The
/// list that was closed with the books stays what it was, and says so.
fn a_letter_calls_for_no_card_that_was_collected_since() {
    let office = Office::unpulled();
    office.sql(
        "create table nanti as select * from langkah_berkas where langkah = 10 and selesai >= '2026-10-20' and selesai < '2026-10-31T17'
           order by selesai, event_id limit 3;
         delete from langkah_berkas where langkah = 10 and selesai >= '2026-10-20'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let called = |office: &Office| -> BTreeSet<String> {
        numbers(office, "2026-10", "undangan_pengambilan").into_keys().collect()
    };
    let listed = |office: &Office| rows(office, "daftar_belum_diambil").len();
    let before = called(&office);
    assert_eq!(before.len(), listed(&office));
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let late: BTreeSet<String> =
        sqlite_texts(&office.path("kantor.sqlite"), "select berkas_id from nanti").into_iter().collect();
    assert!(late.len() == 3 && late.is_subset(&before), "{late:?} {before:?}");
    // Two came on a day of the closed month, one afterwards.
    office.sql(
        "update nanti set recorded_at = '2026-11-05T03:00:00Z';
         update nanti set selesai = '2026-11-03T03:00:00Z', mulai = '2026-11-03T02:59:00Z' where event_id = (select max(event_id) from nanti);
         insert into langkah_berkas select * from nanti",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let now = called(&office);
    assert_eq!(now, before.difference(&late).cloned().collect(), "{late:?}");
    assert_eq!(listed(&office), before.len(), "the closed list is another");
    let only = [
        "render",
        "--month",
        "2026-10",
        "--format",
        "json",
        "--only",
        "undangan_pengambilan,rekap_aparatur,laporan_bulanan",
    ];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let review = office.document_json("laporan_bulanan", "json");
    let waiting: u64 = review["uncollected"].as_array().unwrap().iter().map(|of| of["n"].as_u64().unwrap()).sum();
    assert_eq!(waiting, before.len() as u64 - 2, "of the end of the month");
    // Each is checked against the archive of which it is: the letter against that of now, the list against that of the closing.
    for name in ["undangan_pengambilan", "daftar_belum_diambil"] {
        office.run(&["render", "--month", "2026-10", "--only", name]).expect_code_in(&[0, 1], "render");
        let place = office.document(name, "pdf").display().to_string();
        let ran = office.run(&["verify", "--book", &place]).expect_code(0);
        assert!(ran.out.contains("; 0 findings"), "{}", ran.out);
    }
    // A pen writes the day of a letter; a recapitulation bears that on which the books were closed, and its number follows.
    let letter = office.document_json("undangan_pengambilan", "json");
    assert!(letter["sheets"].as_array().unwrap().iter().all(|sheet| sheet["on"].is_null()), "{letter}");
    let recap = office.document_json("rekap_aparatur", "json");
    let (on, sheet) = (recap["closing"]["on"].as_str().unwrap().to_owned(), &recap["sheets"][0]);
    assert_eq!(sheet["on"], on);
    let number = sheet["number"].as_str().unwrap();
    assert!(number.contains(".2026-10/RP/") && number.ends_with(&on[..4]), "{number}");
}

fn the_account_of_blanks_the_outages_and_the_books() {
    let office = crate::lists::office_with_known_stock();
    let count = |sql: &str| usize::try_from(office.number(sql)).unwrap();
    let end = "'2026-10-31T17'";
    let working = working_days(&office);
    // Blanks: what was there and what came is what went and what is left.
    let blanks = rows(&office, "laporan_blangko");
    let amount = |what: &str| {
        let line = blanks.iter().find(|row| row[1] == what).expect(what);
        line[2].parse::<i64>().unwrap()
    };
    let stock = |what: &str| office.number(&format!("select sum({what}) from blangko where tanggal like '2026-10%'"));
    assert_eq!(amount("Diterima"), stock("terima"));
    assert_eq!(amount("Dipakai mencetak menurut kartu stok"), stock("cetak"));
    assert_eq!(amount("Gagal cetak atau rusak menurut kartu stok"), stock("gagal"));
    let before =
        office.number("select coalesce(sum(terima - cetak - gagal), 0) from blangko where tanggal < '2026-10'");
    assert_eq!(amount("Persediaan awal bulan"), before);
    assert_eq!(amount("Persediaan akhir bulan"), before + stock("terima - cetak - gagal"));
    for (kind, label) in [("baru", "Baru"), ("hilang", "Hilang")] {
        let printed = events(&office, &format!("hasil = 'tercetak' and jenis = '{kind}'"));
        assert_eq!(amount(&format!("Tercetak menurut peristiwa: {label}")), i64::try_from(printed).unwrap());
    }
    // The use is that of the last three months of which the log has days; the review says the same.
    let since = office.number("select min(max(cast(substr(min(tanggal), 6, 2) as integer), 8), 10) from blangko");
    let since = format!("2026-{since:02}");
    let used = office.number(&format!(
        "select sum(cetak + gagal) from blangko where substr(tanggal, 1, 7) between '{since}' and '2026-10'"
    ));
    let worked = working.iter().filter(|day| day[..7] >= *since && day[..7] <= *"2026-10").count();
    let lasts = amount("Persediaan akhir bulan") * i64::try_from(worked).unwrap() / used;
    let told = if lasts > 240 { ("lebih dari 1".to_owned(), "tahun") } else { (lasts.to_string(), "hari kerja") };
    let line = blanks.iter().find(|row| row[1] == "Persediaan akhir cukup untuk").unwrap();
    assert_eq!((&line[2], line[3].as_str()), (&told.0, told.1));
    office
        .run(&["render", "--month", "2026-10", "--only", "laporan_bulanan", "--format", "data"])
        .expect_code_in(&[0, 1], "render");
    let review = office.document_json("laporan_bulanan", "data.json");
    assert_eq!(review["blangko"][5][1], format!("{} {}", told.0, told.1));
    assert!(blanks.iter().any(|row| row[1] == "Hasil opname fisik" && row[2].is_empty()));
    // Outages and books.
    let outages = rows(&office, "log_gangguan");
    assert_eq!(
        outages.len(),
        count(&format!("select count(*) from gangguan where mulai < {end} and selesai > '2026-09-30T17'"))
    );
    let books = rows(&office, "laporan_pemeriksaan_register");
    let steps = [3, 4, 8, 9];
    let entries: Vec<String> = steps.map(|step| events(&office, &format!("langkah = {step}")).to_string()).into();
    assert_eq!(books.iter().map(|row| row[3].clone()).collect::<Vec<_>>(), entries);
    for (row, step) in books.iter().zip(steps) {
        let ends = source(&office, "min(nomor_register) || ' ' || max(nomor_register)", &format!("langkah = {step}"));
        assert_eq!(format!("{} {}", row[4], row[5]).trim(), ends[0]);
    }
    // A number stands there as it stands in its book.
    let fourth = "select event_id from langkah_berkas where langkah = 4 and selesai < '2026-10-31T17' order by selesai desc, event_id limit 1 offset 3";
    let office = Office::unpulled();
    let missing = office.number(&format!(
        "select cast(substr(nomor_register, 1, 6) as integer) from langkah_berkas where event_id = ({fourth})"
    ));
    office.sql(&format!("delete from langkah_berkas where event_id = ({fourth})"));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let row = rows(&office, "laporan_pemeriksaan_register").swap_remove(1);
    assert_eq!(row[6], format!("{missing:06}"));
}

fn letters_name_whom_they_call_and_leave_their_number() {
    let office = Office::unpulled();
    office.sql(
        "update kolektif set pekon = '1806011002';
         delete from langkah_berkas where langkah >= 9 and selesai > '2026-10-22'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let waiting = rows(&office, "daftar_belum_diambil").len();
    let call = squeezed(&pages(&office, "undangan_pengambilan").concat());
    for says in [
        "Nomor : 400.12.2.1/........../....../......",
        "yang tercetak sampai dengan bulan Oktober 2026 dan belum diambil",
        "Yth. Lurah Pasar Madang",
        "Tembusan: 1. Camat Kota Agung",
        "Hal : Undangan",
    ] {
        assert!(call.contains(says), "`{says}`: {call}");
    }
    assert!(call.contains(&format!("terdapat {waiting} (")), "{waiting}: {call}");
    // A slip is asked for where there is one.
    let slips =
        rows(&office, "undangan_pengambilan").iter().filter(|row| row.iter().any(|cell| cell.ends_with("/BP"))).count();
    assert!(0 < slips && slips < waiting, "{slips} {waiting}");
    assert!(call.contains("dengan membawa Bukti Pengambilan yang nomornya tercantum di atas."), "{call}");
    office.sql("delete from langkah_berkas where langkah = 3");
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let without = squeezed(&pages(&office, "undangan_pengambilan").concat());
    assert!(without.contains("setiap hari kerja.") && !without.contains("dengan membawa Bukti"), "{without}");
    let name = "surat_pengantar_provinsi";
    office.run(&["render", "--month", "2026-10", "--only", name]).expect_code_in(&[0, 1], "render");
    let letter = Tool::Pdftotext.output(&["-layout", office.document(name, "pdf").to_str().unwrap(), "-"]);
    let letter = squeezed(&letter);
    for says in ["Lampiran : 3 (tiga) dokumen", "Provinsi Lampung", "Tembusan: 1. Bupati Tanggamus", "Hanya jumlah"] {
        assert!(letter.contains(says), "`{says}`: {letter}");
    }
    assert!(
        !letter.contains("SALINAN KERJA") && letter.contains("Kepala Dinas"),
        "a letter without names is not for signing"
    );
}

fn a_day_has_its_papers_alone() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let day = &source(&office, "date(selesai, '+7 hours')", "langkah = 3 order by selesai limit 1")[0];
    office.run(&["render", "--day", day, "--full", "--format", "pdf,csv,xlsx,json"]).expect_code(0);
    let folder = office.path("laporan/2026-10_dinas");
    let names: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| name.contains(&format!("_{day}_dinas."))), "{names:?}");
    let facts = schemas::Facts::embedded().unwrap();
    let daily = facts.papers.iter().filter(|paper| paper.group.name() == "harian");
    for paper in daily {
        let pdf = folder.join(format!("{}_{day}_dinas.pdf", paper.id));
        if !pdf.exists() {
            continue;
        }
        let place = pdf.display().to_string();
        let ran = office.run(&["verify", "--book", &place]).expect_code(0);
        assert!(ran.out.contains("; 0 findings"), "{}", ran.out);
        let code = tests::printed_code(&pdf);
        assert!(code.contains(day.as_str()), "{code}");
        office.run(&["verify", "--code", &code]).expect_code(0);
        let ran = office.run(&["verify", "--code", &tests::forged_code(&code)]).expect_code(1);
        assert!(ran.finds("K003"), "{}", ran.out);
    }
    let slips = source(&office, "berkas_id", &format!("langkah = 3 and date(selesai, '+7 hours') = '{day}'"));
    let text =
        Tool::Pdftotext.output(&["-layout", folder.join(format!("{SLIP}_{day}_dinas.pdf")).to_str().unwrap(), "-"]);
    assert_eq!(text.matches("BUKTI PENGAMBILAN KTP ELEKTRONIK").count(), slips.len());
    assert!(slips.iter().all(|berkas| text.contains(&format!("400.12.2.1/{berkas}/BP"))), "{text}");
    assert!(!text.contains("SEMENTARA"));
    // On a day off nothing is handed out.
    let ran = office.run(&["render", "--day", "2026-10-18"]).expect_code(0);
    assert!(ran.out.is_empty() && ran.err.contains("nothing happened"), "{}{}", ran.out, ran.err);
    office.run(&["render", "--day", "2026-10-18", "--month", "2026-10"]).expect_code(2);
    // A book has no papers of a day, whatever happened on it.
    let only = ["render", "--day", day, "--only", "buku"];
    office.run(&only).expect_refusal(&["`buku` has no papers of a day", "--only harian"]);
}

fn documents_are_asked_for_by_group() {
    let office = Office::small();
    let out = office.place("golongan");
    let asked = |only: &str| -> BTreeSet<String> {
        let ran = office
            .run(&["render", "--month", "2026-10", "--format", "json", "--only", only, "--out", &out])
            .expect_code_in(&[0, 1], "render");
        let names = ran.out.lines().filter_map(|line| line.rsplit('/').next()?.split_once("_2026-10"));
        names.map(|(name, _)| name.to_owned()).collect()
    };
    let books = asked("buku");
    assert_eq!(books.len(), 4);
    let province = asked("provinsi");
    assert!(
        ["formulir_provinsi", "laporan_kepatuhan", "surat_pengantar_provinsi"].iter().all(|id| province.contains(*id))
    );
    let daily = asked("harian");
    assert!(daily.contains(STATEMENT) && daily.contains(SLIP) && daily.contains("tanda_terima_berkas"), "{daily:?}");
    let monthly = asked("bulanan");
    let all = asked("buku,harian,bulanan,provinsi");
    assert!(all.len() >= tests::documents_of_a_month());
    assert_eq!(books.len() + province.len() + daily.len() + monthly.len(), all.len(), "a document is in two groups");
    assert_eq!(asked("buku,laporan_bulanan").len(), 5);
    office.run(&["render", "--month", "2026-10", "--only", "mingguan"]).expect_refusal(&["groups are buku, harian"]);
}
