//! How many berkas are complete when they are first checked, and what do the others lack?
//!
//! Reads   checks of the requirements (step 2)
//! Gives   first checks in the month, those found complete, files returned, missing documents by code
//! Rule    SOP step 2

use super::{Context, FigureError};
use schemas::figures::Completeness;

const SQL: &str = include_str!("completeness.sql");

pub(super) fn compute(context: Context<'_>) -> Result<Completeness, FigureError> {
    let mut figure = Completeness::default();
    let rows = context.run("completeness", SQL, "first_checks")?;
    for (hasil, n) in rows.texts("hasil")?.into_iter().zip(rows.counts("n")?) {
        figure.first_checks += n;
        if hasil.as_deref() == Some("lengkap") || hasil.as_deref() == Some("perlu_rekam") {
            figure.complete += n;
        }
    }
    let rows = context.run("completeness", SQL, "returned")?;
    for (codes, n) in rows.texts("kekurangan")?.into_iter().zip(rows.counts("n")?) {
        figure.returned += n;
        for code in codes.unwrap_or_default().split(';').filter(|c| !c.is_empty()) {
            *figure.missing.entry(code.to_owned()).or_insert(0) += n;
        }
    }
    Ok(figure)
}
