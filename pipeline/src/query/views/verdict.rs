//! Whether a single berkas meets what a target requires of each.
//!
//! Rule    as `verdicts/failing_cases.sql`: the rules in force in the month to which the case belongs; a case that is neither
//!         late nor finished has no verdict yet

use super::Subject;
use super::cases::Case;
use schemas::{Clock, Milestone, Month, ShareMeasure, Standard, TimeMeasure, WorkingClock};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a target requires in a month, of all cases or of a kind of application.
type Rules = Rc<Vec<(String, Option<String>, Standard)>>;

/// Judges cases by the targets in force.
pub(super) struct Judge<'a> {
    subject: &'a Subject,
    clock: &'a WorkingClock,
    rules: RefCell<BTreeMap<Month, Rules>>,
    /// Until when it is known what happened, in seconds since 1970.
    until_s: i64,
}

/// The ids of all targets.
pub(super) fn targets(subject: &Subject) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    if subject.decisions.is_some() {
        let all = subject.facts.regulations().flat_map(|(_, regulation)| &regulation.targets);
        for target in all {
            if !ids.contains(&target.id) {
                ids.push(target.id.clone());
            }
        }
    }
    ids
}

impl<'a> Judge<'a> {
    pub(super) fn new(subject: &'a Subject, clock: &'a WorkingClock) -> Self {
        let complete = subject.archive.complete_until_us().map(|us| us.div_euclid(1_000_000));
        let until_s = complete.or(subject.archive.last_commit_s()).unwrap_or_default();
        Self { subject, clock, rules: RefCell::default(), until_s }
    }

    fn rules(&self, month: Month) -> Rules {
        let mut known = self.rules.borrow_mut();
        let rules = known.entry(month).or_insert_with(|| {
            let decisions = self.subject.decisions.as_ref();
            let rules = decisions.map(|decisions| decisions.rules(&self.subject.facts, month)).unwrap_or_default();
            Rc::new(rules.into_iter().map(|rule| (rule.target.id, rule.jenis, rule.target.standard)).collect())
        });
        Rc::clone(rules)
    }

    /// Returns whether a case meets a target; `None` while that is open, or if the target says nothing about it.
    pub(super) fn verdict(&self, case: &Case, target: &str) -> Option<bool> {
        let month = |second: i64| self.subject.facts.zone.month(second);
        let mut found = None;
        let mut judge = |of: Month, judged: &dyn Fn(Standard) -> Option<bool>| {
            let rules = self.rules(of);
            let about = rules.iter().filter(|(id, jenis, _)| {
                id == target && jenis.as_deref().is_none_or(|jenis| jenis == case.jenis.text())
            });
            for (_, _, standard) in about {
                found = match (found, judged(*standard)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (known, one) => known.or(one),
                };
            }
        };
        for (step, at, handled) in &case.handled {
            let Some(of) = month(*at) else { continue };
            judge(of, &|standard| match standard {
                Standard::Time { measure: TimeMeasure::HandlingP90 { step: about }, at_most_s, .. } => {
                    at_most_s.filter(|_| about == *step).map(|most| *handled <= most)
                }
                _ => None,
            });
        }
        if let Some(of) = case.at(Milestone::HandedOver).and_then(month) {
            judge(of, &|standard| match standard {
                Standard::Time { measure: TimeMeasure::TurnaroundP90, at_most_s, .. } => {
                    self.turnaround(case).zip(at_most_s).map(|(took, most)| took <= most)
                }
                _ => None,
            });
        }
        if let Some((of, complete)) = case.first_check().and_then(|(at, complete)| Some((month(at)?, complete))) {
            judge(of, &|standard| match standard {
                Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, .. } => Some(complete),
                _ => None,
            });
        }
        let printed = case.at(Milestone::Printed);
        let has_ended = case.at(Milestone::Rejected).or(case.at(Milestone::Duplicate)).is_some();
        if let Some(end) = printed.or((!has_ended).then_some(self.until_s))
            && let Some(of) = month(end)
        {
            judge(of, &|standard| {
                let Standard::Share { measure: ShareMeasure::Issued(within), .. } = standard else { return None };
                let took = self.issuance(case, end, standard.clock() == Clock::HariKerja)?;
                // What is not printed yet may still be in time.
                Some(took <= within.limit()).filter(|met| printed.is_some() || !met)
            });
        }
        found
    }

    fn turnaround(&self, case: &Case) -> Option<i64> {
        let working = |at: i64| self.clock.working_s(at).ok();
        Some(working(case.at(Milestone::HandedOver)?)? - working(case.at(Milestone::Received)?)?)
    }

    /// From complete to an instant: working days, or seconds less outages; `None` if it was before.
    fn issuance(&self, case: &Case, end: i64, in_days: bool) -> Option<i64> {
        let complete = case.at(Milestone::Complete).filter(|complete| *complete <= end)?;
        if in_days {
            return Some(self.clock.working_days(end).ok()? - self.clock.working_days(complete).ok()?);
        }
        Some(end - complete - (case.outage_s(end) - case.outage_s(complete)))
    }
}
