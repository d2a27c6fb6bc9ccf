//! How did receipts, prints, hand-overs and the backlog move, and how do they divide among the kecamatan?
//!
//! Reads   first receipt, print, hand-over and end of every berkas
//! Gives   the flow of a month, in all or by kecamatan in order of name; kecamatan without any are not listed
//! Rule    what was open at the end of the month before, and what came into hand, less what came to an end, is what is open at
//!         the end of the month: a berkas comes into hand with its first event, and ends once

use crate::figures::error::FigureError;
use crate::figures::figure::Figure;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::Summary;
use schemas::document::KecamatanRow;
use schemas::figures::{FigureRow, Movement, TrendPoint};
use schemas::{Milestone, Month};
use std::collections::BTreeMap;

pub(in crate::figures) const NAME: &str = "flow";

pub(super) const FIGURE: Figure = Figure {
    standing: &["open"],
    // With the open berkas of two months they would tell the few that were rejected.
    never_released: &["entered", "ended"],
    ..Figure::of(FigureSql::new(NAME, include_str!("flow.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

pub(in crate::figures) fn compute(month: Month, figures: &Summary) -> TrendPoint {
    let n = |item: &str| figures.n(NAME, item);
    let (received, printed, handed_over, open) = (n("received"), n("printed"), n("handed_over"), n("open"));
    TrendPoint { month, received, printed, handed_over, open, movement: movement(figures) }
}

/// Returns what came into hand in the month, and what came to an end.
pub(super) fn movement(figures: &Summary) -> Movement {
    let ended = |by: Milestone| figures.rows(NAME, "ended").filter(|row| row.name == by.name()).map(|row| row.n).sum();
    Movement {
        entered: figures.n(NAME, "entered"),
        handed_over: ended(Milestone::HandedOver),
        rejected: ended(Milestone::Rejected),
        duplicate: ended(Milestone::Duplicate),
    }
}

/// Returns the flow of each kecamatan, from the figures by kecamatan.
pub(in crate::figures) fn by_kecamatan(rows: Vec<FigureRow>) -> Result<Vec<KecamatanRow>, FigureError> {
    let mut by_name: BTreeMap<String, KecamatanRow> = BTreeMap::new();
    for row in rows {
        let of_kecamatan = by_name.entry(row.cell.clone()).or_insert_with_key(|name| KecamatanRow {
            kecamatan: name.clone(),
            received: 0,
            printed: 0,
            handed_over: 0,
            open: 0,
        });
        let counted = match row.item.as_str() {
            "received" => &mut of_kecamatan.received,
            "printed" => &mut of_kecamatan.printed,
            "handed_over" => &mut of_kecamatan.handed_over,
            "open" => &mut of_kecamatan.open,
            "entered" | "ended" => continue,
            other => {
                let reason = format!("nothing is known of its item `{other}`");
                return Err(FigureError::Sql { figure: "flow.sql".into(), reason });
            }
        };
        *counted += row.n;
    }
    Ok(by_name.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An item that the SQL gives and nobody counts must not move into another column.
    #[test]
    fn an_item_of_which_nothing_is_known_is_refused() {
        let row = |item: &str| FigureRow {
            cell: "SUKAREKA".into(),
            figure: NAME.into(),
            item: item.into(),
            step: 0,
            next_step: 0,
            name: String::new(),
            detail: String::new(),
            n: 7,
            values: None,
        };
        let known = ["received", "printed", "handed_over", "open", "entered", "ended"].map(row);
        let known = by_kecamatan(known.to_vec()).unwrap();
        assert_eq!(known.len(), 1);
        let counts = &known[0];
        assert_eq!([counts.received, counts.printed, counts.handed_over, counts.open], [7; 4]);
        let fault = by_kecamatan(vec![row("open"), row("returned")]).unwrap_err().to_string();
        assert!(fault.contains("flow.sql") && fault.contains("`returned`"), "{fault}");
    }
}
