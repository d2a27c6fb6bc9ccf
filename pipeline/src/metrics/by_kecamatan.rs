//! How does the month's flow divide among the kecamatan?
//!
//! Reads   first receipt, print, hand-over and end of every berkas, by area code
//! Gives   one row per kecamatan that has any, in order of name

use super::{Context, FigureError};
use schemas::document::KecamatanRow;
use std::collections::BTreeMap;

pub(super) fn compute(context: Context<'_>) -> Result<Vec<KecamatanRow>, FigureError> {
    let rows = context.run("by_kecamatan", include_str!("by_kecamatan.sql"), "flow")?;
    let (received, printed) = (rows.counts("received")?, rows.counts("printed")?);
    let (handed_over, open) = (rows.counts("handed_over")?, rows.counts("still_open")?);
    let mut by_name: BTreeMap<String, KecamatanRow> = BTreeMap::new();
    for (i, code) in rows.texts("pekon")?.into_iter().enumerate() {
        let code = code.unwrap_or_default();
        let name = context.facts.wilayah.get(&code).map_or(code, |a| a.kecamatan.clone());
        let row = by_name.entry(name.clone()).or_insert(KecamatanRow {
            kecamatan: name,
            received: 0,
            printed: 0,
            handed_over: 0,
            open: 0,
        });
        row.received += received[i];
        row.printed += printed[i];
        row.handed_over += handed_over[i];
        row.open += open[i];
    }
    by_name.retain(|_, r| r.received + r.printed + r.handed_over + r.open > 0);
    Ok(by_name.into_values().collect())
}
