//! The columns that came with form 2 of the archive, each of which an office may have or not: who received the card, whether the old one
//! was handed in, the sheets of the dossier, the office's own number of the slip. What the archive, the books and the papers say of
//! them is what SQL on the source says.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tests::forger::{Forger, with_text};
use tests::servers::Server;
use tests::tools::Tool;
use tests::{Office, export, sqlite_texts};

tests::trials! {
    the_archive_holds_what_the_source_says_sqlite;
    the_archive_holds_what_the_source_says_csv;
    the_archive_holds_what_the_source_says on each_server;
    a_column_that_comes_later_corrects_nothing_sqlite;
    a_column_that_comes_later_corrects_nothing_csv;
    a_column_that_comes_later_corrects_nothing on each_server;
    a_column_that_goes_is_told_and_may_come_again;
    bad_values_wait_with_their_reason_until_they_are_mended_sqlite;
    bad_values_wait_with_their_reason_until_they_are_mended_csv;
    bad_values_wait_with_their_reason_until_they_are_mended on each_server;
    words_of_the_office_become_those_of_the_contract;
    init_knows_them;
    books_show_who_received_and_how_many_sheets;
    slips_and_books_carry_the_number_that_the_office_gave needs Tool::Pdftotext;
    a_statement_names_the_receiver_whom_every_row_names needs Tool::Pdftotext;
    only_cards_that_came_in_are_counted_for_destruction needs Tool::Pdftotext;
    what_no_source_may_say_is_an_error;
    a_working_copy_hides_the_receiver;
    without_them_nothing_is_different;
}

/// What the office writes down beside its steps.
const TABLE: &str = "create table tambahan(event_id bigint primary key, nomor_bukti varchar(200), jumlah_lembar bigint,
  ktp_lama_diterima varchar(20), penerima varchar(300))";
const VIEW: &str = "create view lengkap as select e.*, t.nomor_bukti, t.jumlah_lembar, t.ktp_lama_diterima, t.penerima
  from workflow_events e left join tambahan t on t.event_id = e.event_id";
/// Some of each are not known; on one day of three the cards of a batch have one receiver, on one several, on one none. All are invented.
const FILL: &str = "insert into tambahan select event_id,
  case when langkah = 3 and event_id % 3 > 0 then 'BPK-' || (900000 + event_id) end,
  case when langkah = 9 and event_id % 4 > 0 then 2 + event_id % 9 end,
  case when langkah = 10 and event_id % 5 > 0 then case event_id % 2 when 0 then 'ya' else 'tidak' end end,
  case when langkah = 10 then case strftime('%d', selesai, '+7 hours') % 3 when 1 then 'BUDI REKAAN'
    when 2 then case event_id % 2 when 0 then 'RISKA REKAAN' else 'WATI REKAAN' end end end
  from workflow_events where langkah in (3, 9, 10)";
const OURS: &str = "nomor_bukti, jumlah_lembar, ktp_lama_diterima";
const OCTOBER: &str = "selesai >= '2026-09-30T17' and selesai < '2026-10-31T17'";

/// The database of an office whose counter application has them.
fn source() -> Office {
    let office = Office::unpulled();
    office.sql(&format!("{TABLE}; {VIEW}; {FILL}"));
    office
}

/// The same, which pulls through the view that shows them.
fn office() -> Office {
    let office = source();
    office.configure("view = \"workflow_events\"", "view = \"lengkap\"");
    office
}

fn database(office: &Office) -> PathBuf {
    office.path("kantor.sqlite")
}

/// An office that pulls from a folder of exported files, and the folder.
fn folder_of(source: &Office, view: &str) -> (Office, TempDir) {
    let folder = TempDir::new().unwrap();
    export(&database(source), view, &folder.path().join("1.csv"));
    (Office::at(&format!("csv:{}", folder.path().display())), folder)
}

/// An office that pulls from a server with the tables of a SQLite file.
fn office_of(server: &dyn Server, source: &Office, view: &str) -> Office {
    server.fill(&database(source));
    server.copy_tables(&database(source), TABLE, &["tambahan"]);
    server.sql(VIEW);
    let office = Office::at(&server.reader());
    office.configure("view = \"workflow_events\"", &format!("view = \"{view}\""));
    office
}

/// The rows of a full copy of a document of October, without the head.
fn rows(office: &Office, name: &str) -> Vec<Vec<String>> {
    let render =
        ["render", "--month", "2026-10", "--full", "--format", "csv", "--csv-dialect", "rfc4180", "--only", name];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let text = fs::read_to_string(office.full(name, "csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    // A sum has no number.
    rows.filter(|row| !row[0].is_empty()).collect()
}

/// The text of a full copy of a document of October.
fn printed(office: &Office, name: &str) -> String {
    office.run(&["render", "--month", "2026-10", "--full", "--only", name]).expect_code_in(&[0, 1], "render");
    Tool::Pdftotext.output(&["-layout", office.full(name, "pdf").to_str().unwrap(), "-"])
}

/// What the archive says of each event with a value in one of the public columns.
fn archived(office: &Office) -> Vec<String> {
    let sql = format!(
        "SELECT event_id, {OURS} FROM events_all WHERE nomor_bukti IS NOT NULL OR jumlah_lembar IS NOT NULL OR \
         ktp_lama_diterima IS NOT NULL ORDER BY event_id"
    );
    let csv = office.run(&["query", &sql, "--format", "csv"]).expect_code(0).out;
    csv.lines().skip(1).map(str::to_owned).collect()
}

/// What the source says of them.
fn said(source: &Path) -> Vec<String> {
    let text = |column: &str| format!("',' || ifnull({column}, '')");
    let columns = OURS.split(", ").map(text).collect::<Vec<_>>().join(" || ");
    let sql = format!("select event_id || {columns} from lengkap where coalesce({OURS}) is not null order by event_id");
    sqlite_texts(source, &sql)
}

/// Who received the card of each dossier of the book of collections, by SQL.
fn receivers(source: &Path) -> BTreeMap<String, String> {
    let of = "select l.nomor_register || ',' || ifnull(h.penerima, '') from lengkap l left join lengkap h
      on h.berkas_id = l.berkas_id and h.langkah = 10 where l.langkah = 8 and";
    let texts = sqlite_texts(source, &format!("{of} l.{}", OCTOBER.replace("and ", "and l.")));
    texts.iter().filter_map(|text| text.split_once(',')).map(|(n, name)| (n.to_owned(), name.to_owned())).collect()
}

/// The same, as the book has it.
fn received(office: &Office) -> BTreeMap<String, String> {
    rows(office, "buku_registrasi_pengambilan").into_iter().map(|row| (row[1].clone(), row[13].clone())).collect()
}

fn holds_them(office: &Office, source: &Path, again: &[&str], change: impl Fn(&str)) {
    office.run(&["pull"]).expect_code(0);
    let wanted = said(source);
    assert!(wanted.len() > 80 && [",ya", ",tidak", ",BPK-"].iter().all(|word| wanted.join("\n").contains(word)));
    assert_eq!(archived(office), wanted);
    let (names, found) = (receivers(source), received(office));
    assert!(["", "BUDI REKAAN", "RISKA REKAAN"].iter().all(|name| names.values().any(|found| found == name)));
    assert_eq!(found, names);
    let second = office.run(&["pull"]).expect_code(0).pulled();
    assert_eq!((second.changes(), second.quarantined), ((0, 0), 0));
    office.run(&["verify"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    // Presence and validity of each column, of the rows that should have a value.
    let quality = office.run(&["quality", "--month", "2026-10", "--columns", "--format", "json"]);
    let quality = quality.expect_code_in(&[0, 1], "quality").rows();
    for (column, of) in [
        ("nomor_bukti", "langkah = 3"),
        ("jumlah_lembar", "langkah = 9"),
        ("ktp_lama_diterima", "langkah = 10 and jenis in ('rusak', 'perubahan_data', 'pindah_datang')"),
        ("penerima", "langkah = 10"),
    ] {
        let sql = |what: &str| format!("select {what} || '' from lengkap where {of} and {OCTOBER}");
        let number = |what: &str| sqlite_texts(source, &sql(what))[0].clone();
        let row = quality.iter().find(|row| row["kolom"] == column).unwrap();
        let present = number(&format!("count({column})"));
        let shown = [&row["baris"], &row["terisi"], &row["sah"]].map(|n| n.as_str().unwrap().to_owned());
        assert_eq!(shown, [number("count(*)"), present.clone(), present], "{column}");
    }
    // A change of what only these columns say is found, by the column, and comes in.
    let one = |column: &str| {
        let of = format!("select min(event_id) || '' from lengkap where {column} is not null and {OCTOBER}");
        sqlite_texts(source, &of)[0].clone()
    };
    let (handed_over, filed) = (one("penerima"), one("jumlah_lembar"));
    change(&format!("update tambahan set penerima = 'LAIN REKAAN' where event_id = {handed_over}"));
    change(&format!("update tambahan set jumlah_lembar = 77 where event_id = {filed}"));
    let found = office.json(&["reconcile", "--month", "2026-10"], 1);
    let columns = |id: &str| {
        let rows = found["different"].as_array().unwrap();
        rows.iter().find(|row| row["event_id"] == id).map(|row| row["columns"].clone())
    };
    assert_eq!(columns(&handed_over), Some(serde_json::json!(["penerima"])), "{found}");
    assert_eq!(columns(&filed), Some(serde_json::json!(["jumlah_lembar"])), "{found}");
    office.run(again).expect_code_in(&[0, 1], "pull");
    assert_eq!(office.events("jumlah_lembar = 77"), 1);
    assert!(received(office).values().any(|name| name == "LAIN REKAAN"));
    office.run(&["verify"]).expect_code(0);
}

fn the_archive_holds_what_the_source_says_sqlite() {
    let office = office();
    holds_them(&office, &database(&office), &["pull", "--again", "2026-10"], |sql| office.sql(sql));
}

fn the_archive_holds_what_the_source_says_csv() {
    let source = source();
    let (office, folder) = folder_of(&source, "lengkap");
    holds_them(&office, &database(&source), &["pull"], |sql| {
        source.sql(sql);
        export(&database(&source), "lengkap", &folder.path().join("1.csv"));
    });
}

fn the_archive_holds_what_the_source_says(server: &mut dyn Server) {
    let source = source();
    let office = office_of(server, &source, "lengkap");
    holds_them(&office, &database(&source), &["pull", "--again", "2026-10"], |sql| server.sql(sql));
}

/// Until the day the office had none of the columns; what came before has no value in them, not even a zero.
const DAY: &str = "2026-10-19";

fn comes_later(office: &Office, source: &Path, pull: &[&str], turn: impl FnOnce()) {
    office.run(pull).expect_code(0);
    let before = office.events("");
    assert!(before > 100, "{before}");
    turn();
    let pulled = office.run(&["pull"]).expect_code(0).pulled();
    assert!(pulled.new > 50 && pulled.corrected == 0 && pulled.held_back == 0 && pulled.quarantined == 0, "{pulled:?}");
    assert_eq!(archived(office), said(source));
    let known = "nomor_bukti IS NOT NULL OR jumlah_lembar IS NOT NULL OR ktp_lama_diterima IS NOT NULL";
    assert_eq!(office.events(&format!("({known}) AND recorded_at < '{DAY}T00:00:00+07:00'")), 0);
    assert!(office.events(known) > 20);
    let again = office.run(&["pull"]).expect_code(0).pulled();
    assert_eq!((again.changes(), again.quarantined), ((0, 0), 0));
    assert_eq!(received(office), receivers(source));
    office.run(&["verify"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
}

/// An office that began to write them down on that day.
fn late_source() -> Office {
    let office = source();
    let before =
        format!("select event_id from workflow_events where recorded_at < '{DAY}' or recorded_at < '2026-10-18T17'");
    office.sql(&format!("delete from tambahan where event_id in ({before})"));
    office
}

fn a_column_that_comes_later_corrects_nothing_sqlite() {
    let office = late_source();
    comes_later(&office, &database(&office), &["pull", "--until", DAY], || {
        office.configure("view = \"workflow_events\"", "view = \"lengkap\"");
    });
}

/// A later export, with more columns, overlaps the earlier one.
fn a_column_that_comes_later_corrects_nothing_csv() {
    let source = late_source();
    source.sql("create view awal as select * from workflow_events where recorded_at < '2026-10-18T17'");
    let (office, folder) = folder_of(&source, "awal");
    comes_later(&office, &database(&source), &["pull"], || {
        export(&database(&source), "lengkap", &folder.path().join("2.csv"));
    });
}

fn a_column_that_comes_later_corrects_nothing(server: &mut dyn Server) {
    let source = late_source();
    let office = office_of(server, &source, "workflow_events");
    comes_later(&office, &database(&source), &["pull", "--until", DAY], || {
        office.configure("view = \"workflow_events\"", "view = \"lengkap\"");
    });
}

/// A view that loses the columns takes back what the rows said that are read again, which is told; nothing is lost when it has them
/// again.
fn a_column_that_goes_is_told_and_may_come_again() {
    let office = office();
    office.run(&["pull"]).expect_code(0);
    let mut corrected = Vec::new();
    for view in ["workflow_events", "lengkap"] {
        let other = if view == "lengkap" { "workflow_events" } else { "lengkap" };
        office.configure(&format!("view = \"{other}\""), &format!("view = \"{view}\""));
        let ran = office.run(&["pull", "--accept-corrections"]).expect_code(1);
        assert_eq!(ran.pulled().new, 0);
        assert_eq!(ran.found("W005")[0].0, u64::try_from(ran.pulled().corrected).unwrap());
        corrected.push(ran.pulled().corrected);
        office.run(&["verify"]).expect_code(0);
    }
    assert!(corrected[0] > 20 && corrected[0] == corrected[1], "{corrected:?}");
    assert_eq!(received(&office), receivers(&database(&office)));
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
}

/// What breaks the contract, the code, and where the finding says it is. Each is of another event of the step.
const BAD: [(i64, &str, &str, &str); 9] = [
    (9, "jumlah_lembar = 0", "V014", "jumlah_lembar, bilangan bulat dari 1 sampai 9999"),
    (9, "jumlah_lembar = -3", "V014", "jumlah_lembar, bilangan bulat dari 1 sampai 9999"),
    (9, "jumlah_lembar = 10000", "V014", "jumlah_lembar, bilangan bulat dari 1 sampai 9999"),
    (9, "penerima = 'BUDI REKAAN'", "V013", "penerima, hanya pada langkah 10"),
    (3, "ktp_lama_diterima = 'ya'", "V013", "ktp_lama_diterima, hanya pada langkah 10"),
    (10, "jumlah_lembar = 4", "V013", "jumlah_lembar, hanya pada langkah 9"),
    (10, "nomor_bukti = 'BPK-1'", "V013", "nomor_bukti, hanya pada langkah 3"),
    (10, "ktp_lama_diterima = 'entah'", "V012", "ktp_lama_diterima, salah satu dari ya, tidak"),
    (10, "penerima = 'PANJANG'", "V011", "penerima, paling banyak 200 huruf"),
];

fn waits(office: &Office, source: &Path, still: i64, change: impl Fn(&str)) {
    let mut events = Vec::new();
    for (n, (step, wrong, ..)) in BAD.iter().enumerate() {
        let of = format!("select event_id || '' from lengkap where langkah = {step} and {OCTOBER} order by event_id");
        let event = sqlite_texts(source, &of)[n].clone();
        let wrong = wrong.replace("PANJANG", &"REKAAN ".repeat(40));
        change(&format!("update tambahan set {wrong} where event_id = {event}"));
        events.push(event);
    }
    let ran = office.run(&["pull"]).expect_code(1);
    assert_eq!(ran.pulled().quarantined, 9, "{}", ran.err);
    for (_, _, code, place) in BAD {
        let times = BAD.iter().filter(|(.., other)| *other == place).count() as u64;
        let found = ran.found(code);
        let of_place: u64 = found.iter().filter(|(_, told)| told.starts_with(place)).map(|(n, _)| n).sum();
        assert_eq!(of_place, times, "{code} {place}: {}", ran.err);
    }
    assert!(!ran.err.contains("REKAAN"), "{}", ran.err);
    let held = |id: &str| office.events(&format!("event_id = {id}"));
    assert!(events.iter().all(|id| held(id) == 0));
    let again = office.run(&["pull"]).expect_code_in(&[0, 1], "pull").pulled();
    assert_eq!((again.quarantined, again.still_quarantined, again.changes()), (0, still, (0, 0)));
    for id in &events {
        let none = "nomor_bukti = null, jumlah_lembar = null, ktp_lama_diterima = null, penerima = null";
        change(&format!("update tambahan set {none} where event_id = {id}"));
    }
    let mended = office.run(&["pull"]).expect_code(0).pulled();
    assert_eq!((mended.changes(), mended.quarantined, mended.still_quarantined), ((9, 0), 0, 0));
    office.run(&["verify"]).expect_code(0);
}

fn bad_values_wait_with_their_reason_until_they_are_mended_sqlite() {
    let office = office();
    waits(&office, &database(&office), 9, |sql| office.sql(sql));
}

fn bad_values_wait_with_their_reason_until_they_are_mended_csv() {
    let source = source();
    let (office, folder) = folder_of(&source, "lengkap");
    // A file that was read is not read again before it is another one.
    waits(&office, &database(&source), 0, |sql| {
        source.sql(sql);
        export(&database(&source), "lengkap", &folder.path().join("1.csv"));
    });
}

fn bad_values_wait_with_their_reason_until_they_are_mended(server: &mut dyn Server) {
    let source = source();
    let office = office_of(server, &source, "lengkap");
    waits(&office, &database(&source), 9, |sql| server.sql(sql));
}

/// An office that writes 1 and 0, and 0 sheets for what nobody counted.
fn words_of_the_office_become_those_of_the_contract() {
    let office = office();
    let wanted = said(&database(&office));
    office.sql(
        "create view milik as select event_id, recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai,
           hasil, kekurangan, nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir,
           pekon, pembawa, diterima, ifnull(nomor_bukti, ' ') as resi,
           case when langkah = 9 then ifnull(jumlah_lembar, 0) end as lembar,
           case ktp_lama_diterima when 'ya' then 'KEMBALI' when 'tidak' then 'TIDAK KEMBALI' else '' end as kartu, penerima
         from lengkap",
    );
    office.configure("view = \"lengkap\"", "view = \"milik\"");
    office.configure(
        "[archive]\n",
        "[source.columns]\nnomor_bukti = \"resi\"\njumlah_lembar = \"lembar\"\nktp_lama_diterima = \"kartu\"\n\n\
         [source.values.ktp_lama_diterima]\n\"KEMBALI\" = \"ya\"\n\"TIDAK KEMBALI\" = \"tidak\"\n\n\
         [source.values.jumlah_lembar]\n\"0\" = \"\"\n\n[archive]\n",
    );
    office.run(&["pull"]).expect_code(0);
    assert_eq!(archived(&office), wanted);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.configure("\"KEMBALI\" = \"ya\"", "\"KEMBALI\" = \"sudah\"");
    office.run(&["pull"]).expect_refusal(&["ktp_lama_diterima", "`sudah`", "ya"]);
    office.configure("\"KEMBALI\" = \"sudah\"", "\"KEMBALI\" = \"ya\"");
    office.configure("\"0\" = \"\"", "\"0\" = 10000");
    office.run(&["pull"]).expect_refusal(&["jumlah_lembar", "10000"]);
}

/// A counter application that writes them down by batch and dossier: the proposed view gives each to its step.
fn init_knows_them() {
    let source = source();
    source.sql(
        "drop view lengkap; drop view workflow_events;
         alter table kolektif add column nama_penerima text;
         alter table berkas add column no_bukti text;
         alter table berkas add column jml_lembar integer;
         alter table berkas add column ktp_lama_diterima text;
         update kolektif set nama_penerima = 'BUDI REKAAN';
         update berkas set no_bukti = 'BPK-' || rowid, jml_lembar = 3 + rowid % 5,
           ktp_lama_diterima = case rowid % 2 when 0 then 'Y' else 'T' end;
         update berkas set ktp_lama_diterima = 'TDK' where ktp_lama_diterima = 'T';
         drop table tambahan;",
    );
    let url = format!("sqlite:{}", database(&source).display());
    let folder = source.path("baru");
    let ran = tests::run(&["init", &folder.display().to_string(), "--source", &url]).expect_code(1);
    let view = fs::read_to_string(folder.join("view.sql")).unwrap();
    let at = |step: u8, end: &str| view.contains(&format!("IN ({step}) THEN {end}"));
    assert!(at(10, "j2.nama_penerima END AS penerima") || view.contains(".nama_penerima END AS penerima"), "{view}");
    for end in [
        ".no_bukti END AS nomor_bukti",
        ".jml_lembar END AS jumlah_lembar",
        ".ktp_lama_diterima END AS ktp_lama_diterima",
    ] {
        assert!(view.contains(end), "{end}: {view}");
    }
    assert!(ran.err.contains("akan diarsipkan"), "{}", ran.err);
    source.sql(&view);
    let office = Office::copy_of(&folder);
    office.run(&["pull"]).expect_code(0);
    let count = |sql: &str| source.number(&format!("select count(*) from langkah_berkas where {sql}"));
    assert_eq!(office.events("nomor_bukti IS NOT NULL"), count("langkah = 3"));
    assert_eq!(office.events("jumlah_lembar IS NOT NULL"), count("langkah = 9"));
    assert_eq!(office.events("ktp_lama_diterima IN ('ya', 'tidak')"), count("langkah = 10"));
}

/// A sum of sheets as a book prints it, by SQL: how many, and for how many dossiers nobody counted.
fn sheets(office: &Office, of: &str) -> String {
    let sql = format!(
        "select '' || case when count(jumlah_lembar) = 0 then '' when count(jumlah_lembar) = count(*) then sum(jumlah_lembar)
           else sum(jumlah_lembar) || ' (' || (count(*) - count(jumlah_lembar)) || ' berkas tidak dicatat)' end
         from lengkap where langkah = 9 and {OCTOBER} and {of}"
    );
    sqlite_texts(&database(office), &sql)[0].clone()
}

fn books_show_who_received_and_how_many_sheets() {
    let office = office();
    // Of one batch somebody counted all.
    office.sql(
        "update tambahan set jumlah_lembar = 5 where jumlah_lembar is null and event_id in
           (select event_id from lengkap where langkah = 9 and kolektif_id = (select max(kolektif_id) from kolektif))",
    );
    office.run(&["pull"]).expect_code(0);
    let of_source = |sql: &str| sqlite_texts(&database(&office), &format!("{sql} and {OCTOBER}"));
    let mut wanted = of_source("select berkas_id || ',' || ifnull(jumlah_lembar, '') from lengkap where langkah = 9");
    wanted.sort();
    let mut book = Vec::new();
    for (name, berkas, at) in [("buku_registrasi_arsip", 3, 10), ("daftar_isi_berkas", 7, 10)] {
        let mut found: Vec<String> =
            rows(&office, name).iter().map(|row| format!("{},{}", row[berkas], row[at])).collect();
        found.sort();
        assert_eq!(found, wanted, "{name}");
        book.push(found);
    }
    let batches = rows(&office, "daftar_berkas");
    assert!(
        batches.iter().any(|row| row[10].contains("tidak dicatat")) && batches.iter().any(|row| !row[10].contains(' '))
    );
    for batch in &batches {
        assert_eq!(batch[10], sheets(&office, &format!("kolektif_id = '{}'", batch[1])), "{}", batch[1]);
    }
    // What they come to, in the books and lists that have a last row.
    for name in ["buku_registrasi_arsip", "daftar_isi_berkas", "daftar_berkas"] {
        let render = ["render", "--month", "2026-10", "--full", "--format", "json", "--only", name];
        office.run(&render).expect_code_in(&[0, 1], "render");
        let json: serde_json::Value = serde_json::from_slice(&fs::read(office.full(name, "json")).unwrap()).unwrap();
        let said = |cell: &serde_json::Value| match (&cell["text"], &cell["number"]) {
            (serde_json::Value::String(text), _) => text.clone(),
            (_, number) => number.to_string(),
        };
        let totals: Vec<String> = json["totals"].as_array().unwrap().iter().map(said).collect();
        assert!(totals.contains(&sheets(&office, "true")), "{name}: {totals:?}");
    }
}

fn slips_and_books_carry_the_number_that_the_office_gave() {
    let office = office();
    office.run(&["pull"]).expect_code(0);
    let of = |sql: &str| sqlite_texts(&database(&office), &format!("{sql} and {OCTOBER}"));
    let number = "ifnull(nomor_bukti, '400.12.2.1/' || berkas_id || '/BP')";
    let mut wanted = of(&format!("select {number} || ' ' || nama from lengkap where langkah = 3"));
    wanted.sort();
    let text = printed(&office, "bukti_pengambilan");
    for slip in &wanted {
        let (number, name) = slip.split_once(' ').unwrap();
        assert!(text.contains(&format!("Nomor: {number}")) && text.contains(name), "{slip}: {text}");
    }
    assert!(text.contains("Nomor: BPK-") && text.contains("Nomor: 400.12.2.1/B"));
    let mut book: Vec<String> = rows(&office, "buku_registrasi_perekaman").iter().map(|row| row[2].clone()).collect();
    book.sort();
    let mut numbers = of(&format!("select {number} from lengkap where langkah = 3"));
    numbers.sort();
    assert_eq!(book, numbers);
    // The book of collections and the statements have it of who was recorded.
    let of_berkas = sqlite_texts(
        &database(&office),
        &format!("select berkas_id || ',' || {number} from lengkap where langkah = 3"),
    );
    let of_berkas: BTreeMap<&str, &str> = of_berkas.iter().filter_map(|text| text.split_once(',')).collect();
    let berkas = of("select nomor_register || ',' || berkas_id from lengkap where langkah = 8");
    let berkas: BTreeMap<&str, &str> = berkas.iter().filter_map(|text| text.split_once(',')).collect();
    for row in rows(&office, "buku_registrasi_pengambilan") {
        assert_eq!(row[2], of_berkas.get(berkas[row[1].as_str()]).copied().unwrap_or_default(), "{}", row[1]);
    }
    let statement = rows(&office, "berita_acara_serah_terima");
    let at = statement[0].len() - 1;
    assert!(statement.iter().any(|row| row[at].starts_with("BPK-")), "{:?}", statement[0]);
    for row in &statement {
        assert_eq!(row[at], of_berkas.get(row[at - 1].as_str()).copied().unwrap_or_default(), "{row:?}");
    }
}

fn a_statement_names_the_receiver_whom_every_row_names() {
    let office = office();
    // Of one batch the receiver of a single card is not known.
    office.sql(&format!(
        "update tambahan set penerima = null where event_id = (select min(event_id) from lengkap where penerima = 'BUDI REKAAN'
           and {OCTOBER} and kolektif_id in (select kolektif_id from lengkap where langkah = 10 group by kolektif_id, date(selesai, '+7 hours')
           having count(*) > 1))"
    ));
    office.run(&["pull"]).expect_code(0);
    let render =
        ["render", "--month", "2026-10", "--full", "--format", "json,pdf", "--only", "berita_acara_serah_terima"];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let name = "berita_acara_serah_terima";
    let json: serde_json::Value = serde_json::from_slice(&fs::read(office.full(name, "json")).unwrap()).unwrap();
    let of_sheet = |sheet: &serde_json::Value| {
        let text = |key: &str| sheet[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("kolektif_id"), text("on"), text("penerima"))
    };
    let mut found: Vec<String> = json["sheets"].as_array().unwrap().iter().map(of_sheet).collect();
    found.sort();
    let mut wanted = sqlite_texts(
        &database(&office),
        &format!(
            "select kolektif_id || ' ' || date(selesai, '+7 hours') || ' ' || case when count(*) = count(penerima)
               and count(distinct penerima) = 1 then min(penerima) else '' end
             from lengkap where langkah = 10 and {OCTOBER} group by kolektif_id, date(selesai, '+7 hours')"
        ),
    );
    wanted.sort();
    assert_eq!(found, wanted);
    let named = wanted.iter().filter(|sheet| !sheet.ends_with(' ')).count();
    assert!(named > 3 && named < wanted.len());
    // On paper the name stands under PIHAK KEDUA and in its account; elsewhere there is a line for the pen.
    let text = Tool::Pdftotext.output(&["-layout", office.full(name, "pdf").to_str().unwrap(), "-"]);
    let printed = text.matches("REKAAN").count();
    assert_eq!(printed, 2 * named, "{text}");
    let csv = rows(&office, name);
    let column = 6;
    let in_table = csv.iter().filter(|row| !row[column].is_empty()).count();
    let cards: i64 = office.number(&format!(
        "select sum(n) from (select count(*) as n from lengkap where langkah = 10 and {OCTOBER}
           group by kolektif_id, date(selesai, '+7 hours') having count(*) = count(penerima) and count(distinct penerima) = 1)"
    ));
    assert_eq!(i64::try_from(in_table).unwrap(), cards);
}

fn only_cards_that_came_in_are_counted_for_destruction() {
    let office = office();
    office.sql("update langkah_berkas set hasil = 'gagal_cetak' where event_id in
                 (select event_id from langkah_berkas where langkah = 6 and hasil = 'tercetak' order by event_id limit 3)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let replacing = "langkah = 10 and jenis in ('rusak', 'perubahan_data', 'pindah_datang')";
    let count = |of: &str| office.number(&format!("select count(*) from lengkap where {of} and {OCTOBER}"));
    let register = rows(&office, "register_ktp_el_rusak");
    let of = |why: &str, answer: &str| {
        i64::try_from(register.iter().filter(|row| row[2] == why && row[10] == answer).count()).unwrap()
    };
    let [came, stayed, unknown, spoilt] = [
        ("KTP-el lama diterima", "ya", "langkah = 10 and ktp_lama_diterima = 'ya'".to_owned()),
        ("KTP-el lama tidak diterima", "tidak", format!("{replacing} and ktp_lama_diterima = 'tidak'")),
        ("KTP-el lama seharusnya ditarik", "", format!("{replacing} and ktp_lama_diterima is null")),
        ("Gagal cetak", "", "hasil = 'gagal_cetak'".to_owned()),
    ]
    .map(|(why, answer, sql)| {
        assert!(of(why, answer) > 0 && of(why, answer) == count(&sql), "{why}: {} of {}", of(why, answer), count(&sql));
        of(why, answer)
    });
    assert_eq!(i64::try_from(register.len()).unwrap(), came + stayed + unknown + spoilt);
    let line = |text: &str, why: &str| {
        let line = text.lines().find(|line| line.contains(why)).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    };
    let name = "berita_acara_pemusnahan_ktp_el";
    let text = printed(&office, name);
    assert_eq!(line(&text, "KTP-el lama diterima"), came.to_string(), "{text}");
    assert_eq!(line(&text, "Gagal cetak"), spoilt.to_string());
    assert!(line(&text, "KTP-el lama seharusnya ditarik").starts_with("....."), "{text}");
    assert!(!text.contains("tidak diterima") && text.contains("sebanyak ....."), "{text}");
    // As soon as it is known of all, the whole is a number.
    office.sql(&format!(
        "update tambahan set ktp_lama_diterima = 'ya' where event_id in (select event_id from lengkap where {replacing}
           and ktp_lama_diterima is null)"
    ));
    office.run(&["pull", "--again", "2026-10"]).expect_code_in(&[0, 1], "pull");
    let text = printed(&office, name);
    let all = count("langkah = 10 and ktp_lama_diterima = 'ya'") + spoilt;
    assert_eq!(line(&text, "Jumlah "), "(keping)", "{text}");
    assert!(text.contains(&format!("sebanyak {all} (")) && !text.contains("seharusnya ditarik"), "{text}");
}

/// A word that somebody wrote into the archive is neither yes nor no, and not unknown either.
fn what_no_source_may_say_is_an_error() {
    let office = office();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let forger = Forger { root: office.path("archive") };
    Forger::edit(&forger.parts("events")[0], |rows| with_text(&rows, "ktp_lama_diterima", "mungkin"));
    forger.rehash();
    let ran = office.run(&["render", "--month", "2026-10", "--only", "register_ktp_el_rusak"]).expect_code(2);
    assert!(ran.err.contains("`ktp_lama_diterima` holds a value that it cannot have"), "{}", ran.err);
    assert!(!ran.err.contains("mungkin"), "{}", ran.err);
}

fn a_working_copy_hides_the_receiver() {
    let office = office();
    office.run(&["pull"]).expect_code(0);
    let render = ["render", "--month", "2026-10", "--format", "csv,json,xlsx", "--csv-dialect", "rfc4180"];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let mut masked = 0;
    for (path, bytes) in tests::tree(&office.path("laporan/2026-10")) {
        let text = String::from_utf8_lossy(&bytes);
        for name in ["BUDI REKAAN", "RISKA REKAAN", "WATI REKAAN"] {
            assert!(!text.contains(name), "{} names {name}", path.display());
        }
        masked += text.matches("B*** R*****").count();
    }
    assert!(masked > 10, "{masked}");
    assert!(office.run(&["query", "SELECT penerima FROM events"]).code == 2);
}

/// The figures and every document are those of the same office whose source has none of the columns, or has them without a value.
fn without_them_nothing_is_different() {
    let plain = source();
    let empty = office();
    empty.sql("update tambahan set nomor_bukti = '', jumlah_lembar = null, ktp_lama_diterima = ' ', penerima = null");
    let full = office();
    let rendered = |office: &Office| {
        office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code(0);
        let render = ["render", "--month", "2026-10", "--full", "--format", "csv,json", "--csv-dialect", "rfc4180"];
        office.run(&render).expect_code_in(&[0, 1], "render");
        let place = office.folder().display().to_string();
        let said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&place, "");
        let files = tests::tree(&office.path("laporan/2026-10_dinas")).into_iter();
        files.map(|(path, bytes)| (path, said(bytes))).collect::<BTreeMap<_, _>>()
    };
    let (of_plain, of_empty) = (rendered(&plain), rendered(&empty));
    assert!(of_plain.len() > 20);
    assert_eq!(of_plain.keys().collect::<Vec<_>>(), of_empty.keys().collect::<Vec<_>>());
    for (path, text) in &of_plain {
        assert_eq!(*text, of_empty[path], "{}", path.display());
    }
    rendered(&full);
    assert_eq!(full.figures("2026-10", 0), plain.figures("2026-10", 0));
}
