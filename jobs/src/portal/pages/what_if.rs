//! What a target would have said of thirteen months with another value; nothing is entered.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::file::File;
use super::super::refusal::{Reason, Refusal};
use super::super::said::Said;
use super::super::visit::{Form, Visit};
use super::super::work::{Tried, Work};
use super::review::known;
use super::targets::number;
use crate::workspace::Workspace;
use axum::http::StatusCode;
use reports::{DocumentPage, Link};
use schemas::document::FileFormat;
use schemas::{DecisionFault, Language, Month, Target, Unit};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where the pages of trials begin.
const ROOT: &str = "/andai";

/// What is asked for.
#[derive(Clone, Debug)]
struct Asked {
    month: Month,
    target: String,
    jenis: Option<String>,
    value: Option<f64>,
}

/// The page with the form, and the trial where a value is asked for; the same as JSON. What cannot be tried stands in the form again,
/// with why.
pub(super) async fn page(visit: &Visit) -> Answered {
    let workspace = visit.portal.office.now();
    let facts = &workspace.facts;
    let month = known(visit, visit.name("bulan")).await?;
    let (_, target) = facts.target(visit.name("metrik")).ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    let tried = match asked(visit, month, &workspace) {
        Ok(asked) => trial(visit, &asked).await,
        Err(fault) => Err(fault),
    };
    let (trial, fault) = match tried {
        Ok(Trial::File(file)) => return Ok(Answer::File(file)),
        Ok(Trial::Said(said)) => (Some(said), None),
        Ok(Trial::None) => (None, None),
        Err(fault) if fault.is_of_a_field() && visit.wanted == Form::Page => (None, Some(fault)),
        Err(fault) => return Err(fault),
    };
    let status = fault.as_ref().map_or(StatusCode::OK, |fault| fault.status);
    let fault = fault.map(|fault| fault.said(facts.speech(Language::Indonesian)));
    let shown = trial.as_ref().map_or(Value::Null, |said| said.values().clone());
    let mut form = form(visit, month, target, &workspace);
    form["salah"] = json!(fault.map(|(what, next, _)| format!("{what} {next}")));
    let value = json!({"borang": form, "percobaan": shown});
    let files = if trial.is_some() { files(visit) } else { Vec::new() };
    let source = trial.and_then(|said| said.source.clone());
    let sheet = Sheet::new("andai", &format!("Andai: {}", target.title), value);
    Ok(Answer::Sheet(Sheet { source, status, files, ..sheet }))
}

/// What is asked for, as a query.
fn query(value: &str, jenis: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("target", value).append_pair("jenis", jenis).finish()
}

/// The trial as files.
fn files(visit: &Visit) -> Vec<Link> {
    let query = query(&visit.asked("target"), &visit.asked("jenis"));
    let link =
        |(ending, name): (&str, &str)| Link { path: format!("{}.{ending}?{query}", visit.page), text: name.to_owned() };
    [("xlsx", "XLSX"), ("csv", "CSV"), ("json", "JSON")].map(link).to_vec()
}

/// What was made of what is asked for.
enum Trial {
    /// No value is asked for.
    None,
    Said(Arc<Said>),
    File(File),
}

async fn trial(visit: &Visit, asked: &Asked) -> Result<Trial, Refusal> {
    let Portal { clerk, office, .. } = &*visit.portal;
    let unfit = || Refusal::from(Reason::Decision(DecisionFault::Value));
    let Some(tried) = asked.tried() else { return Ok(Trial::None) };
    let format = match visit.wanted {
        Form::Json => Some(FileFormat::Json),
        Form::Csv => Some(FileFormat::Csv),
        Form::Xlsx => Some(FileFormat::Xlsx),
        Form::Page | Form::Events | Form::Parquet | Form::Other => None,
    };
    Ok(match format {
        Some(format) => {
            Trial::File(clerk.file_if_any(office, Work::TrialFile(tried, format)).await?.ok_or_else(unfit)?)
        }
        None => Trial::Said(clerk.said_if_any(office, Work::Trial(tried)).await?.ok_or_else(unfit)?),
    })
}

/// The value in force in the month, in the unit of its rule, with which the page begins; none where there is none.
fn in_force(workspace: &Workspace, month: Month, target: &str, jenis: Option<&str>) -> Option<f64> {
    let rules = workspace.decisions.rules(&workspace.facts, month);
    let of = |jenis: Option<&str>| rules.iter().find(|rule| rule.target.id == target && rule.jenis.as_deref() == jenis);
    of(jenis).or_else(|| of(None))?.target.standard.written()
}

/// The picture of the page.
pub(super) async fn picture(visit: &Visit) -> Answered {
    let none = || Refusal::of(StatusCode::NOT_FOUND);
    let workspace = visit.portal.office.now();
    let month = known(visit, visit.name("bulan")).await?;
    let asked = asked(visit, month, &workspace)?;
    let is_there = visit.name("gambar").strip_suffix(".svg") == Some(DocumentPage::TRIAL);
    let is_known = workspace.facts.target(&asked.target).is_some();
    let tried = asked.tried().filter(|_| is_there && is_known).ok_or_else(none)?;
    let Portal { clerk, office, .. } = &*visit.portal;
    let picture = clerk.file_if_any(office, Work::TrialPicture(tried)).await?;
    Ok(Answer::File(picture.ok_or(Reason::Decision(DecisionFault::Value))?))
}

fn asked(visit: &Visit, month: Month, workspace: &Workspace) -> Result<Asked, Refusal> {
    let (target, typed) = (visit.name("metrik").to_owned(), visit.asked("target"));
    let jenis = Some(visit.asked("jenis")).filter(|id| !id.is_empty());
    if jenis.as_ref().is_some_and(|id| !workspace.facts.jenis.contains_key(id)) {
        return Err(Reason::Decision(DecisionFault::Jenis).into());
    }
    let value = if typed.trim().is_empty() {
        in_force(workspace, month, &target, jenis.as_deref())
    } else {
        Some(number(&typed)?)
    };
    Ok(Asked { month, target, jenis, value })
}

impl Asked {
    /// What is tried; none where no value is asked for.
    fn tried(&self) -> Option<Tried> {
        let (target, jenis) = (self.target.clone(), self.jenis.clone());
        Some(Tried { month: self.month, target, jenis, value: self.value?.to_string() })
    }
}

/// The form: what is asked for, and the least and greatest that a slider offers.
fn form(visit: &Visit, month: Month, target: &Target, workspace: &Workspace) -> Value {
    let facts = &workspace.facts;
    let unit = target.standard.unit();
    let (most, step) = match unit {
        Unit::Bagian => (1.0, 0.01),
        Unit::Detik | Unit::Menit => (240.0, 1.0),
        Unit::Jam => (240.0, 0.5),
    };
    let (typed, jenis) = (visit.asked("target"), visit.asked("jenis"));
    let jenis = Some(jenis).filter(|id| facts.jenis.contains_key(id));
    let value = if typed.trim().is_empty() {
        in_force(workspace, month, &target.id, jenis.as_deref())
    } else {
        number(&typed).ok().filter(|value| value.is_finite())
    };
    // The slider reaches as far as what was asked for.
    let most = value.map_or(most, |value| value.max(most));
    let query = query(&value.map(|value| value.to_string()).unwrap_or_default(), jenis.as_deref().unwrap_or_default());
    json!({
        "judul": target.title,
        "bulan": month.indonesian(),
        "alamat": format!("{ROOT}/{month}/{}", target.id),
        "gambar": format!("{ROOT}/{month}/{}/percobaan.svg?{query}", target.id),
        "nilai": value.map(|value| value.to_string().replace('.', ",")),
        "geser": value.unwrap_or_default().to_string(),
        "satuan": unit.word(),
        "paling": most.to_string(),
        "jarak": step.to_string(),
        "jenis": jenis,
        "pilihan_jenis": facts.jenis.iter().map(|(id, label)| json!([id, label])).collect::<Vec<_>>(),
    })
}
