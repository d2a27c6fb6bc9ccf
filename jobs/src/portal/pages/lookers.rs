//! Who looked: the entries of the archive's second log, of a month.
//!
//! Rule    everybody sees what they asked for themselves; all of it who has the right

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use super::apart;
use super::decisions::moment;
use crate::{access, clock};
use anyhow::Context;
use axum::http::StatusCode;
use pipeline::Access;
use schemas::{Language, Month, Right};
use serde_json::{Value, json};
use std::sync::Arc;

/// So many entries stand on a page and in its files, the newest first.
const SHOWN: usize = 2_000;

/// The page.
pub(super) async fn page(visit: &Visit) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let workspace = visit.portal.office.now();
    let zone = workspace.facts.zone;
    let asked = visit.asked("bulan");
    let month: Month = match asked.as_str() {
        "" => zone.month(clock::now().timestamp()).context("today is outside the calendar")?,
        month => month.parse().map_err(|_| Refusal::of(StatusCode::BAD_REQUEST))?,
    };
    let (sees_all, own) = (visit.may(Right::Lookers), access::by_account(&visitor.account));
    let facts = Arc::clone(&workspace.facts);
    let entries = apart(move || async move {
        let archive = workspace.archive()?;
        let is_wanted =
            |(_, access): &(u64, Access)| zone.month(access.at) == Some(month) && (sees_all || access.by == own);
        anyhow::Ok(archive.accesses()?.into_iter().filter(is_wanted).collect::<Vec<_>>())
    });
    let entries = entries.await?;
    let n = entries.len();
    let entry = |(number, access): &(u64, Access)| -> Value {
        let Access { by, role, purpose, act, what, answer, rows, discloses, .. } = access;
        json!({
            "number": number, "at": zone.instant(access.at).map(moment), "by": by, "role": role, "act": act,
            "said": access::said(act, facts.speech(Language::Indonesian)), "what": what, "purpose": purpose, "rows": rows, "answer": answer, "discloses": discloses,
        })
    };
    let link = |month: Month| reports::Link { path: format!("{}?bulan={month}", visit.page), text: month.indonesian() };
    let value = json!({
        "month": month.indonesian(), "sees_all": sees_all, "n": n, "all": Language::Indonesian.integer(n as u64),
        "shown": (n > SHOWN).then(|| Language::Indonesian.integer(SHOWN as u64)),
        "entries": entries.iter().rev().take(SHOWN).map(entry).collect::<Vec<_>>(),
    });
    let (before, after) = (Some(link(month.back(1))), Some(link(month.next())));
    Ok(Answer::Sheet(Sheet { before, after, ..Sheet::new("log_akses", "Catatan akses", value) }))
}
