//! What whoever decides enters on the pages, whatever it is: who may, into which office, under which name.
//!
//! Rule    only `serve`'s portal writes; what the command line refuses is refused here too, in words of the officer

use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use crate::workspace::Workspace;
use chrono::{DateTime, FixedOffset};
use schemas::{Language, Right};
use std::sync::Arc;

/// What stands in the query behind an entry.
pub(super) const ENTERED: &str = "tercatat";

/// Whether the visitor has just entered something.
pub(super) fn is_entered(visit: &Visit) -> bool {
    visit.query() == ENTERED
}

/// Whether the visitor may enter something, and this portal writes.
pub(super) fn may_enter(visit: &Visit) -> bool {
    visit.may(Right::Decide) && visit.portal.asks.is_some()
}

/// The workspace that entries go into.
pub(super) fn writable(visit: &Visit) -> Result<Arc<Workspace>, Refusal> {
    if visit.portal.asks.is_none() {
        return Err(Reason::ReadOnly.into());
    }
    let workspace = visit.portal.office.now();
    if workspace.config.is_fallback() {
        return Err(Reason::Configuration.into());
    }
    Ok(workspace)
}

/// Who enters it.
pub(super) fn by(visit: &Visit) -> String {
    visit.visitor.as_ref().map_or_else(String::new, |visitor| format!("{}, {}", visitor.name, visitor.post))
}

/// Why something is not entered, beside the form that is shown again.
pub(super) fn fault_in_words(fault: &Refusal, workspace: &Workspace) -> String {
    let (what, next, _) = fault.said(workspace.facts.speech(Language::Indonesian));
    format!("{what} {next}")
}

/// An instant as an official reads it.
pub(super) fn moment(at: DateTime<FixedOffset>) -> String {
    at.format("%d-%m-%Y %H.%M").to_string()
}
