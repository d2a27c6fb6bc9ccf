//! A finding of a month, with what the Kepala Dinas remarked on it.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::super::work::Work;
use super::apart;
use super::decisions::{ENTERED, by, fault_in_words, is_entered, may_enter, moment, writable};
use super::remedies::Reader;
use super::review::known;
use crate::{clock, entries};
use axum::http::StatusCode;
use schemas::{FigureKey, Language, Month, Remark, RemarkError, Right};
use serde_json::json;

/// A finding of a month: what it is, how often and where, what was remarked on it, and the form for who may remark.
pub(super) async fn finding(visit: &Visit) -> Answered {
    let of = asked(visit).await?;
    shown(visit, of, None).await
}

/// `refused` is why a remark that was sent is not entered.
async fn shown(visit: &Visit, (month, code): (Month, String), refused: Option<Refusal>) -> Answered {
    let workspace = visit.portal.office.now();
    let text = workspace.facts.finding_text(&code);
    let Portal { clerk, office, .. } = &*visit.portal;
    let said = clerk.said(office, Work::Finding(month, code.clone())).await?;
    // A public copy does not tell how often it is there.
    let n = said.values()["n"].as_u64();
    let remarks = workspace.remarks.of_month(month).filter(|remark| remark.finding == code);
    let remark = |remark: &Remark| json!({"text": remark.text, "by": remark.by, "entered": moment(remark.entered)});
    // What may be a number of a person is not shown again.
    let typed = refused.is_some().then(|| schemas::without_numbers_of_persons(&visit.field("text")));
    let value = json!({
        "code": code, "month": month.indonesian(), "review": format!("/tinjauan/{month}#mutu"),
        "sentence": text.sentence, "remedy": text.remedy, "n": n,
        "pages": Reader::of(visit).pages(&text.remedy),
        "words": n.map(|n| Language::Indonesian.integer(n)),
        "origin": visit.may(Right::Origin).then(|| origin(month, &code)).filter(|_| n > Some(0)),
        "places": visit.may(Right::Cases).then(|| said.values()["places"].clone()),
        "remarks": remarks.map(remark).collect::<Vec<_>>(),
        "may_enter": may_enter(visit), "is_entered": is_entered(visit),
        "typed": typed.unwrap_or_default(), "fault": refused.as_ref().map(|fault| fault_in_words(fault, &workspace)),
        "action": format!("/temuan/{month}/{code}/catatan"),
    });
    let status = refused.map_or(StatusCode::OK, |refused| refused.status);
    let sheet = Sheet::new("temuan", &format!("Temuan {code}"), value);
    Ok(Answer::Sheet(Sheet { source: said.source.clone(), status, ..sheet }))
}

fn origin(month: Month, code: &str) -> String {
    FigureKey::of(schemas::BESIDE, "mutu").named(code).path(month)
}

/// Enters a remark on a finding. What cannot be entered stands in the form again, with why.
pub(super) async fn remark(visit: &Visit) -> Answered {
    let of = asked(visit).await?;
    match entered(visit, &of).await {
        Ok(()) => Ok(Answer::See(format!("/temuan/{}/{}?{ENTERED}", of.0, of.1))),
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => shown(visit, of, Some(fault)).await,
        Err(fault) => Err(fault),
    }
}

async fn entered(visit: &Visit, (month, code): &(Month, String)) -> Result<(), Refusal> {
    let workspace = writable(visit)?;
    let text = visit.field("text").replace("\r\n", "\n");
    let remark = entries::remark(&workspace, (*month, code), &text, &by(visit), clock::now())?;
    remark.check(&workspace.facts).map_err(unfit)?;
    apart(move || async move { entries::enter_remark(&workspace, &remark) }).await?;
    Ok(())
}

/// The month and the code of a path; the archive must have the month, and the facts the finding.
async fn asked(visit: &Visit) -> Result<(Month, String), Refusal> {
    let month = known(visit, visit.name("bulan")).await?;
    let code = visit.name("kode").to_owned();
    let is_known = visit.portal.office.now().facts.findings.contains_key(&code);
    if is_known { Ok((month, code)) } else { Err(Refusal::of(StatusCode::NOT_FOUND)) }
}

fn unfit(fault: RemarkError) -> Refusal {
    let reason = match fault {
        RemarkError::Finding => Reason::NoPage,
        RemarkError::Empty => Reason::RemarkEmpty,
        RemarkError::Long => Reason::RemarkLong,
        RemarkError::Person => Reason::RemarkPerson,
    };
    reason.into()
}
