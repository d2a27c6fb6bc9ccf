//! Where a number of the review comes from, and the cases behind it.
//!
//! Reads   the additive rows of a month, the statements of its figure and their twins, the log of the archive
//! Gives   definition, count, what was left out, the statements as they were run, the inputs by digest; the cases by id
//! Rule    a number is the sum of additive rows, as everywhere; its cases come from other statements, so both prove each other

use super::FigureBook;
use super::additive::with_all_columns;
use super::counted::{Counted, named, rows_of, spread};
use super::error::FigureError;
use super::figure::{Figure, Followed, Term, TermSide};
use super::metrics::{self, FIGURES};
use super::summary::{fault, texts};
use polars::prelude::{DataFrame, IntoLazy, PolarsError, col, lit};
use schemas::figures::{LeftOut, Spread};
use schemas::{
    FigureCase, FigureCases, FigureKey, FigureMeaning, FigureOrigin, InputFile, MEASURES, Month, Numbered, OriginTerm,
    OriginWhole, RowSum, RunStatement,
};
use std::collections::BTreeSet;

/// A number with all that is known of it before anything is read.
pub(crate) struct Known<'k> {
    pub(crate) figure: &'static Figure,
    pub(crate) meaning: &'k FigureMeaning,
    /// The counts that it is made of, with their sides; one for a plain number.
    pub(crate) terms: Vec<(FigureKey, TermSide)>,
    /// Whether it is a share.
    pub(crate) is_share: bool,
}

impl FigureBook {
    /// Returns where a number of a month comes from; `None` if there is no such number.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold the month.
    pub fn origin(&self, month: Month, key: &FigureKey) -> Result<Option<FigureOrigin>, FigureError> {
        let Some(known) = self.known(key) else { return Ok(None) };
        let name = known.figure.sql.name;
        let rows = self.rows_of_figure(month, name)?;
        let of = |key: &FigureKey| rows.iter().filter(|row| row.is_of(key, &self.facts.wilayah)).collect::<Vec<_>>();
        let counted: Vec<(&FigureKey, TermSide, Vec<&Counted>)> =
            known.terms.iter().map(|(key, side)| (key, *side, of(key))).collect();
        let n = |rows: &[&Counted]| rows.iter().map(|row| row.n).sum::<u64>();
        let all = counted.iter().filter(|(_, side, _)| *side != TermSide::PartOfRest);
        let part = counted.iter().filter(|(_, side, _)| *side != TermSide::Rest).map(|(.., rows)| n(rows)).sum();
        let all: Vec<&Counted> = all.flat_map(|(.., rows)| rows.iter().copied()).collect();
        // Values of a measure are those of several clocks; its terms have them.
        let spread = match known.terms.as_slice() {
            [_] => spread(all.iter().copied()),
            _ => Spread { n: n(&all), values: None },
        };
        let terms = counted.iter().map(|(key, side, rows)| OriginTerm {
            path: key.path(month),
            title: self.title(key),
            detail: key.detail.clone(),
            at_most: key.at_most,
            above: key.above,
            value: key.items.first().and_then(|item| self.meaning(&key.figure, item)?.value),
            is_part: *side != TermSide::Rest,
            n: n(rows),
        });
        let sums = counted.iter().map(|(key, side, rows)| RowSum {
            condition: self.condition(key),
            is_part: known.is_share.then_some(*side != TermSide::Rest),
            n: n(rows),
        });
        let whole = known.meaning.whole.as_ref().filter(|_| key.items.len() == 1).map(|item| {
            let key = FigureKey { items: vec![item.clone()], ..key.clone() };
            OriginWhole { path: key.path(month), title: self.title(&key), n: n(&of(&key)) }
        });
        Ok(Some(FigureOrigin {
            month,
            path: key.path(month),
            title: known.meaning.title.clone(),
            meaning: known.meaning.meaning.clone(),
            counted: known.meaning.counted.clone(),
            value: self.value_of(&known),
            names_cases: true,
            working_day_s: self.facts.calendar.working_day_s(month),
            sums: sums.collect(),
            judgements: Vec::new(),
            details: Vec::new(),
            whole,
            amount: None,
            part: known.is_share.then_some(part),
            terms: if known.terms.len() > 1 { terms.collect() } else { Vec::new() },
            left_out: left_out(known.figure, key, &rows)?,
            statements: self.statements(month, &known)?,
            inputs: self.inputs()?,
            command: None,
            provenance: self.archive.provenance()?,
            key: key.clone(),
            spread,
        }))
    }

    /// Returns the cases behind a number of a month; `None` if there is no such number, or no statement gives it.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold the month.
    pub fn cases(&self, month: Month, key: &FigureKey) -> Result<Option<FigureCases>, FigureError> {
        let Some(known) = self.known(key) else { return Ok(None) };
        let mut cases = Vec::new();
        for (key, side) in &known.terms {
            let is_part = known.is_share.then_some(*side != TermSide::Rest);
            cases.extend(self.cases_of(month, known.figure, key, is_part)?);
        }
        // What is among the rest is there once, on the side of the part.
        if known.terms.iter().any(|(_, side)| *side == TermSide::PartOfRest) {
            let part: BTreeSet<String> =
                cases.iter().filter(|case| case.is_part == Some(true)).map(|case| case.berkas.clone()).collect();
            cases.retain(|case| case.is_part == Some(true) || !part.contains(&case.berkas));
        }
        cases.sort();
        Ok(Some(FigureCases {
            month,
            path: key.path(month),
            title: known.meaning.title.clone(),
            counted: known.meaning.counted.clone(),
            value: self.value_of(&known),
            cases,
            provenance: self.archive.provenance()?,
            key: key.clone(),
        }))
    }

    /// Finds a number by its key.
    pub(crate) fn known(&self, key: &FigureKey) -> Option<Known<'_>> {
        let meaning = self.meaning(&key.figure, key.items.first()?)?;
        if key.figure != MEASURES {
            let figure = metrics::named(&key.figure)?;
            let of_item = |item: &String| self.meaning(&key.figure, item).map(|of| of.value);
            let is_one = key.items.iter().all(|item| of_item(item) == Some(meaning.value));
            let terms = vec![(key.clone(), TermSide::Rest)];
            return is_one.then_some(Known { figure, meaning, terms, is_share: false });
        }
        let (figure, followed) = followed(key.items.first().filter(|_| key.items.len() == 1)?)?;
        let terms: Vec<_> = followed.made_of.iter().map(|term| (narrowed(figure, *term, key), term.side)).collect();
        let is_share = terms.iter().any(|(_, side)| *side != TermSide::Rest);
        Some(Known { figure, meaning, terms, is_share })
    }

    fn meaning(&self, figure: &str, item: &str) -> Option<&FigureMeaning> {
        self.facts.figure_meanings.iter().find(|meaning| meaning.figure == figure && meaning.item == item)
    }

    /// Returns what is measured of each case, where it is the same of all terms.
    fn value_of(&self, known: &Known<'_>) -> Option<schemas::CaseValue> {
        let of = |key: &FigureKey| self.meaning(&key.figure, key.items.first()?)?.value;
        let first = of(&known.terms.first()?.0);
        first.filter(|_| known.terms.iter().all(|(key, _)| of(key) == first))
    }

    fn title(&self, key: &FigureKey) -> String {
        let first = key.items.first().and_then(|item| self.meaning(&key.figure, item));
        first.map_or_else(String::new, |meaning| meaning.title.clone())
    }

    fn rows_of_figure(&self, month: Month, figure: &str) -> Result<Vec<Counted>, FigureError> {
        let rows = self.additive(month)?.lazy().filter(col("figure").eq(lit(figure.to_owned()))).collect();
        rows.and_then(|rows| rows_of(&rows)).map_err(|e| fault(&e))
    }

    /// Returns the statements that give the items of a number, as they are run for a month.
    fn statements(&self, month: Month, known: &Known<'_>) -> Result<Vec<RunStatement>, FigureError> {
        let view = self.at(month)?;
        let of_items = statements_of(known.figure, &known.terms);
        Ok(of_items
            .into_iter()
            .map(|(name, text)| RunStatement {
                name: format!("{}.sql, {name}", known.figure.sql.name),
                text: view.filled(text),
            })
            .collect())
    }

    /// Runs the twins of the statements that give a number.
    fn cases_of(
        &self,
        month: Month,
        figure: &Figure,
        key: &FigureKey,
        is_part: Option<bool>,
    ) -> Result<Vec<FigureCase>, FigureError> {
        let view = self.at(month)?;
        let mut cases = Vec::new();
        for (name, _) in statements_of(figure, &[(key.clone(), TermSide::Rest)]) {
            let place =
                |reason: String| FigureError::Sql { figure: format!("{}.sql, rows: {name}", figure.sql.name), reason };
            let twin = figure.sql.twins().find(|(of, _)| *of == name);
            let (_, twin) = twin.ok_or_else(|| place("there is no such twin".to_owned()))?;
            let found =
                view.run(figure.sql, twin).and_then(|frame| self.named_cases(&frame, figure, name, key, is_part));
            cases.extend(found.map_err(|e| place(e.to_string()))?);
        }
        Ok(cases)
    }

    /// Reads the cases of a twin that a number counts.
    fn named_cases(
        &self,
        frame: &DataFrame,
        figure: &Figure,
        statement: &str,
        key: &FigureKey,
        is_part: Option<bool>,
    ) -> Result<Vec<FigureCase>, PolarsError> {
        let given = |name: &str| match frame.column(name) {
            Ok(_) => texts(frame, name),
            Err(_) => Ok(vec![String::new(); frame.height()]),
        };
        let (berkas, kolektif, event) = (given("berkas_id")?, given("kolektif_id")?, given("event_id")?);
        let rows = rows_of(&as_counted(frame.clone(), figure.sql.name, statement)?)?;
        let areas = &self.facts.wilayah;
        let ids = berkas.into_iter().zip(kolektif).zip(event);
        let cases = rows.into_iter().zip(ids).filter(|(row, _)| row.is_of(key, areas));
        Ok(cases
            .map(|(row, ((berkas, kolektif), event))| {
                let (pekon, kecamatan) = named(&row.pekon, areas);
                FigureCase {
                    pekon: pekon.to_owned(),
                    kecamatan: kecamatan.to_owned(),
                    words: self.words(figure, &row),
                    jenis: row.jenis,
                    item: row.item,
                    step: row.step,
                    name: row.name,
                    detail: row.detail,
                    value: row.v,
                    berkas,
                    kolektif,
                    event,
                    is_part,
                }
            })
            .collect())
    }

    /// Returns the name of a row in the words of an official: a reason, an outcome, a role, documents; a number is its own.
    fn words(&self, figure: &Figure, row: &Counted) -> String {
        let facts = &self.facts;
        let outcomes = || facts.sop.steps.iter().flat_map(|step| &step.outcomes);
        let reason =
            || figure.left_out.iter().find(|(reason, _)| *reason == row.name).map(|(_, words)| (*words).to_owned());
        let outcome = || outcomes().find(|of| of.hasil == row.name).map(|of| of.label.clone());
        let end =
            || outcomes().find(|of| of.milestone.is_some_and(|end| end.name() == row.name)).map(|of| of.label.clone());
        let documents = || {
            let labels: Option<Vec<&String>> = row.name.split(';').map(|code| facts.dokumen.get(code)).collect();
            Some(labels?.into_iter().map(String::as_str).collect::<Vec<_>>().join("; "))
        };
        let role = || facts.pelaksana.get(&row.name).cloned();
        reason().or_else(outcome).or_else(end).or_else(role).or_else(documents).unwrap_or_else(|| row.name.clone())
    }

    /// Returns the files of the archive that figures are computed from.
    pub(crate) fn files(&self) -> Vec<InputFile> {
        let files = self.archive.event_files().chain(self.archive.outage_file());
        files.map(InputFile::from).collect()
    }
}

/// Returns a measure of the review by its id, with its figure.
fn followed(id: &str) -> Option<(&'static Figure, &'static Followed)> {
    FIGURES.iter().find_map(|figure| Some((figure, figure.followed.iter().find(|followed| followed.id == id)?)))
}

/// Returns the number that a term counts, narrowed as the measure is.
fn narrowed(figure: &Figure, term: Term, measure: &FigureKey) -> FigureKey {
    FigureKey {
        figure: figure.sql.name.to_owned(),
        items: vec![term.item.to_owned()],
        detail: term.detail.map(str::to_owned),
        at_most: term.at_most,
        above: term.above,
        ..measure.clone()
    }
}

/// Returns the statements of a figure that give the items of some numbers, each once, in their order.
pub(crate) fn statements_of(figure: &Figure, terms: &[(FigureKey, TermSide)]) -> Vec<(&'static str, &'static str)> {
    let items: BTreeSet<&String> = terms.iter().flat_map(|(key, _)| &key.items).collect();
    let gives = |name: &str, text: &str| {
        items.iter().any(|item| item.as_str() == name || text.contains(&format!("'{item}' AS item")))
    };
    figure.sql.statements().filter(|(name, text)| gives(name, text)).collect()
}

/// Returns the rows of a twin as additive rows of one case each.
pub(crate) fn as_counted(frame: DataFrame, figure: &str, statement: &str) -> Result<DataFrame, PolarsError> {
    with_all_columns(frame.lazy().with_column(lit(1_i64).alias("n")).collect()?, figure, statement)
}

/// Returns the cases that a figure could not use, of the step of a number where it has one.
fn left_out(figure: &Figure, key: &FigureKey, rows: &[Counted]) -> Result<Vec<LeftOut>, FigureError> {
    if key.items.iter().any(|item| item == "left_out") {
        return Ok(Vec::new());
    }
    let is_step = |row: &&Counted| key.step.is_none_or(|step| row.step == i64::from(step) || row.step == 0);
    let of = |reason: &str| -> u64 {
        let is_of = |row: &&Counted| match (row.item.as_str(), reason) {
            ("left_out", _) => row.name == reason,
            ("numbers", "no_number") => row.name.is_empty(),
            ("numbers", "unreadable_number") => !row.name.is_empty() && schemas::serial(&row.name).is_none(),
            _ => false,
        };
        rows.iter().filter(is_step).filter(is_of).map(|row| row.n).sum()
    };
    let all = figure.left_out.iter().map(|(reason, _)| (*reason, of(reason))).filter(|(_, n)| *n > 0);
    // A number of what was left out leaves nothing out itself.
    let is_itself = key.numbered == Some(Numbered::Unreadable) || key.name.as_deref() == Some("");
    all.filter(|_| !is_itself).map(|(reason, n)| figure.left_out(reason, n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{BESIDE, Facts};

    /// Each statement has a twin; each item that statements give has words, and each word an item that is given.
    #[test]
    fn every_item_has_a_twin_and_words() {
        let facts = Facts::embedded().unwrap();
        let mut given = BTreeSet::new();
        for figure in FIGURES {
            let names =
                |all: Vec<(&'static str, &'static str)>| all.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
            let statements = figure.sql.statements().collect::<Vec<_>>();
            assert_eq!(names(statements.clone()), names(figure.sql.twins().collect()), "{}.sql", figure.sql.name);
            for (name, text) in statements {
                let mut items: Vec<&str> =
                    text.split("' AS item").filter_map(|part| part.rsplit('\'').next()).collect();
                items.pop();
                let items = if items.is_empty() { vec![name] } else { items };
                given.extend(items.into_iter().map(|item| (figure.sql.name.to_owned(), item.to_owned())));
            }
            given.extend(figure.followed.iter().map(|followed| (MEASURES.to_owned(), followed.id.to_owned())));
        }
        let meant = facts.figure_meanings.iter().filter(|of| of.figure != BESIDE);
        let meant: BTreeSet<_> = meant.map(|of| (of.figure.clone(), of.item.clone())).collect();
        assert_eq!(meant, given);
        assert!(given.len() > 40, "{given:?}");
    }
}
