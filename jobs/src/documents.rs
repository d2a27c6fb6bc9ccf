//! Makes the selected documents of a month, as bytes.
//!
//! The module knows nothing of the command line or a terminal, and writes nothing, so that a page or another process can ask for
//! documents too. Only `folder` writes: it keeps the files in a folder of the office.

mod folder;
mod month;
mod side_by_side;
mod unfinished;

pub(crate) use folder::{Folder, Written, replace};
pub(crate) use month::{KnownDocument, MonthDocuments, known};
pub(crate) use unfinished::unfinished;

use crate::stop;
use crate::workspace::Snapshot;
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use pipeline::Disclosure;
use reports::{Document, Renderer};
use schemas::document::{CsvDialect, FileFormat, Office, PdfStandard};
use schemas::{DocumentGroup, Facts, Finding, Month};
use side_by_side::side_by_side;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The only document that has a copy for outsiders.
const FOR_OUTSIDERS: &str = "laporan_kepatuhan";

/// Which documents of a month are made, in which forms, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// By their ids; every document where none is named.
    only: Vec<String>,
    /// Only the papers of that day.
    pub day: Option<NaiveDate>,
    /// In which forms.
    pub formats: Vec<FileFormat>,
    /// How CSV files are written.
    pub dialect: CsvDialect,
    /// What the PDFs keep to; each to its usual standard where none is named.
    pub standard: Option<PdfStandard>,
    /// Whether residents are named in full.
    pub disclosure: Disclosure,
    /// Whether counts are withheld.
    hide_small: bool,
    /// Whether the compliance report also lists targets that have no value.
    pub list_unset: bool,
}

impl Selection {
    /// Every document as PDF, with residents masked.
    pub(crate) fn everything() -> Self {
        Self {
            only: Vec::new(),
            day: None,
            formats: vec![FileFormat::Pdf],
            dialect: CsvDialect::Id,
            standard: None,
            disclosure: Disclosure::Masked,
            hide_small: false,
            list_unset: false,
        }
    }

    /// The documents of these ids or groups alone; all of them where none is named.
    ///
    /// # Errors
    /// When an office with these facts has no document of that id, and there is no such group.
    pub(crate) fn only(self, names: &[String], facts: &Facts) -> Result<Self> {
        let known = month::known(facts);
        let mut only = Vec::new();
        for name in names {
            let is_named = |known: &&KnownDocument<'_>| known.id == name || known.group.name() == name;
            let named: Vec<String> = known.iter().filter(is_named).map(|known| known.id.to_owned()).collect();
            if named.is_empty() && DocumentGroup::ALL.iter().all(|group| group.name() != name) {
                let groups = DocumentGroup::ALL.map(DocumentGroup::name).join(", ");
                let ids: Vec<&str> = known.iter().map(|known| known.id).collect();
                bail!("there is no document `{name}`; there are {}; groups are {groups}", ids.join(", "));
            }
            only.extend(named);
        }
        // A group of which the office has nothing selects nothing, not everything.
        if only.is_empty() {
            only.extend(names.iter().cloned());
        }
        Ok(Self { only, ..self })
    }

    /// The copies for outsiders, which name verdicts but no counts.
    ///
    /// # Errors
    /// When a document is named that has no such copy.
    pub(crate) fn for_outsiders(self) -> Result<Self> {
        if let Some(other) = self.only.iter().find(|id| *id != FOR_OUTSIDERS) {
            bail!("`{other}` has no copy for outsiders; ask for `{FOR_OUTSIDERS}` only");
        }
        Ok(Self { only: vec![FOR_OUTSIDERS.to_owned()], hide_small: true, ..self })
    }

    /// Whether any of the documents is made for a day alone.
    pub(crate) fn has_papers_of_a_day(&self, facts: &Facts) -> bool {
        facts.papers.iter().any(|paper| paper.group == DocumentGroup::Harian && self.wants(&paper.id))
    }

    fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == id)
    }
}

/// A file of a document, which lies nowhere yet.
#[derive(Debug)]
pub(crate) struct DocumentFile {
    /// The id of the document.
    pub id: String,
    /// The name of the file, with its ending.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its pages, for a PDF.
    pub pages: usize,
    /// How many texts held characters that cannot be printed.
    pub replaced: u64,
}

/// The result of making the documents of a month.
#[derive(Debug)]
pub(crate) struct Rendition<T> {
    /// What `keep` returned for each file, in order.
    pub files: Vec<T>,
    /// Findings that belong beside the documents.
    pub findings: Vec<Finding>,
}

/// How far the making of documents is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'a> {
    /// How many volumes are made.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// The volume that began, or has just been made.
    pub name: &'a str,
}

/// The selected documents of a month: their contents, of which the files are made.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    snapshot: &'a Snapshot,
    month: Month,
    selection: &'a Selection,
    of_month: MonthDocuments,
}

impl<'a> Batch<'a> {
    /// Computes what the documents say.
    ///
    /// # Errors
    /// When the archive does not give it.
    pub(crate) fn of(snapshot: &'a Snapshot, month: Month, selection: &'a Selection) -> Result<Self> {
        let of_month =
            MonthDocuments::of(snapshot, month, selection.day, selection.disclosure, |id| selection.wants(id))?
                .of_copy(selection.hide_small, selection.list_unset);
        Ok(Self { snapshot, month, selection, of_month })
    }

    fn documents(&self) -> Vec<Document<'_>> {
        let documents = self.of_month.documents().into_iter();
        documents.filter(|document| self.selection.wants(document.id())).collect()
    }

    /// Makes the files, several at a time. `told` learns of each volume that begins or ends; `keep` takes each file as soon as it
    /// is made, so that they are not all in memory together.
    ///
    /// # Errors
    /// The first document, in their order, that cannot be made or kept, or before which the program was asked to stop; later ones
    /// may have been kept.
    pub(crate) fn make<T: Send>(
        &self,
        told: impl Fn(Step<'_>) + Sync,
        keep: impl Fn(DocumentFile) -> Result<T> + Sync,
    ) -> Result<Rendition<T>> {
        let Self { snapshot, selection, .. } = self;
        let config = &snapshot.workspace.config;
        let renderer = config.renderer()?;
        let documents = self.documents().into_iter();
        let volumes = documents.flat_map(|document| (1..=document.volumes()).map(move |volume| (document, volume)));
        let volumes: Vec<(Document<'_>, usize)> = volumes.collect();
        let name = |(document, volume): &(Document<'_>, usize)| document.volume_name(*volume);
        let (made, of) = (AtomicUsize::new(0), volumes.len());
        let files = side_by_side(&volumes, name, |(document, volume)| {
            stop::check()?;
            let name = document.volume_name(*volume);
            told(Step { done: made.load(Ordering::Relaxed), of, name: &name });
            // Data are not divided.
            let formats = selection.formats.iter().filter(|format| *volume == 1 || **format == FileFormat::Pdf);
            let files = formats.map(|format| files(*document, *volume, *format, selection, &renderer, &config.office));
            let files = files.collect::<Result<Vec<_>>>()?.into_iter().flatten();
            let kept = files.map(&keep).collect::<Result<Vec<T>>>()?;
            told(Step { done: made.fetch_add(1, Ordering::Relaxed) + 1, of, name: &name });
            Ok(kept)
        })?;
        // What happened on a day is complete in itself, whatever the month still brings.
        let gap = snapshot.archive.provenance()?.gap(self.month).filter(|_| selection.day.is_none());
        let findings = gap.into_iter().collect();
        Ok(Rendition { files: files.into_iter().flatten().collect(), findings })
    }
}

/// The first volume of a document in one form, as all documents of a month are written.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn file_of(
    document: Document<'_>,
    format: FileFormat,
    renderer: &Renderer,
    office: &Office,
) -> Result<DocumentFile> {
    let files = files(document, 1, format, &Selection::everything(), renderer, office)?;
    files.into_iter().next().context("the document has no file")
}

/// A volume of a document in one form; beside a CSV file lies what it cannot say of itself.
fn files(
    document: Document<'_>,
    volume: usize,
    format: FileFormat,
    selection: &Selection,
    renderer: &Renderer,
    office: &Office,
) -> Result<Vec<DocumentFile>> {
    let file = |name: String, bytes| DocumentFile { id: document.id().to_owned(), name, bytes, pages: 0, replaced: 0 };
    let name = document.name();
    Ok(match format {
        FileFormat::Pdf => {
            let rendered =
                renderer.pdf(document, volume, office, selection.standard.unwrap_or(document.usual_standard()))?;
            let name = format!("{}.pdf", document.volume_name(volume));
            vec![DocumentFile { pages: rendered.pages, replaced: rendered.replaced, ..file(name, rendered.bytes) }]
        }
        FileFormat::Csv => vec![
            file(format!("{name}.csv"), reports::csv(document, selection.dialect)?),
            file(format!("{name}.keterangan.txt"), reports::csv_notes(document).into_bytes()),
        ],
        FileFormat::Xlsx => vec![file(format!("{name}.xlsx"), reports::workbook(document, office)?)],
        FileFormat::Json => vec![file(format!("{name}.json"), reports::json(document)?)],
        FileFormat::Data => vec![file(format!("{name}.data.json"), renderer.data(document, volume, office)?)],
    })
}
