//! The contents of a month's documents, made from an archive.

use crate::workspace::Snapshot;
use anyhow::Result;
use chrono::NaiveDate;
use pipeline::Disclosure;
use reports::Document;
use schemas::document::{ComplianceSheet, LedgerBook, MonthlyReview, PaperSet};
use schemas::{DocumentGroup, Facts, Month};

/// A document that a month may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownDocument<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// Its title, without the service and the period.
    pub(crate) title: &'a str,
    /// Its group.
    pub(crate) group: DocumentGroup,
}

/// The documents of every office, beside the books, lists and papers that its facts name.
const REPORTS: [KnownDocument<'_>; 2] = [
    KnownDocument { id: "laporan_bulanan", title: "Laporan Bulanan", group: DocumentGroup::Bulanan },
    KnownDocument {
        id: "laporan_kepatuhan",
        title: "Laporan Kepatuhan Standar Pelayanan",
        group: DocumentGroup::Provinsi,
    },
];

/// All documents that a month may have.
pub(crate) fn known(facts: &Facts) -> Vec<KnownDocument<'_>> {
    let document = |id, title, group| KnownDocument { id, title, group };
    let books = facts.ledgers.iter().map(|book| document(&book.id, &book.title, DocumentGroup::Buku));
    let of_lists = facts.lists.iter().flat_map(|list| {
        let statement = list.destruction.as_ref();
        let statement = statement.map(|statement| document(&statement.id, &statement.title, list.group));
        std::iter::once(document(&list.id, &list.title, list.group)).chain(statement)
    });
    let papers = facts.papers.iter().map(|paper| document(&paper.id, &paper.title, paper.group));
    books.chain(of_lists).chain(papers).chain(REPORTS).collect()
}

/// The documents of a month, as an archive gives them.
#[derive(Debug)]
pub(crate) struct MonthDocuments {
    books: Vec<LedgerBook>,
    papers: Vec<PaperSet>,
    /// None where the documents are of a day.
    reports: Option<(MonthlyReview, ComplianceSheet)>,
}

impl MonthDocuments {
    /// Computes those of a month, or on a day of it only the papers of that day. Where none of its books, lists and papers is wanted,
    /// they are left out: a public copy of the archive has the reports alone.
    pub(crate) fn of(
        snapshot: &Snapshot,
        month: Month,
        day: Option<NaiveDate>,
        disclosure: Disclosure,
        wants: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        if let Some(day) = day {
            let papers = snapshot.papers_of_day(day, disclosure)?;
            return Ok(Self { books: Vec::new(), papers, reports: None });
        }
        let review = snapshot.review(month)?;
        let is_report = |id: &str| REPORTS.iter().any(|report| report.id == id);
        let wants_others = known(&snapshot.workspace.facts).iter().any(|of| !is_report(of.id) && wants(of.id));
        let (books, papers) = if wants_others {
            snapshot.books(&review.sheet.figures.figures, disclosure)?
        } else {
            (Vec::new(), Vec::new())
        };
        let sheet = review.sheet.clone();
        Ok(Self { books, papers, reports: Some((review, sheet)) })
    }

    /// With a compliance report whose counts are withheld or shown, with or without the targets that have no value.
    pub(crate) fn of_copy(self, hide_small: bool, list_unset: bool) -> Self {
        let copy = |(review, sheet)| (review, ComplianceSheet { hide_small, list_unset, ..sheet });
        Self { reports: self.reports.map(copy), ..self }
    }

    /// In the order in which they are written.
    pub(crate) fn documents(&self) -> Vec<Document<'_>> {
        let Self { books, papers, reports } = self;
        let mut documents: Vec<Document<'_>> = books.iter().map(Document::Book).collect();
        let statements = books.iter().filter_map(|list| Some(Document::Destruction(list, list.destruction()?)));
        documents.extend(statements);
        // A paper about nothing is not made.
        documents.extend(papers.iter().filter(|paper| !paper.sheets.is_empty()).map(Document::Paper));
        if let Some((review, sheet)) = reports {
            documents.extend([Document::Review(review), Document::Compliance(sheet)]);
        }
        documents
    }
}
