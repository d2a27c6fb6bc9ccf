//! Lists and hand-overs: their rows are those of the source, their totals those of the books.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use std::fs;
use tests::tools::Tool;
use tests::{Office, sqlite_number};

tests::trials! {
    archive_lists_hold_what_the_archive_book_holds;
    spoilt_and_withdrawn_cards_stand_in_the_register;
    the_stock_card_ends_with_what_is_left;
    every_card_handed_over_stands_in_one_statement;
    nothing_is_listed_for_destruction_without_a_schedule;
    no_column_of_a_list_is_always_blank;
    no_text_runs_or_stops_a_book needs Tool::Pdftotext;
    the_provinces_form_counts_days;
    a_long_book_is_set_in_volumes needs Tool::Pdftotext;
    a_template_is_set_again_when_it_changes needs Tool::Pdftotext;
    what_is_to_be_destroyed_is_stated needs Tool::Pdftotext;
    every_document_has_the_same_bytes_on_one_core needs Tool::Taskset;
    a_year_in_a_loop_keeps_its_memory;
    the_backlog_is_aged_in_working_days;
    closed_books_stay_and_late_entries_follow needs Tool::Pdftotext;
    gaps_and_doubles_are_marked_in_their_rows needs Tool::Pdftotext;
    the_crest_stands_in_the_letterhead needs Tool::Pdftoppm;
}

/// The rows of a document of October as CSV, without the head.
fn rows(office: &Office, name: &str) -> Vec<Vec<String>> {
    let place = office.path("keluaran");
    let arguments =
        ["render", "--month", "2026-10", "--format", "csv", "--only", name, "--out", place.to_str().unwrap()];
    office.run(&arguments).expect_code(0);
    let text = fs::read_to_string(place.join(format!("{name}_2026-10.csv"))).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// How many events of October the source has of which something holds.
fn events(office: &Office, what: &str) -> usize {
    let sql = format!(
        "select count(*) from workflow_events where selesai >= '2026-09-30T17' and selesai < '2026-10-31T17' and {what}"
    );
    usize::try_from(sqlite_number(&office.path("kantor.sqlite"), &sql)).unwrap()
}

fn sum(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter().map(|row| row[column].parse::<usize>().unwrap()).sum()
}

fn archive_lists_hold_what_the_archive_book_holds() {
    let office = Office::small();
    let archived = events(&office, "langkah = 9");
    assert!(archived > 40);
    assert_eq!(rows(&office, "buku_registrasi_arsip").len(), archived);
    let items = rows(&office, "daftar_isi_berkas");
    assert_eq!(items.len(), archived);
    let batches = rows(&office, "daftar_berkas");
    assert_eq!(sum(&batches, 7), archived);
    // Items are numbered within their batch.
    for batch in &batches {
        let of_batch: Vec<&str> =
            items.iter().filter(|item| item[1] == batch[1]).map(|item| item[2].as_str()).collect();
        let wanted: Vec<String> = (1..=of_batch.len()).map(|n| n.to_string()).collect();
        assert_eq!(of_batch, wanted, "{}", batch[1]);
    }
}

/// The small office, pulled, with three cards that were spoilt in printing.
fn office_with_spoilt_cards() -> Office {
    let office = Office::unpulled();
    office.sql("update langkah_berkas set hasil = 'gagal_cetak' where event_id in
                 (select event_id from langkah_berkas where langkah = 6 and hasil = 'tercetak' order by event_id limit 3)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

fn spoilt_and_withdrawn_cards_stand_in_the_register() {
    let office = office_with_spoilt_cards();
    let register = rows(&office, "register_ktp_el_rusak");
    let of = |why: &str| register.iter().filter(|row| row[2] == why).count();
    assert_eq!(of("Gagal cetak"), events(&office, "hasil = 'gagal_cetak'"));
    assert!(of("Gagal cetak") >= 3);
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data')");
    assert!(withdrawn > 0 && of("KTP-el lama ditarik") == withdrawn);
    assert_eq!(register.len(), of("Gagal cetak") + withdrawn);
}

fn the_stock_card_ends_with_what_is_left() {
    let office = Office::small();
    let days = rows(&office, "kartu_stok_blangko");
    let sql = |what: &str| {
        sqlite_number(&office.path("kantor.sqlite"), &format!("select {what} from blangko where tanggal < '2026-11'"))
    };
    assert_eq!(i64::try_from(days.len()).unwrap(), sql("count(*)"));
    assert_eq!(days.last().unwrap()[5].parse::<i64>().unwrap(), sql("sum(terima - cetak - gagal)"));
}

fn every_card_handed_over_stands_in_one_statement() {
    let office = Office::small();
    let cards = rows(&office, "berita_acara_serah_terima");
    assert_eq!(cards.len(), events(&office, "langkah = 10"));
    assert!(cards.iter().all(|card| card[6].contains('*')), "a working copy shows a NIK");
    let days: std::collections::BTreeSet<(&str, &str)> = cards.iter().map(|c| (c[0].as_str(), c[1].as_str())).collect();
    let ran = office.run(&["render", "--month", "2026-10", "--only", "berita_acara_serah_terima"]).expect_code(0);
    assert!(ran.out.contains(&format!("({} pages)", days.len())), "{} {}", days.len(), ran.out);
}

/// The office as its configuration names it.
fn office_of(office: &Office) -> String {
    let config: toml::Table = fs::read_to_string(office.path("tertib.toml")).unwrap().parse().unwrap();
    config["office"]["dinas"].as_str().unwrap().to_owned()
}

fn nothing_is_listed_for_destruction_without_a_schedule() {
    let office = Office::small();
    assert!(rows(&office, "daftar_arsip_inaktif").is_empty() && rows(&office, "daftar_arsip_usul_musnah").is_empty());
    // With one, the month of October is inactive in November and may go when its time is over.
    let facts = office.path("fakta");
    fs::create_dir_all(&facts).unwrap();
    office.configure("# facts = \"fakta\"", "facts = \"fakta\"");
    let schedule = |active: u32, kept: u32, end: &str| {
        let text = format!(
            "source = \"rekaan\"\n[[jra]]\nkode = \"400.12.2.1\"\naktif_tahun = {active}\ninaktif_tahun = {kept}\nakhir = \"{end}\"\ndasar = \"rekaan\"\n"
        );
        fs::write(facts.join("jra.toml"), text).unwrap();
    };
    office.sql("update langkah_berkas set selesai = replace(selesai, '2026-10', '2025-10'), mulai = replace(mulai, '2026-10', '2025-10')
                 where langkah = 9 and berkas_id in (select berkas_id from langkah_berkas where langkah = 9 and selesai < '2026-10-20')");
    fs::remove_dir_all(office.path("archive")).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let moved = sqlite_number(
        &office.path("kantor.sqlite"),
        "select count(*) from langkah_berkas where langkah = 9 and selesai < '2026'",
    );
    assert!(moved > 0);
    for (active, kept, end, inactive, to_go) in [
        (2, 1, "musnah", false, false),
        (0, 5, "musnah", true, false),
        (0, 0, "musnah", false, true),
        (0, 0, "permanen", true, false),
    ] {
        schedule(active, kept, end);
        let listed = |name: &str| -> Option<String> {
            rows(&office, name)
                .iter()
                .find(|row| row.iter().any(|cell| cell == "Oktober 2025"))
                .map(|row| row.join("|"))
        };
        let (ina, go) = (listed("daftar_arsip_inaktif"), listed("daftar_arsip_usul_musnah"));
        assert_eq!((ina.is_some(), go.is_some()), (inactive, to_go), "{active} {kept} {end}");
        let creator = office_of(&office);
        assert!(ina.as_ref().is_none_or(|row| row.contains(&format!("|{creator}|"))), "{ina:?}");
        assert!(ina.or(go).is_none_or(|row| row.contains(&format!("|{moved}|"))));
    }
    // A month of which the schedule says nothing is left out, and the paper says so.
    let text = fs::read_to_string(facts.join("jra.toml")).unwrap();
    fs::write(facts.join("jra.toml"), text.replace("400.12.2.1", "999.9")).unwrap();
    let only = ["render", "--month", "2026-10", "--only", "daftar_arsip_inaktif", "--format", "data"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let data = fs::read(office.path("laporan/2026-10/daftar_arsip_inaktif_2026-10.data.json")).unwrap();
    let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
    let closing = data["penutup"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect::<Vec<_>>().join(" ");
    assert!(
        closing.contains("NIHIL") && closing.contains("tidak ada dalam Jadwal Retensi Arsip: Oktober 2025"),
        "{closing}"
    );
}

/// A column that no row of its list can fill is refused with the file, the others are filled.
fn no_column_of_a_list_is_always_blank() {
    let office = Office::small();
    let facts = office.path("fakta");
    fs::create_dir_all(facts.join("daftar")).unwrap();
    office.configure("# facts = \"fakta\"", "facts = \"fakta\"");
    let list = fs::read_to_string(tests::root().join("schemas/data/daftar/daftar_arsip_inaktif.toml")).unwrap();
    assert!(list.contains("field = \"pencipta\""));
    fs::write(facts.join("daftar/daftar_arsip_inaktif.toml"), list.replace("\"pencipta\"", "\"nik\"")).unwrap();
    let said = office.run(&["metrics", "--month", "2026-10"]).expect_code(2).err;
    assert!(said.contains("daftar/daftar_arsip_inaktif.toml") && said.contains("Pencipta Arsip"), "{said}");
}

/// What people, programs and attackers write into a name.
fn hostile() -> Vec<String> {
    // As long as a text of the contract may be.
    let long = "PANJANG ".repeat(24);
    let parts = [
        "#read(\"/etc/passwd\")",
        "*tebal*",
        "_miring_",
        "$x^2$",
        "`kode`",
        "<label>",
        "@rujukan",
        "= judul",
        "- daftar",
        "+ daftar",
        "/ istilah: x",
        "\\",
        "\\u{41}",
        "//komentar",
        "/* komentar */",
        "#let x = 1",
        "#import \"buku.typ\"",
        "]]",
        "[[",
        "}{",
        "{{ 7 * 7 }}",
        "{% for x in y %}",
        "{# x #}",
        "\"kutip\"",
        "'petik'",
        "O'BRIEN",
        "=cmd|'/c calc'!A1",
        "@SUM(1)",
        "+1",
        "-1",
        "<script>",
        "&amp;",
        "%s%n",
        "../../etc/passwd",
        "NULL",
        "true",
        "\u{202E}terbalik",
        "a\u{200B}b",
        "\u{FEFF}",
        "e\u{301}",
        "ᯅᯖᯂ᯲",
        "ꦲꦏ꧀ꦱꦫ",
        "😀",
        "汉字",
        "\u{E000}",
        "\u{378}",
        "ß Ñ Œ",
        "½",
        "−",
        "…",
    ];
    let mut all: Vec<String> = Vec::new();
    for part in parts {
        all.extend([
            part.to_owned(),
            format!("SITI {part}"),
            format!("{part} AMINAH"),
            format!("A{part}B"),
            format!("{part}{part}"),
        ]);
    }
    all.extend([long.clone(), format!("#{long}"), long.replace(' ', ""), " ".repeat(50), "\t".into()]);
    all.extend((1..=50).map(|n| char::from_u32(0x2000 + 37 * n).map_or_else(String::new, |c| format!("X{c}{c}"))));
    all
}

fn no_text_runs_or_stops_a_book() {
    let office = Office::unpulled();
    let names = hostile();
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
         from workflow_events join nama on true where berkas_id = (select min(berkas_id) from workflow_events where langkah = 10);
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
    let entries = sqlite_number(
        &office.path("kantor.sqlite"),
        "select count(*) from workflow_events where langkah = 4 and trim(pembawa) <> ''",
    );
    assert!(csv.lines().count() > usize::try_from(entries).unwrap() - 10, "entries are missing");
    for name in [
        "buku_registrasi_arsip",
        "daftar_isi_berkas",
        "berita_acara_serah_terima",
        "bukti_pengambilan",
        "laporan_bulanan",
    ] {
        assert!(fs::read(office.full(name, "pdf")).unwrap().starts_with(b"%PDF"), "{name}");
    }
}

/// The province's form counts what the source says, day for day, and names nobody.
fn the_provinces_form_counts_days() {
    let office = Office::small();
    let days = rows(&office, "formulir_provinsi");
    assert!(days.len() > 3);
    assert_eq!(sum(&days, 3), events(&office, "langkah = 3"));
    assert_eq!(sum(&days, 5), events(&office, "langkah = 6 and hasil = 'tercetak' and jenis = 'baru'"));
    assert_eq!(sum(&days, 9), events(&office, "langkah = 6 and hasil = 'tercetak' and jenis <> 'baru'"));
    assert_eq!(sum(&days, 7), events(&office, "hasil = 'duplikat'"));
    let left = sqlite_number(&office.path("kantor.sqlite"), "select sum(terima - cetak - gagal) from blangko");
    assert!(days.iter().any(|day| day[10] == left.to_string()), "no day ends with {left} blanks");
}

/// A long book is set in volumes: together they hold every entry once, each carries on, the last one closes.
fn a_long_book_is_set_in_volumes() {
    const ENTRIES: usize = 4_100;
    let office = Office::unpulled();
    office.sql(&format!(
        "with recursive n(n) as (select 1 union all select n + 1 from n where n < {ENTRIES})
         insert into langkah_berkas select 500000 + n, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
           '2026-10-20T03:00:00Z', 'selesai', null, substr('000000' || (5000 + n), -6) || '/4/2026', null, '2026-10-20T03:00:00Z' from n;
         delete from langkah_berkas where langkah = 4 and event_id < 500000"
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let name = "buku_agenda_pendaftaran";
    office.run(&["render", "--month", "2026-10", "--only", name, "--format", "pdf,csv"]).expect_code(0);
    let folder = office.path("laporan/2026-10");
    let csv = fs::read_to_string(folder.join(format!("{name}_2026-10.csv"))).unwrap();
    assert_eq!(csv.lines().count(), ENTRIES + 1);
    let texts: Vec<String> = (1..=3)
        .map(|volume| {
            let file = folder.join(format!("{name}_2026-10_jilid_{volume}.pdf"));
            office.run(&["verify", "--book", file.to_str().unwrap()]).expect_code(0);
            Tool::Pdftotext.output(&["-layout", file.to_str().unwrap(), "-"])
        })
        .collect();
    assert!(!folder.join(format!("{name}_2026-10_jilid_4.pdf")).exists());
    let all = texts.concat();
    let numbers: Vec<&str> =
        all.split_whitespace().filter(|word| word.ends_with("/4/2026") && word.len() == 13).collect();
    let wanted: Vec<String> = (5001..=5000 + ENTRIES).map(|n| format!("{n:06}/4/2026")).collect();
    // The closing statement names the first and the last once more.
    assert_eq!(numbers[..ENTRIES], wanted);
    for (volume, says) in
        [(0, "Bersambung ke jilid 2"), (1, "Pindahan: 2000 entri"), (2, "Pindahan: 4000 entri"), (2, "jumlah 4.100 (")]
    {
        assert!(texts[volume].contains(says), "volume {} does not say `{says}`", volume + 1);
    }
    assert!(!texts[0].contains("Mengetahui") && texts[2].contains("Mengetahui"));
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
    let mut child = tests::tertib()
        .args(["render", "--month", "2026-10", "--only", book, "--watch", "--config"])
        .arg(office.path("tertib.toml"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
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
    let pdf = office.path(&format!("laporan/2026-10/{book}_2026-10.pdf"));
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

/// The draft of a destruction sums up its list by cause, leaves the day open and names who else signs.
fn what_is_to_be_destroyed_is_stated() {
    let office = office_with_spoilt_cards();
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_ktp_el,register_ktp_el_rusak"])
        .expect_code_in(&[0, 1], "render");
    let text = |name: &str| {
        let pdf = office.path(&format!("laporan/2026-10/{name}_2026-10.pdf"));
        Tool::Pdftotext.output(&["-layout", pdf.to_str().unwrap(), "-"])
    };
    let statement = text("berita_acara_pemusnahan_ktp_el");
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data')");
    let spoilt = events(&office, "hasil = 'gagal_cetak'");
    assert!(withdrawn > 0 && spoilt > 0);
    let counted = |why: &str| {
        let line = statement.lines().find(|line| line.contains(why)).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    };
    assert_eq!(counted("KTP-el lama ditarik"), withdrawn.to_string());
    assert_eq!(counted("Gagal cetak"), spoilt.to_string());
    assert!(statement.contains(&format!("sebanyak {} (", withdrawn + spoilt)), "{statement}");
    for says in ["KONSEP", "Inspektorat", "Satuan Polisi Pamong Praja", "dengan cara ....."] {
        assert!(statement.contains(says), "`{says}`: {statement}");
    }
    let code = |text: &str| text[text.find("TERTIB1").unwrap()..].split_whitespace().take(7).collect::<String>();
    assert_eq!(code(&statement), code(&text("register_ktp_el_rusak")), "the annex is another list");
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_arsip"])
        .expect_code_in(&[0, 1], "render");
    let nothing = text("berita_acara_pemusnahan_arsip");
    assert!(nothing.contains("NIHIL") && nothing.contains("tidak ada arsip"), "{nothing}");
}

/// The same archive and month give the same bytes: again, on one core, and whatever else the machine does.
fn every_document_has_the_same_bytes_on_one_core() {
    let office = Office::small();
    let render = |cores: &str, to: &str| {
        let program = tests::tertib().get_program().to_string_lossy().into_owned();
        let (out, config) = (office.path(to).display().to_string(), office.path("tertib.toml").display().to_string());
        let render =
            ["render", "--month", "2026-10", "--format", "pdf,xlsx,csv,json", "--out", &out, "--config", &config];
        let arguments: Vec<&str> = ["-c", cores, &program].into_iter().chain(render).collect();
        Tool::Taskset.run(&arguments).expect_code_in(&[0, 1], "render");
        tests::tree(&office.path(to))
    };
    let (one, all) = (render("0", "satu"), render("0-1", "semua"));
    assert!(one.len() > 60, "{}", one.len());
    assert_eq!(one.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(all[name] == *bytes, "{} differs", name.display());
    }
}

/// A year of documents in one process needs hardly more memory than half a year.
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
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let peak = tests::peak_mb(&mut child);
        assert!(child.wait().unwrap().success());
        peak
    };
    let (half, year) = (peak("2026-05:2026-10"), peak("2025-11:2026-10"));
    assert!(year < half + half / 10 + 8, "{half} MB for six months, {year} MB for twelve");
}

/// The review says how old the open berkas are, in working days by the office's calendar.
fn the_backlog_is_aged_in_working_days() {
    let office = Office::unpulled();
    // Nothing is handed over in the second half of the month, and some files rest since its first days.
    office.sql(
        "delete from langkah_berkas where langkah >= 6 and selesai > '2026-10-16';
         delete from langkah_berkas where langkah >= 3 and berkas_id in
           (select berkas_id from langkah_berkas group by 1 order by min(selesai), 1 limit 7)",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let days: serde_json::Value =
        serde_json::from_str(&office.run(&["calendar", "--year", "2026", "--format", "json"]).expect_code(0).out)
            .unwrap();
    let works = |day: &serde_json::Value| day["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let working: Vec<&str> =
        days["days"].as_array().unwrap().iter().filter(|d| works(d)).map(|d| d["date"].as_str().unwrap()).collect();
    assert!(working.len() > 200, "{}", working.len());
    let age = |first: &str| working.iter().filter(|day| **day >= first && **day <= "2026-10-31").count();
    let open = "select date(min(selesai), '+7 hours') from langkah_berkas group by berkas_id
                having sum(langkah = 10 or hasil in ('ditolak', 'duplikat')) = 0 and min(selesai) < '2026-10-31T17:00:00Z'";
    let mut wanted = vec![0_u64; 4];
    for first in tests::sqlite_texts(&office.path("kantor.sqlite"), open) {
        // The day of the first event does not count.
        let age = age(&first) - usize::from(working.contains(&first.as_str()));
        wanted[[1, 5, 14].iter().filter(|most| age > **most).count()] += 1;
    }
    assert!(wanted.iter().filter(|n| **n > 0).count() >= 2, "{wanted:?}");
    office
        .run(&["render", "--month", "2026-10", "--only", "laporan_bulanan", "--format", "json,pdf"])
        .expect_code_in(&[0, 1], "render");
    let review = fs::read(office.path("laporan/2026-10/laporan_bulanan_2026-10.json")).unwrap();
    let review: serde_json::Value = serde_json::from_slice(&review).unwrap();
    assert_eq!(review["backlog_age"]["up_to"], serde_json::json!([1, 5, 14]));
    let mut found = vec![0_u64; 4];
    for classes in review["backlog_age"]["steps"].as_object().unwrap().values() {
        found.iter_mut().zip(classes.as_array().unwrap()).for_each(|(sum, n)| *sum += n.as_u64().unwrap());
    }
    assert_eq!(found, wanted);
}

/// Closed books stay as they were; what comes for their month stands in the next open book, with a reference.
fn closed_books_stay_and_late_entries_follow() {
    let office = Office::unpulled();
    let name = "buku_agenda_pendaftaran";
    let book = |month: &str| {
        let only = ["render", "--month", month, "--only", name, "--format", "pdf,csv"];
        office.run(&only).expect_code_in(&[0, 1], "render");
        let folder = office.path(&format!("laporan/{month}"));
        let csv = fs::read_to_string(folder.join(format!("{name}_{month}.csv"))).unwrap();
        let pdf = folder.join(format!("{name}_{month}.pdf"));
        (csv, fs::read(&pdf).unwrap(), pdf.display().to_string())
    };
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (open, ..) = book("2026-10");
    assert!(office.run(&["seal", "--month", "2199-01"]).expect_code(2).err.contains("is not over"));
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    assert!(office.run(&["seal", "--month", "2026-10"]).expect_code(2).err.contains("were closed by version 1"));
    let (closed, bytes, _) = book("2026-10");
    assert_eq!(closed, open);
    // A late entry, a correction, and an entry of the next month.
    let row = |id: u32, at: &str, number: &str| {
        format!(
            "insert into langkah_berkas select {id}, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
             '{at}', 'selesai', null, '{number}', 'catatan kaki', '2026-11-03T03:00:00Z';"
        )
    };
    office.sql(&row(900_001, "2026-10-20T03:00:00Z", "900001/4/2026"));
    office.sql(&row(900_002, "2026-11-02T03:00:00Z", "900002/4/2026"));
    office.sql("update langkah_berkas set petugas_id = 'P099', recorded_at = '2026-11-03T03:00:00Z' where event_id =
                 (select event_id from langkah_berkas where langkah = 4 and selesai < '2026-10-31' order by selesai desc, event_id limit 1)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (still, same, october) = book("2026-10");
    assert!(still == open && same == bytes, "a closed book has changed");
    let (next, _, november) = book("2026-11");
    let rows: Vec<&str> = next.lines().skip(1).collect();
    assert_eq!(rows.len(), 3, "{next}");
    assert!(rows[0].contains("900002/4/2026") && !rows[0].contains("Oktober"), "{next}");
    assert!(rows.iter().any(|row| row.contains("900001/4/2026") && row.contains("Susulan Oktober 2026")), "{next}");
    assert!(rows.iter().any(|row| row.contains("Koreksi Oktober 2026")), "{next}");
    assert!(!next.contains("catatan kaki"), "a remark stands in a masked book");
    let text = Tool::Pdftotext.output(&["-layout", &november, "-"]);
    assert!(text.contains("2 (dua) entri susulan atau koreksi"), "{text}");
    for printed in [october, november] {
        office.run(&["verify", "--book", &printed]).expect_code(0);
    }
    office.run(&["verify"]).expect_code(0);
}

/// A gap and a double in the numbers are marked where they stand, and listed at the close.
fn gaps_and_doubles_are_marked_in_their_rows() {
    let office = Office::unpulled();
    let number = |n: u32| format!("{n:06}/4/2026");
    let change = |place: u32, number: &str| {
        format!(
            "update langkah_berkas set nomor_register = '{number}' where event_id =
               (select event_id from langkah_berkas where langkah = 4 order by selesai, event_id limit 1 offset {place});"
        )
    };
    let all: String = (0..60).map(|place| change(place, &number(1_000 + place))).collect();
    office.sql(&all);
    // 1005 and 1010 to 1012 are taken away; 1020 comes twice.
    office.sql(&format!(
        "delete from langkah_berkas where langkah = 4 and nomor_register in ('{}', '{}', '{}', '{}'); {}",
        number(1_005),
        number(1_010),
        number(1_011),
        number(1_012),
        format_args!(
            "update langkah_berkas set nomor_register = '{}' where nomor_register = '{}'",
            number(1_020),
            number(1_021)
        ),
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let name = "buku_agenda_pendaftaran";
    let marked: Vec<(String, String)> = rows(&office, name)
        .into_iter()
        .filter(|row| row.last().is_some_and(|remark| !remark.is_empty()))
        .map(|row| (row[1].clone(), row.last().unwrap().clone()))
        .collect();
    let wanted = [
        (1_006, "Nomor 1005 terlewat"),
        (1_013, "Nomor 1010–1012 terlewat"),
        (1_020, "Nomor ganda"),
        (1_020, "Nomor ganda"),
        (1_022, "Nomor 1021 terlewat"),
    ];
    assert_eq!(marked, wanted.map(|(n, mark)| (number(n), mark.to_owned())));
    office.run(&["render", "--month", "2026-10", "--only", name]).expect_code_in(&[0, 1], "render");
    let pdf = office.path(&format!("laporan/2026-10/{name}_2026-10.pdf"));
    let text = Tool::Pdftotext.output(&["-raw", pdf.to_str().unwrap(), "-"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("terlewat: 1005, 1010, 1011, 1012, 1021."), "{text}");
    assert!(text.contains("lebih dari sekali: 1020."), "{text}");
}

/// The crest stands on the left of the letterhead; one that cannot be read is named.
fn the_crest_stands_in_the_letterhead() {
    let office = Office::small();
    let corner = || {
        office
            .run(&["render", "--month", "2026-10", "--only", "buku_registrasi_arsip"])
            .expect_code_in(&[0, 1], "render");
        let pdf = office.path("laporan/2026-10/buku_registrasi_arsip_2026-10.pdf").display().to_string();
        let to = office.path("sudut").display().to_string();
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
