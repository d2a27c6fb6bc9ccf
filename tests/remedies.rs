//! Every remedy that the program prints, followed: a fault is made, the program finds it, somebody does what it says, with the
//! command that it names, and the finding is gone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]

use arrow::array::Array;
use schemas::Facts;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use tests::forger::{Forger, chosen, swapped, with_column, with_text};
use tests::planted::{ALSO_PLANTED, PLANTED, berkas, new_event, office, planted};
use tests::servers::{self, Server};
use tests::tools::Tool;
use tests::trials::Trials;
use tests::{Office, Ran, copy, tree};

/// A test of remedies: its name, the tools that it needs, the findings that it heals, and how.
struct Case(&'static str, &'static [Tool], &'static [&'static str], fn(&mut Remedies));

const CASES: [Case; 27] = [
    Case(
        "rows_in_quarantine",
        &[],
        &["V001", "V002", "V003", "V004", "V005", "V006", "V007", "V008", "V009", "V010", "V011"],
        rows_in_quarantine,
    ),
    Case("a_calendar_that_ends_too_early", &[], &["V009"], a_calendar_that_ends_too_early),
    Case(
        "berkas",
        &[],
        &[
            "W001", "W002", "W003", "W004", "W006", "W007", "Q001", "Q002", "Q003", "Q004", "Q005", "Q006", "Q007",
            "Q008", "Q009", "Q010", "Q011", "Q012", "Q013", "Q014", "Q015", "Q016", "Q017", "Q018", "Q019", "Q020",
            "Q022", "Q023", "Q024", "Q025", "Q026", "Q027", "Q031", "Q032", "Q033", "Q034", "Q035", "Q036", "Q037",
            "Q038", "Q039", "Q040", "Q041", "Q042", "Q043",
        ],
        berkas_that_are_mended,
    ),
    Case("registers_batches_and_outages", &[], &["Q021", "Q044", "Q045", "Q046"], registers_batches_and_outages),
    Case("blanks", &[], &["Q028", "Q029", "Q030"], blanks),
    Case("departures_from_the_sop", &[], &["C001", "C002", "C003", "C004", "C005"], departures_from_the_sop),
    Case("a_changed_row", &[], &["W005"], a_changed_row),
    Case("a_month_that_differs", &[], &["R001", "R002", "R003", "R004", "R007"], a_month_that_differs),
    Case("a_row_of_a_side_table", &[], &["S008"], a_row_of_a_side_table),
    Case("a_view_without_keys", &[], &["R005", "R006"], a_view_without_keys),
    Case("a_folder_of_files_that_differs", &[], &["R001", "R003"], a_folder_of_files_that_differs),
    Case("many_corrections", &[], &["R003", "S007"], many_corrections),
    Case("columns_and_an_empty_view", &[], &["S001", "S002"], columns_and_an_empty_view),
    Case("a_user_who_may_write_postgres", &[Tool::Postgresql], &["S003"], |r| {
        a_user_who_may_write(r, &*servers::postgres());
    }),
    Case("a_user_who_may_write_mariadb", &[Tool::Mariadb], &["S003"], |r| {
        a_user_who_may_write(r, &*servers::mariadb());
    }),
    Case("a_restored_database_postgres", &[Tool::Postgresql], &["S004"], a_restored_database),
    Case("tables_that_lock_mariadb", &[Tool::Mariadb], &["S005"], tables_that_lock),
    Case("a_moved_database_postgres", &[Tool::Postgresql], &["S006"], a_moved_database),
    Case("files_of_the_archive", &[], &["A001", "A002", "A003", "A017", "A018", "A019"], files_of_the_archive),
    Case("kept_figures", &[], &["A008"], kept_figures),
    Case("an_interrupted_write", &[], &["A007"], an_interrupted_write),
    Case(
        "an_archive_from_the_backup",
        &[],
        &["A004", "A005", "A006", "A009", "A010", "A011", "A012", "A013", "A014", "A015", "A016", "A020", "A021"],
        an_archive_from_the_backup,
    ),
    Case("a_key_of_another_office", &[], &["A022"], a_key_of_another_office),
    Case("printed_documents", &[], &["B001", "B002", "K003"], printed_documents),
    Case("a_document_of_another_archive", &[], &["K004"], a_document_of_another_archive),
    Case("a_month_that_is_not_all_there", &[], &["K001", "K002", "K005"], a_month_that_is_not_all_there),
    Case("targets", &[], &["T001", "T002"], targets),
];

fn main() -> ExitCode {
    let mut trials = Trials::default();
    trials.add("every_finding_has_a_case", &[], every_finding_has_a_case);
    trials.add("a_clock_that_was_set_back", &[], a_clock_that_was_set_back);
    trials.add("every_command_of_an_error_has_a_case", &[], every_command_of_an_error_has_a_case);
    for Case(name, needs, codes, heal) in CASES {
        trials.add(name, needs, move || {
            let mut remedies = Remedies::default();
            heal(&mut remedies);
            let read: Vec<&str> = remedies.read.iter().map(String::as_str).collect();
            assert_eq!(read, codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        });
    }
    for (place, test) in ERRORS {
        trials.add(format!("error: {place}"), &[], test);
    }
    trials.run()
}

/// A new finding needs a case above.
fn every_finding_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().flat_map(|Case(_, _, codes, _)| codes.iter().copied()).collect();
    let facts = Facts::embedded().unwrap();
    let known: BTreeSet<&str> = facts.findings.keys().map(String::as_str).collect();
    assert_eq!(cases, known);
}

/// The remedies that a case has read where the program printed them.
#[derive(Default)]
struct Remedies {
    read: BTreeSet<String>,
}

impl Remedies {
    /// The remedy below a finding, as a command prints it.
    #[track_caller]
    fn of(&mut self, said: &str, code: &str) -> String {
        let mut lines = said.lines().skip_while(|line| !line.starts_with(&format!("{code} (")));
        assert!(lines.next().is_some(), "{code} is not found in\n{said}");
        self.read.insert(code.to_owned());
        lines.next().unwrap().trim().to_owned()
    }

    /// The remedy of a finding in a list.
    fn of_row(&mut self, row: &Value) -> String {
        self.read.insert(row["kode"].as_str().unwrap().to_owned());
        row["tindakan"].as_str().unwrap().to_owned()
    }
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The commands that a text names, its words in capitals filled in, each as arguments.
fn commands(text: &str, filled_in: &[(&str, &str)]) -> Vec<Vec<String>> {
    let fill = |word: &str| match filled_in.iter().find(|(name, _)| *name == word) {
        Some((_, value)) => (*value).to_owned(),
        None if word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase()) => panic!("{word} in `{text}`"),
        None => word.to_owned(),
    };
    let named = quoted(text).into_iter().filter_map(|part| part.strip_prefix("tertib "));
    named.map(|command| command.split(' ').map(fill).collect()).collect()
}

/// Runs the only command that a text names.
#[track_caller]
fn obey(office: &Office, text: &str, filled_in: &[(&str, &str)]) -> Ran {
    let named = commands(text, filled_in);
    assert_eq!(named.len(), 1, "one command in `{text}`");
    run(office, &named[0])
}

fn run(office: &Office, arguments: &[String]) -> Ran {
    office.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).expect_code_in(&[0, 1], "what was told to do")
}

#[track_caller]
fn is_gone(said: &str, codes: &[&str]) {
    let left: Vec<_> = codes.iter().filter(|code| said.contains(**code)).collect();
    assert!(left.is_empty(), "{left:?} in\n{said}");
}

/// An office whose rows can be changed one by one and made sound again.
fn mendable() -> Office {
    let office = office();
    office.sql("create table asli as select * from w");
    office
}

/// Makes rows what they were.
fn mend(office: &Office, condition: &str) {
    office.sql(&format!(
        "delete from w where event_id in (select event_id from asli where {condition});
         insert into w select * from asli where {condition}"
    ));
}

fn rows_in_quarantine(remedies: &mut Remedies) {
    const FAULTS: [(&str, &str); 11] = [
        ("V001", "update w set hasil = null where event_id = $e"),
        ("V002", "update w set langkah = 'dua' where event_id = $e"),
        ("V003", "update w set langkah = 12 where event_id = $e"),
        ("V004", "update w set hasil = 'ngawur' where event_id = $e"),
        ("V005", "update w set pelaksana = 'satpam' where event_id = $e"),
        ("V006", "update w set petugas_id = 'P' || char(7) where event_id = $e"),
        ("V007", "update w set pekon = '180601' where event_id = $e"),
        ("V008", "insert into w select * from w where event_id = $e"),
        ("V009", "update w set selesai = '0202-10-05T01:00:00Z' where event_id = $e"),
        ("V010", "update w set petugas_id = cast(x'50ff41' as text) where event_id = $e"),
        ("V011", "update w set nama = replace(hex(zeroblob(200)), '0', 'AB') where event_id = $e"),
    ];
    let office = mendable();
    // No window of time reaches the rows.
    office.configure("lookback-days = 14", "lookback-days = 0");
    for ((_, fault), event) in FAULTS.iter().zip(11..) {
        office.sql(&fault.replace("$e", &event.to_string()));
    }
    let found = office.run(&["pull"]).expect_code(1).err;
    for ((code, _), event) in FAULTS.iter().zip(11..) {
        let remedy = remedies.of(&found, code);
        assert!(!remedy.contains("`tertib"), "it is work for people: {remedy}");
        let line = found.lines().find(|line| line.starts_with(code)).unwrap();
        assert!(line.contains("(1×) ") && line.contains(&event.to_string()), "{line}");
    }
    mend(&office, "event_id between 11 and 21");
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (10, 0));
    assert_eq!(office.events(""), office.number("select count(*) from asli"));
    assert_eq!(office.status()["quarantined"], 0);
}

/// The other way that the remedy names.
fn a_calendar_that_ends_too_early(remedies: &mut Remedies) {
    let office = mendable();
    office.sql("update w set selesai = '2028-01-05T03:00:00Z' where event_id = 11");
    let found = office.run(&["pull"]).expect_code(1).err;
    let remedy = remedies.of(&found, "V009");
    assert!(remedy.contains("perpanjang kalender hari libur"), "{remedy}");
    let entry = quoted(&remedy)[0];
    fs::write(office.path("kalender.toml"), format!("{entry} = \"2028-12-31\"\n")).unwrap();
    let ran = office.run(&["pull"]);
    assert!(ran.out.contains("archived 1 new"), "{}{}", ran.out, ran.err);
    is_gone(&ran.err, &["V009"]);
}

/// What `quality` lists of October, and what it says beside it.
fn quality(office: &Office) -> (Vec<Value>, String) {
    let ran = office.run(&["quality", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "quality");
    (serde_json::from_str(&ran.out).unwrap(), ran.err)
}

fn is_of(row: &Value, place: &str, code: &str) -> bool {
    row["tempat"] == place && row["kode"] == code
}

fn berkas_that_are_mended(remedies: &mut Remedies) {
    for faults in [&PLANTED[..], &ALSO_PLANTED] {
        let office = mendable();
        drop(planted(&office, faults));
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let (mut found, mut said) = quality(&office);
        for (i, (fault, codes)) in faults.iter().enumerate().filter(|(_, (fault, _))| *fault != "select 1") {
            let place = berkas(&office, i + 1);
            for code in *codes {
                let row = found.iter().find(|row| is_of(row, &place, code));
                let remedy = remedies.of_row(row.unwrap_or_else(|| panic!("{code} of {fault} is not found")));
                assert!(!remedy.contains('`'), "it is work for people: {remedy}");
            }
            mend(&office, &format!("berkas_id = '{place}'"));
            // A row that should not be there is made right, since the archive keeps what was deleted.
            let own = format!("where event_id = {} and", new_event(i));
            office.sql(&format!("update w set kekurangan = 'kk' {own} hasil = 'kurang'"));
            office.sql(&format!("update w set hasil = 'tercetak' {own} hasil = 'duplikat'"));
            if fault.contains("2026-09-10") {
                office.sql(&format!("update w set nik = substr(nik, 1, 12) || '9998' where berkas_id = '{place}'"));
            }
            obey(&office, &said, &[]);
            (found, said) = quality(&office);
            for code in *codes {
                assert!(!found.iter().any(|row| is_of(row, &place, code)), "{code} stays after `{fault}` was mended");
            }
        }
        office.run(&["verify"]).expect_code(0);
    }
}

/// Findings of an office before and after a fault and when it was mended as the list says.
fn mended(remedies: &mut Remedies, codes: &[&str], list: &[&str], fault: &str, repair: &str) {
    let office = mendable();
    office.sql("create table blangko_asli as select * from blangko");
    let listed = || {
        let month = ["--month", "2026-10", "--format", "json"];
        let ran = office.run(&[list, &month].concat()).expect_code_in(&[0, 1], "the list");
        (serde_json::from_str::<Vec<Value>>(&ran.out).unwrap(), ran.err)
    };
    let [first, second] = [1, 2].map(|n| berkas(&office, n));
    let filled_in = |sql: &str| sql.replace("$b", &format!("'{first}'")).replace("$c", &format!("'{second}'"));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (sound, _) = listed();
    office.sql(&filled_in(fault));
    fs::remove_dir_all(office.path("archive")).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (found, said) = listed();
    for code in codes {
        let row = found.iter().find(|row| row["kode"] == *code && !sound.contains(row));
        let remedy = remedies.of_row(row.unwrap_or_else(|| panic!("{code} is not found: {found:?}")));
        assert!(!remedy.contains('`'), "it is work for people: {remedy}");
    }
    office.sql(&filled_in(repair));
    obey(&office, &said, &[]);
    assert_eq!(listed().0, sound, "after `{fault}` was mended");
}

/// Puts back what two berkas were.
const BACK: &str =
    "delete from w where berkas_id in ($b, $c); insert into w select * from asli where berkas_id in ($b, $c)";

fn registers_batches_and_outages(remedies: &mut Remedies) {
    let other = "(select pekon from asli as o where o.pekon <> w.pekon order by pekon limit 1)";
    for (code, fault, repair) in [
        ("Q021", "delete from w where berkas_id = $c and langkah = 8", BACK),
        ("Q044", format!("update w set pekon = {other} where berkas_id = $b and langkah = 7").as_str(), BACK),
        ("Q045", "update w set pembawa = 'ORANG LAIN' where berkas_id = $b and langkah = 7", BACK),
        (
            "Q046",
            "insert into gangguan (jenis, mulai, selesai) values ('listrik', '2026-10-06T03:00:00Z', '2026-10-06T02:00:00Z')",
            "update gangguan set selesai = '2026-10-06T04:00:00Z' where mulai = '2026-10-06T03:00:00Z'",
        ),
    ] {
        mended(remedies, &[code], &["quality"], fault, repair);
    }
}

fn blanks(remedies: &mut Remedies) {
    let back = "delete from blangko; insert into blangko select * from blangko_asli";
    for (code, fault) in [
        ("Q028", "update blangko set terima = 0"),
        ("Q029", "update blangko set cetak = cetak + 2 where tanggal = (select min(tanggal) from blangko)"),
        ("Q030", "update blangko set gagal = gagal + 1 where tanggal = (select max(tanggal) from blangko)"),
    ] {
        mended(remedies, &[code], &["quality"], fault, back);
    }
}

fn departures_from_the_sop(remedies: &mut Remedies) {
    let swapped = "update w set (mulai, selesai, recorded_at) = (select o.mulai, o.selesai, o.recorded_at from asli o
        where o.berkas_id = w.berkas_id and o.langkah = 17 - w.langkah) where berkas_id = $b and langkah in (8, 9)";
    for (codes, fault) in [
        (&["C001"][..], "delete from w where berkas_id = $b and langkah = 4"),
        (
            &["C001", "C002"],
            "update w set langkah = 8, pelaksana = 'loket_pengambilan' where berkas_id = $b and langkah = 9",
        ),
        (&["C003"], swapped),
        (&["C004"], "update w set pelaksana = 'operator' where berkas_id = $b and langkah = 9"),
        (&["C005"], "update w set hasil = 'kurang', kekurangan = 'kk' where berkas_id = $b and langkah = 2"),
    ] {
        mended(remedies, codes, &["conformance"], fault, BACK);
    }
}

/// Nothing can take a correction back; what is asked for is an explanation, and it is said once.
fn a_changed_row(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update w set petugas_id = 'P999' where event_id = 11");
    let found = office.run(&["pull"]).expect_code(1).err;
    assert!(remedies.of(&found, "W005").starts_with("Minta penjelasan tertulis"));
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["W005"]);
}

const OCTOBER: [&str; 3] = ["reconcile", "--month", "2026-10"];

fn a_month_that_differs(remedies: &mut Remedies) {
    let office = mendable();
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.sql("update w set langkah = 44 where event_id = 13; delete from w where event_id = 14");
    office.run(&["pull"]).expect_code(1);
    office.sql("update w set petugas_id = 'P999' where event_id = 11; delete from w where event_id = 12");
    mend(&office, "event_id = 14");
    let found = office.run(&OCTOBER).expect_code(1).out;
    let [missing, gone, different, waiting] = ["R001", "R002", "R003", "R004"].map(|code| remedies.of(&found, code));
    // The month stands in the command.
    obey(&office, &missing, &[]);
    let healed = office.run(&OCTOBER).expect_code(1).out;
    is_gone(&healed, &["R001", "R003"]);
    office.sql("update w set petugas_id = 'P998' where event_id = 11");
    assert!(office.run(&OCTOBER).expect_code(1).out.contains("R003"));
    obey(&office, &different, &[]);
    is_gone(&office.run(&OCTOBER).expect_code(1).out, &["R003"]);
    // Who deleted the row explains that it was by mistake, and puts it back.
    assert!(gone.starts_with("Minta penjelasan tertulis"));
    mend(&office, "event_id = 12");
    is_gone(&office.run(&OCTOBER).expect_code(1).out, &["R002"]);
    mend(&office, "event_id = 13");
    obey(&office, &waiting, &[]);
    office.run(&OCTOBER).expect_code(0);
    office.sql("update w set selesai = 'kemarin' where event_id = 13");
    let broken = remedies.of(&office.run(&OCTOBER).expect_code(1).out, "R007");
    mend(&office, "event_id = 13");
    obey(&office, &broken, &[]);
    office.run(&OCTOBER).expect_code(0);
}

fn a_row_of_a_side_table(remedies: &mut Remedies) {
    let office = Office::unpulled();
    office.sql(
        "insert into gangguan (jenis, mulai, selesai) values (' ', '2026-10-05T01:00:00Z', '2026-10-05T02:00:00Z')",
    );
    let left_out = remedies.of(&office.run(&["pull"]).expect_code(1).err, "S008");
    office.sql("update gangguan set jenis = 'listrik' where jenis = ' '");
    is_gone(&obey(&office, &left_out, &[]).err, &["S008"]);
}

fn a_view_without_keys(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    office.sql(
        "update w set event_id = null where event_id = 11; update w set event_id = 13 where event_id = 12;
         update w set petugas_id = 'P999' where event_id = 14",
    );
    let found = office.run(&OCTOBER).expect_code(1).out;
    let [without, doubled] = ["R005", "R006"].map(|code| remedies.of(&found, code));
    office.sql("delete from w where event_id is null; delete from w where event_id = 13");
    office.sql("insert into w select * from asli where event_id between 11 and 13");
    let pulled = obey(&office, &without, &[]);
    assert!(pulled.out.contains("1 corrected"), "{}", pulled.out);
    let healed = obey(&office, &doubled, &[]);
    assert_eq!(healed.code, 0, "{}", healed.out);
}

/// A folder has no month to be pulled again; the command says what to do instead.
fn a_folder_of_files_that_differs(remedies: &mut Remedies) {
    let office = mendable();
    let dir = tempfile::TempDir::new().unwrap();
    let export = |name: &str| tests::export(&office.path("kantor.sqlite"), "workflow_events", &dir.path().join(name));
    office.sql("delete from w where event_id = 12");
    export("1.csv");
    let folder = Office::at(&format!("csv:{}", dir.path().display()));
    let run = |arguments: &[&str]| folder.run(arguments);
    run(&["pull"]).expect_code_in(&[0, 1], "pull");
    fs::remove_file(dir.path().join("1.csv")).unwrap();
    mend(&office, "event_id = 12");
    office.sql("update w set petugas_id = 'P999' where event_id = 11");
    export("2.csv");
    let found = run(&OCTOBER).expect_code(1).out;
    for code in ["R001", "R003"] {
        let remedy = remedies.of(&found, code);
        let named = commands(&remedy, &[]);
        let refused = run(&named[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code(2).err;
        assert!(refused.contains("export 2026-10 anew"), "{refused}");
        let told = commands(&refused, &[]);
        run(&told[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code_in(&[0, 1], "what was told");
    }
    run(&OCTOBER).expect_code(0);
}

fn many_corrections(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    let change = |officer: &str, to: i64| {
        office.sql(&format!("update w set petugas_id = '{officer}' where event_id between 1 and {to}"));
    };
    office.configure("lookback-days = 14", "lookback-days = 400");
    change("P999", 500);
    let held = office.run(&["pull"]).expect_code(1).err;
    let accepted = obey(&office, &remedies.of(&held, "S007"), &[]);
    assert!(accepted.out.contains(" corrected") && !accepted.err.contains("S007"), "{}{}", accepted.out, accepted.err);
    office.run(&["pull"]).expect_code(0);
    // What lies before the window comes by its month, and waits there too.
    office.configure("lookback-days = 400", "lookback-days = 0");
    change("P998", 60);
    let found = office.run(&OCTOBER).expect_code(1).out;
    let remedy = remedies.of(&found, "R003");
    let held = obey(&office, &remedy, &[]);
    let remedy = remedies.of(&held.err, "S007");
    let mut told = commands(&remedy, &[]).remove(0);
    let month = quoted(&remedy).into_iter().find(|part| part.starts_with("--again ")).unwrap();
    told.extend(month.replace("BULAN", "2026-10").split(' ').map(str::to_owned));
    run(&office, &told);
    office.run(&OCTOBER).expect_code(0);
}

fn columns_and_an_empty_view(remedies: &mut Remedies) {
    let office = mendable();
    office.sql("delete from w");
    let found = office.run(&["pull"]).expect_code(1).err;
    assert!(remedies.of(&found, "S002").starts_with("Periksa tampilan (view) sumber"));
    mend(&office, "true");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S002"]);
    // A column that is another's successor is named in the configuration; any other needs nothing.
    office.sql("alter table w add column catatan; update w set catatan = keterangan");
    let found = office.run(&["pull"]).expect_code(0).err;
    assert!(remedies.of(&found, "S001").starts_with("Tidak perlu tindakan, kecuali"), "{found}");
    office.sql("alter table w drop column keterangan");
    assert!(refused(&office, &["pull"]).contains("add it to the view or map it under [source.columns]"));
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let named = "[source.columns]\nketerangan = \"catatan\"\n";
    fs::write(office.path("tertib.toml"), format!("{config}\n{named}")).unwrap();
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S001"]);
}

fn a_user_who_may_write(remedies: &mut Remedies, server: &dyn Server) {
    server.contract_table(10);
    let office = Office::at(&server.owner());
    let refused = office.run(&["pull"]).expect_code(2).err;
    let setting = quoted(&refused).into_iter().find(|part| part.starts_with("may-write")).unwrap();
    office.configure("[source]", &format!("[source]\n{setting}"));
    let found = office.run(&["pull"]).expect_code(0).err;
    let remedy = remedies.of(&found, "S003");
    assert!(remedy.contains("SELECT saja") && quoted(&remedy) == ["may-write"], "{remedy}");
    office.configure(&server.owner(), &server.reader());
    office.configure(&format!("{setting}\n"), "");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S003"]);
}

fn a_restored_database(remedies: &mut Remedies) {
    let server = servers::postgres();
    server.contract_table(200);
    let office = Office::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    // As if the pull had been from another cluster.
    let log = office.path("archive/events/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&log).unwrap();
    let system = text.split("\"system\":\"").nth(1).unwrap().split('"').next().unwrap();
    fs::write(&log, text.replace(system, "1/1")).unwrap();
    fs::remove_file(office.path("archive/_tertib/head")).unwrap();
    // The restored database lacks nothing, and has a row more.
    server.add_row("'2026-01-06 00:00:00'");
    let found = office.run(&["pull"]).expect_code(1).err;
    let remedy = remedies.of(&found, "S004");
    let told = commands(&remedy, &[("BULAN", "2026-01")]);
    office.run(&told[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code(0);
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S004"]);
}

fn tables_that_lock(remedies: &mut Remedies) {
    let server = servers::mariadb();
    server.contract_table(10);
    server.sql("alter table workflow_events engine = MyISAM");
    let office = Office::at(&server.reader());
    let found = office.run(&["pull"]).expect_code(0).err;
    assert!(remedies.of(&found, "S005").contains("menjadi InnoDB"));
    server.sql("alter table workflow_events engine = InnoDB");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S005"]);
}

fn a_moved_database(remedies: &mut Remedies) {
    let (server, other) = (servers::postgres(), servers::postgres());
    for server in [&server, &other] {
        server.contract_table(50);
    }
    let office = Office::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    office.configure(&server.reader(), &other.reader());
    let found = office.run(&["pull"]).err;
    assert!(remedies.of(&found, "S006").starts_with("Tidak perlu tindakan"), "{found}");
    // The pull that next has news notes the new place.
    other.add_row("default");
    assert!(office.run(&["pull"]).out.contains("archived 1 new"));
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S006", "S004"]);
}

/// A sealed archive of one pull and its backup.
fn archive() -> (Office, tempfile::TempDir, Forger) {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::small();
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
        office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
        office.run(&["verify"]).expect_code(0);
        office
    });
    let office = made.copy();
    let backup = tempfile::TempDir::new().unwrap();
    copy(&office.path("archive"), backup.path());
    let forger = Forger { root: office.path("archive") };
    (office, backup, forger)
}

/// What `verify` finds, and the file that a finding names.
fn named(said: &str, code: &str) -> PathBuf {
    let line = said.lines().find(|line| line.starts_with(code)).unwrap_or_else(|| panic!("{code} is not in\n{said}"));
    let place = line.rsplit_once('[').unwrap().1.trim_end_matches(']');
    PathBuf::from(place.split([':', ',']).next().unwrap())
}

fn files_of_the_archive(remedies: &mut Remedies) {
    type Fault = fn(&Path);
    type Repair = fn(&Office, &Path, &Path, &str);
    let (_office, _, forger) = archive();
    let part = forger.parts("events").remove(0).strip_prefix(&forger.root).unwrap().display().to_string();
    let part = part.as_str();
    let intent = "_tertib/intent-00000000000000000002.json";
    let cases: [(&str, &str, Fault, Repair); 7] = [
        ("A001", part, |path| fs::remove_file(path).unwrap(), from_backup),
        ("A002", part, flip, from_backup),
        ("A003", "catatan.txt", |path| fs::write(path, "x").unwrap(), moved_out),
        (
            "A017",
            "_tertib/head",
            |path| fs::remove_file(path).unwrap(),
            |office, _, _, remedy| {
                let newest = office.path("archive/events/_delta_log/00000000000000000001.json");
                let head = tests::sha256(&fs::read(newest).unwrap());
                let checked = obey(office, remedy, &[("SIDIK", &head[..16])]);
                assert!(checked.out.contains(" 1 kept heads; 1 findings"), "{}", checked.out);
                assert!(remedy.contains("penarikan berikutnya menulis salinan baru"));
                office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
            },
        ),
        // Cut short, and written by somebody.
        (
            "A018",
            intent,
            |path| fs::write(path, "{\"version\":2,").unwrap(),
            |office, _, _, remedy| {
                assert!(remedy.starts_with("Bila berkas itu terpotong, penarikan berikutnya membereskannya"));
                office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
            },
        ),
        ("A018", intent, hostile_intent, |office, backup, place, remedy| {
            office.run(&["pull"]).expect_code(2);
            moved_out(office, backup, place, remedy);
        }),
        (
            "A019",
            part,
            |path| {
                fs::rename(path, path.with_extension("lain")).unwrap();
                std::os::unix::fs::symlink(path.with_extension("lain"), path).unwrap();
            },
            |office, backup, place, remedy| {
                assert!(remedy.starts_with("Pindahkan benda itu dari folder arsip, pulihkan yang asli"));
                let path = office.path("archive").join(place);
                fs::rename(&path, office.path("dipindahkan")).unwrap();
                // What the link led to is no file of the archive.
                fs::remove_file(path.with_extension("lain")).unwrap();
                from_backup(office, backup, place, remedy);
            },
        ),
    ];
    for (code, place, fault, repair) in cases {
        let (office, backup, _) = archive();
        fault(&office.path("archive").join(place));
        let found = office.run(&["verify"]).expect_code(1).out;
        let remedy = remedies.of(&found, code);
        assert_eq!(named(&found, code), Path::new(place));
        repair(&office, backup.path(), Path::new(place), &remedy);
        office.run(&["verify"]).expect_code(0);
        office.run(&["pull"]).expect_code_in(&[0, 1], "the next pull");
    }
}

/// Figures are kept of a month after which another one came.
fn kept_figures(remedies: &mut Remedies) {
    let office = Office::demo(&["--months", "2026-07:2026-08", "--per-month", "30", "--seed", "3"]);
    let metrics = ["metrics", "--month", "2026-07"];
    office.run(&metrics).expect_code(0);
    let kept = tree(&office.path("archive/figures")).into_keys().next().unwrap();
    flip(&office.path("archive/figures").join(kept));
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A008").starts_with("Hapus berkas tersebut; angka dihitung ulang."));
    fs::remove_file(office.path("archive").join(named(&found, "A008"))).unwrap();
    office.run(&metrics).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

/// Puts back what a finding names.
fn from_backup(office: &Office, backup: &Path, place: &Path, remedy: &str) {
    assert!(remedy.contains("ulihkan") && remedy.contains(" dari cadangan"), "{remedy}");
    fs::copy(backup.join(place), office.path("archive").join(place)).unwrap();
}

/// An interrupted write that would take a file of the office away.
fn hostile_intent(path: &Path) {
    let file = json!({"path": "../kantor.sqlite", "sha256": "0".repeat(64), "size_bytes": 1, "rows": 1});
    let intent = json!({
        "version": 2, "staging": "_tertib/staging/2-0", "commit_sha256": "0".repeat(64), "files": [file],
    });
    fs::write(path, intent.to_string()).unwrap();
}

/// Moves what a finding names out of the archive.
fn moved_out(office: &Office, _: &Path, place: &Path, remedy: &str) {
    assert!(remedy.contains("indahkan") && remedy.contains("dari folder arsip"), "{remedy}");
    fs::rename(office.path("archive").join(place), office.path("dipindahkan")).unwrap();
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// A pull that was stopped after it had decided, and before its commit stood in the log.
fn an_interrupted_write(remedies: &mut Remedies) {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let root = office.path("archive");
    let whole = tree(&root);
    let log = root.join("events/_delta_log/00000000000000000000.json");
    let intent = json!({
        "version": 0, "staging": "_tertib/staging/0-0", "commit_sha256": tests::sha256(&fs::read(&log).unwrap()), "files": [],
    });
    fs::create_dir_all(root.join("_tertib/staging/0-0")).unwrap();
    fs::rename(&log, root.join("_tertib/staging/0-0/commit.json")).unwrap();
    fs::write(root.join("_tertib/intent-00000000000000000000.json"), intent.to_string()).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A007").contains("penarikan berikutnya menyelesaikannya"));
    office.run(&["pull"]).expect_code(0);
    assert!(tree(&root) == whole);
    office.run(&["verify"]).expect_code(0);
}

/// Changes the log, with the chain made anew where it is to agree.
fn log(forger: &Forger, version: usize, chain: bool, change: impl FnOnce(&mut Vec<Value>)) {
    let paths = forger.commits();
    let mut actions = Forger::actions(&paths[version]);
    change(&mut actions);
    Forger::write(&paths[version], &actions);
    let mut previous = Value::Null;
    for path in paths.iter().filter(|_| chain) {
        let mut actions = Forger::actions(path);
        actions[0]["commitInfo"]["tertib"]["previous"] = previous;
        Forger::write(path, &actions);
        previous = json!(tests::sha256(&fs::read(path).unwrap()));
    }
    if chain {
        let head = format!("{} {}\n", paths.len() - 1, previous.as_str().unwrap()).repeat(2);
        fs::write(forger.root.join("_tertib/head"), head).unwrap();
    }
}

/// What somebody changed together with its digests: one file of a backup would not agree with the log any more.
fn an_archive_from_the_backup(remedies: &mut Remedies) {
    type Fault = fn(&Forger);
    let cases: [(&str, Fault); 13] = [
        ("A004", |f| {
            log(f, 1, false, |a| {
                a[0]["commitInfo"]["tertib"].as_object_mut().unwrap().remove("seal").unwrap();
            });
        }),
        ("A005", |f| fs::write(f.commits().remove(0), "bukan catatan\n").unwrap()),
        ("A006", |f| {
            log(f, 0, true, |a| {
                let persons = &mut a[0]["commitInfo"]["tertib"]["persons"][0]["rows"];
                *persons = json!(persons.as_u64().unwrap() + 1);
            });
        }),
        ("A009", |f| {
            Forger::edit(&f.parts("events")[0], |rows| swapped(&rows, "seq"));
            Forger::edit(&f.parts("persons")[0], |rows| swapped(&rows, "seq"));
            f.rehash();
        }),
        ("A010", |f| {
            Forger::edit(&f.parts("events")[0], |rows| {
                with_column(&rows, "selesai", |column| {
                    let times = column.to_data();
                    let at = times.buffers()[0].typed_data::<i64>().iter().map(|us| us - 90 * 86_400_000_000);
                    let moved = arrow::array::Int64Array::from_iter_values(at);
                    arrow::compute::cast(&moved, column.data_type()).unwrap()
                })
            });
            f.rehash();
        }),
        ("A011", |f| {
            Forger::edit(&f.parts("persons")[0], |rows| with_text(&rows, "nama", "ORANG LAIN"));
            f.rehash();
        }),
        ("A012", |f| {
            Forger::edit(&f.parts("persons")[0], |rows| with_text(&rows, "nama", "ORANG LAIN"));
            f.rehash();
        }),
        ("A013", |f| {
            // Another history, of which every digest agrees.
            log(f, 0, true, |a| a[0]["commitInfo"]["engineInfo"] = json!("tertib/9.9.9"));
        }),
        ("A014", |f| log(f, 1, true, |a| a[0]["commitInfo"]["timestamp"] = json!(1_600_000_000_000_i64))),
        ("A015", |f| {
            // Closed once more.
            let again = f.root.join("events/_delta_log/00000000000000000002.json");
            fs::copy(f.commits().remove(1), again).unwrap();
            log(f, 2, true, |_| {});
        }),
        ("A016", |f| fs::remove_file(f.commits().remove(1)).unwrap()),
        ("A020", |f| log(f, 1, true, |a| a[0]["commitInfo"]["tertib"]["next_seq"] = json!(9))),
        ("A021", |f| {
            Forger::edit(&f.parts("events")[0], |rows| rows.project(&[0, 1, 2]).unwrap());
            f.rehash();
        }),
    ];
    for (code, fault) in cases {
        let (office, backup, forger) = archive();
        let kept = tests::sha256(&fs::read(&forger.commits()[0]).unwrap());
        let head = format!("{}@0", &kept[..16]);
        fault(&forger);
        let verify = if code == "A013" { vec!["verify", "--head", &head] } else { vec!["verify"] };
        let found = office.run(&verify).expect_code(1).out;
        let remedy = remedies.of(&found, code).to_lowercase();
        assert!(remedy.contains("pulihkan folder arsip dari cadangan"), "{code}: {remedy}");
        fs::remove_dir_all(office.path("archive")).unwrap();
        copy(backup.path(), &office.path("archive"));
        office.run(&verify).expect_code(0);
    }
}

/// A key lies where the archive's own belongs.
fn a_key_of_another_office(remedies: &mut Remedies) {
    let (office, _, _) = archive();
    let (key, kept) = (office.path("kunci.key"), office.path("cadangan.key"));
    fs::copy(&key, &kept).unwrap();
    fs::write(&key, "ab".repeat(32)).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A022").starts_with("Pulihkan berkas kunci milik arsip ini dari cadangan"));
    fs::copy(&kept, &key).unwrap();
    assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));
}

/// No clock makes a log that looks altered for ever.
fn a_clock_that_was_set_back() {
    let office = mendable();
    office.sql("delete from w where event_id = 11");
    office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code(0);
    mend(&office, "event_id = 11");
    office.configure("lookback-days = 14", "lookback-days = 400");
    let ran = office.run(&["pull", "--at", "2026-11-10T00:00:00Z"]).expect_code(0);
    assert!(ran.out.contains("archived 1 new") && ran.err.contains("set the clock"), "{}{}", ran.out, ran.err);
    office.run(&["verify"]).expect_code(0);
}

/// The code that a document prints.
fn code_of(pdf: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(pdf).unwrap()).into_owned();
    text[text.find("TERTIB1").unwrap()..].chars().take_while(|c| *c != '<' && *c != ')').collect()
}

fn printed_documents(remedies: &mut Remedies) {
    let office = Office::small();
    for (id, code) in [("buku_agenda_pendaftaran", "B001"), ("laporan_kepatuhan", "K003")] {
        let pdf = office.path(&format!("laporan/2026-10/{id}_2026-10.pdf"));
        let verify = |code: &str, exit: i32| office.run(&["verify", "--code", code]).expect_code(exit).out;
        let render = || office.run(&["render", "--month", "2026-10", "--only", id]).expect_code_in(&[0, 1], "render");
        render();
        let printed = code_of(&pdf);
        // Somebody's print.
        let digest = printed.split(' ').nth(6).unwrap();
        let forged = printed.replace(digest, &digest.chars().rev().collect::<String>());
        let remedy = remedies.of(&verify(&forged, 1), code);
        if code == "B001" {
            assert!(remedy.starts_with("Jangan pakai cetakan itu; cetak ulang dari arsip"), "{remedy}");
        } else {
            // One of the reasons that it names: a target that was entered after printing.
            assert!(
                remedy.starts_with("Bila target kantor, fakta, atau versi program berubah sejak dicetak"),
                "{remedy}"
            );
            let set = "target set waktu_langkah_04 --value 600 --article 7 --source x --by y --from 2026-10-01";
            office.run(&set.split(' ').collect::<Vec<_>>()).expect_code(0);
            remedies.of(&verify(&printed, 1), code);
        }
        render();
        verify(&code_of(&pdf), 0);
        office.run(&["verify", "--book", &pdf.display().to_string()]).expect_code(0);
    }
    let pdf = office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf");
    let book = ["verify", "--book", &pdf.display().to_string()];
    let render = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran"];
    let changed: [fn(&Office); 2] = [
        |office| flip(&office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf")),
        |office| {
            fs::create_dir_all(office.path("punya_kami")).unwrap();
            fs::write(office.path("punya_kami/penutup_buku.txt.j2"), "Ditutup.").unwrap();
            office.configure("# templates = \"templates\"", "templates = \"punya_kami\"");
        },
    ];
    for change in changed {
        change(&office);
        let remedy = remedies.of(&office.run(&book).expect_code(1).out, "B002");
        assert!(remedy.contains("templat") && remedy.contains("berkas itu diubah"), "{remedy}");
        office.run(&render).expect_code_in(&[0, 1], "render");
        office.run(&book).expect_code(0);
    }
}

fn a_document_of_another_archive(remedies: &mut Remedies) {
    let (office, other) = Office::alike();
    office.run(&["render", "--month", "2026-10", "--only", "laporan_kepatuhan"]).expect_code_in(&[0, 1], "render");
    let pdf = office.path("laporan/2026-10/laporan_kepatuhan_2026-10.pdf").display().to_string();
    let found = other.run(&["verify", "--book", &pdf]).expect_code(1).out;
    let remedy = remedies.of(&found, "K004");
    assert!(remedy.contains("kepala arsip yang disimpan di tempat lain"), "{remedy}");
    // The finding shows both heads; a kept head tells which archive is the right one.
    let line = found.lines().find(|line| line.starts_with("K004")).unwrap();
    let heads: Vec<&str> = line.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 16).collect();
    assert!(other.run(&["verify", "--head", heads[0]]).expect_code(1).out.contains("A016"));
    office.run(&["verify", "--head", heads[0]]).expect_code(0);
    other.run(&["verify", "--head", heads[1]]).expect_code(0);
    office.run(&["verify", "--book", &pdf]).expect_code(0);
}

fn a_month_that_is_not_all_there(remedies: &mut Remedies) {
    let metrics = ["metrics", "--month", "2026-10"];
    let pulled = || {
        let office = Office::unpulled();
        office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        office
    };
    let office = pulled();
    let found = office.run(&metrics).expect_code(1).err;
    obey(&office, &remedies.of(&found, "K001"), &[]);
    is_gone(&office.run(&metrics).expect_code(0).err, &["K001"]);
    let office = Office::unpulled();
    office.run(&["pull", "--from", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let found = office.run(&metrics).expect_code(1).err;
    obey(&office, &remedies.of(&found, "K005"), &[("BULAN", "2026-10")]);
    is_gone(&office.run(&metrics).expect_code(0).err, &["K001", "K005"]);
    let office = pulled();
    office.run(&["seal", "--month", "2026-10", "--incomplete", "server loket rusak"]).expect_code(0);
    let found = office.run(&["verify"]).expect_code(0).out;
    let remedy = remedies.of(&found, "K002");
    obey(&office, &remedy, &[]);
    assert!(remedy.contains("tercantum sebagai susulan pada buku bulan berikutnya"), "{remedy}");
    let render = ["render", "--month", "2026-11", "--only", "buku_agenda_pendaftaran", "--format", "data"];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let book = fs::read_to_string(office.path("laporan/2026-11/buku_agenda_pendaftaran_2026-11.data.json")).unwrap();
    let book: Value = serde_json::from_str(&book).unwrap();
    assert!(book.to_string().contains("Susulan"), "{book}");
}

fn targets(remedies: &mut Remedies) {
    let office = Office::small();
    let month = ["compliance", "--month", "2026-10"];
    // Every target without a value gets one.
    let found = office.run(&month).expect_code(1).err;
    let remedy = remedies.of(&found, "T002");
    let place = found.lines().find(|line| line.starts_with("T002")).unwrap().rsplit_once('[').unwrap().1;
    let without: Vec<&str> = place.trim_end_matches(']').split(", ").collect();
    assert!(without.len() > 5, "{without:?}");
    for target in without {
        let value = if target.starts_with("kelengkapan") { "0.95" } else { "600" };
        let filled_in = [
            ("TARGET", target),
            ("NILAI", value),
            ("PASAL", "Pasal 7"),
            ("NASKAH", "naskah rekaan, hlm. 3"),
            ("NAMA", "Kasi Rekaan"),
            ("TANGGAL", "2026-10-01"),
        ];
        obey(&office, &remedy, &filled_in);
    }
    is_gone(&office.run(&month).err, &["T002"]);
    // No target is in force any more, until a regulation is added.
    let office = Office::small();
    fs::create_dir_all(office.path("fakta/targets")).unwrap();
    office.configure("# facts = \"fakta\"", "facts = \"fakta\"");
    let national = fs::read_to_string(tests::root().join("schemas/data/targets/nasional_14_hari_kerja.toml")).unwrap();
    let ended =
        national.replace("valid_from = \"2006-12-29\"", "valid_from = \"2006-12-29\"\nvalid_to = \"2026-09-30\"");
    assert_ne!(ended, national);
    let file = office.path("fakta/targets/nasional_14_hari_kerja.toml");
    fs::write(&file, &ended).unwrap();
    let found = office.run(&month).expect_code(1).err;
    let remedy = remedies.of(&found, "T001");
    assert!(quoted(&remedy) == ["targets", "facts"] && remedy.contains("periksa masa berlakunya"), "{remedy}");
    let added = national.replace("terbit_14_hari_kerja", "terbit_14_hari");
    let heal: [(&str, &str, &str); 2] = [
        ("fakta/targets/baru.toml", &added, "terbit_14_hari"),
        ("fakta/targets/nasional_14_hari_kerja.toml", &national, "terbit_14_hari_kerja"),
    ];
    for (path, text, target) in heal {
        fs::write(office.path(path), text).unwrap();
        let judged = office.run(&month);
        is_gone(&judged.err, &["T001"]);
        assert!(judged.out.contains(target), "{}", judged.out);
        fs::remove_file(office.path(path)).unwrap();
        fs::write(&file, &ended).unwrap();
    }
}

/// Every message of the program that names a command or an option: words of it as they stand in the source, and a test that
/// makes it come and follows it.
const ERRORS: [(&str, fn()); 23] = [
    ("there is no tertib.toml here; run `tertib init`", no_configuration),
    ("`tertib target list` names those that are", || {
        let office = Office::small();
        let told = refused(&office, &["compliance", "--month", "2026-10", "--failed", "salah"]);
        assert!(obey(&office, &told, &[]).out.contains("terbit_24_jam"));
        office
            .run(&["compliance", "--month", "2026-10", "--failed", "terbit_24_jam"])
            .expect_code_in(&[0, 1], "failed");
    }),
    ("which `tertib target list` tells", || {
        let office = Office::small();
        let set = |value: &str, code: i32| {
            let set = format!("target set waktu_langkah_04 --value {value} --article 7 --source x --by y");
            office.run(&set.split(' ').collect::<Vec<_>>()).expect_code(code).err
        };
        let listed = obey(&office, &set("15menit", 2), &[]).out;
        assert!(listed.lines().any(|line| line.contains("waktu_langkah_04") && line.contains("menit")), "{listed}");
        set("15", 0);
    }),
    ("the configuration has no [[job]]; add one or run `tertib pull` yourself", || {
        let office = Office::unpulled();
        let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
        fs::write(office.path("tertib.toml"), config.split("[[job]]").next().unwrap()).unwrap();
        let told = refused(&office, &["serve"]);
        assert!(obey(&office, &told, &[]).out.contains(" new"));
    }),
    ("empty; `tertib pull` fills it", || doctor_says("empty; `tertib pull` fills it", |_| {})),
    ("there are none; `tertib pull` brings them", || doctor_says("there are none; `tertib pull` brings them", |_| {})),
    ("is there, run `tertib pull`", || {
        doctor_says("is there, run `tertib pull`", |office| {
            office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        });
    }),
    ("`tertib verify` checks every file", || {
        let office = Office::small();
        let said = office.run(&["doctor"]).expect_code_in(&[0, 1], "doctor").out;
        let line = said.lines().find(|line| line.contains("`tertib verify` checks every file")).unwrap();
        assert!(obey(&office, line, &[]).out.contains("; 0 findings"));
    }),
    ("`tertib target set` enters", || {
        let office = Office::small();
        let open = || {
            let said = office.run(&["doctor"]).expect_code_in(&[0, 1], "doctor").out;
            said.lines().find(|line| line.contains("without a value")).unwrap().to_owned()
        };
        let before = open();
        let mut set = commands(&before, &[]).remove(0);
        let rest = "waktu_langkah_04 --value 15 --article 7 --source x --by y";
        set.extend(rest.split(' ').map(str::to_owned));
        run(&office, &set);
        assert_ne!(open(), before);
    }),
    ("there is no row of event seq", || {
        for command in ["quality", "duplicates", "render"] {
            damaged(&[command, "--month", "2026-10"], "there is no row of event seq", without_persons);
        }
    }),
    ("of the archive cannot be read: {reason}; run `tertib verify`", || {
        damaged(&["metrics", "--month", "2026-10"], "cannot be read", |f| {
            fs::write(f.commits().remove(1), "bukan catatan\n").unwrap();
        });
    }),
    ("is damaged (its SHA-256 is not the recorded one); run `tertib verify`", || {
        damaged(&["quality", "--month", "2026-10"], "is damaged", |f| flip(&f.parts("events")[0]));
    }),
    ("run `tertib verify` and find out who put it there", || {
        damaged(&["quality", "--month", "2026-10"], "is a link, a pipe", |f| {
            let part = f.parts("events").remove(0);
            fs::remove_file(&part).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", part).unwrap();
        });
    }),
    ("run `tertib verify`, then restore the archive from the backup", || {
        damaged(&["metrics", "--month", "2026-10"], "is not the one that was written", |f| {
            let commit = f.commits().remove(1);
            let text = fs::read_to_string(&commit).unwrap();
            fs::write(&commit, text.replace("2026-10", "2026-09")).unwrap();
        });
    }),
    ("the log ends before commit {version}, which {head} names; run `tertib verify`", || {
        damaged(&["pull"], "the log ends before commit 1", |f| fs::remove_file(f.commits().remove(1)).unwrap());
    }),
    ("holds no events yet; run `tertib pull` first", || {
        let office = Office::unpulled();
        let told = refused(&office, &["metrics", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
    }),
    ("a folder of files has no month to be read again", || {
        a_folder_of_files_that_differs(&mut Remedies::default());
    }),
    ("`--from` can only be said at the first pull", || {
        let office = Office::unpulled();
        office.run(&["pull"]).expect_code(0);
        refused(&office, &["pull", "--from", "2026-10-10"]);
        office.run(&["pull"]).expect_code(0);
    }),
    ("say `--accept-corrections`", || {
        let office = mendable();
        office.run(&["pull"]).expect_code(0);
        office.sql("update w set recorded_at = datetime(recorded_at, '+1 hour') || 'Z', petugas_id = 'P999'");
        let told = refused(&office, &["pull"]);
        let option = quoted(&told).into_iter().find(|part| part.starts_with("--")).unwrap();
        let accepted = office.run(&["pull", option]).expect_code(1);
        assert!(
            accepted.out.contains("corrected") && accepted.err.contains("W005"),
            "{}{}",
            accepted.out,
            accepted.err
        );
        office.run(&["pull"]).expect_code(0);
    }),
    ("look at the month, or run `tertib pull` first", || {
        let office = mendable();
        office.sql(
            "update w set mulai = '2026-09-15T02:00:00Z', selesai = '2026-09-15T03:00:00Z',
             recorded_at = '2026-09-15T03:00:00Z' where event_id = 11",
        );
        office.run(&["pull", "--until", "2026-10-01"]).expect_code_in(&[0, 1], "pull");
        office.run(&["seal", "--month", "2026-09"]).expect_code(0);
        let told = refused(&office, &["seal", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
    ("run `tertib pull{again}`, or give a reason with `--incomplete`", || {
        let seal = ["seal", "--month", "2026-10"];
        let pulled = || {
            let office = Office::unpulled();
            office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
            let told = refused(&office, &seal);
            (office, told)
        };
        let (office, told) = pulled();
        obey(&office, &told, &[]);
        office.run(&seal).expect_code(0);
        let office = Office::unpulled();
        office.run(&["pull", "--from", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        let told = refused(&office, &seal);
        obey(&office, &told, &[]);
        office.run(&seal).expect_code(0);
        // The other way, where no reason is one that cannot stand there.
        let (office, told) = pulled();
        let option = quoted(&told).into_iter().find(|part| part.starts_with("--")).unwrap();
        let told = refused(&office, &[&seal[..], &[option, ""]].concat());
        assert!(told.contains("must be one line"), "{told}");
        office.run(&[&seal[..], &[option, "server rusak"]].concat()).expect_code(0);
    }),
    ("close its books without `--incomplete`", || {
        let office = Office::small();
        refused(&office, &["seal", "--month", "2026-10", "--incomplete", "tergesa-gesa"]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
    ("close them first with `tertib seal --month {earlier}`", || {
        let office = mendable();
        office.sql("update w set selesai = '2026-09-15T03:00:00Z' where event_id = 11");
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let told = refused(&office, &["seal", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
];

/// Messages of the sources that name a command or an option and that nobody has followed.
fn every_command_of_an_error_has_a_case() {
    // The first is followed by the cases above, the second by the test of the message that leads to it; the third is the doctor's, who
    // looks at the month before today, and names what heals K005.
    const ELSEWHERE: [&str; 3] = [
        "jalankan `tertib pull --again {month}`",
        "the reason of `--incomplete` must be one line",
        "is not there, run `tertib pull --again {month}`",
    ];
    let known: Vec<&str> = ERRORS.iter().map(|(words, _)| *words).chain(ELSEWHERE).collect();
    let mut met = BTreeSet::new();
    for folder in ["jobs/src", "pipeline/src", "reports/src", "schemas/src"] {
        for (path, bytes) in tree(&tests::root().join(folder)) {
            let text = String::from_utf8_lossy(&bytes);
            let own = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in lines.filter(|line| line.contains("`tertib ") || line.contains("`--")) {
                let of_line: Vec<_> = known.iter().filter(|words| line.contains(**words)).collect();
                assert!(!of_line.is_empty(), "{}: nobody follows\n{line}", path.display());
                met.extend(of_line);
            }
        }
    }
    assert_eq!(met, known.iter().collect::<BTreeSet<_>>(), "messages that no source has any more");
}

/// What a command that cannot run says.
#[track_caller]
fn refused(office: &Office, arguments: &[&str]) -> String {
    office.run(arguments).expect_code(2).err
}

/// Nothing is configured where a command is run.
fn no_configuration() {
    let office = Office::unpulled();
    let dir = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| -> Ran {
        tests::tertib().args(arguments).current_dir(dir.path()).output().unwrap().into()
    };
    let told = run(&["pull"]).expect_code(2).err;
    let named = commands(&told, &[]);
    let init: Vec<&str> = named[0].iter().map(String::as_str).collect();
    let told = run(&init).expect_code(2).err;
    let option = told.split(' ').map(|word| word.trim_end_matches(',')).find(|word| word.starts_with("--")).unwrap();
    let url = format!("sqlite:{}", office.path("kantor.sqlite").display());
    run(&[&init[..], &[option, &url]].concat()).expect_code(0);
    run(&["pull"]).expect_code_in(&[0, 1], "pull");
}

/// The doctor tells what is lacking and which command brings it, and does not tell it any more afterwards.
fn doctor_says(words: &str, prepare: impl FnOnce(&Office)) {
    let office = Office::unpulled();
    prepare(&office);
    let said = office.run(&["doctor"]).out;
    let line = said.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("`{words}` in\n{said}"));
    obey(&office, line, &[]);
    let healed = office.run(&["doctor"]).expect_code_in(&[0, 1], "doctor").out;
    assert!(!healed.contains(words), "{healed}");
}

/// A command refuses a damaged archive; the check that it names finds it, and with the backup the command runs.
fn damaged(command: &[&str], says: &str, damage: fn(&Forger)) {
    let (office, backup, forger) = archive();
    damage(&forger);
    let told = refused(&office, command);
    assert!(told.contains(says), "{told}");
    let named = commands(&told, &[]);
    assert!(run(&office, &named[0]).code == 1, "`{told}` finds nothing");
    fs::remove_dir_all(office.path("archive")).unwrap();
    copy(backup.path(), &office.path("archive"));
    office.run(command).expect_code_in(&[0, 1], "after the backup");
    office.run(&["verify"]).expect_code(0);
}

/// Takes the personal data of a part's events away, and every trace of them.
fn without_persons(forger: &Forger) {
    Forger::edit(&forger.parts("persons")[0], |rows| chosen(&rows, []));
    forger.rehash();
}
