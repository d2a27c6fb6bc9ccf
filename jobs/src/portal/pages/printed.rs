//! Whether a printed document says what the archive gives, for whoever is at the counter: yes or no, and nothing else.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::Refusal;
use super::super::visit::Visit;
use super::super::work::Work;
use axum::http::StatusCode;
use serde_json::json;

/// The code of a document is not longer.
const LONGEST: usize = 2_000;

/// The form.
pub(super) fn form() -> Answered {
    Ok(shown(None))
}

/// The answer; what was sent is not shown again.
pub(super) async fn check(visit: &Visit) -> Answered {
    let code = visit.field("kode").split_whitespace().collect::<Vec<_>>().join(" ");
    if code.is_empty() {
        return Err(Refusal::of(StatusCode::BAD_REQUEST));
    }
    if code.len() > LONGEST {
        return Ok(shown(Some(false)));
    }
    let Portal { clerk, office, .. } = &*visit.portal;
    let said = clerk.said(office, Work::Printed(code)).await?;
    Ok(shown(Some(said.values()["is_same"] == true)))
}

fn shown(is_same: Option<bool>) -> Answer {
    Answer::Sheet(Sheet::new("periksa", "Periksa dokumen", json!({"is_same": is_same})))
}
