//! The measures in the text format of Prometheus: counts and instants, no samples' times and nobody's data.

use crate::health::Health;
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use schemas::Severity;
use std::fmt::Display;

/// All measures, sorted by what they are of.
pub(super) fn text(workspace: &Workspace, health: &Health, now: DateTime<Utc>) -> String {
    let mut measures = Measures::default();
    measures.head("tertib_info", "The program.");
    measures.put("tertib_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    measures.one("tertib_written_timestamp_seconds", "When this file was written.", Some(now.timestamp()));
    let (name, help) = ("tertib_conditions", "How many conditions last, by severity.");
    measures.head(name, help);
    let severity = |code: &str| workspace.facts.finding_text(code).severity;
    for (word, one) in [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)] {
        let n = health.conditions.iter().filter(|condition| severity(condition.code) == one).count();
        measures.put(name, &[("severity", word)], n);
    }
    measures.head("tertib_condition_since_timestamp_seconds", "Since when a condition lasts.");
    for condition in &health.conditions {
        let labels = [("code", condition.code), ("of", condition.of.as_str())];
        measures.put("tertib_condition_since_timestamp_seconds", &labels, condition.since.timestamp());
    }
    let (last, next) = ("tertib_job_last_success_timestamp_seconds", "tertib_job_next_timestamp_seconds");
    measures.head(last, "When the last run that succeeded began.");
    for job in &health.jobs {
        if let Some(at_s) = job.last_success_s {
            measures.put(last, &[("job", &job.name)], at_s);
        }
    }
    measures.head(next, "When a job is due next.");
    for job in &health.jobs {
        if let Some(at_s) = job.next_s {
            measures.put(next, &[("job", &job.name)], at_s);
        }
    }
    let provenance = health.provenance.as_ref();
    let until_s = provenance.and_then(|provenance| provenance.complete_until_s);
    measures.one("tertib_data_complete_until_timestamp_seconds", "Until when the archive is complete.", until_s);
    measures.one("tertib_archive_version", "The version of the archive.", provenance.map(|one| one.archive_version));
    measures.one("tertib_archive_events", "Events in the archive.", provenance.map(|one| one.events));
    measures.one("tertib_quarantined_rows", "Rows that wait in quarantine.", health.quarantined);
    measures.one("tertib_messages_unsent", "Messages that wait or were given up.", Some(health.unsent));
    let proven_s = health.proven.map(|at| at.timestamp());
    measures.one("tertib_backup_proven_timestamp_seconds", "When a backup was last proved by restoring it.", proven_s);
    measures.0
}

#[derive(Default)]
struct Measures(String);

impl Measures {
    fn head(&mut self, name: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} gauge"));
    }

    /// A measure without labels; what is not known has no value.
    fn one(&mut self, name: &str, help: &str, value: Option<impl Display>) {
        self.head(name, help);
        if let Some(value) = value {
            self.line(format_args!("{name} {value}"));
        }
    }

    fn put(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        self.line(format_args!("{name}{{{}}} {value}", labels.join(",")));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.push_str(&line.to_string());
        self.0.push('\n');
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_its_measure() {
        let mut measures = Measures::default();
        measures.put("m", &[("job", "a\"} 1\n\\")], 2);
        assert_eq!(measures.0, "m{job=\"a\\\"} 1\\n\\\\\"} 2\n");
    }
}
