//! An office with a schema of its own: other names, four joined tables, names of steps instead of numbers, the office's own words,
//! days as text, NIK as numbers, codes of areas with dots. The archive is the same as that of the contract's own view.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use schemas::{Column, Facts};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use tests::servers::Server;
use tests::{EVERY_EVENT, Office, export, sqlite};

tests::trials! {
    words_days_and_numbers_are_translated_sqlite;
    words_days_and_numbers_are_translated_csv;
    words_days_and_numbers_are_translated on each_server;
    columns_that_no_row_must_have_may_be_absent_sqlite;
    columns_that_no_row_must_have_may_be_absent_csv;
    columns_that_no_row_must_have_may_be_absent on each_server;
    a_word_without_an_entry_is_named_with_those_allowed;
    init_proposes_a_view_that_works_sqlite;
    init_proposes_a_view_that_works on each_server;
    what_cannot_be_guessed_is_named_as_a_gap;
    a_source_without_steps_gets_a_skeleton;
    the_skeleton_of_the_contract_can_be_filled_in on each_server;
    the_contract_is_printed;
    what_the_configuration_says_is_checked;
}

const TABLES: [&str; 4] = ["m_desa", "tbl_batch", "tbl_permohonan", "tbl_proses"];

/// The tables as a server has them, with `TIME` for its type of instants.
const SCHEMA: &str = "
create table m_desa(kode_desa varchar(13) primary key, nama_desa varchar(100) not null, nama_kec varchar(100) not null);
create table tbl_batch(id_batch int primary key, no_batch varchar(40) not null, kode_desa varchar(13) not null,
  nama_pembawa varchar(200) not null, tgl_terima TIME not null, foreign key (kode_desa) references m_desa(kode_desa));
create table tbl_permohonan(id_permohonan int primary key, no_permohonan varchar(40) not null, id_batch int not null,
  no_ktp bigint, nama_lengkap varchar(200), jk varchar(20), tmpt_lhr varchar(100), tgl_lhr varchar(20),
  jns_permohonan varchar(40) not null, kwn varchar(10) not null, foreign key (id_batch) references tbl_batch(id_batch));
create table tbl_proses(id_proses bigint primary key, id_permohonan int not null, tahap varchar(100) not null,
  peran varchar(100) not null, id_petugas varchar(40), tgl_mulai TIME, tgl_selesai TIME not null,
  hasil_proses varchar(40) not null, berkas_kurang varchar(200), no_register varchar(40), catatan text,
  waktu_simpan TIME not null, foreign key (id_permohonan) references tbl_permohonan(id_permohonan));
";

/// The view that a person who knows the tables would write.
const VIEW: &str = "
create view peristiwa as select p.id_proses as event_id, p.waktu_simpan as recorded_at, m.no_permohonan as berkas_id,
  b.no_batch as kolektif_id, p.tahap as langkah, p.peran as pelaksana, p.id_petugas as petugas_id, p.tgl_mulai as mulai,
  p.tgl_selesai as selesai, p.hasil_proses as hasil, p.berkas_kurang as kekurangan, p.no_register as nomor_register,
  p.catatan as keterangan, m.jns_permohonan as jenis, m.kwn as kewarganegaraan, m.no_ktp as nik, m.nama_lengkap as nama,
  m.jk as jenis_kelamin, m.tmpt_lhr as tempat_lahir, m.tgl_lhr as tanggal_lahir, b.kode_desa as pekon,
  b.nama_pembawa as pembawa, b.tgl_terima as diterima
from tbl_proses p join tbl_permohonan m on m.id_permohonan = p.id_permohonan join tbl_batch b on b.id_batch = m.id_batch;
";

/// The office's own word for one of the contract's.
fn own(word: &str) -> String {
    match word {
        "L" => "LAKI-LAKI".to_owned(),
        "P" => "PEREMPUAN".to_owned(),
        "OA" => "WNA".to_owned(),
        word => word.to_uppercase().replace('_', " "),
    }
}

/// Each word of a column with the office's own; steps and roles are called by their names.
fn own_words(column: Column) -> Vec<(String, String)> {
    let facts = Facts::embedded().unwrap();
    let mut words: Vec<(String, String)> = facts
        .allowed_words(column)
        .into_iter()
        .map(|allowed| {
            let named = matches!(column, Column::Langkah | Column::Pelaksana);
            (if named { allowed.label } else { own(&allowed.word) }, allowed.word)
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

/// An expression that gives the office's own word.
fn case(column: Column, expression: &str) -> String {
    let words = own_words(column);
    let arms: Vec<String> = words.iter().map(|(own, word)| format!("when '{word}' then '{own}'")).collect();
    format!("case {expression} {} end", arms.join(" "))
}

/// A SQLite file with the office's own tables, beside those of the contract's view; `day` is how it writes days.
fn with_own_tables(office: &Office) -> PathBuf {
    office.sql(&SCHEMA.replace("TIME", "text"));
    let codes: String = own_words(Column::Kekurangan)
        .iter()
        .fold("l.kekurangan".to_owned(), |text, (own, word)| format!("replace({text}, '{word}', '{own}')"));
    office.sql(&format!(
        "insert into m_desa select substr(kode, 1, 2) || '.' || substr(kode, 3, 2) || '.' || substr(kode, 5, 2) || '.' ||
           substr(kode, 7), nama, kecamatan from pekon;
         insert into tbl_batch select k.rowid, kolektif_id, substr(pekon, 1, 2) || '.' || substr(pekon, 3, 2) || '.' ||
           substr(pekon, 5, 2) || '.' || substr(pekon, 7), pembawa, diterima from kolektif k;
         insert into tbl_permohonan select b.rowid, berkas_id, k.rowid, cast(nik as integer), nama, {sex}, tempat_lahir,
           strftime('%d-%m-%Y', tanggal_lahir), {jenis}, {kwn} from berkas b join kolektif k using (kolektif_id);
         insert into tbl_proses select l.event_id, b.rowid, {langkah}, {peran}, petugas_id, mulai, selesai, {hasil}, {codes},
           nomor_register, keterangan, recorded_at from langkah_berkas l join berkas b using (berkas_id);",
        sex = case(Column::JenisKelamin, "jenis_kelamin"),
        jenis = case(Column::Jenis, "jenis"),
        kwn = case(Column::Kewarganegaraan, "kewarganegaraan"),
        langkah = case(Column::Langkah, "cast(langkah as text)"),
        peran = case(Column::Pelaksana, "pelaksana"),
        hasil = case(Column::Hasil, "hasil"),
    ));
    office.path("kantor.sqlite")
}

/// What a person writes into the configuration for these tables.
fn entries() -> String {
    let mut text = String::new();
    for column in [
        Column::Langkah,
        Column::Pelaksana,
        Column::Hasil,
        Column::Kekurangan,
        Column::Jenis,
        Column::Kewarganegaraan,
        Column::JenisKelamin,
    ] {
        text.push_str(&format!("[source.values.{}]\n", column.name()));
        for (own, word) in own_words(column) {
            let word = if column == Column::Langkah { word } else { format!("\"{word}\"") };
            text.push_str(&format!("\"{own}\" = {word}\n"));
        }
    }
    format!("{text}[source.formats]\ntanggal_lahir = \"%d-%m-%Y\"\n")
}

/// An office that pulls through a view and translates.
fn translating(url: &str) -> Office {
    let office = Office::unpulled();
    let path = office.path("tertib.toml");
    let text = fs::read_to_string(&path).unwrap();
    let kept = text
        .lines()
        .filter(|line| !["url = ", "view = ", "outages = ", "stock = "].iter().any(|key| line.starts_with(key)));
    let text = kept.collect::<Vec<_>>().join("\n");
    let source = format!("[source]\nurl = \"{url}\"\nview = \"peristiwa\"");
    let text = text.replace("[source]", &source).replace("[archive]\n", &format!("{}\n[archive]\n", entries()));
    fs::write(path, text).unwrap();
    office
}

/// The events of the contract's own view, pulled at once.
fn reference() -> (Office, Value) {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let events = events(&office);
    (office, events)
}

fn events(office: &Office) -> Value {
    office.json(&["query", EVERY_EVENT], 0)["rows"].clone()
}

/// The rows come out as those of the contract's own view, and are proved to; a change in the source is found, and comes in.
fn comes_out_the_same(office: &Office, in_files: bool, change: impl FnOnce(&str)) {
    let (direct, expected) = reference();
    office.run(&["pull"]).expect_code(0);
    assert_eq!(events(office), expected);
    // Files do not tell what was recorded since the latest row in them.
    let code = i32::from(in_files);
    assert_eq!(office.figures("2026-10", code), direct.figures("2026-10", 0));
    // The second pull knows every row.
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (0, 0));
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    let checked = direct.number("select min(event_id) from langkah_berkas where langkah = 2 and hasil = 'lengkap'");
    change(&format!("update tbl_proses set hasil_proses = 'PERLU REKAM' where id_proses = {checked}"));
    let found = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(found["different"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found["different"][0]["columns"][0], "hasil", "{found}");
}

fn words_days_and_numbers_are_translated_sqlite() {
    let source = Office::unpulled();
    let database = with_own_tables(&source);
    sqlite(&database, VIEW);
    let office = translating(&format!("sqlite:{}", database.display()));
    comes_out_the_same(&office, false, |sql| sqlite(&database, sql));
}

fn words_days_and_numbers_are_translated_csv() {
    let source = Office::unpulled();
    let database = with_own_tables(&source);
    sqlite(&database, VIEW);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("peristiwa.csv");
    export(&database, "peristiwa", &file);
    let office = translating(&format!("csv:{}", folder.path().display()));
    comes_out_the_same(&office, true, |sql| {
        sqlite(&database, sql);
        export(&database, "peristiwa", &file);
    });
}

fn words_days_and_numbers_are_translated(server: &mut dyn Server) {
    let source = Office::unpulled();
    let database = with_own_tables(&source);
    server.copy_tables(&database, SCHEMA, &TABLES);
    server.sql(VIEW);
    let office = translating(&server.reader());
    comes_out_the_same(&office, false, |sql| server.sql(sql));
}

/// A view without the columns that no row must have, of a contract's table.
fn bare(columns: &[Column]) -> String {
    let names: Vec<&str> = Column::ALL.into_iter().filter(|c| !columns.contains(c)).map(Column::name).collect();
    format!("create view ringkas as select {} from workflow_events", names.join(", "))
}

fn optional() -> Vec<Column> {
    Column::ALL.into_iter().filter(|column| !column.is_always_read()).collect()
}

/// Every row lacks the columns; what is proved of the others stays so.
fn lacks_them(office: &Office, in_database: bool, change: impl FnOnce()) {
    office.configure("view = \"workflow_events\"", "view = \"ringkas\"");
    office.run(&["pull"]).expect_code(0);
    let all = office.events("");
    assert!(all > 100 && office.events("petugas_id IS NULL AND nomor_register IS NULL AND mulai IS NULL") == all);
    let compared = office.json(&["reconcile", "--month", "2026-10"], 0);
    assert_eq!(compared["in_database"], in_database, "{compared}");
    assert_eq!(compared["archive_rows"], compared["source_rows"]);
    change();
    let found = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(found["different"].as_array().map(Vec::len), Some(1), "{found}");
    // One that the configuration names must be there.
    office.configure("[archive]\n", "[source.columns]\nnik = \"no_ktp\"\n\n[archive]\n");
    office.run(&["pull"]).expect_refusal(&["lacks the column no_ktp"]);
}

const CHANGE: &str = "update langkah_berkas set pelaksana = 'operator' where event_id = 7";

fn columns_that_no_row_must_have_may_be_absent_sqlite() {
    let office = Office::unpulled();
    office.sql(&bare(&optional()));
    lacks_them(&office, false, || office.sql(CHANGE));
}

fn columns_that_no_row_must_have_may_be_absent_csv() {
    let source = Office::unpulled();
    source.sql(&bare(&optional()));
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ringkas.csv");
    export(&source.path("kantor.sqlite"), "ringkas", &file);
    let office = Office::at(&format!("csv:{}", folder.path().display()));
    lacks_them(&office, false, || {
        source.sql(CHANGE);
        export(&source.path("kantor.sqlite"), "ringkas", &file);
    });
}

fn columns_that_no_row_must_have_may_be_absent(server: &mut dyn Server) {
    let source = Office::unpulled();
    server.fill(&source.path("kantor.sqlite"));
    server.sql(&bare(&optional()));
    let office = Office::at(&server.reader());
    lacks_them(&office, true, || server.sql(CHANGE));
}

fn a_word_without_an_entry_is_named_with_those_allowed() {
    let source = Office::unpulled();
    let database = with_own_tables(&source);
    sqlite(&database, VIEW);
    let office = translating(&format!("sqlite:{}", database.display()));
    for line in
        ["\"GAGAL CETAK\" = \"gagal_cetak\"\n", "\"Perekaman\" = 3\n", "\"PERUBAHAN DATA\" = \"perubahan_data\"\n"]
    {
        office.configure(line, "");
    }
    office.configure("tanggal_lahir = \"%d-%m-%Y\"", "tanggal_lahir = \"%Y/%m/%d\"");
    sqlite(&database, "update tbl_permohonan set tgl_lhr = '1997-08-17'");
    let ran = office.run(&["pull"]).expect_code(1);
    let place = |code: &str| ran.err.lines().find(|line| line.starts_with(code)).unwrap_or_default().to_owned();
    assert!(place("V012").contains("\"PERUBAHAN DATA\" (") && place("V012").contains("perubahan_data"), "{}", ran.err);
    assert!(place("V002").contains("\"Perekaman\" ("), "{}", ran.err);
    if source.number("select count(*) from langkah_berkas where hasil = 'gagal_cetak'") > 0 {
        assert!(place("V004").contains("\"GAGAL CETAK\" (") && place("V004").contains("gagal_cetak"), "{}", ran.err);
    }
    assert!(!tests::holds_nik(&ran.err), "{}", ran.err);
}

fn what_the_configuration_says_is_checked() {
    let office = Office::unpulled();
    for (entry, words) in [
        ("[source.values.hasil]\n\"GAGAL\" = \"gagal_cetk\"", ["`gagal_cetak`", "perlu_rekam"]),
        ("[source.values.langkah]\n\"Arsip\" = 11", ["`11`", "1, 10, 2"]),
        ("[source.values.nama]\n\"A\" = \"B\"", ["`nama`", "[source.formats]"]),
        ("[source.values.tahap]\n\"A\" = 1", ["tahap", "langkah"]),
        ("[source.values.hasil]\n\"A\" = 1.5", ["line ", "a word of the contract"]),
        ("[source.formats]\ntanggal_lahir = \"%d-%m-%y\"", ["century", "%d-%m-%Y"]),
        ("[source.formats]\nhasil = \"%d-%m-%Y\"", ["`hasil`", "no day"]),
    ] {
        let copy = office.copy();
        copy.configure("[archive]\n", &format!("{entry}\n\n[archive]\n"));
        copy.run(&["pull"]).expect_refusal(&words);
    }
}

/// The first thing that somebody does who has only the program: `init`, then the proposed view is made by the owner of the
/// database, then `pull`. The archive is that of the contract's own view.
fn works_at_once(url: &str, make: impl FnOnce(&str)) {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("kerja");
    let ran = tests::run(&["init", &folder.display().to_string(), "--source", url]).expect_code(1);
    assert!(ran.err.contains("tbl_proses") && !ran.err.contains("Belum terisi"), "{}", ran.err);
    assert!(ran.err.contains("akan diarsipkan"), "{}", ran.err);
    let proposed = fs::read_to_string(folder.join("view.sql")).unwrap();
    assert!(proposed.contains("kunci asing") || proposed.contains("nama kolom sama"), "{proposed}");
    let config = fs::read_to_string(folder.join("tertib.toml")).unwrap();
    for text in [&ran.err, &ran.out, &proposed, &config] {
        assert!(!tests::holds_nik(text), "{text}");
    }
    make(&proposed);
    let office = Office::copy_of(&folder);
    office.put_key("kunci.key", fs::read(Office::small().path("kunci.key")).unwrap());
    office.run(&["pull"]).expect_code(0);
    let (direct, expected) = reference();
    assert_eq!(events(&office), expected);
    assert_eq!(office.figures("2026-10", 0), direct.figures("2026-10", 0));
}

/// Leaves only the office's own tables.
fn only_own_tables(office: &Office) -> PathBuf {
    let database = with_own_tables(office);
    office.sql(
        "drop view workflow_events; drop table langkah_berkas; drop table berkas; drop table kolektif; drop table pekon;
         drop table gangguan; drop table blangko;",
    );
    database
}

fn init_proposes_a_view_that_works_sqlite() {
    let source = Office::unpulled();
    let database = only_own_tables(&source);
    works_at_once(&format!("sqlite:{}", database.display()), |view| sqlite(&database, view));
}

fn init_proposes_a_view_that_works(server: &mut dyn Server) {
    let source = Office::unpulled();
    server.copy_tables(&with_own_tables(&source), SCHEMA, &TABLES);
    let reader = server.reader();
    works_at_once(&reader, |view| server.sql(view));
}

fn what_cannot_be_guessed_is_named_as_a_gap() {
    let source = Office::unpulled();
    let database = only_own_tables(&source);
    source.sql(
        "update tbl_proses set hasil_proses = 'ZZZ-9' where hasil_proses = 'DITOLAK' or id_proses % 50 = 0;
         update tbl_permohonan set jk = 'SITI REKAAN' where id_permohonan = 1;
         alter table tbl_batch rename column nama_pembawa to f17;",
    );
    let folder = source.path("baru");
    let url = format!("sqlite:{}", database.display());
    let ran = tests::run(&["init", &folder.display().to_string(), "--source", &url]).expect_code(1);
    assert!(ran.err.contains("Belum terisi: pembawa"), "{}", ran.err);
    assert!(ran.err.contains("\"ZZZ-9\" ("), "{}", ran.err);
    let (view, config) =
        (fs::read_to_string(folder.join("view.sql")).unwrap(), fs::read_to_string(folder.join("tertib.toml")).unwrap());
    assert!(view.contains("<pembawa> AS pembawa"), "{view}");
    assert!(config.contains("# \"ZZZ-9\" = \"\"") && config.contains("langkah 5: disetujui, ditolak"), "{config}");
    // A name in the wrong column is nobody's business.
    for text in [&ran.err, &view, &config] {
        assert!(!text.contains("SITI REKAAN"), "{text}");
    }
    // The configuration can be read as it is.
    let said = tests::run(&["pull", "--config", &folder.join("tertib.toml").display().to_string()]);
    said.expect_refusal(&["no relation `workflow_events`"]);
}

fn a_source_without_steps_gets_a_skeleton() {
    let source = Office::unpulled();
    let database = source.path("lain.sqlite");
    fs::write(&database, "").unwrap();
    sqlite(&database, "create table barang(kode text, nama text); insert into barang values ('A', 'MEJA')");
    let folder = source.path("baru");
    let url = format!("sqlite:{}", database.display());
    let ran = tests::run(&["init", &folder.display().to_string(), "--source", &url]).expect_code(1);
    assert!(ran.err.contains("Kerangka"), "{}", ran.err);
    let skeleton = fs::read_to_string(folder.join("view.sql")).unwrap();
    assert_eq!(skeleton, tests::run(&["contract", "--sql", "sqlite"]).expect_code(0).out);
}

fn the_skeleton_of_the_contract_can_be_filled_in(server: &mut dyn Server) {
    server.contract_table(20);
    server.sql("create table asal as select * from workflow_events; drop table workflow_events");
    let dialect = match server.dialect().scheme {
        "postgres" => "postgres",
        _ => "mysql",
    };
    let skeleton = tests::run(&["contract", "--sql", dialect]).expect_code(0).out;
    let (select, joins) = skeleton.split_once("FROM <tabel_langkah> p").unwrap();
    let mut filled = format!("{select}FROM asal p;");
    assert!(joins.contains("CREATE VIEW gangguan"), "{joins}");
    for column in Column::ALL {
        let begin = if column.name() == "penerima" { " IN (10) THEN <penerima> END" } else { "" };
        assert!(filled.contains(begin) && filled.contains(&format!("<{}>", column.name())), "{filled}");
        assert!(filled.contains(&format!(" AS {}", column.name())), "{filled}");
        filled = filled.replace(&format!("<{}>", column.name()), &format!("p.{}", column.name()));
    }
    server.sql(&filled);
    let office = Office::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    assert_eq!(office.events(""), 20);
}

fn the_contract_is_printed() {
    let rows = tests::run(&["contract", "--format", "json"]).expect_code(0).rows();
    let of = |name: &str| rows.iter().find(|row| row["kolom"] == name).unwrap();
    assert_eq!(rows.len(), Column::ALL.len() + 7);
    assert_eq!((&of("nik")["pribadi"], &of("nik")["wajib"]), (&Value::from(true), &Value::from(false)));
    assert_eq!(of("langkah")["kata"][0]["nama"], "Penerimaan berkas");
    let words = of("hasil")["kata"].as_array().unwrap();
    assert!(words.iter().any(|word| word["kata"] == "gagal_cetak" && word["langkah"] == 6));
    assert!(of("nama")["arti"].as_str().unwrap().contains("pemohon"));
    let english = tests::run(&["contract", "--lang", "en"]).expect_code(0).out;
    assert!(english.contains("applicant's NIK") && english.contains("langkah 2: lengkap, perlu_rekam, kurang"));
    let csv = tests::run(&["contract", "--format", "csv"]).expect_code(0).out;
    assert_eq!(csv.lines().count(), rows.len() + 1);
}
