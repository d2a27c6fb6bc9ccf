//! Everything about a person, for whoever has a purpose and a letter, and types the password again.
//!
//! Rule    the NIK is sent and becomes the pseudonym at once: it stands in no address, answer, log or cache. That somebody asked is noted
//!         before anything is looked for, and what there is before the first byte of it leaves. A NIK of which the archive has nothing
//!         and one that nobody has are answered alike, and whoever tries many must wait

use super::super::answer::{Answer, Answered, Sheet};
use super::super::inquiries::random;
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::super::work::{About, Tracing};
use super::decisions::fault_in_words;
use super::{apart, sign_in, traces};
use crate::access;
use axum::http::StatusCode;
use serde_json::json;
use std::time::Instant;

const ROOT: &str = "/telusur-orang";
/// So many digits a NIK has.
const DIGITS: usize = 16;
/// The purpose and the number of a letter are not longer, in characters: both stand in one line of the log.
const LONGEST_PURPOSE: usize = 120;
const LONGEST_LETTER: usize = 60;

/// What was filled into the form, without the NIK.
#[derive(Debug, Default)]
struct Typed {
    purpose: String,
    letter: String,
}

/// The form.
pub(super) fn form(visit: &Visit) -> Answered {
    Ok(shown(visit, &Typed::default(), None))
}

fn shown(visit: &Visit, typed: &Typed, fault: Option<&Refusal>) -> Answer {
    let workspace = visit.portal.office.now();
    let value = json!({
        "action": ROOT, "purpose": typed.purpose, "letter": typed.letter, "is_here": !visit.portal.office.is_copy(),
        "asks_password": !is_confirmed(visit), "fault": fault.map(|fault| fault_in_words(fault, &workspace)),
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    Answer::Sheet(Sheet { status, ..Sheet::new("telusur_orang", "Telusur orang", value) })
}

/// Whether the visitor typed the password again not long ago.
fn is_confirmed(visit: &Visit) -> bool {
    let session = visit.visitor.as_ref().map(|visitor| &visitor.session);
    session.is_some_and(|session| visit.portal.sessions.is_confirmed(session, Instant::now()))
}

/// Notes that somebody looks, and leads to what there is to see. What cannot be accepted stands in the form again, but for the NIK.
pub(super) async fn ask(visit: &Visit) -> Answered {
    match asked(visit).await {
        Ok(path) => Ok(Answer::See(path)),
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => {
            let [purpose, letter] =
                ["purpose", "surat"].map(|field| schemas::without_numbers_of_persons(&visit.field(field)));
            Ok(shown(visit, &Typed { purpose, letter }, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

async fn asked(visit: &Visit) -> Result<String, Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let (portal, workspace) = (&visit.portal, visit.portal.office.now());
    if portal.office.is_copy() {
        return Err(Reason::PersonNotHere.into());
    }
    let [purpose, letter] = ["purpose", "surat"].map(|field| visit.field(field).trim().to_owned());
    if letter.is_empty() || letter.chars().count() > LONGEST_LETTER || access::check_purpose(&letter).is_err() {
        return Err(Reason::Letter.into());
    }
    let noted = format!("{purpose}; surat nomor {letter}");
    if purpose.is_empty() || purpose.chars().count() > LONGEST_PURPOSE || access::check_purpose(&noted).is_err() {
        return Err(Reason::PersonPurpose.into());
    }
    let nik: String = visit.field("nik").split_whitespace().collect();
    if nik.len() != DIGITS || !nik.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::Digits.into());
    }
    if !is_confirmed(visit) {
        let person = sign_in::examined(visit, &visitor.account, visit.field("sandi")).await?;
        person.ok_or(Reason::Password)?;
        portal.sessions.confirm(&visitor.session, Instant::now());
    }
    portal.persons.begin(&visitor.account, visit.address, Instant::now()).map_err(|wait| {
        tracing::warn!(account = visitor.account, "too many persons were asked for of whom the archive has nothing");
        Reason::PersonWait(wait)
    })?;
    let pseudonym = apart(move || async move {
        let archive = workspace.archive()?;
        if archive.is_empty() {
            return Ok(None);
        }
        Ok(Some(archive.pseudonym_of(&nik, &workspace.config.key()?)?))
    });
    let id = pseudonym.await?.ok_or(Reason::PersonNone)?;
    let tracing = Tracing { about: About::Orang, id, purpose: noted, once: random()? };
    traces::noted(visit, "trace", &tracing, (String::new(), 0)).await?;
    let path = traces::kept(visit, ROOT, traces::DONE, tracing).await?.ok_or(Reason::PersonNone)?;
    portal.persons.succeeded(&visitor.account, visit.address);
    Ok(path)
}

/// The trace as a page or a file, as long as the password counts that was typed for it.
pub(super) async fn page(visit: &Visit) -> Answered {
    if !is_confirmed(visit) {
        return Err(Reason::PersonGone.into());
    }
    traces::opened(visit, ROOT, true).await
}
