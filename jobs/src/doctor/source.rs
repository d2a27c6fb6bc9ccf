//! The office's database: it answers, its view keeps the contract, its user may only read, and its server is well.

use super::{Check, Subject, finding};
use crate::config::{Config, relative_path};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use pipeline::{Reason, RelationSchema, Source, SourceHealth};
use schemas::Finding;
use std::path::Path;
use std::time::Duration;

/// A database that says nothing for so long is not reached.
const PATIENCE: Duration = Duration::from_secs(3);

/// Below this many rows it is no matter that all of them are read.
const FEW_ROWS: u64 = 100_000;

/// A clock that is off by more puts rows into other days.
const CLOCK_TOLERANCE_S: i64 = 120;

/// No work of an office takes that long.
const LONG_TRANSACTION_S: i64 = 3_600;

/// Folders of people, which a hardened service does not see.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

/// Where the configuration of a service lies.
const OF_A_SERVICE: &str = "/etc/tertib";

/// So many rows are looked at.
const SAMPLED_ROWS: usize = 1_000;

/// Everything that is asked of the source, within the patience.
pub(super) async fn checks(workspace: &Workspace, now: DateTime<Utc>) -> Vec<Check> {
    let mut checks = Vec::new();
    let waited = tokio::time::timeout(PATIENCE, examine(workspace, now, &mut checks)).await;
    let subjects = [Subject::Source, Subject::View, Subject::Reader, Subject::Server, Subject::Sample];
    // What was not answered is the next thing that was asked.
    if let (Err(_), Some(next)) = (waited, subjects.get(checks.len())) {
        let code = if *next == Subject::Source { "P003" } else { "P009" };
        checks.push(Check::of(*next, vec![finding(code, format!("> {} s", PATIENCE.as_secs()))]));
    }
    for subject in subjects.into_iter().skip(checks.len()) {
        checks.push(Check::not_examined(subject));
    }
    checks
}

/// Adds a check after the other, in the order of the subjects, until one says that there is nothing more to ask.
async fn examine(workspace: &Workspace, now: DateTime<Utc>, checks: &mut Vec<Check>) {
    let config = &workspace.config;
    let open = async { Ok::<_, anyhow::Error>(Source::open(config.source_config()?).await?) };
    let mut source = match open.await {
        Ok(source) => source,
        Err(fault) => {
            let code = if is_in_a_home(config) { "P010" } else { "P003" };
            checks.push(Check::of(Subject::Source, vec![finding(code, format!("{fault:#}"))]));
            return;
        }
    };
    let hidden = is_in_a_home(config) && config.folder.starts_with(OF_A_SERVICE);
    let hidden = hidden.then(|| finding("P010", workspace.config.file.display())).into_iter().collect();
    checks.push(Check::of(Subject::Source, hidden));
    let schema = match source.relation_schema().await {
        Ok(schema) => schema,
        Err(fault) => {
            checks.push(Check::of(Subject::View, vec![finding("P004", fault)]));
            return;
        }
    };
    let unknown = (!schema.unknown.is_empty()).then(|| finding("S001", schema.unknown.join(", ")));
    checks.push(Check::of(Subject::View, unknown.into_iter().collect()));
    let may_write = source.may_write().await;
    checks.push(match may_write {
        Ok(false) => Check::of(Subject::Reader, Vec::new()),
        Ok(true) if config.source.may_write => Check::of(Subject::Reader, vec![finding("S003", &config.source.view)]),
        Ok(true) => Check::of(Subject::Reader, vec![finding("P005", &config.source.view)]),
        Err(fault) => Check::of(Subject::Reader, vec![finding("P003", fault)]),
    });
    checks.push(Check::of(Subject::Server, server(&mut source, &schema, now).await));
    drop(source);
    checks.push(Check::of(Subject::Sample, sampled(workspace).await));
}

/// What a pull would say of some rows. Of what is archived all the same, only words that no list has are told.
async fn sampled(workspace: &Workspace) -> Vec<Finding> {
    let sample = async {
        let config = workspace.config.source_config()?;
        Ok::<_, anyhow::Error>(pipeline::sample(&config, &workspace.facts, SAMPLED_ROWS).await?)
    };
    match sample.await {
        Ok(sample) => {
            let told = sample.reasons.iter().filter(|reason| !reason.archived || !reason.allowed.is_empty());
            told.map(|reason| Finding { code: reason.code, place: in_words(reason), count: reason.rows }).collect()
        }
        Err(fault) => vec![finding("P003", format!("{fault:#}"))],
    }
}

/// The column, with the words that stand there and those that may: `hasil (4): GAGAL CETAK 12 → selesai, gagal_cetak`.
fn in_words(reason: &Reason) -> String {
    let step = reason.step.map_or_else(String::new, |step| format!(" ({step})"));
    let said: Vec<String> = reason.said.iter().map(|(word, n)| format!("{word} {n}×")).collect();
    let more = if reason.more > 0 { format!(", +{}", reason.more) } else { String::new() };
    let allowed = if reason.allowed.is_empty() { String::new() } else { format!(" → {}", reason.allowed.join(", ")) };
    format!("{}{step}: {}{more}{allowed}", reason.column, said.join(", "))
}

/// What a server tells of itself.
async fn server(source: &mut Source, schema: &RelationSchema, now: DateTime<Utc>) -> Vec<Finding> {
    match source.health(schema, now.timestamp_micros()).await {
        Ok(health) => of_health(health, now),
        Err(fault) => vec![finding("P003", fault)],
    }
}

fn of_health(health: SourceHealth, now: DateTime<Utc>) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(rows) = health.scanned_rows.filter(|rows| *rows > FEW_ROWS) {
        found.push(Finding { code: "P006", place: "recorded_at".to_owned(), count: rows });
    }
    if let Some((clock_us, since_us)) = health.clock_us.zip(health.open_since_us) {
        let open_s = (clock_us - since_us) / 1_000_000;
        if open_s > LONG_TRANSACTION_S {
            found.push(finding("P007", format!("{} min", open_s / 60)));
        }
    }
    if let Some(clock_us) = health.clock_us {
        let apart_s = clock_us / 1_000_000 - now.timestamp();
        if apart_s.abs() > CLOCK_TOLERANCE_S {
            found.push(finding("P008", format!("{apart_s:+} s")));
        }
    }
    found
}

/// Whether the source is a file in a folder of a person.
fn is_in_a_home(config: &Config) -> bool {
    let url = &config.source.url;
    let path = url.split_once(':').filter(|(scheme, _)| ["sqlite", "csv"].contains(scheme));
    let path = match relative_path(url) {
        Some((_, path)) => Some(config.folder.join(path)),
        None => path.map(|(_, path)| Path::new("/").join(path.trim_start_matches('/'))),
    };
    path.is_some_and(|path| HOMES.iter().any(|home| path.starts_with(home)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_whose_clock_or_transactions_are_off_is_told() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let us = |s: i64| Some((1_800_000_000 + s) * 1_000_000);
        let codes = |clock, since, rows| -> Vec<&str> {
            let health = SourceHealth { clock_us: clock, open_since_us: since, scanned_rows: rows };
            of_health(health, now).iter().map(|found| found.code).collect()
        };
        assert!(codes(us(0), us(-60), None).is_empty());
        assert!(codes(None, None, Some(FEW_ROWS)).is_empty());
        assert_eq!(codes(us(-7 * 3_600), us(-7 * 3_600), None), ["P008"]);
        assert_eq!(codes(us(0), us(-7_200), None), ["P007"]);
        assert_eq!(codes(us(0), None, Some(2_000_000)), ["P006"]);
    }
}
