//! The documents of a month, made from an archive.

use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::{Archive, Disclosure, FigureBook};
use reports::Document;
use schemas::Month;
use schemas::document::{ComplianceSheet, Handover, LedgerBook, MonthlyReview};

/// The documents of a month, as an archive gives them.
#[derive(Debug)]
pub(crate) struct Papers {
    books: Vec<LedgerBook>,
    handover: Handover,
    review: MonthlyReview,
    sheet: ComplianceSheet,
}

impl Papers {
    /// Those of a month, whose figures the book gives.
    pub(crate) fn of(
        workspace: &Workspace,
        archive: &Archive,
        book: &FigureBook,
        month: Month,
        disclosure: Disclosure,
        hide_small: bool,
    ) -> Result<Self> {
        let review = workspace.review(archive, book, month)?;
        let (books, handover) = workspace.books(archive, &review.sheet.figures.figures, disclosure)?;
        let sheet = ComplianceSheet { hide_small, ..review.sheet.clone() };
        Ok(Self { books, handover, review, sheet })
    }

    /// The compliance report with small counts hidden, or not.
    pub(crate) fn hide_small(&mut self, hide: bool) {
        self.sheet.hide_small = hide;
    }

    /// In the order in which they are written.
    pub(crate) fn documents(&self) -> Vec<Document<'_>> {
        let Self { books, handover, review, sheet } = self;
        let mut documents: Vec<Document<'_>> = books.iter().map(Document::Book).collect();
        let statements = books.iter().filter_map(|list| Some(Document::Destruction(list, list.destruction.as_ref()?)));
        documents.extend(statements);
        documents.extend([Document::Statement(handover), Document::Receipt(handover)]);
        documents.extend([Document::Review(review), Document::Compliance(sheet)]);
        documents
    }
}
