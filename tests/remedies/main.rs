//! Every remedy that the program prints is followed. A fault is made, the program finds it, somebody does what the remedy says,
//! with the command that it names, and the finding is gone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]

mod archive;
mod channels;
mod documents;
mod errors;
mod log_errors;
mod rows;
mod sources;

use schemas::Facts;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;
use tests::planted::office;
use tests::tools::Tool;
use tests::trials::Trials;
use tests::{Office, Ran};

/// A test of remedies: its name, the tools that it needs, the findings that it heals, and how.
struct Case(&'static str, &'static [Tool], &'static [&'static str], fn(&mut Remedies));

fn cases() -> impl Iterator<Item = Case> {
    rows::CASES.into_iter().chain(sources::CASES).chain(archive::CASES).chain(documents::CASES).chain(channels::CASES)
}

fn main() -> ExitCode {
    let mut trials = Trials::default();
    trials.add("every_finding_has_a_case", &[], every_finding_has_a_case);
    trials.add("every_remedy_names_a_command_that_runs", &[], every_remedy_names_a_command_that_runs);
    trials.add("a_clock_that_was_set_back", &[], archive::a_clock_that_was_set_back);
    trials.add("every_command_of_an_error_has_a_case", &[], errors::every_command_of_an_error_has_a_case);
    for Case(name, needs, codes, heal) in cases() {
        trials.add(name, needs, move || {
            let mut remedies = Remedies::default();
            heal(&mut remedies);
            let read: Vec<&str> = remedies.read.iter().map(String::as_str).collect();
            assert_eq!(read, codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        });
    }
    for (place, test) in errors::ERRORS.into_iter().chain(log_errors::ERRORS) {
        trials.add(format!("error: {place}"), &[], test);
    }
    trials.run()
}

/// A new finding needs a case. What is wrong with jobs and the machine (J, P), with the clock (T010 to T029) and with backups (K010 to
/// K029) is seeded and mended where those are tested.
fn every_finding_has_a_case() {
    let cases: BTreeSet<&str> = cases().flat_map(|Case(_, _, codes, _)| codes.iter().copied()).collect();
    let facts = Facts::embedded().unwrap();
    let known: BTreeSet<&str> = facts
        .findings
        .keys()
        .map(String::as_str)
        .filter(|code| !(code.starts_with(['J', 'P']) || code.starts_with(['K', 'T']) && &code[1..] >= "010"))
        .collect();
    assert_eq!(cases, known);
}

/// Commands that ask for more than a remedy can say: whose act it is and why, or files of others. Their help says what.
const ASKING: [&str; 7] = [
    "tertib key new",
    "tertib key enter",
    "tertib key rotate",
    "tertib key rotate --signing --lost",
    "tertib dispose carry-out",
    "tertib witness sign",
    "tertib witness accept",
];

/// Every command that a remedy names is one that the program knows; what it needs is said in capitals.
fn every_remedy_names_a_command_that_runs() {
    let office = Office::small();
    // `tertib backup` needs a target.
    let config = office.path("tertib.toml");
    let target = "\n[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n";
    fs::write(&config, fs::read_to_string(&config).unwrap() + target).unwrap();
    office.run(&["backup"]).expect_code(0);
    // A job has a log when it ran.
    office.run(&["run", "tarik"]).expect_code_in(&[0, 1], "run");
    let facts = Facts::embedded().unwrap();
    let kept = fs::read_to_string(office.path("archive/_tertib/head")).unwrap();
    let head = kept.split_whitespace().max_by_key(|word| word.len()).unwrap().to_owned();
    let mut named = 0;
    for finding in facts.findings.values() {
        let commands = |remedy: &str| -> Vec<String> {
            quoted(remedy).into_iter().filter(|part| part.starts_with("tertib ")).map(str::to_owned).collect()
        };
        assert_eq!(commands(&finding.remedy.id), commands(&finding.remedy.en), "{}", finding.code);
        for part in commands(&finding.remedy.id) {
            let filled_in = |word| match word {
                "BULAN" => "2026-10",
                "SIDIK" => head.as_str(),
                "TARGET" => "terbit_24_jam",
                "NILAI" => "0.95",
                "TANGGAL" => "2026-10-01",
                // Without a month, one that does the same whatever the day is.
                "JOB" if part.contains("BULAN") => "laporan",
                "JOB" => "tarik",
                word => word,
            };
            let mut words: Vec<&str> = part.split(' ').skip(1).map(filled_in).collect();
            if words == ["serve"] {
                words.push("--once");
            }
            // Who has a certificate has named the portal.
            if words == ["portal", "certificate", "--replace"] {
                words.extend(["--name", "portal.rekaan.lan"]);
            }
            if ASKING.contains(&part.as_str()) {
                words.push("--help");
            }
            let ran = office.run(&words);
            assert!(ran.code < 2 && !ran.err.contains("Usage:"), "{}: `{part}`\n{}", finding.code, ran.err);
            named += 1;
        }
    }
    assert!(named >= 6, "{named} remedies name a command");
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

/// What a command that cannot run says.
#[track_caller]
fn refused(office: &Office, arguments: &[&str]) -> String {
    office.run(arguments).expect_code(2).err
}
