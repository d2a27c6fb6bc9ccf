//! What the pages of errands have in common: how one stands, what the visitor may do with it, what it gave.

use super::super::answer::{Answer, Answered};
use super::super::errands::{Done, Errand, Standing};
use super::super::file::media;
use super::super::refusal::{Reason, Refusal};
use super::super::runner::Subject;
use super::super::spool::Spool;
use super::super::visit::Visit;
use super::answers::{number, seconds, tenths};
use super::decisions::moment;
use super::jobs;
use super::remedies::Reader;
use crate::clock;
use crate::messages::words::without_persons;
use axum::http::StatusCode;
use reports::Link;
use schemas::Language;
use schemas::document::{FileFormat, LocatedFinding};
use serde_json::{Value, json};
use std::sync::Arc;

/// Begins an errand, with what the visitor kept of the archive.
pub(super) fn begin(visit: &Visit, subject: Subject, kept: String) -> Result<(), Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let (portal, now) = (&visit.portal, clock::now());
    let at = portal.office.now().facts.zone.instant(now.timestamp()).ok_or(Reason::Broken)?;
    let begun = portal.errands.begin(&portal.office, (subject, kept), (&visitor.account, &visitor.name), at);
    if begun { Ok(()) } else { Err(Reason::Checking.into()) }
}

/// Ends an errand, where the visitor asked for it.
pub(super) fn cancel(visit: &Visit, errand: Option<Arc<Errand>>) -> Result<(), Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let own = errand.filter(|errand| errand.account == visitor.account);
    own.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?.cancel();
    Ok(())
}

/// What an errand gave, once it is done.
pub(super) fn done(errand: Option<&Errand>) -> Option<Arc<Done>> {
    if let Some(Standing::Done(done)) = errand.map(Errand::standing) { Some(done) } else { None }
}

/// A file of an errand, by its name.
pub(super) fn file(visit: &Visit, errand: Option<&Errand>) -> Answered {
    let done = done(errand).ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    let named = done.files.iter().find(|(name, _)| name == visit.name("berkas"));
    let (name, spool) = named.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    let media = media(name).ok_or(Reason::NoForm)?;
    Ok(Answer::Whole(spool.sent(media, "inline", name)?))
}

/// Where its files are.
pub(super) fn files(done: &Done, root: &str) -> Vec<Link> {
    let link = |(name, _): &(String, Spool)| {
        let ending = name.rsplit('.').next().unwrap_or_default();
        let text = if ending == FileFormat::Pdf.ending() { "PDF/A".to_owned() } else { ending.to_uppercase() };
        Link { path: format!("{root}/{name}"), text }
    };
    done.files.iter().map(link).collect()
}

/// How an errand stands, and what the visitor may do with it.
pub(super) fn standing(visit: &Visit, errand: Option<&Errand>, root: &str) -> Result<Value, Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let is_busy = visit.portal.errands.is_busy();
    let mut value = json!({
        "action": root, "cancel": format!("{root}/batal"), "is_busy": is_busy, "may_start": !is_busy, "standing": "none",
        "by": null, "asked": null, "is_own": false, "elapsed": null, "took": null, "done": null, "of": null,
        "done_said": null, "of_said": null, "fault": null,
    });
    let Some(errand) = errand else { return Ok(value) };
    value["by"] = json!(errand.by);
    value["asked"] = json!(moment(errand.asked_at));
    value["is_own"] = json!(errand.account == visitor.account);
    value["standing"] = match errand.standing() {
        Standing::Running(at) => {
            value["elapsed"] = json!(seconds(errand.elapsed().as_secs()));
            if let Some((done, of)) = at {
                (value["done"], value["of"]) = (json!(done), json!(of));
                (value["done_said"], value["of_said"]) = (json!(number(done)), json!(number(of)));
            }
            "running"
        }
        Standing::Done(done) => {
            value["took"] = json!(tenths(done.took.as_millis()));
            "done"
        }
        Standing::Failed(fault) => {
            value["fault"] = json!(fault);
            "failed"
        }
        Standing::Cancelled => "cancelled",
    }
    .into();
    Ok(value)
}

/// What was found, each with what to do and where.
pub(super) fn located(findings: &[LocatedFinding], reader: &Reader, remedy: impl Fn(&str) -> String) -> Vec<Value> {
    let one = |finding: &LocatedFinding| {
        let LocatedFinding { text, place, n } = finding;
        let remedy = without_persons(&remedy(&text.remedy));
        let pages = reader.pages(&remedy);
        json!({
            "code": text.code, "tone": jobs::tone(text.severity), "sentence": text.sentence, "place": without_persons(place),
            "n": Language::Indonesian.integer(*n), "remedy": remedy, "pages": pages,
        })
    };
    findings.iter().map(one).collect()
}
