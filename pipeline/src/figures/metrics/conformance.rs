//! Did the berkas that were handed over follow the SOP?
//!
//! Reads   all events of berkas handed over in the month; successions and roles of the SOP
//! Gives   finished, conforming, with all mandatory steps; deviations by kind
//! Rule    SOP steps 1–10, data/sop

use crate::archive::columns::step;
use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure, Followed, Term, TermSide};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::Measured;
use schemas::figures::{Conformance, FigureRow, StepByRole, Succession};

const NAME: &str = "conformance";

pub(super) const FIGURE: Figure = Figure {
    followed: &[Followed {
        id: "conforming",
        place: 9,
        words: "Diserahkan sesuai SOP",
        bad: "menyimpang",
        more_is_better: true,
        value: |m| Measured::share(m.figures.conformance.conforming, m.figures.conformance.finished),
        with_outages: None,
        standard: None,
        made_of: &[Term::of("conforming").on(TermSide::Part), Term::of("deviating")],
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("conformance.sql"), TimeScope::IncludingLater, EventScope::Berkas))
};

pub(super) fn compute(context: Context<'_>) -> Result<Conformance, FigureError> {
    let figures = context.figures;
    let mandatory = context.facts.sop.steps.iter().filter(|s| s.mandatory).count();
    // What is measured of a finished berkas is how many mandatory steps it has.
    let lacking = |item: &str| context.within(NAME, item, i64::try_from(mandatory).unwrap_or(0) - 1);
    let (conforming, deviating) = (figures.n(NAME, "conforming"), figures.n(NAME, "deviating"));
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
        wrong_succession: figures.rows(NAME, "wrong_succession").map(succession).collect::<Result<_, _>>()?,
        wrong_role: figures.rows(NAME, "wrong_role").map(role).collect::<Result<_, _>>()?,
    })
}
