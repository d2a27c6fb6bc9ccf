//! Did the berkas that were handed over follow the SOP?
//!
//! Reads   all events of berkas handed over in the month; successions and roles of the SOP
//! Gives   finished, conforming, with all mandatory steps; deviations by kind
//! Rule    SOP steps 1–10, data/sop

use super::{Context, FigureError};
use schemas::figures::Conformance;
use std::collections::BTreeSet;

const SQL: &str = include_str!("conformance.sql");

pub(super) fn compute(context: Context<'_>) -> Result<Conformance, FigureError> {
    let mut figure = Conformance::default();
    let mut deviating = BTreeSet::new();
    let rows = context.run("conformance", SQL, "successions")?;
    let (from, outcome) = (rows.counts("before_langkah")?, rows.texts("before_hasil")?);
    let (berkas, to, n) = (rows.texts("berkas_id")?, rows.counts("langkah")?, rows.counts("n")?);
    for i in 0..n.len() {
        let outcome = outcome[i].as_deref().unwrap_or_default();
        *figure.wrong_succession.entry(format!("{}:{outcome}>{}", from[i], to[i])).or_insert(0) += n[i];
        deviating.insert(berkas[i].clone());
    }
    let rows = context.run("conformance", SQL, "roles")?;
    let (berkas, step, n) = (rows.texts("berkas_id")?, rows.counts("langkah")?, rows.counts("n")?);
    for (i, role) in rows.texts("pelaksana")?.into_iter().enumerate() {
        *figure.wrong_role.entry(format!("{}:{}", step[i], role.unwrap_or_default())).or_insert(0) += n[i];
        deviating.insert(berkas[i].clone());
    }
    let mandatory = context.facts.sop.steps.iter().filter(|s| s.mandatory).count() as u64;
    let rows = context.run("conformance", SQL, "mandatory")?;
    for (steps, n) in rows.counts("steps")?.into_iter().zip(rows.counts("n")?) {
        figure.finished += n;
        figure.all_mandatory_steps += if steps == mandatory { n } else { 0 };
    }
    figure.conforming = figure.finished - deviating.len() as u64;
    Ok(figure)
}
