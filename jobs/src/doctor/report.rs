//! What the doctor says: what is good in one line, what is wrong with its place and remedy, and a verdict as the last line.

use super::{Check, Subject};
use crate::outcome::Outcome;
use crate::print;
use anyhow::Result;
use schemas::{Finding, FindingText, Severity, Speech};
use serde::Serialize;
use serde_json::{Value, json};

/// Below the code of a finding nothing else stands.
const INDENT: usize = 5;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Nothing is to be done.
    Good,
    /// There is something to know.
    Note,
    /// Somebody should look at it.
    Attention,
    /// The next jobs would fail.
    Broken,
}

/// An examination in the words of the officer.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    checks: &'a [Check],
    speech: Speech<'a>,
}

impl<'a> Report<'a> {
    /// Puts an examination into words.
    pub(crate) fn new(checks: &'a [Check], speech: Speech<'a>) -> Self {
        Self { checks, speech }
    }

    /// How the office stands, which decides the exit code: 0 good, 1 attention, 2 broken.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.state() {
            State::Good | State::Note => Outcome::Done,
            State::Attention => Outcome::Findings,
            State::Broken => Outcome::CannotRun,
        }
    }

    fn state(&self) -> State {
        self.lines().map(|(subject, _, text)| state(subject, &text)).max().unwrap_or(State::Good)
    }

    /// Every finding with its subject and words.
    fn lines(&self) -> impl Iterator<Item = (Subject, &Finding, FindingText)> {
        let of_check = |check: &'a Check| check.found.iter().flatten().map(|found| (check.subject, found));
        self.checks.iter().flat_map(of_check).map(|(subject, found)| (subject, found, self.speech.finding(found.code)))
    }

    fn count(&self, wanted: State) -> usize {
        self.lines().filter(|(subject, _, text)| state(*subject, text) == wanted).count()
    }

    /// For reading. What is gravest stands last, nearest to the verdict.
    pub(crate) fn text(&self) -> String {
        let speech = self.speech;
        let names = |wanted: &dyn Fn(&Check) -> bool| -> Vec<String> {
            self.checks.iter().filter(|check| wanted(check)).map(|check| check.subject.name(speech)).collect()
        };
        let good = names(&|check| check.found.as_ref().is_some_and(Vec::is_empty));
        let unseen = names(&|check| check.found.is_none());
        let mut said = String::new();
        if !good.is_empty() {
            let line = format!("{}: {}", speech.say("doctor.good", &[]), good.join(", "));
            said.push_str(&print::paragraph(&line, INDENT));
        }
        if !unseen.is_empty() {
            let line = format!("{}: {}", speech.say("doctor.not_examined", &[]), unseen.join(", "));
            said.push_str(&print::paragraph(&line, INDENT));
        }
        let mut lines: Vec<_> = self.lines().collect();
        lines.sort_by_key(|(subject, _, text)| state(*subject, text));
        for (subject, found, text) in lines {
            let word = match state(subject, &text) {
                State::Broken => speech.say("doctor.error", &[]),
                State::Attention => speech.say("doctor.warning", &[]),
                State::Note | State::Good => speech.say("doctor.note", &[]),
            };
            let what = format!("{word} {} {}: {}", found.code, subject.name(speech), text.sentence);
            let lines = [what, print::place(found), text.remedy].map(|line| print::paragraph(&line, INDENT));
            said.push_str(&format!("\n{}", lines.join("     ")));
        }
        format!("{said}\n{}\n", self.verdict())
    }

    /// Each finding in one line, with its code first.
    pub(crate) fn lines_of_a_log(&self) -> Vec<String> {
        let line = |(subject, found, text): (Subject, &Finding, FindingText)| {
            let (code, subject, place) = (found.code, subject.name(self.speech), print::place(found));
            format!("{code} {subject}: {} {place}. {}", text.sentence, text.remedy)
        };
        self.lines().map(line).collect()
    }

    fn verdict(&self) -> String {
        let [notes, warnings, errors] = [State::Note, State::Attention, State::Broken].map(|state| self.count(state));
        match self.state() {
            State::Good => self.speech.say("doctor.verdict_good", &[]),
            State::Note => self.speech.say("doctor.verdict_notes", &[("notes", &notes)]),
            State::Attention => self.speech.say("doctor.verdict_attention", &[("warnings", &warnings)]),
            State::Broken => self.speech.say("doctor.verdict_broken", &[("errors", &errors), ("warnings", &warnings)]),
        }
    }

    /// For programs.
    pub(crate) fn json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(&self.value())?))
    }

    /// The state of the office, the verdict, and every check with its findings.
    pub(crate) fn value(&self) -> Value {
        let of_check = |check: &Check| -> Value {
            let lines = self.lines().filter(|(subject, ..)| *subject == check.subject);
            let found: Vec<Value> = lines
                .map(|(subject, found, text)| {
                    json!({
                        "code": found.code, "state": state(subject, &text), "severity": text.severity,
                        "sentence": text.sentence, "place": found.place, "remedy": text.remedy, "n": found.count,
                    })
                })
                .collect();
            let worst = self.lines().filter(|(subject, ..)| *subject == check.subject);
            let worst = worst.map(|(subject, _, text)| state(subject, &text)).max().unwrap_or(State::Good);
            json!({
                "id": check.subject, "name": check.subject.name(self.speech),
                "examined": check.found.is_some(), "state": check.found.is_some().then_some(worst), "findings": found,
            })
        };
        json!({
            "state": self.state(), "verdict": self.verdict(), "checks": self.checks.iter().map(of_check).collect::<Vec<_>>(),
        })
    }
}

/// What a finding means for the next jobs. Data that are missing stop none, for the next pull brings them; rows that break the contract
/// go to quarantine.
fn state(subject: Subject, text: &FindingText) -> State {
    match text.severity {
        Severity::Info => State::Note,
        Severity::Warning => State::Attention,
        Severity::Error if [Subject::Data, Subject::Sample].contains(&subject) => State::Attention,
        Severity::Error => State::Broken,
    }
}
