//! What proves the archive to somebody who does not have it: statements that were signed, and proofs that lead to them.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use super::super::work::Work;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// No id of an event is longer.
const LONGEST: usize = 200;

/// The statements, and of an event that is asked for the rows with their proofs.
pub(super) async fn page(visit: &Visit) -> Answered {
    let Portal { clerk, office, .. } = &*visit.portal;
    let event = visit.asked("peristiwa").trim().to_owned();
    if schemas::numbers_a_person(&event) || event.len() > LONGEST {
        return Err(Reason::TracePerson.into());
    }
    let said = clerk.said(office, Work::Statements).await?;
    let rows = if event.is_empty() { None } else { clerk.said_if_any(office, Work::Proved(event.clone())).await? };
    let is_missing = !event.is_empty() && rows.is_none();
    let mut value: Value = said.values().clone();
    value["event"] = json!(event);
    value["rows"] = rows.map_or(Value::Null, |rows| rows.values()["rows"].clone());
    value["is_missing"] = json!(is_missing);
    let status = if is_missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok(Answer::Sheet(Sheet { status, source: said.source.clone(), ..Sheet::new("bukti", "Bukti", value) }))
}

/// The proof of a row or a commit.
pub(super) async fn proof(visit: &Visit) -> Answered {
    file(visit, Work::Proof(visit.name("nama").to_owned())).await
}

/// A statement that was signed.
pub(super) async fn statement(visit: &Visit) -> Answered {
    file(visit, Work::Statement(size(visit, "ukuran")?)).await
}

/// The proof that one statement continues another.
pub(super) async fn continued(visit: &Visit) -> Answered {
    file(visit, Work::Continued(size(visit, "lama")?, size(visit, "baru")?)).await
}

fn size(visit: &Visit, name: &str) -> Result<u64, Refusal> {
    visit.name(name).parse().map_err(|_| Refusal::of(StatusCode::NOT_FOUND))
}

async fn file(visit: &Visit, work: Work) -> Answered {
    let Portal { clerk, office, .. } = &*visit.portal;
    let file = clerk.file_if_any(office, work).await?;
    Ok(Answer::File(file.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?))
}
