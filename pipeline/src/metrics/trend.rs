//! How did receipts, prints, hand-overs and the backlog move over the last 13 months?
//!
//! Reads   first receipt, print, hand-over and end of every berkas
//! Gives   up to 13 months ending with the month asked for, none before the first event

use super::{Context, FigureError};
use schemas::Month;
use schemas::figures::TrendPoint;

const MONTHS: u32 = 13;

pub(super) fn compute(context: Context<'_>) -> Result<Vec<TrendPoint>, FigureError> {
    let rows = context.run("trend", include_str!("trend.sql"), "flow")?;
    let months = |name: &str| -> Result<Vec<Option<Month>>, FigureError> {
        Ok(rows.texts(name)?.into_iter().map(|t| t.and_then(|t| t.parse().ok())).collect())
    };
    let (first, ended, n) = (months("first_bulan")?, months("ended")?, rows.counts("n")?);
    let (received, printed, handed_over) = (months("received")?, months("printed")?, months("handed_over")?);
    let sum = |holds: &dyn Fn(usize) -> bool| (0..n.len()).filter(|i| holds(*i)).map(|i| n[i]).sum();
    let earliest = context.view.months.first().copied().unwrap_or(context.month);
    let points = (0..MONTHS).rev().map(|back| context.month.back(back)).filter(|m| *m >= earliest);
    Ok(points
        .map(|month| TrendPoint {
            month,
            received: sum(&|i| received[i] == Some(month)),
            printed: sum(&|i| printed[i] == Some(month)),
            handed_over: sum(&|i| handed_over[i] == Some(month)),
            open: sum(&|i| first[i].is_some_and(|m| m <= month) && ended[i].is_none_or(|m| m > month)),
        })
        .collect())
}
