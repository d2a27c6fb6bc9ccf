//! The office's decisions about targets.
//!
//! Reads   `target.toml`: values, each with the text and page it is from, and who entered it and when
//! Gives   the rules by which a month is judged
//! Rule    a decision is never changed or removed; a later decision about the same rule replaces it from its first day on, so that
//!         an old month is judged by what was in force then; no number of a person is entered, and one that stands in the file is
//!         never shown

use crate::nik::{DIGITS_OF_A_PERSON, numbers_a_person, without_numbers_of_persons};
use crate::{Authority, Facts, Month, Regulation, Standard, Target};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The note of a value that the office has entered.
const ENTERED_NOTE: &str = "nilai dimasukkan oleh Dinas";
/// The note of a target whose value the office has withdrawn.
const WITHDRAWN_NOTE: &str = "nilai ditarik kembali oleh Dinas";

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decision {
    /// The id of the target.
    pub target: String,
    /// The regulation that it is made under: the name of its file.
    pub regulation: String,
    /// The kind of application, if the decision is for one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jenis: Option<String>,
    /// The value in the target's unit; `None` withdraws an earlier value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The first day of its validity, such as `2026-10-01`.
    pub valid_from: NaiveDate,
    /// The last day of its validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// The authority of the value.
    #[serde(rename = "standing")]
    pub authority: Authority,
    /// The article.
    pub article: String,
    /// The text and page it was taken from.
    pub source: String,
    /// Who entered it.
    pub by: String,
    /// When it was entered.
    pub entered: DateTime<FixedOffset>,
}

/// A decision that cannot be accepted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{words}")]
pub struct DecisionError {
    fault: DecisionFault,
    words: String,
}

/// What of a decision cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionFault {
    /// There is no such target.
    Target,
    /// There is no such regulation.
    Regulation,
    /// There is no such kind of application.
    Jenis,
    /// It would end before it begins.
    Period,
    /// It does not say who entered it, or from which text.
    Source,
    /// It is official and has no article.
    Article,
    /// The target cannot have this value.
    Value,
    /// Its article or source has a number that may be a person's.
    Person,
    /// It cannot be written.
    Form,
}

impl DecisionError {
    fn new(fault: DecisionFault, words: String) -> Self {
        Self { fault, words }
    }

    /// Returns what cannot be accepted.
    #[must_use]
    pub fn fault(&self) -> DecisionFault {
        self.fault
    }
}

/// The office's `target.toml` as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionFile {
    #[serde(rename = "decision", default)]
    all: Vec<Decision>,
}

/// All decisions of an office in the order in which they were entered, each with the standard that it sets.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    all: Vec<(Decision, Standard)>,
    /// The places in the file, from 1 on, of those in which a number of a person is hidden.
    hidden: Vec<usize>,
}

/// A target as it applies to a month.
#[derive(Clone, Debug)]
pub struct Rule<'a> {
    /// Its regulation.
    pub regulation: &'a Regulation,
    /// The target with the value, article and authority in force.
    pub target: Target,
    /// The kind of application, if the rule is for one only.
    pub jenis: Option<String>,
    /// Where the rule was seen.
    pub source: String,
    /// Who entered the value and on which day, in words; empty for a rule that the office did not enter.
    pub entered: String,
    /// The note that reports print beside it.
    pub note: String,
    /// Whether this rule decides: among rules about the same figure, the one whose regulation has precedence.
    pub decides: bool,
}

impl Decisions {
    /// Accepts the decisions of a file.
    ///
    /// # Errors
    /// The reason why the first unacceptable decision is refused.
    pub fn of(file: DecisionFile, facts: &Facts) -> Result<Self, DecisionError> {
        let persons = file.all.iter().enumerate().filter(|(_, decision)| decision.numbers_a_person());
        let hidden = persons.map(|(before, _)| before + 1).collect();
        let accepted =
            |decision: Decision| decision.standard(facts).map(|standard| (decision.numbering_nobody(), standard));
        Ok(Self { all: file.all.into_iter().map(accepted).collect::<Result<_, _>>()?, hidden })
    }

    /// Returns the places in the file, from 1 on, of the decisions with a number that may be a person's, which is not shown.
    #[must_use]
    pub fn with_persons(&self) -> &[usize] {
        &self.hidden
    }

    /// Returns the decisions in the order in which they were entered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Decision> {
        self.all.iter().map(|(decision, _)| decision)
    }

    /// Returns those that were entered up to an instant, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn entered_until(&self, at_ms: i64) -> Self {
        let until = self.all.iter().filter(|(decision, _)| decision.entered.timestamp_millis() <= at_ms);
        Self { all: until.cloned().collect(), hidden: self.hidden.clone() }
    }

    /// Returns the rules by which a month is judged, in the order of the regulations.
    #[must_use]
    pub fn rules<'a>(&self, facts: &'a Facts, month: Month) -> Vec<Rule<'a>> {
        let mut rules: Vec<Rule<'a>> = Vec::new();
        for (id, regulation) in facts.regulations() {
            let own = regulation.targets.iter().filter(|t| t.in_force(month));
            let own = own.map(|t| Rule::new(regulation, t.clone()));
            rules.extend(own.map(|rule| match self.in_force(&rule.target.id, id, None, month) {
                Some((decision, standard)) => rule.decided(decision, *standard),
                None => rule,
            }));
            // What the office added: a kind of application, or another regulation's target.
            let mut added: BTreeMap<(&str, Option<&str>), &(Decision, Standard)> = BTreeMap::new();
            for d in self.iter().filter(|d| d.regulation == id) {
                let is_own = d.jenis.is_none() && regulation.targets.iter().any(|t| t.id == d.target);
                if !is_own && let Some(holds) = self.in_force(&d.target, id, d.jenis.as_deref(), month) {
                    added.insert((&d.target, d.jenis.as_deref()), holds);
                }
            }
            for (decision, standard) in added.into_values().filter(|(_, standard)| standard.has_value()) {
                if let Some((_, target)) = facts.target(&decision.target) {
                    rules.push(Rule::new(regulation, target.clone()).decided(decision, *standard));
                }
            }
        }
        decide(&mut rules);
        rules
    }

    /// Returns the decision that is in force at the end of a month.
    fn in_force(
        &self,
        target: &str,
        regulation: &str,
        jenis: Option<&str>,
        month: Month,
    ) -> Option<&(Decision, Standard)> {
        let same = |d: &Decision| d.target == target && d.regulation == regulation && d.jenis.as_deref() == jenis;
        let holds =
            |d: &Decision| d.valid_from <= month.last_day() && d.valid_to.is_none_or(|last| last >= month.last_day());
        // Of several with the same first day the one entered last.
        self.all.iter().filter(|(d, _)| same(d) && holds(d)).max_by_key(|(d, _)| d.valid_from)
    }
}

impl Decision {
    /// Returns the standard that it sets.
    ///
    /// # Errors
    /// The reason why it is refused, and what would be accepted.
    pub fn standard(&self, facts: &Facts) -> Result<Standard, DecisionError> {
        let refuse = |fault: DecisionFault, reason: String| Err(DecisionError::new(fault, reason));
        let Some((_, target)) = facts.target(&self.target) else {
            let ids: Vec<&str> = facts.targets.iter().flat_map(|f| &f.targets).map(|t| t.id.as_str()).collect();
            let there_are = if ids.is_empty() {
                "there are none; a file in the folder `targets` of `facts` brings some".to_owned()
            } else {
                format!("there are {}", ids.join(", "))
            };
            return refuse(DecisionFault::Target, format!("there is no target `{}`; {there_are}", self.target));
        };
        if facts.regulations().all(|(id, _)| id != self.regulation) {
            let ids: Vec<&str> = facts.regulations().map(|(id, _)| id).collect();
            let reason = format!("there is no regulation `{}`; there are {}", self.regulation, ids.join(", "));
            return refuse(DecisionFault::Regulation, reason);
        }
        if let Some(jenis) = self.jenis.as_deref().filter(|j| !facts.jenis.contains_key(*j)) {
            let ids: Vec<&str> = facts.jenis.keys().map(String::as_str).collect();
            return refuse(DecisionFault::Jenis, format!("there is no jenis `{jenis}`; there are {}", ids.join(", ")));
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return refuse(DecisionFault::Period, format!("`{}` would end before it begins", self.target));
        }
        if self.by.trim().is_empty() || self.source.trim().is_empty() {
            let reason = format!("`{}` needs who entered it and from which text and page", self.target);
            return refuse(DecisionFault::Source, reason);
        }
        if self.value.is_some() && self.authority == Authority::Resmi && self.article.trim().is_empty() {
            return refuse(DecisionFault::Article, format!("`{}` cannot be resmi without its article", self.target));
        }
        let valued = target.standard.with_value(self.value);
        valued.map_err(|reason| DecisionError::new(DecisionFault::Value, format!("`{}`: {reason}", self.target)))
    }

    /// Returns the standard that it sets, if it can be entered: nobody is named in it by a number.
    ///
    /// # Errors
    /// As for [`Self::standard`], and when its article or source has a number as long as a NIK.
    pub fn entered(&self, facts: &Facts) -> Result<Standard, DecisionError> {
        if self.numbers_a_person() {
            let reason = format!(
                "`{}`: article and source name no person, and have a number of {DIGITS_OF_A_PERSON} digits or more; name the text and its \
                 page without it",
                self.target
            );
            return Err(DecisionError::new(DecisionFault::Person, reason));
        }
        self.standard(facts)
    }

    fn numbers_a_person(&self) -> bool {
        numbers_a_person(&self.article) || numbers_a_person(&self.source)
    }

    fn numbering_nobody(self) -> Self {
        let [article, source] = [&self.article, &self.source].map(|text| without_numbers_of_persons(text));
        Self { article, source, ..self }
    }

    /// Returns the text that is appended to `target.toml`.
    ///
    /// # Errors
    /// If a text cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, DecisionError> {
        let one = DecisionFile { all: vec![self.clone()] };
        toml::to_string(&one).map_err(|e| DecisionError::new(DecisionFault::Form, e.to_string()))
    }
}

impl<'a> Rule<'a> {
    fn new(regulation: &'a Regulation, target: Target) -> Self {
        let (source, note) = (regulation.source.clone(), regulation.note.clone());
        Self { regulation, target, jenis: None, source, entered: String::new(), note, decides: false }
    }

    fn decided(mut self, decision: &Decision, standard: Standard) -> Self {
        self.target.standard = standard;
        // What was taken back is no longer anybody's value.
        self.target.authority = if standard.has_value() { decision.authority } else { Authority::Asumsi };
        self.target.article.clone_from(&decision.article);
        self.target.quote.clear();
        self.jenis.clone_from(&decision.jenis);
        let note = if standard.has_value() { ENTERED_NOTE } else { WITHDRAWN_NOTE };
        note.clone_into(&mut self.note);
        self.source.clone_from(&decision.source);
        self.entered = format!("dimasukkan oleh {} pada {}", decision.by, decision.entered.format("%d-%m-%Y"));
        self
    }

    /// Whether both are about the same figure.
    fn is_rival(&self, other: &Self) -> bool {
        self.target.standard.is_of_same_figure(&other.target.standard) && self.jenis == other.jenis
    }
}

/// Marks the rules that decide: among those about the same figure, the one with a value whose regulation has precedence.
fn decide(rules: &mut [Rule<'_>]) {
    let rank = |i: usize, rule: &Rule<'_>| (!rule.target.standard.has_value(), rule.regulation.precedence, i);
    let ranks: Vec<_> = rules.iter().enumerate().map(|(i, rule)| rank(i, rule)).collect();
    let first: Vec<bool> = rules
        .iter()
        .enumerate()
        .map(|(i, rule)| {
            let rivals = rules.iter().zip(&ranks).filter(|(other, _)| other.is_rival(rule));
            rivals.map(|(_, rank)| rank).min() == ranks.get(i)
        })
        .collect();
    for (rule, decides) in rules.iter_mut().zip(first) {
        rule.decides = decides;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(regulation: &str, value: Option<f64>, from: &str) -> Decision {
        Decision {
            target: "waktu_langkah_04".into(),
            regulation: regulation.into(),
            jenis: None,
            value,
            valid_from: from.parse().unwrap(),
            valid_to: None,
            authority: Authority::Resmi,
            article: "Pasal 1".into(),
            source: "naskah rekaan, hlm. 1".into(),
            by: "Kasi Rekaan".into(),
            entered: "2026-11-02T08:00:00+07:00".parse().unwrap(),
        }
    }

    fn in_month(all: &[Decision], month: &str) -> Vec<(String, Option<String>, Option<f64>, bool)> {
        let facts = Facts::embedded().unwrap();
        let decisions = Decisions::of(DecisionFile { all: all.to_vec() }, &facts).unwrap();
        let rules = decisions.rules(&facts, month.parse().unwrap());
        let rules = rules.into_iter().filter(|r| r.target.id == "waktu_langkah_04");
        rules.map(|r| (r.regulation.title.clone(), r.jenis, r.target.standard.written(), r.decides)).collect()
    }

    #[test]
    fn an_old_month_is_judged_by_what_held_then() {
        let all = [
            decision("perbup_07_2020", Some(15.0), "2026-09-15"),
            decision("perbup_07_2020", Some(10.0), "2026-11-01"),
        ];
        let value = |month| in_month(&all, month)[0].2;
        assert_eq!(
            [value("2026-08"), value("2026-09"), value("2026-10"), value("2026-11")],
            [None, Some(15.0), Some(15.0), Some(10.0)]
        );
        let mended = [all[0].clone(), decision("perbup_07_2020", Some(20.0), "2026-09-15")];
        assert_eq!(in_month(&mended, "2026-10")[0].2, Some(20.0), "entered last");
        let back = [all[0].clone(), decision("perbup_07_2020", None, "2026-10-01")];
        assert_eq!(in_month(&back, "2026-10")[0].2, None);
        let mut short = all[0].clone();
        short.valid_to = Some("2026-09-30".parse().unwrap());
        assert_eq!(in_month(&[short], "2026-10")[0].2, None);
    }

    #[test]
    fn the_regulation_that_comes_first_decides() {
        let both = [
            decision("perbup_07_2020", Some(15.0), "2026-01-01"),
            decision("perbup_21_2020", Some(12.0), "2026-01-01"),
        ];
        let rules = in_month(&both, "2026-10");
        let deciding: Vec<_> = rules.iter().filter(|r| r.3).collect();
        assert_eq!((rules.len(), deciding.len()), (2, 1));
        assert!(deciding[0].0.contains("21/2020") && deciding[0].2 == Some(12.0), "{rules:?}");
        let one = in_month(&both[..1], "2026-10");
        assert!(one.len() == 1 && one[0].3);
    }

    #[test]
    fn a_kind_of_application_has_a_rule_of_its_own() {
        let mut kind = decision("perbup_07_2020", Some(30.0), "2026-01-01");
        kind.jenis = Some("hilang".into());
        let rules = in_month(&[decision("perbup_07_2020", Some(15.0), "2026-01-01"), kind], "2026-10");
        let values: Vec<_> = rules.iter().map(|r| (r.1.as_deref(), r.2, r.3)).collect();
        assert_eq!(values, [(None, Some(15.0), true), (Some("hilang"), Some(30.0), true)]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let facts = Facts::embedded().unwrap();
        let (mut one, mut two) =
            (decision("perbup_07_2020", Some(15.5), "2026-01-01"), decision("perbup_07_2020", None, "2026-02-01"));
        one.jenis = Some("baru".into());
        two.by = "O'Rekaan \"Kasi\"\nsatu".into();
        let text = format!("{}{}", one.to_toml().unwrap(), two.to_toml().unwrap());
        let read: DecisionFile = toml::from_str(&text).unwrap();
        assert_eq!(read.all, [one, two]);
        Decisions::of(read, &facts).unwrap();
    }

    #[test]
    fn a_number_of_a_person_is_neither_entered_nor_shown() {
        let facts = Facts::embedded().unwrap();
        let plain = decision("perbup_07_2020", Some(15.0), "2026-01-01");
        assert!(plain.entered(&facts).is_ok());
        let in_source = Decision { source: "NIK 1806 0101 0190 0001 hlm. 2".into(), ..plain.clone() };
        let in_article = Decision { article: "Pasal 1806.010101.900001".into(), ..plain.clone() };
        for of_a_person in [&in_source, &in_article] {
            let refused = of_a_person.entered(&facts).unwrap_err();
            assert_eq!(refused.fault(), DecisionFault::Person);
            assert!(!refused.to_string().contains("1806"), "{refused}");
        }
        // A file that has one already is read, and nobody sees it.
        let read = Decisions::of(DecisionFile { all: vec![plain, in_source, in_article] }, &facts).unwrap();
        assert_eq!(read.with_persons(), [2, 3]);
        let said: Vec<&str> = read.iter().flat_map(|d| [d.article.as_str(), d.source.as_str()]).collect();
        assert_eq!(said[3..5], ["NIK \u{2026} hlm. 2", "Pasal \u{2026}"]);
        assert!(read.rules(&facts, "2026-10".parse().unwrap()).iter().all(|rule| !rule.source.contains("1806")));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let facts = Facts::embedded().unwrap();
        let refused = |change: &dyn Fn(&mut Decision)| {
            let mut one = decision("perbup_07_2020", Some(15.0), "2026-01-01");
            change(&mut one);
            one.standard(&facts).unwrap_err().to_string()
        };
        assert!(refused(&|d| d.target = "x".into()).contains("waktu_langkah_04"));
        assert!(refused(&|d| d.regulation = "x".into()).contains("perbup_07_2020"));
        assert!(refused(&|d| d.jenis = Some("x".into())).contains("hilang"));
        assert!(refused(&|d| d.value = Some(-1.0)).contains("menit"));
        assert!(refused(&|d| d.value = Some(f64::NAN)).contains("NaN"));
        assert!(refused(&|d| d.by = " ".into()).contains("who"));
        assert!(refused(&|d| d.source = String::new()).contains("page"));
        assert!(refused(&|d| d.article = String::new()).contains("article"));
        assert!(refused(&|d| d.valid_to = Some("2025-12-31".parse().unwrap())).contains("end before"));
        let share = refused(&|d| {
            d.target = "kelengkapan_pemeriksaan_pertama".into();
            d.value = Some(80.0);
        });
        assert!(share.contains("bagian") && share.contains("0.8"), "{share}");
    }
}
