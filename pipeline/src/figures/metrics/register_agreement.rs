//! Are the books numbered without gaps and doubles?
//!
//! Reads   numbers written at the steps that write a book; the entries that are held back
//! Gives   per book: entries, first and last number, numbers missing between them, numbers used twice, entries held back
//! Rule    SOP steps 3, 4, 8, 9; a number is `NNNNNN/step/year`; one whose entry is held back is not missing
//! Finds   entries without a number, or with one of more than seven digits: counted, not in the sequence

use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::pull::held_back::holding;
use schemas::figures::{LeftOut, RegisterNumbers};
use schemas::{Month, numbering, serial};
use std::collections::BTreeMap;

const NAME: &str = "register_agreement";
const NO_NUMBER: &str = "no_number";
const UNREADABLE_NUMBER: &str = "unreadable_number";

pub(super) const FIGURE: Figure = Figure {
    never_released: &["numbers"],
    left_out: &[
        (NO_NUMBER, "Entri buku tanpa nomor (tidak masuk urutan nomor)"),
        (UNREADABLE_NUMBER, "Entri buku dengan nomor yang tidak terbaca (tidak masuk urutan nomor)"),
    ],
    ..Figure::of(FigureSql::new(
        NAME,
        include_str!("register_agreement.sql"),
        TimeScope::UpToMonthEnd,
        EventScope::Berkas,
    ))
};

pub(super) fn compute(
    month: Month,
    context: Context<'_>,
) -> Result<(BTreeMap<String, RegisterNumbers>, Vec<LeftOut>), FigureError> {
    let mut books: BTreeMap<i64, BTreeMap<String, u64>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for row in context.figures.rows(NAME, "numbers") {
        if row.name.is_empty() {
            left_out.push(FIGURE.left_out(NO_NUMBER, row.n)?);
            continue;
        }
        if serial(&row.name).is_none() {
            left_out.push(FIGURE.left_out(UNREADABLE_NUMBER, row.n)?);
        }
        *books.entry(row.step).or_default().entry(row.name.clone()).or_insert(0) += row.n;
    }
    let ledgers = context.facts.ledgers.iter();
    let numbers = ledgers.map(|ledger| {
        let numbers = numbering(&books.remove(&ledger.step.into()).unwrap_or_default());
        let numbers = match context.held {
            Some(held) => holding(numbers, held, ledger.step, month),
            None => numbers,
        };
        (ledger.id.clone(), numbers)
    });
    Ok((numbers.collect(), left_out))
}
