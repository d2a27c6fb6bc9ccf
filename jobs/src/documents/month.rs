//! The contents of a month's documents, made from an archive.

use crate::workspace::Snapshot;
use anyhow::Result;
use pipeline::Disclosure;
use reports::Document;
use schemas::document::{ComplianceSheet, Handover, LedgerBook, MonthlyReview};
use schemas::{Facts, Month};

/// The documents of every office, beside the books and lists that its facts name.
const REPORTS: [&str; 4] = ["berita_acara_serah_terima", "bukti_pengambilan", "laporan_bulanan", "laporan_kepatuhan"];

/// The ids of all documents that a month may have.
pub(super) fn ids(facts: &Facts) -> Vec<&str> {
    let books = facts.ledgers.iter().map(|book| book.id.as_str());
    let of_lists = facts.lists.iter().flat_map(|list| {
        let statement = list.destruction.as_ref().map(|statement| statement.id.as_str());
        std::iter::once(list.id.as_str()).chain(statement)
    });
    books.chain(of_lists).chain(REPORTS).collect()
}

/// The documents of a month, as an archive gives them.
#[derive(Debug)]
pub(crate) struct MonthDocuments {
    books: Vec<LedgerBook>,
    handover: Handover,
    review: MonthlyReview,
    sheet: ComplianceSheet,
}

impl MonthDocuments {
    /// Computes those of a month.
    pub(crate) fn of(snapshot: &Snapshot, month: Month, disclosure: Disclosure, hide_small: bool) -> Result<Self> {
        let review = snapshot.review(month)?;
        let (books, handover) = snapshot.books(&review.sheet.figures.figures, disclosure)?;
        let sheet = ComplianceSheet { hide_small, ..review.sheet.clone() };
        Ok(Self { books, handover, review, sheet })
    }

    /// Withholds the counts of the compliance report, or shows them.
    pub(crate) fn hide_small(&mut self, hide: bool) {
        self.sheet.hide_small = hide;
    }

    /// In the order in which they are written.
    pub(crate) fn documents(&self) -> Vec<Document<'_>> {
        let Self { books, handover, review, sheet } = self;
        let mut documents: Vec<Document<'_>> = books.iter().map(Document::Book).collect();
        let statements = books.iter().filter_map(|list| Some(Document::Destruction(list, list.destruction()?)));
        documents.extend(statements);
        documents.extend([Document::Statement(handover), Document::Receipt(handover)]);
        documents.extend([Document::Review(review), Document::Compliance(sheet)]);
        documents
    }
}
