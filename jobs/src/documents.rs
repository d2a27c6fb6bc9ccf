//! Makes the selected documents of a month, as bytes.
//!
//! The module knows nothing of the command line or a terminal, and writes nothing, so that a page or another process can ask for
//! documents too. Only `folder` writes: it keeps the files in a folder of the office.

mod folder;
mod month;
mod side_by_side;
mod unfinished;

pub(crate) use folder::{Folder, Written, replace};
pub(crate) use month::MonthDocuments;

use crate::stop;
use crate::workspace::Snapshot;
use anyhow::{Result, bail};
use pipeline::Disclosure;
use reports::{Document, Renderer};
use schemas::document::{FileFormat, Office, PdfStandard};
use schemas::{Facts, Finding, Month};
use side_by_side::side_by_side;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The only document that has a copy for outsiders.
const FOR_OUTSIDERS: &str = "laporan_kepatuhan";

/// Which documents of a month are made, in which forms, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// By their ids; every document where none is named.
    only: Vec<String>,
    /// In which forms.
    pub formats: Vec<FileFormat>,
    /// What the PDFs keep to.
    pub standard: PdfStandard,
    /// Whether residents are named in full.
    pub disclosure: Disclosure,
    /// Whether counts are withheld.
    hide_small: bool,
}

impl Selection {
    /// Every document as PDF, with residents masked.
    pub(crate) fn everything() -> Self {
        Self {
            only: Vec::new(),
            formats: vec![FileFormat::Pdf],
            standard: PdfStandard::default(),
            disclosure: Disclosure::Masked,
            hide_small: false,
        }
    }

    /// The documents of these ids alone; all of them where none is named.
    ///
    /// # Errors
    /// When an office with these facts has no document of that id.
    pub(crate) fn only(self, ids: &[String], facts: &Facts) -> Result<Self> {
        let known = month::ids(facts);
        if let Some(unknown) = ids.iter().find(|id| !known.contains(&id.as_str())) {
            bail!("there is no document `{unknown}`; there are {}", known.join(", "));
        }
        Ok(Self { only: ids.to_owned(), ..self })
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
        let of_month = MonthDocuments::of(snapshot, month, selection.disclosure, selection.hide_small)?;
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
            let files =
                formats.map(|format| files(*document, *volume, *format, selection.standard, &renderer, &config.office));
            let files = files.collect::<Result<Vec<_>>>()?.into_iter().flatten();
            let kept = files.map(&keep).collect::<Result<Vec<T>>>()?;
            told(Step { done: made.fetch_add(1, Ordering::Relaxed) + 1, of, name: &name });
            Ok(kept)
        })?;
        let findings = snapshot.archive.provenance()?.gap(self.month).into_iter().collect();
        Ok(Rendition { files: files.into_iter().flatten().collect(), findings })
    }
}

/// A volume of a document in one form; beside a CSV file lies what it cannot say of itself.
fn files(
    document: Document<'_>,
    volume: usize,
    format: FileFormat,
    standard: PdfStandard,
    renderer: &Renderer,
    office: &Office,
) -> Result<Vec<DocumentFile>> {
    let file = |name: String, bytes| DocumentFile { id: document.id().to_owned(), name, bytes, pages: 0, replaced: 0 };
    let name = document.name();
    Ok(match format {
        FileFormat::Pdf => {
            let rendered = renderer.pdf(document, volume, office, standard)?;
            let name = format!("{}.pdf", document.volume_name(volume));
            vec![DocumentFile { pages: rendered.pages, replaced: rendered.replaced, ..file(name, rendered.bytes) }]
        }
        FileFormat::Csv => vec![
            file(format!("{name}.csv"), reports::csv(document)?),
            file(format!("{name}.keterangan.txt"), reports::csv_notes(document).into_bytes()),
        ],
        FileFormat::Xlsx => vec![file(format!("{name}.xlsx"), reports::xlsx(document)?)],
        FileFormat::Json => vec![file(format!("{name}.json"), reports::json(document)?)],
        FileFormat::Data => vec![file(format!("{name}.data.json"), renderer.data(document, volume, office)?)],
    })
}
