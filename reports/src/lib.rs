#![doc = include_str!("../README.md")]

mod answer_workbook;
mod bag_readme;
mod book;
mod calendar;
mod cases;
mod code;
mod compliance;
mod compliance_workbook;
mod crest;
mod csv;
mod destruction;
mod disposal;
mod drawing;
mod html;
mod indonesian;
mod json;
mod lines;
mod listing;
mod month_rows;
mod narrowed;
mod notes;
mod packed;
mod page_one;
mod paper;
mod pdf;
mod printable;
mod program;
mod public_copy;
mod render_error;
mod review;
mod review_workbook;
mod signers;
mod spreadsheet;
mod state;
mod supply;
mod table;
mod templates;
mod trace;
mod trial;
mod verification;
mod xlsx;

pub use answer_workbook::{AnswerCell, answer_workbook};
pub use bag_readme::{BagReadme, ReadmeStatement, SavedQuestion, bag_readme};
pub use cases::cases_file;
pub use code::{block_code, code};
pub use crest::Crest;
pub use html::{
    Choice, DataSource, DocumentPage, Filter, Frame, Link, Pages, Picture, Shelf, Shelved, ShelvedFile, Standing,
    Visitor, asset, cases_values, origin_values, page_template_names,
};
pub use json::{json, json_schemas};
pub use listing::{Listed, Listing};
pub use month_rows::{RowsCsv, rows_workbook};
pub use pdf::Rendered;
pub use program::{Program, Typesetter, set_in};
pub use render_error::RenderError;
pub use spreadsheet::{csv, csv_lines, csv_notes, csv_rows, workbook};
pub use templates::{TemplateError, template_names};
pub use trace::{Section, trace_sections};

use chrono::NaiveDate;
use schemas::document::{
    CalendarYear, CaseTrace, ComplianceSheet, Coverage, Destruction, DisposalReport, LedgerBook, MonthlyReview, Office,
    PaperSet, PdfStandard, Provenance, TargetTrial, TraceSubject, VerificationReport,
};
use schemas::{Month, NarrowedReview};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A document that can be rendered.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Document<'a> {
    /// An official book.
    Book(&'a LedgerBook),
    /// The monthly review of the Kepala Dinas.
    Review(&'a MonthlyReview),
    /// The same of a part of its cases: pages and data, nothing on paper.
    Narrowed(&'a NarrowedReview),
    /// The compliance report for the province: counts only.
    Compliance(&'a ComplianceSheet),
    /// The office's calendar of a year.
    Calendar(&'a CalendarYear),
    /// The sheets of a paper.
    Paper(&'a PaperSet),
    /// The statement of a verification.
    Verification(&'a VerificationReport),
    /// The statement of a destruction of personal data.
    Disposal(&'a DisposalReport),
    /// The draft of the statement of destruction of a list.
    Destruction(&'a LedgerBook, &'a Destruction),
    /// What a target would have said of past months with another value.
    Trial(&'a TargetTrial),
    /// Everything about a case, a batch or a person.
    Trace(&'a CaseTrace),
}

impl Document<'_> {
    /// Returns the id by which it is requested.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Book(book) => &book.id,
            Self::Review(_) => "laporan_bulanan",
            Self::Narrowed(_) => "laporan_bulanan_tersaring",
            Self::Compliance(_) => "laporan_kepatuhan",
            Self::Calendar(_) => "kalender",
            Self::Paper(papers) => &papers.id,
            Self::Verification(_) => "berita_acara_verifikasi",
            Self::Disposal(_) => "berita_acara_pemusnahan_data_pribadi",
            Self::Destruction(_, statement) => &statement.id,
            Self::Trial(_) => "percobaan_target",
            Self::Trace(_) => "telusur",
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
            Self::Trial(trial) => format!("{}_{}", self.id(), trial.target),
            Self::Trace(of) => format!("{}{copy}", trace::name(of)),
            Self::Verification(report) => format!("{}_{}", self.id(), report.on),
            Self::Disposal(report) => format!("{}_{}", self.id(), report.version),
            Self::Narrowed(review) => format!("{}_{}{}", self.id(), self.month(), narrowed::ending(&review.to)),
            Self::Paper(PaperSet { day: Some(day), .. }) => format!("{}_{day}{copy}", self.id()),
            _ => format!("{}_{}{copy}", self.id(), self.month()),
        }
    }

    /// Whether it is a copy for the office itself, with the full NIK and names of residents.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => !book.masked,
            Self::Paper(papers) => !papers.masked,
            Self::Trace(trace) => !trace.masked,
            Self::Review(_)
            | Self::Narrowed(_)
            | Self::Compliance(_)
            | Self::Calendar(_)
            | Self::Verification(_)
            | Self::Disposal(_)
            | Self::Trial(_) => false,
        }
    }

    /// Returns the number of its volumes. Each volume is a file, so that memory does not grow with the length of the document.
    #[must_use]
    pub fn volumes(&self) -> usize {
        let (length, of_volume) = match self {
            Self::Book(book) => (book.rows.len(), book::volume_rows(book)),
            Self::Paper(papers) => (paper::volumes(papers).len(), 1),
            _ => (1, 1),
        };
        length.div_ceil(of_volume).max(1)
    }

    /// Returns the file name of a volume without ending. Volumes are numbered from 1.
    #[must_use]
    pub fn volume_name(&self, volume: usize) -> String {
        if self.volumes() == 1 { self.name() } else { format!("{}_jilid_{volume}", self.name()) }
    }

    /// Returns what its PDF keeps to unless something else is asked for: what leaves the office is tagged for programs that read aloud.
    #[must_use]
    pub fn usual_standard(&self) -> PdfStandard {
        match self {
            Self::Review(_) | Self::Compliance(_) => PdfStandard::A2aUa1,
            Self::Paper(papers) if papers.leaves_office => PdfStandard::A2aUa1,
            Self::Trace(trace) if matches!(trace.subject, TraceSubject::Orang(_)) => PdfStandard::A2aUa1,
            _ => PdfStandard::A2b,
        }
    }

    /// Returns its title, without the period.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Book(book) => book.title.clone(),
            Self::Review(review) => format!("Laporan Bulanan {}", review.sheet.service),
            Self::Narrowed(review) => format!("Laporan Bulanan Tersaring {}", review.cases.sheet.service),
            Self::Compliance(sheet) => format!("Laporan Kepatuhan Standar Pelayanan {}", sheet.service),
            Self::Calendar(_) => "Kalender Kerja".to_owned(),
            Self::Trial(trial) => format!("Percobaan Target: {}", trial.title),
            Self::Trace(of) => trace::title(of),
            Self::Paper(papers) => papers.title.clone(),
            Self::Verification(_) => "Berita Acara Verifikasi Arsip".to_owned(),
            Self::Disposal(_) => "Berita Acara Pemusnahan Arsip Data Pribadi".to_owned(),
            Self::Destruction(_, statement) => statement.title.clone(),
        }
    }

    /// Returns the period that it is about, in words.
    fn period(&self) -> String {
        match self {
            Self::Calendar(calendar) => format!("Tahun {}", calendar.year),
            Self::Disposal(report) => format!("Tanggal {}", indonesian::long_date(report.on)),
            Self::Verification(VerificationReport { on, .. }) | Self::Trace(CaseTrace { on, .. }) => {
                format!("Tanggal {}", indonesian::long_date(*on))
            }
            Self::Paper(PaperSet { day: Some(day), .. }) => format!("Tanggal {}", indonesian::long_date(*day)),
            Self::Narrowed(review) => format!("Bulan {} · {}", self.month().indonesian(), narrowed::words(review)),
            _ => format!("Bulan {}", self.month().indonesian()),
        }
    }

    fn month(&self) -> Month {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => book.month,
            Self::Review(review) => review.sheet.month,
            Self::Narrowed(review) => review.cases.sheet.month,
            Self::Compliance(sheet) => sheet.month,
            Self::Paper(papers) => papers.month,
            Self::Disposal(report) => Month::of_date(report.on),
            Self::Verification(VerificationReport { on, .. }) | Self::Trace(CaseTrace { on, .. }) => {
                Month::of_date(*on)
            }
            // A calendar has no month of its own and takes its first one.
            Self::Trial(trial) => trial.months.last().map_or(Month::of_date(NaiveDate::MIN), |m| m.month),
            Self::Calendar(calendar) => calendar.months.first().map_or(Month::of_date(NaiveDate::MIN), |m| m.0),
        }
    }

    /// Returns the last day that it covers, on which its file is dated.
    fn last_day(&self) -> NaiveDate {
        match self {
            Self::Disposal(report) => report.on,
            Self::Verification(VerificationReport { on, .. }) | Self::Trace(CaseTrace { on, .. }) => *on,
            Self::Calendar(calendar) => calendar.days.last().map_or_else(|| self.month().last_day(), |day| day.date),
            Self::Paper(PaperSet { day: Some(day), .. }) => *day,
            _ => self.month().last_day(),
        }
    }

    /// Returns where its data come from. A calendar does not come from an archive.
    fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::Book(book) | Self::Destruction(book, _) => Some(&book.provenance),
            Self::Review(review) => Some(&review.sheet.provenance),
            Self::Narrowed(review) => Some(&review.cases.sheet.provenance),
            Self::Compliance(sheet) => Some(&sheet.provenance),
            Self::Paper(papers) => Some(&papers.provenance),
            Self::Verification(report) => report.provenance.as_ref(),
            Self::Disposal(report) => Some(&report.provenance),
            Self::Trial(trial) => Some(&trial.provenance),
            Self::Trace(trace) => Some(&trace.provenance),
            Self::Calendar(_) => None,
        }
    }

    /// Returns whether the archive holds all of its month; `None` if it has no month.
    fn coverage(&self) -> Option<Coverage> {
        match self {
            Self::Verification(_) | Self::Disposal(_) | Self::Calendar(_) | Self::Trace(_) => None,
            // What happened on a day is handed out on that day; the footer says until when the data go.
            Self::Paper(papers) if paper::is_daily(papers) => None,
            _ => self.provenance().map(|provenance| provenance.coverage(self.month())),
        }
    }

    /// Returns its layout; `None` if it is not set on paper.
    fn layout(&self) -> Option<&'static str> {
        Some(match self {
            Self::Narrowed(_) => return None,
            Self::Book(_) => "buku.typ",
            Self::Review(_) => "laporan_bulanan.typ",
            Self::Compliance(_) => "laporan_kepatuhan.typ",
            Self::Calendar(_) => "kalender.typ",
            Self::Paper(papers) => paper::layout(papers.layout),
            Self::Verification(_) => "verifikasi.typ",
            Self::Disposal(_) => "pemusnahan_data_pribadi.typ",
            Self::Destruction(..) => "pemusnahan.typ",
            Self::Trial(_) => "percobaan_target.typ",
            Self::Trace(_) => "telusur.typ",
        })
    }
}

/// Renders documents. The same document gives the same bytes.
#[derive(Debug)]
pub struct Renderer {
    templates: templates::Templates,
    fonts: pdf::Fonts,
    program: Option<Program>,
    crest: Option<Crest>,
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
        let layout = document.layout().ok_or_else(|| RenderError::NotOnPaper(document.name()))?;
        let (page, replaced) = self.page(document, volume, office, standard)?;
        let name = document.volume_name(volume);
        let output = pdf::Output::Pdf { last_day: document.last_day(), zone: office.zone(), standard };
        let rendered = self.set(&pdf::Request { name, layout, page: page.to_string(), output })?;
        let packed = if standard.is_tagged() { packed::packed(&rendered.bytes) } else { None };
        Ok(Rendered { replaced, bytes: packed.unwrap_or(rendered.bytes), pages: rendered.pages })
    }

    fn set(&self, request: &pdf::Request<'_>) -> Result<Rendered, RenderError> {
        match &self.program {
            Some(program) => program.set(request, &self.templates, self.crest.as_ref()),
            None => pdf::set(request, &self.templates, &self.fonts, self.crest.as_ref()),
        }
    }

    /// Returns what the layout of a volume reads as `data.json`, for authors of layouts.
    ///
    /// # Errors
    /// [`RenderError`] when a sentence cannot be made.
    pub fn data(&self, document: Document<'_>, volume: usize, office: &Office) -> Result<Vec<u8>, RenderError> {
        let (page, _) = self.page(document, volume, office, document.usual_standard())?;
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
                let (page, in_rows) = book::page(book, volume, office, templates, &self.fonts)?;
                replaced = in_rows;
                page
            }
            Document::Review(review) => review::page(review, office, templates)?,
            Document::Narrowed(review) => narrowed::page(review, office),
            Document::Compliance(sheet) => compliance::page(sheet, office),
            Document::Calendar(year) => calendar::page(year, office),
            Document::Trial(trial) => trial::page(trial, office),
            Document::Trace(of) => trace::page(of, office),
            Document::Verification(report) => verification::page(report, office, templates)?,
            Document::Disposal(report) => disposal::page(report, office, templates)?,
            Document::Destruction(list, statement) => destruction::page(list, statement, office, templates)?,
            Document::Paper(papers) => paper::page(papers, volume, office, templates, &self.fonts)?,
        };
        // Programs that read aloud need a table with cells. For the eye, columns of lines are set much faster.
        page["bertanda"] = standard.is_tagged().into();
        if let Some(state) = state::state(document) {
            page["keadaan"] = state;
        }
        if !matches!(document, Document::Calendar(_) | Document::Trial(_) | Document::Narrowed(_)) {
            let code = code(document)?.map(|code| code.to_string());
            // Papers that are signed one by one have the code in their footer only, as text.
            if !matches!(document, Document::Paper(_)) {
                page["qr"] = code.as_deref().map(book::qr).transpose()?.into();
                let statement = document.provenance().and_then(|provenance| provenance.statement.as_ref());
                page["pernyataan"] = statement.map(|s| [s.origin.clone(), s.size.to_string(), s.root.clone()]).into();
            }
            page["kode"] = code.into();
        }
        replaced += printable::clean(&mut page, &|c| self.fonts.prints(c));
        Ok((page, replaced))
    }
}
