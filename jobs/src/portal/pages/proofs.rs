//! What proves the archive to somebody who does not have it: statements that were signed, and proofs that lead to them.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::file::File;
use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use super::super::work::Work;
use crate::documents;
use axum::body::Bytes;
use axum::http::StatusCode;
use schemas::document::BookCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// What checks a proof with Python and openssl alone.
const CHECKER: &str = "periksa_bukti.py";
/// No id of an event is longer.
const LONGEST: usize = 200;
/// The code of a document is not longer.
const LONGEST_CODE: usize = 2_000;

/// The statements, and of an event that is asked for the rows with their proofs.
pub(super) async fn page(visit: &Visit) -> Answered {
    let Portal { clerk, office, .. } = &*visit.portal;
    let event = visit.asked("peristiwa").trim().to_owned();
    if schemas::numbers_a_person(&event) || event.len() > LONGEST {
        return Err(Reason::TracePerson.into());
    }
    let said = clerk.said(office, Work::Statements).await?;
    let code = visit.asked("kode").trim().to_owned();
    let document = if code.is_empty() { None } else { of_document(visit, &code).await? };
    let rows = if event.is_empty() { None } else { clerk.said_if_any(office, Work::Proved(event.clone())).await? };
    let is_missing = (!event.is_empty() && rows.is_none()) || (!code.is_empty() && document.is_none());
    let mut value: Value = said.values().clone();
    value["event"] = json!(event);
    value["document"] = json!(document);
    value["rows"] = rows.map_or(Value::Null, |rows| rows.values()["rows"].clone());
    value["is_missing"] = json!(is_missing);
    let status = if is_missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok(Answer::Sheet(Sheet { status, source: said.source.clone(), ..Sheet::new("bukti", "Bukti", value) }))
}

/// Where the proof of the commit is from which a document was printed, by the document's code; none where the archive has none of it.
async fn of_document(visit: &Visit, code: &str) -> Result<Option<Value>, Refusal> {
    let Some(code) = BookCode::find(code).filter(|_| code.len() <= LONGEST_CODE) else { return Ok(None) };
    let Portal { clerk, office, .. } = &*visit.portal;
    let name = format!("commit-{}", code.version);
    let is_proved = clerk.file_if_any(office, Work::Proof(name.clone())).await?.is_some();
    let facts = Arc::clone(&office.now().facts);
    let title = documents::known(&facts).into_iter().find(|known| known.id == code.id);
    let title = title.map(|known| known.title.to_owned()).filter(|_| is_proved);
    Ok(title.map(|title| {
        json!({"title": title, "month": code.month.indonesian(), "version": code.version, "path": format!("/bukti/{name}")})
    }))
}

/// The proof of a row or a commit, or what checks it without this program.
pub(super) async fn proof(visit: &Visit) -> Answered {
    if visit.name("nama") == CHECKER {
        let text = Bytes::from_static(include_bytes!("../../../../templates/paket/periksa_bukti.py"));
        return Ok(Answer::File(File::new("text/x-python; charset=utf-8", text).named(CHECKER.to_owned())));
    }
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
