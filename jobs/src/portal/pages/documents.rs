//! The documents of a month as they lie in the office's folder: masked copies only.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::file::{File, media};
use super::super::refusal::Refusal;
use super::super::shelf;
use super::super::visit::Visit;
use super::super::work::Work;
use super::job_path::segment;
use super::review::{beside, known};
use crate::clock;
use crate::config::Task;
use crate::messages::words::without_persons;
use crate::stamp::seen;
use anyhow::{Context, Result};
use axum::http::StatusCode;
use schemas::{Month, Right};
use serde_json::{Value, json};

/// The list, with what makes the documents again.
pub(super) async fn page(visit: &Visit) -> Answered {
    let month = known(visit, visit.name("bulan")).await?;
    let folder = visit.portal.office.now().config.reports_path().join(month.to_string());
    // The folder changes with each file that is put into it.
    let said = visit.portal.clerk.said(&visit.portal.office, Work::Shelf(month, seen(&folder))).await?;
    let (before, after) = beside(visit, "dokumen", month).await?;
    let mut value = said.values().clone();
    value["ulang"] = again(visit, month)?;
    let sheet = Sheet::new("dokumen", &format!("Dokumen {}", month.indonesian()), value);
    Ok(Answer::Sheet(Sheet { before, after, source: said.source.clone(), ..sheet }))
}

/// How the documents of a month are made again: by a job that makes those of this month, or by a command.
fn again(visit: &Visit, month: Month) -> Result<Value> {
    let workspace = visit.portal.office.now();
    let (now_s, zone) = (clock::now().timestamp(), workspace.facts.zone);
    let mut job = None;
    if visit.may(Right::Operate) && visit.portal.asks.is_some() {
        for one in workspace.config.jobs.iter().filter(|job| matches!(job.task, Task::MonthlyReports)) {
            if one.task.period(now_s, zone)?.key == month.to_string() {
                job = Some(
                    json!({"nama": without_persons(&one.name), "alamat": format!("/pekerjaan/{}/jalankan", segment(&one.name))}),
                );
            }
        }
    }
    Ok(
        json!({"boleh": visit.may(Right::Operate), "pekerjaan": job, "perintah": format!("tertib render --month {month}")}),
    )
}

/// One of them.
pub(super) async fn file(visit: &Visit) -> Answered {
    let none = || Refusal::of(StatusCode::NOT_FOUND);
    let month = known(visit, visit.name("bulan")).await?;
    let workspace = visit.portal.office.now();
    let folder = workspace.config.reports_path().join(month.to_string());
    // Only a name that is in the list is ever a path.
    let name = shelf::names(&folder)?.into_iter().find(|name| name == visit.name("berkas")).ok_or_else(none)?;
    let is_given = shelf::is_given(&workspace.facts, &folder, month, &name);
    let media = media(&name).filter(|_| is_given).ok_or_else(none)?;
    let bytes = pipeline::read_file(&folder.join(&name), shelf::LONGEST_BYTES);
    let bytes = bytes.with_context(|| format!("cannot read {name}"))?;
    Ok(Answer::File(File::new(media, bytes.into()).named(name)))
}
