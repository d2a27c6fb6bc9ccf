//! How did receipts, prints, hand-overs and the backlog move, and how do they divide among the kecamatan?
//!
//! Reads   first receipt, print, hand-over and end of every berkas
//! Gives   the flow of a month, in all or by kecamatan in order of name; kecamatan without any are not listed

use crate::figures::error::FigureError;
use crate::figures::figure::Figure;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::Summary;
use schemas::Month;
use schemas::document::KecamatanRow;
use schemas::figures::{FigureRow, TrendPoint};
use std::collections::BTreeMap;

pub(in crate::figures) const NAME: &str = "flow";

pub(super) const FIGURE: Figure = Figure {
    standing: &["open"],
    ..Figure::of(FigureSql::new(NAME, include_str!("flow.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

pub(in crate::figures) fn compute(month: Month, figures: &Summary) -> TrendPoint {
    let n = |item: &str| figures.n(NAME, item);
    TrendPoint { month, received: n("received"), printed: n("printed"), handed_over: n("handed_over"), open: n("open") }
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
        let known = by_kecamatan(vec![row("received"), row("printed"), row("handed_over"), row("open")]).unwrap();
        assert_eq!(known.len(), 1);
        let counts = &known[0];
        assert_eq!([counts.received, counts.printed, counts.handed_over, counts.open], [7; 4]);
        let fault = by_kecamatan(vec![row("open"), row("returned")]).unwrap_err().to_string();
        assert!(fault.contains("flow.sql") && fault.contains("`returned`"), "{fault}");
    }
}
