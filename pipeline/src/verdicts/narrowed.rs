//! The review of a part of a month's cases: one kecamatan, one kind of application, or both.
//!
//! Reads   the additive rows of thirteen months, of which those of the cases are left; the targets in force
//! Gives   what the review says of cases, for these alone
//! Rule    by the same code as the review of all cases. What is not of cases is not in it, and a target that binds the whole office
//!         has a value and no verdict here

use super::review::{months_before, of_cases};
use super::{judgement, sheet_of};
use crate::archive::Archive;
use crate::figures::{FigureBook, FigureError};
use schemas::{Decisions, Facts, Month, NarrowedReview, Narrowing, Rule};

/// Makes the review of a part of a month's cases; `None` if the office knows no such kecamatan or kind of application.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month or is damaged.
pub fn narrowed_review(
    archive: &Archive,
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
    to: &Narrowing,
) -> Result<Option<NarrowedReview>, FigureError> {
    if !book.knows(month, to)? {
        return Ok(None);
    }
    let figures = book.month_within(month, to)?;
    let is_about = |rule: &Rule<'_>| rule.jenis.is_none() || rule.jenis == to.jenis;
    let rules: Vec<Rule<'_>> = decisions.rules(facts, month).into_iter().filter(is_about).collect();
    let judgements = rules.iter().map(|rule| judgement(rule, facts, &figures)).collect();
    // It has no revision, which counts what changed of all cases.
    let sheet = sheet_of(archive, facts, month, figures, judgements)?;
    let jenis = to.jenis.as_deref().map(|id| facts.jenis_name(id).to_owned());
    let before = months_before(book, &sheet.provenance, month, to, |_| None)?;
    let cases = of_cases(book, facts, sheet, &before, &rules, to)?;
    Ok(Some(NarrowedReview { jenis, to: to.clone(), cases }))
}
