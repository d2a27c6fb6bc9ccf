//! Whether a printed document says what the archive gives, for whoever is at the counter: yes or no, and nothing else.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::Refusal;
use super::super::visit::Visit;
use super::super::work::Work;
use axum::http::StatusCode;
use schemas::document::BookCode;
use serde_json::json;

/// The code of a document is not longer.
const LONGEST: usize = 2_000;

/// The form.
pub(super) fn form() -> Answered {
    Ok(shown(false, None))
}

/// The answer; what was sent is not shown again, and not kept.
pub(super) async fn check(visit: &Visit) -> Answered {
    let sent = visit.upload("fail").await?;
    let (code, sha256) = match &sent {
        Some(bytes) => (BookCode::find(&String::from_utf8_lossy(bytes)), Some(pipeline::sha256(bytes))),
        None => {
            let code = visit.field("kode").split_whitespace().collect::<Vec<_>>().join(" ");
            if code.is_empty() {
                return Err(Refusal::of(StatusCode::BAD_REQUEST));
            }
            (BookCode::find(&code).filter(|_| code.len() <= LONGEST), None)
        }
    };
    let Some(code) = code else { return Ok(shown(sent.is_some(), Some(false))) };
    let Portal { clerk, office, .. } = &*visit.portal;
    let said = clerk.said(office, Work::Printed(code, sha256)).await?;
    Ok(shown(sent.is_some(), Some(said.values()["is_same"] == true)))
}

fn shown(is_file: bool, is_same: Option<bool>) -> Answer {
    Answer::Sheet(Sheet::new("periksa", "Periksa dokumen", json!({"is_file": is_file, "is_same": is_same})))
}
