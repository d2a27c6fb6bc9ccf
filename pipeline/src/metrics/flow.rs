//! How did receipts, prints, hand-overs and the backlog move, and how do they divide among the kecamatan?
//!
//! Reads   first receipt, print, hand-over and end of every berkas
//! Gives   the flow of a month, in all or by kecamatan in order of name; kecamatan without any are not listed

use crate::stages::summary::Summary;
use crate::stages::summary::count;
use schemas::Month;
use schemas::document::KecamatanRow;
use schemas::figures::{FigureRow, TrendPoint};
use std::collections::BTreeMap;

pub(super) const FIGURE: &str = "flow";

pub(super) fn compute(month: Month, figures: &Summary) -> TrendPoint {
    let n = |item: &str| figures.n(FIGURE, item);
    TrendPoint { month, received: n("received"), printed: n("printed"), handed_over: n("handed_over"), open: n("open") }
}

/// `rows` are the figures by kecamatan.
pub(super) fn by_kecamatan(rows: Vec<FigureRow>) -> Vec<KecamatanRow> {
    let mut by_name: BTreeMap<String, KecamatanRow> = BTreeMap::new();
    for row in rows {
        let of_kecamatan = by_name.entry(row.cell.clone()).or_insert_with_key(|name| KecamatanRow {
            kecamatan: name.clone(),
            received: 0,
            printed: 0,
            handed_over: 0,
            open: 0,
        });
        match row.item.as_str() {
            "received" => of_kecamatan.received += count(&row),
            "printed" => of_kecamatan.printed += count(&row),
            "handed_over" => of_kecamatan.handed_over += count(&row),
            _ => of_kecamatan.open += count(&row),
        }
    }
    by_name.into_values().collect()
}
