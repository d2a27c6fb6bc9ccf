//! Whether there is something by which this month is judged, and nobody is named in it by a number.

use super::{Check, Subject, finding};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use schemas::Finding;

/// A target that waits for the text of its regulation is no fault of the office.
pub(super) fn check(workspace: &Workspace, now: DateTime<Utc>) -> Check {
    // Outside every calendar nothing is judged, which the calendar says.
    let Some(month) = workspace.facts.zone.month(now.timestamp()) else {
        return Check::not_examined(Subject::Targets);
    };
    let rules = workspace.decisions.rules(&workspace.facts, month);
    let deciding = || rules.iter().filter(|rule| rule.decides);
    let (all, open) = (deciding().count(), deciding().filter(|rule| !rule.target.standard.has_value()).count());
    let mut found = Vec::new();
    if all == 0 {
        found.push(finding("T001", month));
    }
    let persons = workspace.decisions.with_persons();
    if !persons.is_empty() {
        let places: Vec<String> = persons.iter().map(|place| format!("[[decision]] {place}")).collect();
        let place = format!("target.toml: {}", places.join(", "));
        found.push(Finding { code: "T003", place, count: persons.len() as u64 });
    }
    if open > 0 {
        found.push(Finding { code: "P032", place: format!("{open} dari {all} target"), count: open as u64 });
    }
    Check::of(Subject::Targets, found)
}
