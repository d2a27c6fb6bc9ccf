//! What the doctor finds, and how the jobs are: one truth with the page of the jobs.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::shown::without_paths;
use super::super::visit::Visit;
use super::apart;
use super::decisions::moment;
use super::jobs::tone;
use super::remedies::Reader;
use crate::commands::status::View;
use crate::health::Health;
use crate::workspace::Workspace;
use crate::{clock, doctor};
use anyhow::Result;
use chrono::{DateTime, Utc};
use schemas::{Language, Remarks, Right};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// An examination counts for so long: it asks the office's database.
const FRESH: Duration = Duration::from_secs(30);

/// The last examination: when it was, what the doctor found, and how the jobs are.
#[derive(Debug, Default)]
pub(in super::super) struct Examination(Mutex<Option<(Instant, DateTime<Utc>, Value)>>);

/// The page.
pub(super) async fn page(visit: &Visit) -> Answered {
    let workspace = visit.portal.office.now();
    let zone = workspace.config.zone();
    // Whoever asks meanwhile waits for the same examination.
    let mut last = visit.portal.examination.0.lock().await;
    let (at, seen) = match &*last {
        Some((then, at, seen)) if then.elapsed() < FRESH => (*at, seen.clone()),
        _ => {
            let examined = apart({
                let workspace = Arc::clone(&workspace);
                move || async move { examined(&workspace, clock::now()).await }
            });
            let (at, seen) = (clock::now(), examined.await?);
            *last = Some((Instant::now(), at, seen.clone()));
            (at, seen)
        }
    };
    drop(last);
    let reader = Reader::of(visit);
    let found = &seen["found"];
    let remedies = findings(found).filter_map(|one| Some((one["code"].as_str()?, one["remedy"].as_str()?)));
    let pages = remedies.map(|(code, remedy)| (code.to_owned(), Value::from(reader.pages(remedy))));
    let value = json!({
        "may_see_jobs": visit.may(Right::Jobs),
        "remarks": remarks(found, &workspace.remarks),
        "pages": Value::Object(pages.collect()),
        "at": format!("{} {}", at.with_timezone(&zone).format("%d-%m-%Y %H.%M"), workspace.facts.zone),
        "program": env!("CARGO_PKG_VERSION"), "found": found, "jobs": seen["jobs"], "space": seen["space"],
    });
    Ok(Answer::Sheet(Sheet::new("sistem", "Sistem", value)))
}

/// What the doctor finds, how the jobs are, and how much room there is.
async fn examined(workspace: &Arc<Workspace>, now: DateTime<Utc>) -> Result<Value> {
    let speech = workspace.facts.speech(Language::Indonesian);
    let checks = doctor::examine_workspace(workspace, now).await;
    let found = named_nobody(doctor::Report::new(&checks, speech).value(), workspace);
    // A copy without a history has no jobs of which something is known, and none is made.
    let jobs = if workspace.config.history_path().exists() {
        let health = Health::examine(workspace, now).await?;
        let tone = health.severity(workspace).map_or("baik", tone);
        json!({"verdict": View::new(workspace, speech, now).verdict(&health), "tone": tone})
    } else {
        Value::Null
    };
    let words = |mb: u64| format!("{}\u{A0}MB", Language::Indonesian.integer(mb));
    let space = doctor::space_mb(&workspace.config);
    let space = space.map(|(free, needed)| json!({"free": words(free), "needed": words(needed)}));
    Ok(json!({"found": found, "jobs": jobs, "space": space}))
}

/// Every finding of an examination.
fn findings(found: &Value) -> impl Iterator<Item = &Value> {
    let checks = found["checks"].as_array().into_iter().flatten();
    checks.flat_map(|check| check["findings"].as_array().into_iter().flatten())
}

/// The last remark on each finding of an examination, by its code, with the page on which it was made.
fn remarks(found: &Value, remarks: &Remarks) -> Value {
    let said = findings(found).filter_map(|one| one["code"].as_str()).filter_map(|code| {
        let remark = remarks.last_on(code)?;
        let page = format!("/temuan/{}/{code}", remark.month);
        let of = json!({
            "text": remark.text, "by": remark.by, "entered": moment(remark.entered), "page": page,
            "month": remark.month.indonesian(),
        });
        Some((code.to_owned(), of))
    });
    Value::Object(said.collect())
}

/// A place may be what an error said: no page names a person, or a path of the computer.
fn named_nobody(value: Value, workspace: &Workspace) -> Value {
    match value {
        Value::String(text) => Value::String(without_paths(&text, &workspace.config)),
        Value::Array(values) => values.into_iter().map(|one| named_nobody(one, workspace)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, named_nobody(value, workspace))).collect()
        }
        other => other,
    }
}
