//! The figures. Each is an SQL file and a Rust file of the same name: what it counts, over which events, how its values are
//! named, and its words in the report.

pub(super) mod backlog;
mod batches;
mod completeness;
mod conformance;
mod duplicates;
pub(super) mod flow;
mod issuance;
mod register_agreement;
mod time_per_step;
mod turnaround;
mod uncollected;

use super::error::FigureError;
use super::figure::{Context, Figure};
use super::statement::FigureSql;
use schemas::Month;
use schemas::figures::{Figures, LeftOut, MonthFigures, TrendPoint};
use std::collections::BTreeMap;

/// Every figure, in the order in which the report names them.
pub(crate) const FIGURES: &[Figure] = &[
    flow::FIGURE,
    time_per_step::FIGURE,
    completeness::FIGURE,
    duplicates::FIGURE,
    backlog::FIGURE,
    uncollected::FIGURE,
    issuance::FIGURE,
    turnaround::FIGURE,
    batches::FIGURE,
    conformance::FIGURE,
    register_agreement::FIGURE,
];

/// Returns the statements of every figure, in order of its name, in which their rows are computed and kept.
pub(crate) fn statements() -> Vec<FigureSql> {
    let mut statements: Vec<FigureSql> = FIGURES.iter().map(|figure| figure.sql).collect();
    statements.sort_by_key(|sql| sql.name);
    statements
}

/// Returns the figure of a name.
pub(crate) fn named(name: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.sql.name == name)
}

/// Computes the figures of a month from their rows.
pub(super) fn compute(month: Month, context: Context<'_>, trend: Vec<TrendPoint>) -> Result<MonthFigures, FigureError> {
    let (issuance, deadlines) = issuance::compute(context)?;
    let (ledgers, without_number) = register_agreement::compute(month, context)?;
    let figures = Figures {
        month,
        time_per_step: time_per_step::compute(context),
        completeness: completeness::compute(context),
        issuance,
        turnaround: turnaround::compute(context),
        batches: batches::compute(context),
        duplicates: duplicates::compute(context),
        conformance: conformance::compute(context)?,
        movement: flow::movement(context.figures),
        backlog: backlog::compute(context)?,
        uncollected: uncollected::compute(context)?,
        ledgers,
    };
    Ok(MonthFigures { figures, deadlines, trend, left_out: left_out(context, without_number)? })
}

/// Returns the cases that figures could not use, added up and in order of reason.
fn left_out(context: Context<'_>, others: Vec<LeftOut>) -> Result<Vec<LeftOut>, FigureError> {
    let rows = FIGURES
        .iter()
        .flat_map(|figure| context.figures.rows(figure.sql.name, "left_out").map(move |row| (figure, row)));
    let counted = rows.map(|(figure, row)| figure.left_out(&row.name, row.n)).collect::<Result<Vec<_>, _>>()?;
    let mut by_reason: BTreeMap<String, LeftOut> = BTreeMap::new();
    for cases in counted.into_iter().chain(others) {
        let n = cases.n;
        by_reason.entry(cases.reason.clone()).or_insert(LeftOut { n: 0, ..cases }).n += n;
    }
    Ok(by_reason.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Facts;
    use std::collections::BTreeSet;

    /// Returns the names under which a statement leaves cases out: they are its texts, except for milestones.
    fn left_out_in(sql: FigureSql) -> BTreeSet<&'static str> {
        let facts = Facts::embedded().unwrap();
        let milestones = facts.sop.steps.iter().flat_map(|step| &step.outcomes).filter_map(|outcome| outcome.milestone);
        let milestones: BTreeSet<&str> = milestones.map(schemas::Milestone::name).collect();
        let statements = sql.statements().filter(|(name, _)| *name == "left_out");
        let quoted = statements.flat_map(|(_, text)| text.split('\'').skip(1).step_by(2));
        quoted.filter(|text| !milestones.contains(text)).collect()
    }

    #[test]
    fn every_reason_for_leaving_a_case_out_has_words() {
        let mut seen = 0;
        for figure in FIGURES {
            let names = left_out_in(figure.sql);
            seen += names.len();
            for name in names {
                assert!(figure.left_out(name, 1).is_ok(), "{}: `{name}` has no words", figure.sql.name);
            }
        }
        assert!(seen >= 5, "only {seen} names were found in the statements");
        let unknown = duplicates::FIGURE.left_out("no_name", 1).unwrap_err().to_string();
        assert!(unknown.contains("duplicates.sql") && unknown.contains("`no_name`"), "{unknown}");
    }

    #[test]
    fn words_and_ids_are_unique() {
        let of = |words: fn(&Figure) -> Vec<&'static str>| FIGURES.iter().flat_map(words).collect::<Vec<_>>();
        for all in [
            of(|f| f.left_out.iter().map(|(_, words)| *words).collect()),
            of(|f| f.times.iter().map(|time| time.words).collect()),
            of(|f| f.followed.iter().map(|followed| followed.id).collect()),
            of(|f| f.followed.iter().map(|followed| followed.words).collect()),
            of(|f| vec![f.sql.name]),
        ] {
            assert!(all.iter().all(|words| !words.is_empty()), "{all:?}");
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        }
    }
}
