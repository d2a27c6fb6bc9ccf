//! The review and the compliance sheet of a month, the calendar of a year: the page, its pictures, and the same as files. The review
//! is narrowed by its query to a kecamatan and a kind of application.

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::super::work::{Subject, Work};
use anyhow::Result;
use axum::http::StatusCode;
use chrono::Datelike;
use pipeline::CopiedCommit;
use reports::{Choice, DocumentPage, Filter, Link};
use schemas::document::FileFormat;
use schemas::{Facts, Month, Narrowing, Right};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The forms in which they are given beside the page, each with its ending and its name.
const FORMS: [(FileFormat, &str, &str); 4] = [
    (FileFormat::Pdf, "pdf", "PDF/A"),
    (FileFormat::Xlsx, "xlsx", "XLSX"),
    (FileFormat::Csv, "csv", "CSV"),
    (FileFormat::Json, "json", "JSON"),
];

impl Subject {
    fn title(&self) -> String {
        match self {
            Self::Review(month) | Self::Narrowed(month, _) => format!("Laporan Bulanan {}", month.indonesian()),
            Self::Compliance(month) => format!("Kepatuhan {}", month.indonesian()),
            Self::Calendar(year) => format!("Kalender {year}"),
        }
    }

    /// The pages of the time before and after, where there are such.
    async fn beside(&self, visit: &Visit) -> Result<(Option<Link>, Option<Link>)> {
        match self {
            Self::Review(month) => beside(visit, "tinjauan", *month).await,
            Self::Narrowed(month, to) => {
                let (before, after) = beside(visit, "tinjauan", *month).await?;
                let narrowed = |link: Link| Link { path: link.path + &to.query(), ..link };
                Ok((before.map(narrowed), after.map(narrowed)))
            }
            Self::Compliance(month) => beside(visit, "kepatuhan", *month).await,
            Self::Calendar(year) => {
                let year = *year;
                let workspace = visit.portal.office.now();
                let has = |year: i32| !workspace.facts.calendar.year(year).is_empty();
                let link = |year: i32| Link { path: format!("/kalender/{year}"), text: year.to_string() };
                Ok((has(year - 1).then(|| link(year - 1)), has(year + 1).then(|| link(year + 1))))
            }
        }
    }

    /// By what its page can be narrowed; the calendar and the compliance sheet are of the whole office.
    fn filter(&self, facts: &Facts) -> Option<Filter> {
        let to = match self {
            Self::Review(_) => Narrowing::default(),
            Self::Narrowed(_, to) => to.clone(),
            Self::Compliance(_) | Self::Calendar(_) => return None,
        };
        let kecamatan = facts.wilayah.iter().map(|(_, area)| &area.kecamatan).chain(&to.kecamatan);
        let kecamatan: BTreeSet<&String> = kecamatan.collect();
        let jenis = facts.jenis.iter().map(|(id, label)| (id.clone(), label.clone()));
        let unknown = to.jenis.iter().filter(|id| !facts.jenis.contains_key(*id)).map(|id| (id.clone(), id.clone()));
        let fields = vec![
            Choice {
                name: "kecamatan",
                label: "Kecamatan",
                all: "Semua kecamatan",
                options: kecamatan.into_iter().map(|name| (name.clone(), name.clone())).collect(),
                chosen: to.kecamatan.clone(),
            },
            Choice {
                name: "jenis",
                label: "Jenis permohonan",
                all: "Semua jenis",
                options: jenis.chain(unknown).collect(),
                chosen: to.jenis.clone(),
            },
        ];
        Some(Filter { query: to.query(), fields })
    }

    /// Why there is nothing of it.
    fn unknown(&self) -> Refusal {
        match self {
            Self::Narrowed(month, _) => Refusal::from(Reason::NoNarrowing).leading_to_whole(*month),
            Self::Review(_) | Self::Compliance(_) | Self::Calendar(_) => Reason::NoPage.into(),
        }
    }
}

/// The page of a review, or one of its files by the ending of the path.
pub(super) async fn review(visit: &Visit) -> Answered {
    let (month, ending) = divided(visit.name("bulan"));
    let subject = of_review(visit, known(visit, month).await?)?;
    // Whoever chose nothing in the form stands before the whole review, which has one address.
    let is_form = visit.form == Form::Page && ending.is_empty();
    if is_form && matches!(subject, Subject::Review(_)) && narrowing(visit)?.is_some() {
        return Ok(Answer::See(visit.path.clone()));
    }
    page(visit, subject, ending).await
}

/// The review of a month, or of the part of its cases that the query names.
fn of_review(visit: &Visit, month: Month) -> Result<Subject, Refusal> {
    let to = narrowing(visit)?.unwrap_or_default();
    Ok(if to.is_whole() { Subject::Review(month) } else { Subject::Narrowed(month, to) })
}

/// To what the query narrows the review; none where it does not speak of it.
fn narrowing(visit: &Visit) -> Result<Option<Narrowing>, Refusal> {
    let (mut kecamatan, mut jenis) = (None, None);
    for (name, value) in form_urlencoded::parse(visit.query().as_bytes()) {
        let field = match &*name {
            "kecamatan" => &mut kecamatan,
            "jenis" => &mut jenis,
            _ => continue,
        };
        // Of two that contradict each other none is meant.
        if field.replace(value.into_owned()).is_some() {
            return Err(Reason::Unreadable.into());
        }
    }
    if kecamatan.is_none() && jenis.is_none() {
        return Ok(None);
    }
    let named = |field: Option<String>| field.filter(|value| !value.is_empty());
    Ok(Some(Narrowing { kecamatan: named(kecamatan), jenis: named(jenis) }))
}

/// The same of a compliance sheet.
pub(super) async fn compliance(visit: &Visit) -> Answered {
    let (month, ending) = divided(visit.name("bulan"));
    page(visit, Subject::Compliance(known(visit, month).await?), ending).await
}

/// The same of the calendar of a year; of this one where none is named.
pub(super) async fn calendar(visit: &Visit) -> Answered {
    if visit.path == "/kalender" {
        return Ok(Answer::See(format!("/kalender/{}", visit.portal.today().year())));
    }
    let (year, ending) = divided(visit.name("tahun"));
    let year: Option<i32> = year.parse().ok();
    let workspace = visit.portal.office.now();
    let year = year.filter(|year| !workspace.facts.calendar.year(*year).is_empty());
    let unknown = || match workspace.facts.calendar.covered() {
        Some((first, last)) => Refusal::from(Reason::NoYear(first.year(), last.year())).leading_to_calendar(),
        None => Refusal::of(StatusCode::NOT_FOUND),
    };
    page(visit, Subject::Calendar(year.ok_or_else(unknown)?), ending).await
}

pub(super) fn divided(asked: &str) -> (&str, &str) {
    asked.split_once('.').unwrap_or((asked, ""))
}

async fn page(visit: &Visit, subject: Subject, ending: &str) -> Answered {
    let ending = if ending.is_empty() { visit.form.ending() } else { ending };
    let Portal { clerk, office, .. } = &*visit.portal;
    if !ending.is_empty() {
        let form = FORMS.into_iter().find(|(_, of, _)| *of == ending);
        let (format, ..) = form.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
        if let (Subject::Narrowed(month, _), FileFormat::Pdf) = (&subject, format) {
            return Err(Refusal::from(Reason::NotOnPaper).leading_to_whole(*month));
        }
        let file = clerk.file_if_any(office, Work::File(subject.clone(), format)).await?;
        return Ok(Answer::File(file.ok_or_else(|| subject.unknown())?));
    }
    let said = clerk.said_if_any(office, Work::Page(subject.clone())).await?.ok_or_else(|| subject.unknown())?;
    let (path, query) = (subject.path(), subject.query());
    let forms = FORMS.into_iter().filter(|(of, ..)| *of != FileFormat::Pdf || query.is_empty());
    let link =
        |(_, ending, name): (_, &str, &str)| Link { path: format!("/{path}.{ending}{query}"), text: name.to_owned() };
    let files = forms.map(link).collect();
    let (before, after) = subject.beside(visit).await?;
    let origins = said.origins.clone().filter(|_| visit.may(Right::Origin));
    let filter = said.filter(|| subject.filter(&office.now().facts));
    let narrowed = said.values().pointer("/saringan/kata").and_then(|words| words.as_str());
    let title = narrowed.map_or_else(|| subject.title(), |words| format!("{}: {words}", subject.title()));
    Ok(Answer::Sheet(Sheet { before, after, origins, filter, files, ..Sheet::of(said, &title) }))
}

/// A picture of the page.
pub(super) async fn picture(visit: &Visit) -> Answered {
    let subject = of_review(visit, known(visit, visit.name("bulan")).await?)?;
    let name = visit.name("gambar").strip_suffix(".svg").filter(|name| DocumentPage::PICTURES.contains(name));
    let name = name.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?.to_owned();
    let Portal { clerk, office, .. } = &*visit.portal;
    let picture = clerk.file_if_any(office, Work::Picture(subject.clone(), name)).await?;
    Ok(Answer::File(picture.ok_or_else(|| subject.unknown())?))
}

/// A month of which the archive has something.
pub(super) async fn known(visit: &Visit, word: &str) -> Result<Month, Refusal> {
    let month: Month = word.parse().map_err(|_| Refusal::of(StatusCode::NOT_FOUND))?;
    if months(visit).await?.contains(&month) {
        return Ok(month);
    }
    let part = visit.path.split('/').nth(1).unwrap_or_default();
    Err(Refusal::from(Reason::NoMonth(month)).leading_to_last_month(part))
}

/// The pages of the months before and after, where the archive has them.
pub(super) async fn beside(visit: &Visit, part: &str, month: Month) -> Result<(Option<Link>, Option<Link>)> {
    let months = months(visit).await?;
    let link = |month: Month| Link { path: format!("/{part}/{month}"), text: month.indonesian() };
    let beside = |month: Month| months.contains(&month).then(|| link(month));
    Ok((beside(month.back(1)), beside(month.next())))
}

/// The months of which the archive has something, in order.
pub(super) async fn months(visit: &Visit) -> Result<Arc<[Month]>> {
    let Portal { clerk, office, .. } = &*visit.portal;
    // Before its first pull an office has no archive.
    if !office.now().config.archive_path().join(CopiedCommit::path_of(0)).exists() {
        return Ok(Arc::default());
    }
    clerk.months(office).await
}
