//! The doctor: looks at everything on which the next months of an office rest, and names what is wrong by its code.
//!
//! Reads   configuration, source, key, archive, disks, clock, calendar, targets, jobs, history, backups, channels, templates
//! Gives   one check per subject, each with its findings; their words stand in data/findings.toml
//! Rule    nothing is changed (only a new target of backups is noted, as `status` does), nobody is waited for longer than a few seconds, and a thing that could not be looked at is said so

mod archive;
mod backups;
mod calendar;
mod channels;
mod clock;
mod disk;
mod history;
mod jobs;
mod key;
mod mounts;
mod pages;
mod report;
mod rights;
mod serving;
mod source;
mod subject;
mod targets;
mod zone;
mod zone_rules;

pub(crate) use disk::space_mb;
pub(crate) use report::Report;
pub(crate) use subject::Subject;

use crate::config::Config;
use crate::workspace::Workspace;
use anyhow::Error;
use chrono::{DateTime, Utc};
use schemas::Finding;
use std::fmt::Display;
use std::path::Path;

/// What was found out about a subject.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// The subject.
    pub subject: Subject,
    /// What is wrong or worth knowing; `None` where it could not be looked at, for a reason that another check names.
    pub found: Option<Vec<Finding>>,
}

impl Check {
    fn of(subject: Subject, found: Vec<Finding>) -> Self {
        Self { subject, found: Some(found) }
    }

    fn not_examined(subject: Subject) -> Self {
        Self { subject, found: None }
    }

    /// Checks the result of something that must work.
    fn works<T>(subject: Subject, code: &'static str, result: Result<T, Error>) -> Self {
        Self::of(subject, result.err().map(|fault| finding(code, format!("{fault:#}"))).into_iter().collect())
    }
}

/// A finding and its place.
fn finding(code: &'static str, place: impl Display) -> Finding {
    Finding { code, place: place.to_string(), count: 1 }
}

/// Examines the office whose configuration is named. If the configuration cannot be used, nothing else is looked at.
pub(crate) async fn examine(config: Option<&Path>, now: DateTime<Utc>) -> Vec<Check> {
    let broken = |code, fault: &Error| {
        let at_fault = Check::of(Subject::Configuration, vec![finding(code, format!("{fault:#}"))]);
        let rest = Subject::ALL.into_iter().filter(|subject| *subject != Subject::Configuration);
        [at_fault].into_iter().chain(rest.map(Check::not_examined)).collect()
    };
    if let Err(fault) = Config::find(config) {
        return broken("P001", &fault);
    }
    match Workspace::open(config) {
        Ok(workspace) => examine_workspace(&workspace, now).await,
        Err(fault) => broken("P002", &fault),
    }
}

/// Examines an office whose configuration, facts and decisions can be used.
pub(crate) async fn examine_workspace(workspace: &Workspace, now: DateTime<Utc>) -> Vec<Check> {
    let (of_history, memory) = history::check(workspace, now).await;
    let mut checks = vec![Check::of(Subject::Configuration, Vec::new())];
    checks.extend(source::checks(workspace, now).await);
    checks.push(key::check(workspace, memory.as_ref(), now));
    checks.push(rights::check(workspace));
    checks.extend(archive::checks(workspace, memory.as_ref(), now));
    checks.push(disk::check(&workspace.config));
    checks.push(zone::check(workspace.facts.zone, now));
    checks.push(clock::check(&workspace.config, now));
    checks.push(calendar::check(&workspace.facts, now));
    checks.push(targets::check(workspace, now));
    checks.push(jobs::check(workspace, now));
    checks.push(of_history);
    checks.push(serving::check(&workspace.config, memory.as_ref(), now));
    checks.push(backups::check(&workspace.config, memory.as_ref()));
    checks.push(channels::check(workspace, memory.as_ref()));
    checks.extend(pages::checks(&workspace.config));
    checks
}
