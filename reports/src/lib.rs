#![doc = include_str!("../README.md")]

mod book;
mod calendar;
mod code;
mod compliance;
mod csv;
mod destruction;
mod handover;
mod indonesian;
mod lines;
mod notes;
mod pdf;
mod printable;
mod program;
mod review;
mod table;
mod templates;
mod verification;
mod xlsx;

pub use code::{block_code, code};
pub use pdf::Rendered;
pub use program::{Program, Typesetter, set_in};
pub use templates::{TemplateError, template_names};

use schemas::Month;
use schemas::document::{
    CalendarYear, ComplianceSheet, Coverage, Destruction, Handover, LedgerBook, MonthlyReview, Office, PdfStandard,
    Provenance, VerificationReport,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A document that can be rendered.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Document<'a> {
    /// An official book.
    Book(&'a LedgerBook),
    /// The monthly review of the Kepala Dinas.
    Review(&'a MonthlyReview),
    /// The compliance report for the province: counts only.
    Compliance(&'a ComplianceSheet),
    /// The office's calendar of a year.
    Calendar(&'a CalendarYear),
    /// A statement for each batch that was handed over.
    Statement(&'a Handover),
    /// A receipt for each batch that was handed over.
    Receipt(&'a Handover),
    /// The statement of a verification.
    Verification(&'a VerificationReport),
    /// The draft of the statement of destruction of a list.
    Destruction(&'a LedgerBook, &'a Destruction),
}

impl Document<'_> {
    /// Returns the id by which it is requested.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Book(book) => &book.id,
            Self::Review(_) => "laporan_bulanan",
            Self::Compliance(_) => "laporan_kepatuhan",
            Self::Calendar(_) => "kalender",
            Self::Statement(_) => "berita_acara_serah_terima",
            Self::Receipt(_) => "bukti_pengambilan",
            Self::Verification(_) => "berita_acara_verifikasi",
            Self::Destruction(_, statement) => &statement.id,
        }
    }

    /// Returns its file name without ending. The full copy and that for outsiders have their own names, so that none replaces another.
    #[must_use]
    pub fn name(&self) -> String {
        let copy = match self {
            _ if self.is_full() => "_dinas",
            Self::Compliance(sheet) if sheet.hide_small => "_luar",
            _ => "",
        };
        match self {
            Self::Calendar(calendar) => format!("{}_{}", self.id(), calendar.year),
            Self::Verification(report) => format!("{}_{}", self.id(), report.on),
            _ => format!("{}_{}{copy}", self.id(), self.month()),
        }
    }

    /// Whether it is a copy for the office itself, with the full NIK and names of residents.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => !book.masked,
            Self::Statement(handover) | Self::Receipt(handover) => !handover.masked,
            Self::Review(_) | Self::Compliance(_) | Self::Calendar(_) | Self::Verification(_) => false,
        }
    }

    /// Returns the number of its volumes. Each volume is a file, so that memory does not grow with the length of the document.
    #[must_use]
    pub fn volumes(&self) -> usize {
        let (length, of_volume) = match self {
            Self::Book(book) => (book.rows.len(), book::VOLUME),
            Self::Statement(handover) => (handover.batches.len(), handover::STATEMENTS),
            Self::Receipt(handover) => (handover.batches.len(), handover::RECEIPTS),
            Self::Review(_)
            | Self::Compliance(_)
            | Self::Calendar(_)
            | Self::Verification(_)
            | Self::Destruction(..) => (1, 1),
        };
        length.div_ceil(of_volume).max(1)
    }

    /// Returns the file name of a volume without ending. Volumes are numbered from 1.
    #[must_use]
    pub fn volume_name(&self, volume: usize) -> String {
        if self.volumes() == 1 { self.name() } else { format!("{}_jilid_{volume}", self.name()) }
    }

    fn month(&self) -> Month {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => book.month,
            Self::Review(review) => review.sheet.month,
            Self::Compliance(sheet) => sheet.month,
            Self::Statement(handover) | Self::Receipt(handover) => handover.month,
            Self::Verification(report) => Month::of_date(report.on),
            // A calendar has no month of its own and takes its first one.
            Self::Calendar(calendar) => calendar.months.first().map_or(Month::of_date(chrono::NaiveDate::MIN), |m| m.0),
        }
    }

    /// Returns where its data come from. A calendar does not come from an archive.
    fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => Some(&book.provenance),
            Self::Review(review) => Some(&review.sheet.provenance),
            Self::Compliance(sheet) => Some(&sheet.provenance),
            Self::Statement(handover) | Self::Receipt(handover) => Some(&handover.provenance),
            Self::Verification(report) => report.provenance.as_ref(),
            Self::Calendar(_) => None,
        }
    }

    /// Returns whether the archive holds all of its month; `None` if it has no month.
    fn coverage(&self) -> Option<Coverage> {
        match self {
            Self::Verification(_) | Self::Calendar(_) => None,
            _ => self.provenance().map(|provenance| provenance.coverage(self.month())),
        }
    }

    fn layout(&self) -> &'static str {
        match self {
            Self::Book(_) => "buku.typ",
            Self::Review(_) => "laporan_bulanan.typ",
            Self::Compliance(_) => "laporan_kepatuhan.typ",
            Self::Calendar(_) => "kalender.typ",
            Self::Statement(_) => "serah_terima.typ",
            Self::Receipt(_) => "bukti_pengambilan.typ",
            Self::Verification(_) => "verifikasi.typ",
            Self::Destruction(..) => "pemusnahan.typ",
        }
    }
}

/// An error because of which a document cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The layout failed.
    #[error("{document} could not be set: {reason}")]
    Layout {
        /// Which document.
        document: String,
        /// File, line and message of the first fault.
        reason: String,
    },
    /// The typesetting program failed.
    #[error("{program} failed: {reason}; check [render] in tertib.toml and the office's own templates")]
    Program {
        /// The program.
        program: String,
        /// The reason.
        reason: String,
    },
    /// The typesetting program took too long.
    #[error("{program} was ended after {seconds} s; `deadline-seconds` under [render] gives it more")]
    Deadline {
        /// The program.
        program: String,
        /// The deadline.
        seconds: u64,
    },
    /// A code is too long for a QR code.
    #[error("the code of a document cannot be drawn: {0}")]
    Code(qrcode::types::QrError),
    /// The data could not be written.
    #[error("{document} could not be written: {reason}")]
    Data {
        /// Which document.
        document: String,
        /// What went wrong.
        reason: String,
    },
}

/// Renders documents. The same document gives the same bytes.
#[derive(Debug)]
pub struct Renderer {
    templates: templates::Templates,
    fonts: pdf::Fonts,
    program: Option<Program>,
    crest: Option<Crest>,
}

/// The picture in the letterhead, with the name by which layouts refer to it.
#[derive(Debug)]
pub struct Crest {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Renderer {
    /// Creates a renderer with the built-in templates and fonts. The texts of `own` replace templates by name, a program the built-in
    /// typesetter.
    ///
    /// # Errors
    /// [`TemplateError`] when a template cannot be parsed.
    pub fn new(
        own: BTreeMap<String, String>,
        program: Option<Program>,
        crest: Option<Crest>,
    ) -> Result<Self, TemplateError> {
        Ok(Self { templates: templates::Templates::load(own)?, fonts: pdf::Fonts::embedded()?, program, crest })
    }

    /// Returns a volume of the document as a PDF of a standard. Volumes are numbered from 1.
    ///
    /// # Errors
    /// [`RenderError`] names the document and the place in the template.
    pub fn pdf(
        &self,
        document: Document<'_>,
        volume: usize,
        office: &Office,
        standard: PdfStandard,
    ) -> Result<Rendered, RenderError> {
        let (page, replaced) = self.page(document, volume, office, standard)?;
        let name = document.volume_name(volume);
        let request = pdf::Request {
            name,
            layout: document.layout(),
            month: document.month(),
            zone: office.zone(),
            page: page.to_string(),
            standard,
        };
        let rendered = match &self.program {
            Some(program) => program.set(&request, &self.templates, self.crest.as_ref())?,
            None => pdf::set(&request, &self.templates, &self.fonts, self.crest.as_ref())?,
        };
        Ok(Rendered { replaced, ..rendered })
    }

    /// Returns what the layout of a volume reads as `data.json`, for authors of layouts.
    ///
    /// # Errors
    /// [`RenderError`] when a sentence cannot be made.
    pub fn data(&self, document: Document<'_>, volume: usize, office: &Office) -> Result<Vec<u8>, RenderError> {
        let (page, _) = self.page(document, volume, office, PdfStandard::default())?;
        let fault = |e: serde_json::Error| RenderError::Data { document: document.name(), reason: e.to_string() };
        serde_json::to_vec_pretty(&page).map_err(fault)
    }

    /// Returns what a layout reads, and how many texts of it had unprintable characters.
    fn page(
        &self,
        document: Document<'_>,
        volume: usize,
        office: &Office,
        standard: PdfStandard,
    ) -> Result<(Value, u64), RenderError> {
        let office = &Office {
            lambang: self.crest.as_ref().map_or_else(String::new, |crest| crest.name.clone()),
            zona: Some(office.zone()),
            ..office.clone()
        };
        let templates = &self.templates;
        let mut replaced = 0;
        let mut page = match document {
            Document::Book(book) => {
                let (page, in_rows) = book::page(book, volume, office, templates, &self.fonts, standard)?;
                replaced = in_rows;
                page
            }
            Document::Review(review) => review::page(review, office, templates)?,
            Document::Compliance(sheet) => compliance::page(sheet, office),
            Document::Calendar(year) => calendar::page(year, office),
            Document::Verification(report) => verification::page(report, office, templates)?,
            Document::Destruction(list, statement) => destruction::page(list, statement, office, templates)?,
            Document::Statement(handover) => handover::page(handover, handover::STATEMENTS, volume, office, templates)?,
            Document::Receipt(handover) => handover::page(handover, handover::RECEIPTS, volume, office, templates)?,
        };
        if let Some(provenance) = document.provenance() {
            let provisional = document.coverage() == Some(Coverage::Provisional);
            page["keadaan"] = json!({
                "sementara": provisional,
                "sampai": provenance.extent(),
            });
        }
        if !matches!(document, Document::Calendar(_)) {
            let code = code(document)?.map(|code| code.to_string());
            // Papers that are signed one by one have the code in their footer only, as text.
            if !matches!(document, Document::Statement(_) | Document::Receipt(_)) {
                page["qr"] = code.as_deref().map(book::qr).transpose()?.into();
            }
            page["kode"] = code.into();
        }
        replaced += printable::clean(&mut page, &|c| self.fonts.prints(c));
        Ok((page, replaced))
    }
}

impl Crest {
    /// Creates the crest from a picture file. The ending of the path is the kind of picture.
    #[must_use]
    pub fn new(path: &Path, bytes: Vec<u8>) -> Self {
        let ending = path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
        Self { name: format!("lambang.{ending}"), bytes }
    }
}

fn table(document: Document<'_>) -> table::Table {
    match document {
        Document::Book(book) => book::table(book),
        Document::Review(review) => compliance::table(&review.sheet),
        Document::Compliance(sheet) => compliance::table(sheet),
        Document::Calendar(year) => calendar::table(year),
        Document::Verification(report) => verification::table(report),
        Document::Destruction(_, statement) => destruction::table(statement),
        Document::Statement(handover) | Document::Receipt(handover) => handover::table(handover),
    }
}

/// Returns the document as a workbook with typed columns and a frozen heading, in which text is never a formula. A second sheet
/// describes the document.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn xlsx(document: Document<'_>) -> Result<Vec<u8>, RenderError> {
    let written = xlsx::write(&document.name(), document.month(), &table(document), &notes::notes(document));
    written.map_err(|e| RenderError::Data { document: document.name(), reason: e.to_string() })
}

/// Returns the document as CSV. Text that a spreadsheet would take for a formula has an apostrophe in front of it.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn csv(document: Document<'_>) -> Result<Vec<u8>, RenderError> {
    csv::write(&table(document)).map_err(|reason| RenderError::Data { document: document.name(), reason })
}

/// Returns the notes that are written next to the CSV file of a document, one per line.
#[must_use]
pub fn csv_notes(document: Document<'_>) -> String {
    notes::notes(document).into_iter().map(|(label, value)| format!("{label}: {value}\n")).collect()
}

/// Returns any rows as CSV of the same dialect.
///
/// # Errors
/// [`RenderError::Data`] when they cannot be written.
pub fn csv_rows(head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, RenderError> {
    let written = csv::lines(head.iter().copied(), rows.iter().map(|row| row.iter()));
    written.map_err(|reason| RenderError::Data { document: "csv".to_owned(), reason })
}

/// Returns the document as JSON with sorted keys.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn json(document: Document<'_>) -> Result<Vec<u8>, RenderError> {
    let fault = |e: serde_json::Error| RenderError::Data { document: document.name(), reason: e.to_string() };
    let mut value: Value = match document {
        Document::Compliance(sheet) => compliance::data(sheet),
        Document::Destruction(list, statement) => json!({"list": list, "statement": statement}),
        document => serde_json::to_value(document).map_err(fault)?,
    };
    if let (Some(coverage), Some(fields)) = (document.coverage(), value.as_object_mut()) {
        fields.insert("coverage".to_owned(), serde_json::to_value(coverage).map_err(fault)?);
    }
    let mut text = serde_json::to_vec_pretty(&value).map_err(fault)?;
    text.push(b'\n');
    Ok(text)
}
