//! Are the books numbered without gaps and doubles?
//!
//! Reads   numbers written at the steps that write a book
//! Gives   per book: entries, first and last number, numbers missing between them, numbers used twice
//! Rule    SOP steps 3, 4, 8, 9; a number is `NNNNNN/step/year`
//! Finds   entries without a number, or with one of more than seven digits: counted, not in the sequence

use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::{Context, LeftOut};
use schemas::figures::RegisterNumbers;
use schemas::{numbering, serial};
use std::collections::BTreeMap;

pub(super) const SQL: FigureSql = FigureSql::new(
    "register_agreement",
    include_str!("register_agreement.sql"),
    TimeScope::UpToMonthEnd,
    EventScope::Berkas,
);

pub(in crate::figures) fn compute(context: Context<'_>, left_out: &mut LeftOut) -> BTreeMap<String, RegisterNumbers> {
    let mut books: BTreeMap<i64, BTreeMap<String, u64>> = BTreeMap::new();
    let mut skip = |reason: &str, n| *left_out.entry(format!("register_agreement.{reason}")).or_insert(0) += n;
    for row in context.figures.rows("register_agreement", "numbers") {
        if row.name.is_empty() {
            skip("no_number", row.n);
            continue;
        }
        if serial(&row.name).is_none() {
            skip("unreadable_number", row.n);
        }
        *books.entry(row.step).or_default().entry(row.name.clone()).or_insert(0) += row.n;
    }
    let ledgers = context.facts.ledgers.iter();
    ledgers.map(|l| (l.id.clone(), numbering(&books.remove(&l.step.into()).unwrap_or_default()))).collect()
}
