//! Where a number of the review comes from, the script that computes it again, and the cases behind it.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::super::work::Work;
use super::review::{divided, known};
use axum::http::StatusCode;
use reports::Link;
use schemas::document::FileFormat;
use schemas::{FigureKey, Month, Right};

/// The last part of the path of the cases.
const CASES: &str = "baris";

/// The forms in which cases are given beside the page, each with its ending and its name.
const FORMS: [(FileFormat, &str, &str); 3] =
    [(FileFormat::Xlsx, "xlsx", "XLSX"), (FileFormat::Csv, "csv", "CSV"), (FileFormat::Json, "json", "JSON")];

/// The page of an origin, or the same as JSON.
pub(super) async fn page(visit: &Visit) -> Answered {
    let (month, key) = asked(visit).await?;
    if visit.wanted == Form::Json {
        return file(visit, Work::OriginFile(month, key)).await;
    }
    said(visit, Work::Origin(month, key, visit.may(Right::Cases)), "Asal angka", Vec::new()).await
}

/// The script that computes it again.
pub(super) async fn script(visit: &Visit) -> Answered {
    let (month, key) = asked(visit).await?;
    file(visit, Work::Rerun(month, key)).await
}

/// The cases: the page, or one of its files by the ending of the path.
pub(super) async fn cases(visit: &Visit) -> Answered {
    let (name, ending) = divided(visit.name(CASES));
    let none = || Refusal::of(StatusCode::NOT_FOUND);
    if name != CASES {
        return Err(none());
    }
    let (month, key) = asked(visit).await?;
    let ending = if ending.is_empty() { visit.form.ending() } else { ending };
    if !ending.is_empty() {
        let (format, ..) = FORMS.into_iter().find(|(_, of, _)| *of == ending).ok_or_else(none)?;
        return file(visit, Work::CasesFile(month, key, format)).await;
    }
    let (page, query) = (key.page(month), key.query());
    let link = |ending: &str| format!("{page}/{CASES}.{ending}{query}");
    let files = FORMS.map(|(_, ending, name)| Link { path: link(ending), text: name.to_owned() });
    said(visit, Work::Cases(month, key), "Baris di balik angka", files.to_vec()).await
}

/// The month and the number that a path means.
async fn asked(visit: &Visit) -> Result<(Month, FigureKey), Refusal> {
    let month = known(visit, visit.name("bulan")).await?;
    let key = FigureKey::read(visit.name("metrik"), visit.name("item"), visit.query());
    let key = key.ok_or_else(unknown)?;
    let facts = &visit.portal.office.now().facts;
    let is_step = |step: u8| facts.sop.step(step).is_some();
    if !key.step.into_iter().chain(key.next_step).all(is_step) {
        return Err(Refusal::from(Reason::NoNumber).leading_to_whole(month));
    }
    Ok((month, key))
}

fn unknown() -> Refusal {
    Reason::NoNumber.into()
}

async fn file(visit: &Visit, work: Work) -> Answered {
    let Portal { clerk, office, .. } = &*visit.portal;
    Ok(Answer::File(clerk.file_if_any(office, work).await?.ok_or_else(unknown)?))
}

async fn said(visit: &Visit, work: Work, title: &str, files: Vec<Link>) -> Answered {
    let Portal { clerk, office, .. } = &*visit.portal;
    let said = clerk.said_if_any(office, work).await?.ok_or_else(unknown)?;
    let number = said.values()["judul"].as_str().unwrap_or_default();
    let title = format!("{title}: {number}");
    // The cells of rows lead to traces and proofs.
    let origins = said.origins.clone().filter(|_| visit.may(Right::Query));
    Ok(Answer::Sheet(Sheet { files, origins, ..Sheet::of(said, &title) }))
}
