//! Bad input: each case a clear message of one or two lines, the right exit code, no panic, nothing lost.

use std::fs;
use tests::{Office, Ran, run, run_in};

/// What every refusal must be: exit 2, one or two lines, no panic, no personal data.
fn refused(ran: Ran, says: &str) {
    let ran = ran.expect_code(2);
    assert!(ran.err.contains(says), "expected `{says}` in:\n{}", ran.err);
    assert!(ran.err.trim_end().lines().count() <= 2, "more than two lines:\n{}", ran.err);
    clean(&ran);
}

fn clean(ran: &Ran) {
    assert!(!ran.err.contains("panicked") && !ran.err.contains("RUST_BACKTRACE"), "{}", ran.err);
    for text in [&ran.out, &ran.err] {
        assert!(!tests::holds_nik(text), "a NIK in the output:\n{text}");
        for name in ["AMINAH", "SANTOSO", "FAUZI", "/etc/passwd"] {
            assert!(!text.contains(name), "a name in the output:\n{text}");
        }
    }
}

/// Pulls and expects the finding; the good rows must all have come in.
fn pulled_with(office: &Office, code: &str, archived: i64) {
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.finds(code), "expected {code} in:\n{}", ran.err);
    assert_eq!(ran.pulled().new, archived, "{}", ran.err);
    clean(&ran);
}

/// How many rows the office's view has.
fn rows(office: &Office) -> i64 {
    office.run(&["pull", "--dry-run"]).expect_code(0).pulled().read
}

/// How many new events a pull without a finding brings.
fn new_events(office: &Office) -> i64 {
    office.run(&["pull"]).expect_code(0).pulled().new
}

#[test]
fn a_missing_column_is_named() {
    let office = Office::unpulled();
    office.sql(
        "alter table langkah_berkas add column rahasia text;
         drop view workflow_events;
         create view workflow_events as select event_id, recorded_at, l.berkas_id, langkah, pelaksana, petugas_id, mulai,
         selesai, kekurangan, nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir,
         tanggal_lahir, pekon, pembawa, diterima, k.kolektif_id from langkah_berkas l join berkas b using (berkas_id)
         join kolektif k using (kolektif_id)",
    );
    refused(office.run(&["pull"]), "lacks the column hasil");
    assert!(!office.path("archive/events").exists());
}

#[test]
fn an_unknown_column_is_reported_and_ignored() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("create view lebih as select *, 1 as catatan_lain from workflow_events");
    office.configure("view = \"workflow_events\"", "view = \"lebih\"");
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(ran.found("S001").iter().any(|(_, place)| place.contains("catatan_lain")), "{}", ran.err);
    assert_eq!(ran.pulled().new, n);
}

#[test]
fn a_value_of_the_wrong_type_goes_to_quarantine_and_comes_in_when_mended() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update langkah_berkas set langkah = 'dua' where event_id = 5");
    pulled_with(&office, "V002", n - 1);
    let again = office.run(&["pull"]).expect_code(1).pulled();
    assert_eq!((again.quarantined, again.still_quarantined), (0, 1));
    office.sql("update langkah_berkas set langkah = 1, hasil = 'selesai' where event_id = 5");
    assert_eq!(office.status()["quarantined"], 1);
    assert_eq!(new_events(&office), 1);
    assert_eq!(office.status()["quarantined"], 0);
}

#[test]
fn a_source_with_nothing_but_broken_rows_loses_nothing() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("create table langkah_asli as select event_id, langkah from langkah_berkas; update langkah_berkas set langkah = 13");
    pulled_with(&office, "V003", 0);
    office.run(&["pull"]).expect_code(1);
    office.sql(
        "update langkah_berkas set langkah = (select a.langkah from langkah_asli a where a.event_id = langkah_berkas.event_id)",
    );
    assert_eq!(new_events(&office), n);
}

#[test]
fn one_stray_key_does_not_decide_for_the_others() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create view aneh as select case when event_id = 2 then null when event_id = 1 then 'satu' else event_id end as event_id,
         recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan,
         nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon,
         pembawa, diterima from workflow_events",
    );
    office.configure("view = \"workflow_events\"", "view = \"aneh\"");
    pulled_with(&office, "V002", n - 2);
    // Mended long after the window: the row without a key cannot be asked for by key, and still comes in.
    office.configure("view = \"aneh\"", "view = \"workflow_events\"");
    office.configure("lookback-days = 14", "lookback-days = 0");
    assert_eq!(new_events(&office), 2);
}

#[test]
fn an_unknown_step_goes_to_quarantine_even_long_after_the_window() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update langkah_berkas set langkah = 12 where event_id = 1");
    pulled_with(&office, "V003", n - 1);
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.sql("update langkah_berkas set langkah = 1, hasil = 'selesai' where event_id = 1");
    assert_eq!(new_events(&office), 1);
}

#[test]
fn a_nik_of_15_digits_is_archived_and_named_by_berkas() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update berkas set nik = substr(nik, 1, 15) where berkas_id = (select min(berkas_id) from berkas)");
    pulled_with(&office, "W001", n);
    office.run(&["pull"]).expect_code(0);
}

#[test]
fn an_end_before_its_start_is_archived_and_left_out_of_the_times() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update langkah_berkas set mulai = '2026-12-01T01:00:00Z' where event_id = 3");
    pulled_with(&office, "W003", n);
    let figures = office.figures("2026-10", 0);
    assert_eq!(figures["left_out"]["time_per_step.end_before_start"], 1, "{figures}");
}

#[test]
fn a_key_used_twice_keeps_the_first_row() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create view ganda as select * from workflow_events union all select * from workflow_events where event_id = 9",
    );
    office.configure("view = \"workflow_events\"", "view = \"ganda\"");
    pulled_with(&office, "V008", n);
}

#[test]
fn a_control_character_goes_to_quarantine() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update langkah_berkas set petugas_id = 'P' || char(7) where event_id = 4");
    pulled_with(&office, "V006", n - 1);
}

#[test]
fn text_that_is_not_utf8_goes_to_quarantine_with_its_bytes() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("update langkah_berkas set petugas_id = cast(x'50ff41' as text) where event_id = 4");
    pulled_with(&office, "V010", n - 1);
    let compared = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(compared["quarantined"].as_array().unwrap().len(), 1, "{compared}");
}

#[test]
fn a_view_of_nothing_but_broken_rows_stops_the_pull() {
    let office = Office::unpulled();
    office.sql(
        "drop view workflow_events; create view workflow_events as with recursive n(n) as (select 1 union all select n + 1
         from n where n < 120000) select n as event_id, null as recorded_at, null as berkas_id, null as kolektif_id,
         44 as langkah, null as pelaksana, null as petugas_id, null as mulai, null as selesai, null as hasil,
         null as kekurangan, null as nomor_register, null as keterangan, null as jenis, null as kewarganegaraan,
         null as nik, null as nama, null as jenis_kelamin, null as tempat_lahir, null as tanggal_lahir, null as pekon,
         null as pembawa, null as diterima from n",
    );
    refused(office.run(&["pull"]), "rows break the contract and few keep it");
    assert!(!office.path("archive/events").exists(), "nothing was committed");
}

#[test]
fn a_view_that_doubles_thousands_of_rows_keeps_one_of_each() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create table semua as select * from workflow_events; drop view workflow_events;
         create view workflow_events as select * from semua union all select * from semua",
    );
    let ran = office.run(&["pull"]).expect_code(1);
    assert_eq!(ran.found("V008").iter().map(|(times, _)| times).sum::<u64>(), u64::try_from(n).unwrap());
    assert_eq!(office.events(""), n);
}

#[test]
fn a_name_that_looks_like_a_command_is_only_a_name() {
    let office = Office::unpulled();
    office.sql("update berkas set nama = '#read(\"/etc/passwd\") *x* $y$ {{ 7*7 }} =cmd|calc'");
    clean(&office.run(&["pull"]).expect_code(0));
    let ran = office.run(&["render", "--month", "2026-10", "--full", "--format", "pdf,csv,json"]).expect_code(0);
    clean(&ran);
    let csv =
        fs::read_to_string(office.path("laporan/2026-10_dinas/buku_agenda_pendaftaran_2026-10_dinas.csv")).unwrap();
    assert!(csv.contains("#read(\"\"/etc/passwd\"\") *x* $y$ {{ 7*7 }} =cmd|calc"), "{csv}");
}

#[test]
fn a_name_that_cannot_be_printed_does_not_stop_the_book() {
    let office = Office::unpulled();
    office.sql(
        "update berkas set nama = 'ᯅᯖᯂ ' || char(0x202E) || 'X' where berkas_id = (select max(berkas_id) from berkas)",
    );
    office.run(&["pull"]).expect_code(0);
    let ran = office.run(&["render", "--month", "2026-10", "--full"]).expect_code(1);
    assert!(ran.err.contains("cannot be printed"), "{}", ran.err);
}

#[test]
fn an_empty_table_is_a_finding() {
    let office = Office::unpulled();
    office.sql("delete from langkah_berkas");
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.finds("S002") && ran.pulled().read == 0, "{}{}", ran.out, ran.err);
    refused(office.run(&["metrics", "--month", "2026-10"]), "holds no events yet; run `tertib pull` first");
    refused(office.run(&["verify"]), "nothing to verify");
}

#[test]
fn an_unreachable_database_is_said_so() {
    let office = Office::unpulled();
    for (url, says) in [
        ("postgres://a:b@127.0.0.1:1/kantor", "cannot reach the PostgreSQL database"),
        ("mysql://a:b@127.0.0.1:1/kantor", "cannot reach the MySQL/MariaDB database"),
        ("sqlite:/tidak/ada/kantor.sqlite", "cannot read /tidak/ada/kantor.sqlite: No such file"),
        ("sqlite:/tmp", "cannot read /tmp: it is a folder"),
        ("oracle://a:b@127.0.0.1/kantor", "`oracle:` is not a source"),
        ("kantor.sqlite", "it names no kind of database"),
    ] {
        let ran = office.run_with_source(url, &["pull"]);
        assert!(!url.starts_with("sqlite") || !ran.err.contains("port"), "a file has no port: {}", ran.err);
        refused(ran, says);
    }
    // A name that looks like a URL with parameters is a file where there is one.
    fs::rename(office.path("kantor.sqlite"), office.path("kantor?1.sqlite")).unwrap();
    let odd = format!("sqlite:{}", office.path("kantor?1.sqlite").display());
    office.run_with_source(&odd, &["pull"]).expect_code(0);
}

#[test]
fn a_text_beyond_its_limit_goes_to_quarantine_and_stops_no_document() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "update berkas set nama = replace(hex(zeroblob(50000)), '0', 'AB ') where berkas_id = (select min(berkas_id) from berkas);
         update langkah_berkas set keterangan = replace(hex(zeroblob(1001)), '0', 'x')
         where berkas_id <> (select min(berkas_id) from berkas) and event_id in (select max(event_id) from langkah_berkas)",
    );
    let long = "select count(*) from workflow_events where length(nama) > 200 or length(keterangan) > 2000";
    pulled_with(&office, "V011", n - office.number(long));
    let again = office.run(&["pull"]).expect_code(1);
    for limit in ["nama, paling banyak 200 huruf: ", "keterangan, paling banyak 2000 huruf: "] {
        assert!(again.found("V011").iter().any(|(_, place)| place.starts_with(limit)), "{limit}: {}", again.err);
    }
    office.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code(0);
}

#[test]
fn an_outage_without_a_kind_is_said_and_not_taken() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "insert into gangguan (jenis, mulai, selesai)
         values (' ', '2026-10-05T01:00:00Z', '2026-10-05T02:00:00Z')",
    );
    pulled_with(&office, "S008", n);
    let again = office.run(&["pull"]).expect_code(1);
    assert_eq!(again.found("S008"), [(1, "gangguan: 2026-10-05")]);
    assert!(!again.err.contains("karantina"), "{}", again.err);
}

/// A row that breaks the contract since it was archived is no difference that another pull would heal.
#[test]
fn a_row_that_broke_after_it_was_archived_is_mended_at_the_source() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let month = ["reconcile", "--month", "2026-10"];
    office.run(&month).expect_code(0);
    let event = "event_id = (select max(event_id) from langkah_berkas where selesai < '2026-10-31')";
    let id = office.number(&format!("select event_id from langkah_berkas where {event}"));
    let ended = format!("select selesai from langkah_berkas where {event}");
    let ended = tests::sqlite_texts(&office.path("kantor.sqlite"), &ended).remove(0);
    office.sql(&format!("update langkah_berkas set selesai = 'kemarin' where event_id = {id}"));
    for _ in 0..2 {
        let broken = office.run(&month).expect_code(1);
        assert_eq!(broken.found("R007"), [(1, format!("selesai: {id}").as_str())]);
        assert!(!broken.finds("R003"), "{}", broken.out);
        assert_eq!(office.run(&["pull", "--again", "2026-10"]).expect_code(1).pulled().corrected, 0);
    }
    office.sql(&format!("update langkah_berkas set selesai = '{ended}', petugas_id = 'P999' where event_id = {id}"));
    assert_eq!(office.run(&["pull", "--again", "2026-10"]).expect_code(1).pulled().corrected, 1);
    office.run(&month).expect_code(0);
}

/// Many rows that changed at once are no corrections until somebody says so.
#[test]
fn many_corrections_at_once_wait_for_a_word() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let archive = office.status()["archive"].clone();
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id in (select event_id from langkah_berkas limit 49)");
    assert_eq!(office.run(&["pull", "--dry-run"]).expect_code(1).pulled().corrected, 49);
    office.sql("update langkah_berkas set petugas_id = 'P999'");
    for command in [&["pull", "--dry-run"][..], &["pull"], &["run", "tarik"]] {
        let held = office.run(command).expect_code(1);
        let said = format!("{}{}", held.out, held.err);
        assert!(said.contains("wait for --accept-corrections") && said.contains("S007"), "{said}");
        assert!(held.pulled().held_back >= 50 && held.pulled().changes() == (0, 0), "{said}");
        clean(&held);
    }
    assert_eq!(office.status()["archive"], archive, "it was written");
    let accepted = office.run(&["pull", "--accept-corrections"]).expect_code(1);
    assert!(accepted.finds("W005") && !accepted.finds("S007"), "{}", accepted.err);
    office.run(&["pull"]).expect_code(0);
}

/// Another office's file under the same archive, whose keys and berkas are numbered alike.
#[test]
fn another_offices_file_is_not_taken_for_this_ones() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let other = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "60", "--seed", "4"]);
    let url = format!("sqlite:{}", other.place("kantor.sqlite"));
    let before = tests::tree(&office.path("archive/events"));
    for command in [&["pull"][..], &["pull", "--dry-run"], &["pull", "--again", "2026-10"]] {
        refused(office.run_with_source(&url, command), "this is not the database of the archive");
    }
    assert!(tests::tree(&office.path("archive/events")) == before, "it was written");
}

/// Every command that a remedy names is one that the program knows; what it needs is said in capitals.
#[test]
fn every_remedy_names_a_command_that_runs() {
    let office = Office::small();
    let facts = schemas::Facts::embedded().unwrap();
    let kept = std::fs::read_to_string(office.path("archive/_tertib/head")).unwrap();
    let head = kept.split_whitespace().max_by_key(|word| word.len()).unwrap().to_owned();
    let mut named = 0;
    for finding in facts.findings.values() {
        for part in finding.remedy.split('`').skip(1).step_by(2).filter(|part| part.starts_with("tertib ")) {
            let filled_in = |word| match word {
                "BULAN" => "2026-10",
                "SIDIK" => head.as_str(),
                "TARGET" => "terbit_24_jam",
                "NILAI" => "0.95",
                "TANGGAL" => "2026-10-01",
                word => word,
            };
            let words: Vec<&str> = part.split(' ').skip(1).map(filled_in).collect();
            let ran = office.run(&words);
            assert!(ran.code < 2 && !ran.err.contains("Usage:"), "{}: `{part}`\n{}", finding.code, ran.err);
            named += 1;
        }
    }
    assert!(named >= 6, "{named} remedies name a command");
}

#[test]
fn init_writes_nothing_where_it_cannot_be_right() {
    let dir = tempfile::TempDir::new().unwrap();
    let work = dir.path().join("work");
    let init = |source: &[&str], url: Option<&str>| -> Ran {
        let mut command = tests::tertib();
        command.arg("init").arg(&work).args(source);
        url.map(|url| command.env("TERTIB_SOURCE_URL", url));
        command.output().unwrap().into()
    };
    refused(init(&["--source", "oracle://x/y"], None), "`oracle:` is not a source");
    refused(init(&["--source", "kantor.sqlite"], None), "it names no kind of database");
    refused(init(&[], None), "TERTIB_SOURCE_URL");
    assert!(!work.exists(), "it wrote something");
    // The password stays in the environment.
    let secret = "postgres://pembaca:sangat-rahasia@127.0.0.1:1/kantor";
    let ran = init(&[], Some(secret)).expect_code(1);
    assert!(!ran.err.contains("sangat-rahasia") && !ran.err.contains("arguments"), "{}", ran.err);
    assert!(!fs::read_to_string(work.join("tertib.toml")).unwrap().contains("sangat-rahasia"));
    fs::remove_dir_all(&work).unwrap();
    let ran = init(&["--source", secret], None).expect_code(1);
    let advice = ran.err.lines().find(|line| line.contains("others may see a password")).unwrap();
    let stands = format!("it now stands in {}", work.join("tertib.toml").display());
    assert!(advice.contains(&stands) && !advice.contains("sangat-rahasia"), "{advice}");
    assert!(fs::read_to_string(work.join("tertib.toml")).unwrap().contains("sangat-rahasia"));
    // An archive whose key was lost is not given another.
    let office = Office::small();
    fs::remove_file(office.path("kunci.key")).unwrap();
    fs::remove_file(office.path("tertib.toml")).unwrap();
    refused(run(&["init", &office.place(""), "--source", "sqlite:x"]), "restore");
    assert!(!office.path("kunci.key").exists() && !office.path("tertib.toml").exists());
}

/// What would break the next pull is not the same as what somebody should look at.
#[test]
fn the_doctor_tells_what_stops_the_next_pull() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let doctor = |code: i32, line: &str, says: &str| {
        let ran = office.run(&["doctor"]).expect_code(code);
        assert!(ran.out.lines().any(|l| l.contains(line) && l.contains(says)), "`{line}`, `{says}` in:\n{}", ran.out);
    };
    doctor(1, "ok     key", "id ");
    doctor(1, "ok     disk", "MB free");
    let key = office.path("kunci.key");
    let mode = |mode| fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    mode(0o644);
    doctor(2, "STOPS", "others may read");
    mode(0o600);
    let right = fs::read(&key).unwrap();
    fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    doctor(2, "STOPS", "written with another key");
    fs::write(&key, right).unwrap();
    doctor(1, "ok     key", "id ");
    fs::rename(office.path("kantor.sqlite"), office.path("hilang")).unwrap();
    doctor(2, "STOPS", "kantor.sqlite: No such file");
}

#[test]
fn a_file_that_is_no_database_is_said_so() {
    let office = Office::unpulled();
    fs::write(office.path("kantor.sqlite"), "ini bukan basis data, hanya teks biasa\n".repeat(100)).unwrap();
    refused(office.run(&["pull"]), "SQLite database");
}

#[test]
fn a_view_that_is_not_there_is_named() {
    let office = Office::unpulled();
    office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    refused(office.run(&["pull"]), "no relation `peristiwa`");
}

#[test]
fn a_corrupt_configuration_is_refused_with_its_line() {
    for (from, to, says) in [
        ("rows-per-second = 100000", "rows-per-second = 0", "expected a nonzero u64"),
        ("lock-timeout-seconds = 10", "lock-timeout-seconds = 0", "expected a nonzero u64"),
        ("cron = \"0 6 2 * *\"", "cron = \"0 6 31 2 *\"", "job `laporan`: `0 6 31 2 *` is on no day"),
        ("lookback-days = 14", "lookback-days = \"dua minggu\"", "line"),
        ("lookback-days = 14", "lookback-hari = 14", "unknown field `lookback-hari`"),
        ("lookback-days = 14", "lookback-days = ", "line"),
        ("# zone = \"UTC\"", "zone = \"Asia/Tanggamus\"", "is not a time zone"),
        ("zona = \"WIB\"", "zona = \"WITU\"", "unknown variant `WITU`"),
        ("cron = \"*/30 7-17 * * 1-5\"", "cron = \"setiap hari\"", "is not a cron expression"),
        ("task = \"verify\"", "task = \"hapus\"", "unknown variant `hapus`"),
        ("name = \"verifikasi\"", "name = \"tarik\"", "two jobs are called `tarik`"),
    ] {
        let office = Office::unpulled();
        office.configure(from, to);
        refused(office.run(&["status"]), says);
    }
}

#[test]
fn no_configuration_is_said_so() {
    let office = Office::unpulled();
    fs::remove_file(office.path("tertib.toml")).unwrap();
    refused(office.run(&["pull"]), "cannot read the configuration");
    refused(run_in(office.folder(), &["pull"]), "there is no tertib.toml here");
}

#[test]
fn an_unknown_month_is_refused() {
    let office = Office::small();
    for command in ["metrics", "compliance", "render"] {
        refused(office.run(&[command, "--month", "2031-01"]), "the archive does not hold 2031-01; it holds 2026-10 to");
    }
    let ran = office.run(&["metrics", "--month", "Oktober"]).expect_code(2);
    assert!(ran.err.contains("`Oktober` is not a month; write it as year and month"), "{}", ran.err);
}

#[test]
fn an_unknown_document_or_job_is_refused_with_what_there_is() {
    let office = Office::small();
    let ran = office.run(&["render", "--month", "2026-10", "--only", "buku_besar"]);
    refused(ran, "no document `buku_besar`; there are buku_registrasi_perekaman");
    refused(office.run(&["run", "hapus"]), "no job `hapus`; the configuration has tarik, verifikasi, laporan");
}

#[test]
fn a_missing_or_wrong_key_stops_the_pull() {
    let office = Office::small();
    let key = office.path("kunci.key");
    fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    refused(office.run(&["pull"]), "the archive was written with another key");
    fs::write(&key, "bukan kunci\n").unwrap();
    refused(office.run(&["pull"]), "does not hold a key of 64 hexadecimal digits");
    fs::remove_file(&key).unwrap();
    refused(office.run(&["pull"]), "cannot read the key file");
}

#[test]
fn an_archive_of_another_form_is_left_alone() {
    let office = Office::small();
    let commit = office.path("archive/events/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&commit).unwrap();
    for other in ["\"tertib.form\":\"0\",", ""] {
        let changed = text.replace("\"tertib.form\":\"1\",", other);
        assert_ne!(changed, text);
        fs::write(&commit, changed).unwrap();
        let before = tests::tree(&office.path("archive"));
        for command in [&["pull"][..], &["pull", "--dry-run"], &["metrics", "--month", "2026-10"], &["verify"]] {
            refused(office.run(command), "in a form that this one does not know");
        }
        assert!(tests::tree(&office.path("archive")) == before, "it was changed");
    }
}

#[test]
fn only_one_select_over_the_public_table_is_answered() {
    let office = Office::small();
    for sql in [
        "DROP TABLE events",
        "SELECT * FROM read_csv('/etc/hosts')",
        "SELECT * FROM persons",
        "SELECT nik FROM events",
        "SELECT 1; SELECT 2",
        "SELECT langkah FROM events WHERE",
    ] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(ran.out.is_empty(), "{}", ran.out);
        clean(&ran);
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_not_made_into_a_demo() {
    let dir = tempfile::TempDir::new().unwrap();
    fs::write(dir.path().join("surat.txt"), "penting").unwrap();
    refused(run(&["demo", "--dir", &dir.path().display().to_string()]), "holds something else");
    assert_eq!(fs::read_to_string(dir.path().join("surat.txt")).unwrap(), "penting");
}

#[test]
fn an_existing_configuration_is_never_overwritten() {
    let office = Office::small();
    let before = fs::read(office.path("tertib.toml")).unwrap();
    refused(run(&["init", &office.place(""), "--source", "sqlite:x"]), "is there already");
    assert_eq!(fs::read(office.path("tertib.toml")).unwrap(), before);
}

#[test]
fn a_template_of_the_office_replaces_ours_and_a_broken_one_is_named_with_its_line() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    office.configure("# templates = \"templates\"", "templates = \"punya_kami\"");
    fs::create_dir(office.path("punya_kami")).unwrap();
    let render = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran"];
    let pdf = office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf");
    office.run(&render).expect_code(0);
    let ours = fs::read(&pdf).unwrap();
    let closing = office.path("punya_kami/penutup_buku.txt.j2");
    fs::write(&closing, "Ditutup dengan {{ jumlah|angka }} entri.").unwrap();
    office.run(&render).expect_code(0);
    assert!(fs::read(&pdf).unwrap() != ours, "the office's template was not used");
    fs::write(&closing, "Baris satu\n{{ tidak_ada }}").unwrap();
    refused(office.run(&render), "penutup_buku.txt.j2 failed: line 2");
    fs::write(&closing, "Ditutup.").unwrap();
    fs::write(office.path("punya_kami/buku.typ"), "#let d = json(\"data.json\")\n\n#d.tidak_ada\n").unwrap();
    refused(office.run(&render), "buku.typ, line 3");
    fs::write(office.path("punya_kami/buku.typ"), "#read(\"/etc/hostname\")").unwrap();
    refused(office.run(&render), "buku.typ, line 1: file not found");
}

#[test]
fn a_demo_never_reads_a_real_office() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut demo = tests::tertib();
    demo.arg("demo").arg("--dir").arg(dir.path().join("k")).args(tests::SMALL);
    let ran: Ran = demo.env("TERTIB_SOURCE_URL", "sqlite:/tidak/ada.sqlite").output().unwrap().into();
    ran.expect_code(0);
}

/// Who stops reading what is written to standard error does not stop the program.
#[test]
fn nobody_who_reads_standard_error_is_no_crash() {
    let office = Office::small();
    let unheard = |arguments: &[&str]| -> Ran {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        office.command(arguments).stderr(writer).output().unwrap().into()
    };
    // An error, a line of the log, words beside the figures.
    unheard(&["metrics", "--month", "2030-01"]).expect_code(2);
    fs::remove_dir_all(office.path("archive")).unwrap();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    assert!(office.run(&["metrics", "--month", "2026-10"]).expect_code(1).finds("K001"));
    let ran = unheard(&["metrics", "--month", "2026-10"]).expect_code(1);
    assert!(ran.out.contains("arrivals"), "{}", ran.out);
    fs::remove_file(office.path("kantor.sqlite")).unwrap();
    office.configure("retries = 3", "retries = 1");
    unheard(&["run", "tarik"]).expect_code(2);
}
