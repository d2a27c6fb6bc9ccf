//! Makes what pages show, in a process of its own: `serve` stays small, whatever typesetting and figures take.
//!
//! Reads   orders on standard input, one a line; the archive and the office's files
//! Gives   what was made on standard output
//! Rule    it ends when nobody can order any more

use super::shelf::Given;
use super::work::{Delivery, Order, Subject, Work};
use crate::commands::{calendar, verify};
use crate::documents::{self, KnownDocument};
use crate::options::Where;
use crate::server;
use crate::workspace::{Snapshot, Workspace};
use anyhow::{Context, Result};
use clap::Args;
use pipeline::{Archive, Questions};
use reports::{DataSource, Document, DocumentPage, Renderer, Shelf, Shelved, ShelvedFile};
use schemas::document::FileFormat;
use schemas::{DocumentGroup, Month};
use serde_json::{Value, json};
use std::cell::OnceCell;
use std::io::{BufRead, Write};
use std::sync::Arc;

/// The office at one moment, and what sets its documents.
pub(super) struct Desk {
    state: u64,
    pub(super) workspace: Arc<Workspace>,
    /// Whether the archive is a copy without its office.
    pub(super) is_copy: bool,
    /// The archive, once something is asked of it: a calendar needs none.
    snapshot: OnceCell<Snapshot>,
    pub(super) renderer: Renderer,
}

/// Of what pages are made.
#[derive(Debug, Args)]
pub(crate) struct Attended {
    #[command(flatten)]
    place: Where,
    /// The archive is a copy without its office.
    #[arg(long)]
    copy: bool,
}

/// What was made, and the bytes of a file.
pub(super) type Made = (Delivery, Vec<u8>);

/// Carries out orders until there are no more.
///
/// # Errors
/// When an order cannot be read, or an answer cannot be sent.
pub(crate) fn attend(attended: &Attended) -> Result<()> {
    let mut desk = None;
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line.context("cannot read an order")?).context("no order")?;
        let made = at(&mut desk, attended, order.state).and_then(|desk| desk.made(&order.work));
        let (delivery, bytes) = made.unwrap_or_else(|fault| (Delivery::Fault(format!("{fault:#}")), Vec::new()));
        let mut answer = serde_json::to_vec(&delivery).context("an answer cannot be written")?;
        answer.push(b'\n');
        answers.write_all(&answer).and_then(|()| answers.write_all(&bytes)).context("cannot answer")?;
        answers.flush().context("cannot answer")?;
    }
    Ok(())
}

/// The desk of a state. While the office's files cannot be used, those that were read last count.
fn at<'a>(desk: &'a mut Option<Desk>, attended: &Attended, state: u64) -> Result<&'a Desk> {
    if desk.as_ref().is_none_or(|desk| desk.state != state) {
        let last = desk.take().map(|desk| desk.workspace);
        let workspace = server::in_force(&attended.place).map(|(workspace, _)| workspace);
        let workspace = workspace.or_else(|fault| last.ok_or(fault))?;
        *desk = Some(Desk::open(&workspace, attended.copy, state)?);
    }
    desk.as_ref().context("there is no desk")
}

impl Desk {
    fn open(workspace: &Arc<Workspace>, is_copy: bool, state: u64) -> Result<Self> {
        let (workspace, renderer) = (Arc::clone(workspace), workspace.config.renderer()?);
        Ok(Self { state, workspace, is_copy, snapshot: OnceCell::new(), renderer })
    }

    /// The archive as it was when something was first asked of it.
    pub(super) fn snapshot(&self) -> Result<&Snapshot> {
        if let Some(snapshot) = self.snapshot.get() {
            return Ok(snapshot);
        }
        let snapshot = self.workspace.snapshot()?;
        Ok(self.snapshot.get_or_init(|| snapshot))
    }

    fn made(&self, work: &Work) -> Result<Made> {
        match work {
            Work::Months => Ok((Delivery::Months(self.snapshot()?.archive.months()), Vec::new())),
            Work::Page(subject) => self.page(subject),
            Work::Picture(subject, name) => self.picture(subject, name),
            Work::File(subject, format) => self.file(subject, *format),
            Work::Shelf(month, _) => self.shelf(*month),
            Work::Origin(..) | Work::OriginFile(..) | Work::Rerun(..) | Work::Cases(..) | Work::CasesFile(..) => {
                self.of_number(work)
            }
            Work::Views => self.said("kueri", json!({"views": self.questions()?.views()?})),
            Work::ViewsElsewhere => {
                let views = pipeline::archive_views(&self.archive()?)?;
                Ok(file("tampilan.sql".to_owned(), views.into_bytes(), false))
            }
            Work::Trace(_) | Work::TraceFile(..) => self.traced(work),
            Work::Statements | Work::Proved(_) | Work::Proof(_) | Work::Statement(_) | Work::Continued(..) => {
                self.proved(work)
            }
            Work::Printed(code, sha256) => {
                let is_same = verify::is_of_archive(&self.workspace, code, sha256.as_deref())?;
                self.said("periksa", json!({"is_same": is_same}))
            }
            Work::Finding(month, code) => self.finding(*month, code),
            Work::Trial(tried) | Work::TrialPicture(tried) | Work::TrialFile(tried, _) => self.trial(work, tried),
        }
    }

    /// Makes something of a document, where there is such a document.
    fn with(&self, subject: &Subject, make: impl FnOnce(Document<'_>) -> Result<Made>) -> Result<Made> {
        match subject {
            Subject::Review(month) => make(Document::Review(&self.snapshot()?.review(*month)?)),
            Subject::Narrowed(month, to) => match self.snapshot()?.narrowed_review(*month, to)? {
                Some(review) => make(Document::Narrowed(&review)),
                None => Ok((Delivery::Nothing, Vec::new())),
            },
            Subject::Compliance(month) => make(Document::Compliance(&self.snapshot()?.compliance(*month)?)),
            Subject::Calendar(year) => {
                let calendar = calendar::of_year(&self.workspace.facts.calendar, *year);
                make(Document::Calendar(&calendar.context("the calendar has no day of that year")?))
            }
        }
    }

    fn page(&self, subject: &Subject) -> Result<Made> {
        let office = &self.workspace.config.office;
        self.with(subject, |document| {
            let page = self.renderer.document_page(document, office)?.context("the document has no page")?;
            let source = match subject {
                Subject::Review(_) | Subject::Narrowed(..) | Subject::Compliance(_) => Some(self.source()?),
                Subject::Calendar(_) => None,
            };
            Ok(said(page, source))
        })
    }

    fn picture(&self, subject: &Subject, name: &str) -> Result<Made> {
        let office = &self.workspace.config.office;
        self.with(subject, |document| {
            let page = self.renderer.document_page(document, office)?.context("the document has no page")?;
            let picture = self.renderer.picture(&page, name)?.context("the page has no such picture")?;
            Ok(file(format!("{name}.svg"), picture.gzip, true))
        })
    }

    fn file(&self, subject: &Subject, format: FileFormat) -> Result<Made> {
        let office = &self.workspace.config.office;
        self.with(subject, |document| {
            let made = documents::file_of(document, format, &self.renderer, office)?;
            Ok(file(made.name, made.bytes, false))
        })
    }

    /// The archive, also one in which nothing is yet, of which there are no figures.
    pub(super) fn archive(&self) -> Result<Archive> {
        let archive = self.workspace.archive()?;
        if archive.is_empty() { Ok(archive) } else { Ok(self.snapshot()?.archive.clone()) }
    }

    /// What may be asked of the archive.
    fn questions(&self) -> Result<Questions> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        Ok(Questions::new(self.archive()?, Arc::clone(facts), Some(decisions.clone())))
    }

    /// The archive, in words.
    fn source(&self) -> Result<DataSource> {
        let provenance = self.snapshot()?.archive.provenance();
        Ok(DataSource::of(&provenance.context("the archive does not say where its data come from")?))
    }

    /// What a page of the archive says.
    pub(super) fn said(&self, template: &'static str, values: Value) -> Result<Made> {
        self.said_of(DocumentPage { template, values, origins: Value::Null })
    }

    /// The same of a page whose numbers lead to where they come from.
    pub(super) fn said_of(&self, page: DocumentPage) -> Result<Made> {
        let source = if self.archive()?.is_empty() { None } else { Some(self.source()?) };
        Ok(said(page, source))
    }

    /// The documents of a month as they lie in the office's folder, each beside what the archive gives now.
    fn shelf(&self, month: Month) -> Result<Made> {
        let facts = &self.workspace.facts;
        let folder = self.workspace.config.reports_path().join(month.to_string());
        let is_of_public_copy = !self.snapshot()?.archive.holds_persons()?;
        let names = super::shelf::names(&folder)?;
        let unfinished = documents::unfinished(&folder)?;
        let mut documents = Vec::new();
        if !names.is_empty() {
            let given = Given::of(self.snapshot()?, month, &super::shelf::days(&folder, &names, month))?;
            for document in documents::known(facts) {
                let files = super::shelf::files(document, &folder, &names, month, &given)?;
                let is_unfinished = unfinished.iter().any(|name| super::shelf::is_of(document, month, name));
                if !files.is_empty() {
                    documents.push(shelved(document, month, files, is_unfinished));
                }
            }
        }
        let unfinished = unfinished.len();
        self.said("dokumen", Shelf { month, documents, unfinished, is_of_public_copy }.values())
    }
}

fn said(page: DocumentPage, source: Option<DataSource>) -> Made {
    let DocumentPage { template, values, origins } = page;
    (Delivery::Said { template: template.to_owned(), values, origins, source }, Vec::new())
}

pub(super) fn file(name: String, bytes: Vec<u8>, is_packed: bool) -> Made {
    (Delivery::File { name, length: bytes.len(), is_packed }, bytes)
}

fn shelved(document: KnownDocument<'_>, month: Month, files: Vec<(ShelvedFile, bool)>, unfinished: bool) -> Shelved {
    let page = match document.id {
        "laporan_bulanan" => Some(Subject::Review(month)),
        "laporan_kepatuhan" => Some(Subject::Compliance(month)),
        _ => None,
    };
    Shelved {
        title: document.title.to_owned(),
        group: group(document.group).to_owned(),
        page: page.map(|page| format!("/{}", page.path())),
        provisional: files.iter().any(|(_, provisional)| *provisional),
        unfinished,
        files: files.into_iter().map(|(file, _)| file).collect(),
    }
}

fn group(group: DocumentGroup) -> &'static str {
    match group {
        DocumentGroup::Buku => "Buku",
        DocumentGroup::Harian => "Lembar harian",
        DocumentGroup::Bulanan => "Daftar dan laporan bulanan",
        DocumentGroup::Provinsi => "Laporan untuk provinsi",
    }
}
