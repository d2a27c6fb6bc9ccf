//! Bundles to carry away: for the auditor, the inspectorate and the province, made and downloaded here.
//!
//! Rule    a bundle is its asker's; that it leaves is noted before its first byte is kept here

use super::super::answer::{Answer, Answered, Sheet};
use super::super::errands::Done;
use super::super::refusal::{Reason, Refusal};
use super::super::runner::{BundleOrder, Subject};
use super::super::visit::{Form, Visit};
use super::answers::number;
use super::decisions::fault_in_words;
use super::errands::{begin, cancel as end, done, file as of_errand, files, located, standing};
use super::remedies::Reader;
use super::review;
use crate::bundle::{self, Role};
use crate::{access, clock};
use anyhow::Context;
use axum::http::StatusCode;
use schemas::document::LocatedFinding;
use schemas::{Month, Right};
use serde::Deserialize;
use serde_json::{Value, json};

const ROOT: &str = "/paket";
/// For whom a bundle can be, by the names of the form.
const ROLES: [(&str, Role); 3] =
    [("auditor", Role::Auditor), ("inspektorat", Role::Inspectorate), ("provinsi", Role::Province)];

/// What was filled into the form.
#[derive(Debug, Default)]
struct Typed {
    first: String,
    last: String,
    role: String,
    purpose: String,
}

/// The form, and the bundle that the visitor wanted last.
pub(super) async fn page(visit: &Visit) -> Answered {
    let months = review::months(visit).await?;
    let now = visit.portal.office.now().facts.zone.month(clock::now().timestamp());
    let over = months.iter().copied().rfind(|month| now.is_none_or(|now| *month < now));
    let usual = over.or(months.first().copied()).map(|month| month.to_string()).unwrap_or_default();
    shown(visit, Typed { first: usual.clone(), last: usual, ..Typed::default() }, None).await
}

async fn shown(visit: &Visit, typed: Typed, fault: Option<&Refusal>) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let (office, workspace) = (&visit.portal.office, visit.portal.office.now());
    let errand = visit.portal.errands.bundle_of(&visitor.account);
    let given = done(errand.as_deref());
    let value = json!({
        "check": standing(visit, errand.as_deref(), ROOT)?, "is_copy": office.is_copy(),
        "given": given.as_deref().map(|given| told(given, &Reader::of(visit))).transpose()?,
        "first": typed.first, "last": typed.last, "role": typed.role, "purpose": typed.purpose,
        "months": review::months(visit).await?.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "may_mend": visit.may(Right::Operate), "fault": fault.map(|fault| fault_in_words(fault, &workspace)),
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    let files = given.as_deref().map(|given| files(given, ROOT)).unwrap_or_default();
    Ok(Answer::Sheet(Sheet { files, status, ..Sheet::new("paket", "Paket untuk dibawa", value) }))
}

/// Begins to make a bundle. What cannot be accepted stands in the form again.
pub(super) async fn make(visit: &Visit) -> Answered {
    let [first, last, role, purpose] =
        ["dari", "sampai", "untuk", "purpose"].map(|field| visit.field(field).trim().to_owned());
    let typed = Typed { first, last, role, purpose };
    match ordered(visit, &typed).await {
        Ok(order) => {
            begin(visit, Subject::Bundle(order), String::new())?;
            Ok(Answer::See(ROOT.to_owned()))
        }
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => {
            let Typed { first, last, role, purpose } = typed;
            let [first, last, purpose] = [first, last, purpose].map(|text| schemas::without_numbers_of_persons(&text));
            shown(visit, Typed { first, last, role, purpose }, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

async fn ordered(visit: &Visit, typed: &Typed) -> Result<BundleOrder, Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    if visit.portal.office.is_copy() {
        return Err(Reason::NoBundle.into());
    }
    let role = ROLES.into_iter().find(|(name, _)| *name == typed.role).ok_or(Reason::BundleRole)?.1;
    let month = |text: &str| text.parse::<Month>().map_err(|_| Refusal::from(Reason::BundleMonths));
    let months = (month(&typed.first)?, month(&typed.last)?);
    let held = review::months(visit).await?;
    let wanted = bundle::months(months.0, months.1).map_err(|_| Reason::BundleMonths)?;
    if wanted.iter().any(|month| !held.contains(month)) {
        return Err(Reason::BundleMonths.into());
    }
    access::check_purpose(&typed.purpose).map_err(|_| Reason::Purpose)?;
    let by = (visitor.account.clone(), visitor.role.id.clone());
    Ok(BundleOrder { months, role, purpose: typed.purpose.clone(), by })
}

/// Ends it.
pub(super) fn cancel(visit: &Visit) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    end(visit, visit.portal.errands.bundle_of(&visitor.account))?;
    Ok(Answer::See(ROOT.to_owned()))
}

/// The bundle as a file.
pub(super) fn file(visit: &Visit) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    of_errand(visit, visit.portal.errands.bundle_of(&visitor.account).as_deref())
}

/// What the bundle says of itself.
#[derive(Deserialize)]
struct Made {
    digest: String,
    rows: u64,
    findings: Vec<LocatedFinding>,
}

fn told(given: &Done, reader: &Reader) -> anyhow::Result<Value> {
    let Made { digest, rows, findings } =
        Made::deserialize(&given.value).context("what a bundle says of itself cannot be read")?;
    let name = given.files.first().map(|(name, _)| name.as_str());
    Ok(json!({
        "digest": digest, "rows": number(rows), "name": name, "findings": located(&findings, reader, str::to_owned),
    }))
}
