//! What a person sees: on a terminal tables that fit it, bars and colours; elsewhere whole lines, and a log that says how far it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;
use tests::tools::Tool;
use tests::{Office, Ran};

tests::trials! {
    no_table_is_wider_than_the_terminal needs Tool::Script;
    a_wide_table_and_one_in_a_pipe_break_no_line needs Tool::Script;
    a_render_shows_a_true_bar needs Tool::Script;
    colours_are_shown_where_they_are_asked_for;
    off_a_terminal_the_log_tells_how_far_a_pull_is;
    the_log_tells_the_office_s_time_and_as_much_as_is_asked_for;
    a_log_for_programs_is_json;
    the_journal_gets_priorities_and_no_time;
    the_last_month_is_meant_where_none_is_named;
    nothing_is_said_after_a_pull_without_findings;
}

/// What the program shows on a terminal of so many columns, without the escapes that move and colour.
fn seen(office: &Office, columns: u16, command: &str) -> String {
    let shown = on_terminal(office, columns, command);
    let mut text = String::new();
    let mut rest = shown.as_str();
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        let end = escape.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        rest = &escape[end + 1..];
    }
    (text + rest).replace('\r', "\n")
}

fn on_terminal(office: &Office, columns: u16, command: &str) -> String {
    let program = tests::tertib().get_program().to_string_lossy().into_owned();
    let config = office.place("tertib.toml");
    let line = format!("stty cols {columns} rows 50; '{program}' {command} --config '{config}'");
    Tool::Script.run(&["-qc", &line, "/dev/null"]).out
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}

/// Every command that lists something.
const LISTS: [&str; 18] = [
    "metrics --month 2026-10",
    "metrics --month 2026-10 --by kecamatan",
    "metrics --month 2026-10 --by officer",
    "compliance --month 2026-10",
    "compliance --month 2026-10 --failed terbit_24_jam",
    "target list --month 2026-10",
    "target history",
    "remark list",
    "calendar --year 2026",
    "quality --month 2026-10",
    "quality --month 2026-10 --columns",
    "quality --month 2026-10 --by kecamatan",
    "conformance --month 2026-10",
    "duplicates --month 2026-10 --probability 0.1",
    "doctor",
    "verify",
    "trace --berkas B202610-000007",
    "trace --batch K202610-00001",
];

fn no_table_is_wider_than_the_terminal() {
    let office = Office::small();
    let text = "Sudah diperiksa pada 3-11-2026 bersama petugas loket; bukan kesalahan, penduduknya pindah dari luar kabupaten.";
    let code = office.json(&["quality", "--month", "2026-10"], 1)[0]["kode"].as_str().unwrap().to_owned();
    let remark = ["remark", "add", &code, "--month", "2026-10", "--text", text, "--by", "Sri Rekaan, Kepala Dinas"];
    office.run(&remark).expect_code(0);
    for columns in [80, 120] {
        for command in LISTS {
            let text = seen(&office, columns, command);
            assert!(text.lines().count() > 1, "{command}: {text}");
            assert!(widest(&text) <= columns.into(), "{command} at {columns}:\n{text}");
            // What was remarked stands below the findings, and in the list.
            let told = ["quality --month 2026-10", "remark list"].contains(&command);
            assert_eq!(text.contains("loket;"), told, "{command}: {text}");
        }
    }
}

fn a_wide_table_and_one_in_a_pipe_break_no_line() {
    let office = Office::small();
    let wide = seen(&office, 80, "quality --month 2026-10 --wide -q");
    assert!(widest(&wide) > 120, "{wide}");
    let piped = office.run(&["conformance", "--month", "2026-10"]);
    let rows = piped.out.lines().filter(|line| line.starts_with("B2026")).count();
    assert_eq!(office.json(&["conformance", "--month", "2026-10"], 1).as_array().unwrap().len(), rows, "{}", piped.out);
}

/// It says how many documents are set, of how many, from the first one; before that a clock runs.
fn a_render_shows_a_true_bar() {
    let office = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "900", "--seed", "3"]);
    let text = seen(&office, 100, "render --month 2026-10");
    let bars: Vec<(u64, u64)> = text
        .lines()
        .filter(|line| line.ends_with(" left"))
        .map(|line| {
            let counts = line.rsplit_once(',').unwrap().0.rsplit(' ').next().unwrap();
            let (done, of) = counts.split_once('/').unwrap();
            (done.parse().unwrap(), of.parse().unwrap())
        })
        .collect();
    assert!(bars.len() > 3 && bars.iter().all(|(done, of)| *of > 10 && done <= of), "{bars:?} in {text}");
    assert!(bars.windows(2).all(|two| two[0].0 <= two[1].0), "{bars:?}");
}

fn colours_are_shown_where_they_are_asked_for() {
    let office = Office::small();
    let plain = office.run(&["compliance", "--month", "2026-10"]).out;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = office.run(&["compliance", "--month", "2026-10", "--color", "always"]).out;
    assert!(coloured.contains("\u{1b}[33mtarget belum ditetapkan\u{1b}[0m"), "{coloured}");
}

/// A pull that takes a quarter of a minute.
fn slow(arguments: &[&str]) -> Ran {
    let office = Office::unpulled();
    office.configure("rows-per-second = 100000", "rows-per-second = 40");
    office.run(&[&["pull"], arguments].concat()).expect_code(0)
}

fn off_a_terminal_the_log_tells_how_far_a_pull_is() {
    let ran = slow(&[]);
    let line = ran.err.lines().find(|line| line.contains("rows_per_second=")).unwrap();
    assert!(line.contains(" INFO pull done=") && line.contains(" of=") && line.contains(" eta_seconds="), "{line}");
    assert_eq!(slow(&["--quiet"]).err, "");
}

fn the_log_tells_the_office_s_time_and_as_much_as_is_asked_for() {
    let office = Office::small();
    let usual = office.run(&["compliance", "--month", "2026-10"]).err;
    assert!(!usual.contains("DEBUG"), "{usual}");
    for more in [&["-v"][..], &["--log-level", "debug"]] {
        let ran = office.run(&[&["compliance", "--month", "2026-10"], more].concat());
        let line = ran.err.lines().find(|line| line.contains("configuration read")).unwrap();
        let (time, rest) = line.split_at("2026-11-29 17:20:05 WIB".len());
        assert!(time.ends_with(" WIB") && rest.starts_with(" DEBUG configuration read"), "{line}");
    }
    let both = office.run(&["compliance", "--month", "2026-10", "-q", "-v"]).expect_code(2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}

fn a_log_for_programs_is_json() {
    let office = Office::small();
    let ran = office.run(&["compliance", "--month", "2026-10", "-v", "--log", "json"]);
    let line = ran.err.lines().find(|line| line.contains("configuration read")).unwrap();
    let read: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((read["level"].as_str(), read["message"].as_str()), (Some("DEBUG"), Some("configuration read")));
    assert!(read["timestamp"].as_str().unwrap().ends_with("+07:00"), "{read}");
}

fn the_journal_gets_priorities_and_no_time() {
    let office = Office::small();
    let path = office.path("jurnal");
    let said = |stream: &str, form: &[&str]| {
        let mut run = office.command(&["compliance", "--month", "1999-01", "-v"]);
        run.args(form);
        let journal = File::create(&path).unwrap();
        let meta = journal.metadata().unwrap();
        let stream = stream.replace("OWN", &format!("{}:{}", meta.dev(), meta.ino()));
        assert!(!run.env("JOURNAL_STREAM", stream).stdout(Stdio::null()).stderr(journal).status().unwrap().success());
        fs::read_to_string(&path).unwrap()
    };
    let journal = said("OWN", &["--log", "text"]);
    assert!(journal.lines().all(|line| line.starts_with('<')), "{journal}");
    assert!(journal.starts_with("<7>configuration read") && journal.contains("\n<3>tertib: "), "{journal}");
    // Where nobody asks for text each line is an object, the error at the end too.
    let journal = said("OWN", &[]);
    let lines: Vec<(&str, serde_json::Value)> =
        journal.lines().map(|line| (&line[..3], serde_json::from_str(&line[3..]).unwrap())).collect();
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!((first.0, first.1["message"].as_str()), ("<7>", Some("configuration read")));
    assert_eq!((last.0, last.1["level"].as_str()), ("<3>", Some("ERROR")));
    assert!(last.1["message"].as_str().unwrap().starts_with("tertib: "), "{journal}");
    // Standard error was redirected after systemd had named its own.
    assert!(said("1:2", &[]).contains("WIB DEBUG configuration read"));
}

fn the_last_month_is_meant_where_none_is_named() {
    let office = Office::small();
    for command in ["metrics", "compliance", "conformance", "quality", "duplicates", "reconcile", "render"] {
        let ran = office.run(&[command]);
        let said = ran.err.lines().find(|line| line.contains(", the last month; --month")).unwrap();
        let month = said.split([' ', ',']).nth(1).unwrap();
        // The invented office has October 2026 alone; in every other month this says so.
        let named = office.run(&[command, "--month", month]);
        assert_eq!((named.code, named.out), (ran.code, ran.out), "{command}");
        assert!(office.run(&[command, "--quiet"]).err.lines().all(|line| !line.contains("last month")));
    }
    assert!(office.run(&["seal"]).expect_code(2).err.contains("--month"));
}

fn nothing_is_said_after_a_pull_without_findings() {
    let office = Office::unpulled();
    let ran = office.run(&["pull"]).expect_code(0);
    assert_eq!(ran.err, "");
    assert_eq!(ran.out.lines().count(), 1);
}
