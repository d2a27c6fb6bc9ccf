//! Did the berkas that were handed over follow the SOP?
//!
//! Reads   all events of berkas handed over in the month; successions and roles of the SOP
//! Gives   finished, conforming, with all mandatory steps; deviations by kind
//! Rule    SOP steps 1–10, data/sop

use crate::archive::columns::step;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::{Context, FigureError};
use schemas::figures::{Conformance, FigureRow, StepByRole, Succession};

pub(super) const SQL: FigureSql =
    FigureSql::new("conformance", include_str!("conformance.sql"), TimeScope::IncludingLater, EventScope::Berkas);

const FIGURE: &str = "conformance";

pub(in crate::figures) fn compute(context: Context<'_>) -> Result<Conformance, FigureError> {
    let figures = context.figures;
    let mandatory = context.facts.sop.steps.iter().filter(|s| s.mandatory).count();
    // What is measured of a finished berkas is how many mandatory steps it has.
    let lacking = |item: &str| context.within(FIGURE, item, i64::try_from(mandatory).unwrap_or(0) - 1);
    let (conforming, deviating) = (figures.n(FIGURE, "conforming"), figures.n(FIGURE, "deviating"));
    let finished = conforming + deviating;
    let succession = |row: &FigureRow| -> Result<(Succession, u64), FigureError> {
        Ok((Succession { from: step(row.step)?, outcome: row.name.clone(), to: step(row.next_step)? }, row.n))
    };
    let role = |row: &FigureRow| -> Result<(StepByRole, u64), FigureError> {
        Ok((StepByRole { step: step(row.step)?, role: row.name.clone() }, row.n))
    };
    Ok(Conformance {
        finished,
        conforming,
        all_mandatory_steps: finished - lacking("conforming")? - lacking("deviating")?,
        wrong_succession: figures.rows(FIGURE, "wrong_succession").map(succession).collect::<Result<_, _>>()?,
        wrong_role: figures.rows(FIGURE, "wrong_role").map(role).collect::<Result<_, _>>()?,
    })
}
