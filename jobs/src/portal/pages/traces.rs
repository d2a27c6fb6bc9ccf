//! Everything about a case or a batch, in order of time.
//!
//! Rule    it is noted before it is shown, and its address says nothing of it; no person is named, and none is asked for here

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::inquiries::random;
use super::super::refusal::{Reason, Refusal};
use super::super::traces::Traced;
use super::super::visit::{Form, Visit};
use super::super::work::{About, Tracing, Work};
use super::apart;
use super::decisions::fault_in_words;
use crate::access::{self, Look};
use axum::http::StatusCode;
use reports::Link;
use schemas::Right;
use schemas::document::FileFormat;
use serde_json::{Value, json};

/// What was looked at is noted as done so, after it was noted as asked for.
pub(super) const DONE: &str = "traced";
const ROOT: &str = "/telusur";
/// No id is longer.
const LONGEST: usize = 100;

/// The form, filled in by the address.
pub(super) async fn form(visit: &Visit) -> Answered {
    let (berkas, batch) = (visit.asked("berkas"), visit.asked("kolektif"));
    if [&berkas, &batch].into_iter().any(|id| schemas::numbers_a_person(id)) {
        return Err(Reason::TracePerson.into());
    }
    Ok(shown(visit, (&berkas, &batch), None))
}

fn shown(visit: &Visit, (berkas, batch): (&str, &str), fault: Option<&Refusal>) -> Answer {
    let workspace = visit.portal.office.now();
    let value = json!({
        "action": ROOT, "berkas": berkas, "batch": batch,
        "fault": fault.map(|fault| fault_in_words(fault, &workspace)),
        "officer": "/kueri?tanya=pekerjaan_petugas",
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    Answer::Sheet(Sheet { status, ..Sheet::new("telusur", "Telusur", value) })
}

/// Notes that somebody looks, and leads to what there is to see. What is not found stands in the form again.
pub(super) async fn ask(visit: &Visit) -> Answered {
    match asked(visit).await {
        Ok(path) => Ok(Answer::See(path)),
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => {
            let typed = ["berkas", "kolektif"].map(|field| schemas::without_numbers_of_persons(&visit.field(field)));
            Ok(shown(visit, (&typed[0], &typed[1]), Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

async fn asked(visit: &Visit) -> Result<String, Refusal> {
    let [berkas, batch, purpose] = ["berkas", "kolektif", "purpose"].map(|field| visit.field(field).trim().to_owned());
    if [&berkas, &batch, &purpose].into_iter().any(|text| schemas::numbers_a_person(text)) {
        return Err(Reason::TracePerson.into());
    }
    if !purpose.is_empty() && access::check_purpose(&purpose).is_err() {
        return Err(Reason::Purpose.into());
    }
    let (is_batch, id) = match (berkas.is_empty(), batch.is_empty()) {
        (false, true) => (false, berkas),
        (true, false) => (true, batch),
        _ => return Err(Reason::TraceOne.into()),
    };
    if id.len() > LONGEST || id.chars().any(char::is_control) {
        return Err(Reason::TraceNone.into());
    }
    let about = if is_batch { About::Kolektif } else { About::Berkas };
    let tracing = Tracing { about, id, purpose, once: random()? };
    kept(visit, ROOT, "trace", tracing).await?.ok_or_else(|| Reason::TraceNone.into())
}

/// Makes a trace, notes under a name of the act that somebody looks at it, and keeps it; where it stands, or none where the archive has
/// nothing of what it is about.
pub(super) async fn kept(
    visit: &Visit,
    root: &str,
    act: &'static str,
    tracing: Tracing,
) -> Result<Option<String>, Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let Portal { clerk, office, traces, .. } = &*visit.portal;
    let said = clerk.said(office, Work::Trace(tracing.clone())).await?;
    let rows = said.values()["rows"].as_u64().unwrap_or_default();
    if rows == 0 {
        return Ok(None);
    }
    let answer = pipeline::sha256(said.values().to_string().as_bytes());
    let entry = noted(visit, act, &tracing, (answer, rows)).await?;
    let path = format!("{root}/{}", tracing.once);
    traces.keep(Traced { account: visitor.account.clone(), tracing, said, entry });
    Ok(Some(path))
}

/// Notes that somebody looks at a trace; the number of the entry, which nobody has who has a copy of the archive.
pub(super) async fn noted(
    visit: &Visit,
    act: &'static str,
    tracing: &Tracing,
    (answer, rows): (String, u64),
) -> Result<Option<u64>, Refusal> {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let (workspace, account, role) = (visit.portal.office.now(), visitor.account.clone(), visitor.role.id.clone());
    if visit.portal.office.is_copy() {
        return Ok(None);
    }
    let (what, purpose, discloses) = (tracing.what(), tracing.purpose.clone(), tracing.is_personal());
    let noted = apart(move || async move {
        let purpose = Some(purpose.as_str()).filter(|purpose| !purpose.is_empty());
        let look = Look { by: Some(&account), act, what, answer, rows, discloses, role: &role, purpose };
        // What discloses something and cannot be noted is an error, which is logged here and told as what it means.
        Ok(access::note(&workspace, &look).unwrap_or_else(|fault| {
            tracing::error!("{fault:#}");
            None
        }))
    });
    Ok(Some(noted.await?.ok_or(Reason::Unnoted)?))
}

/// The trace as a page, or as a file.
pub(super) async fn page(visit: &Visit) -> Answered {
    opened(visit, ROOT, false).await
}

/// A trace that was kept, of a person or not, as a page or as a file.
pub(super) async fn opened(visit: &Visit, root: &str, is_personal: bool) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let name = visit.name("id");
    let (once, ending) = name.split_once('.').unwrap_or((name, ""));
    let gone = if is_personal { Reason::PersonGone } else { Reason::TraceGone };
    let traced = visit.portal.traces.of(&visitor.account, once);
    let traced = traced.filter(|traced| traced.tracing.is_personal() == is_personal).ok_or_else(|| gone.clone())?;
    let Portal { clerk, office, .. } = &*visit.portal;
    if !ending.is_empty() {
        let format = [FileFormat::Pdf, FileFormat::Xlsx, FileFormat::Csv, FileFormat::Json];
        let format = format.into_iter().find(|format| format.ending() == ending).ok_or(Reason::NoForm)?;
        // What discloses something is noted before it is made, too.
        let mut act = "trace";
        if is_personal {
            noted(visit, act, &traced.tracing, (String::new(), 0)).await?;
            act = DONE;
        }
        let work = Work::TraceFile(traced.tracing.clone(), format);
        let file = clerk.file_if_any(office, work).await?.ok_or(gone)?;
        let rows = traced.said.values()["rows"].as_u64().unwrap_or_default();
        noted(visit, act, &traced.tracing, (pipeline::sha256(&file.body.bytes), rows)).await?;
        return Ok(Answer::File(file));
    }
    let path = format!("{root}/{once}");
    let said = traced.said;
    let mut value: Value = said.values().clone();
    value["entry"] = json!(traced.entry);
    value["root"] = json!(root);
    if !visit.may(Right::Query) {
        value["events"] = json!([]);
    }
    let link = |(ending, text): (&str, &str)| Link { path: format!("{path}.{ending}"), text: text.to_owned() };
    let files = [("pdf", "PDF/A"), ("xlsx", "XLSX"), ("csv", "CSV"), ("json", "JSON")].map(link).to_vec();
    let title = value["title"].as_str().unwrap_or("Telusur").to_owned();
    Ok(Answer::Sheet(Sheet { files, source: said.source.clone(), ..Sheet::new("telusur_isi", &title, value) }))
}
