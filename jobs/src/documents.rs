//! Makes the selected documents of a month, as bytes.
//!
//! The module knows nothing of the command line or a terminal, and writes nothing, so that a page or another process can ask for
//! documents too. Only `folder` writes: it keeps the files in a folder of the office.

mod folder;
mod month;
mod side_by_side;

pub(crate) use folder::{Folder, Written, replace};
pub(crate) use month::MonthDocuments;

use crate::workspace::Snapshot;
use anyhow::{Result, bail};
use pipeline::Disclosure;
use reports::{Document, Renderer};
use schemas::document::{FileFormat, Office, PdfStandard};
use schemas::{Facts, Finding, Month};
use side_by_side::side_by_side;

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

/// Makes the selected documents of a month, several at a time. `began` is told the name of each volume; `keep` takes each file as
/// soon as it is made, so that they are not all in memory together.
///
/// # Errors
/// The first document, in their order, that cannot be made or kept; later ones may have been kept.
pub(crate) fn make<T: Send>(
    snapshot: &Snapshot,
    month: Month,
    selection: &Selection,
    began: impl Fn(&str) + Sync,
    keep: impl Fn(DocumentFile) -> Result<T> + Sync,
) -> Result<Rendition<T>> {
    let of_month = MonthDocuments::of(snapshot, month, selection.disclosure, selection.hide_small)?;
    let config = &snapshot.workspace.config;
    let renderer = config.renderer()?;
    let documents = of_month.documents().into_iter().filter(|document| selection.wants(document.id()));
    let volumes = documents.flat_map(|document| (1..=document.volumes()).map(move |volume| (document, volume)));
    let volumes: Vec<(Document<'_>, usize)> = volumes.collect();
    let name = |(document, volume): &(Document<'_>, usize)| document.volume_name(*volume);
    let files = side_by_side(&volumes, name, |(document, volume)| {
        began(&document.volume_name(*volume));
        // Data are not divided.
        let formats = selection.formats.iter().filter(|format| *volume == 1 || **format == FileFormat::Pdf);
        let files =
            formats.map(|format| files(*document, *volume, *format, selection.standard, &renderer, &config.office));
        files.collect::<Result<Vec<_>>>()?.into_iter().flatten().map(&keep).collect::<Result<Vec<T>>>()
    })?;
    let findings = snapshot.archive.provenance()?.gap(month).into_iter().collect();
    Ok(Rendition { files: files.into_iter().flatten().collect(), findings })
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
