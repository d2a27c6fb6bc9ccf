//! The tables that a question may name: views of the archive.
//!
//! Reads   the public table; the log; the outage log; for some views the quarantine, the private table or the office's targets
//! Gives   the columns of each view, and its rows when they are first needed
//! Rule    what a view computes is computed by the rules of figures, verdicts and books; a view that needs what a public copy
//!         lacks says so in words
//!
//! Invariant: no view has a NIK, a name or a remark; of the quarantine it has codes and columns, never a row.

mod books;
mod cases;
mod findings;
mod log;
mod targets;
mod verdict;

use super::datum::{Datum, Kind};
use super::node::Row;
use super::relations::{Column, Relation, Rows};
use super::scan::{Scan, columns};
use super::{QueryError, refused};
use crate::archive::Archive;
use schemas::{Decisions, Facts, Month};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// The views, in the order in which they are listed.
pub(super) const NAMES: [&str; 9] =
    ["events", "events_all", "berkas", "batches", "books", "findings", "runs", "targets", "quarantine"];

/// What is asked: an archive, and the facts and targets by which it is judged.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) archive: Rc<Archive>,
    pub(super) facts: Arc<Facts>,
    /// The office's targets; `None` beside a copy, which comes without them.
    pub(super) decisions: Option<Rc<Decisions>>,
}

/// The views of one question.
#[derive(Debug)]
pub(super) struct Views {
    subject: Subject,
    /// The columns that the question may mean.
    mentioned: BTreeSet<String>,
    /// Whether nothing is read, since the question is only examined.
    examined: bool,
    made: RefCell<Vec<(&'static str, Relation)>>,
    months: Rc<RefCell<BTreeSet<Month>>>,
    touched: RefCell<BTreeSet<String>>,
}

/// Returns the columns of a view; `None` if there is none of this name.
pub(super) fn columns_of(subject: &Subject, view: &str) -> Result<Option<Vec<(String, Kind)>>, QueryError> {
    let named = |columns: &[(&str, Kind)]| columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    Ok(Some(match view {
        "events" | "events_all" => columns(&subject.archive, view == "events_all")?
            .into_iter()
            .map(|(column, _)| (column.name, column.kind))
            .collect(),
        "berkas" => cases::columns(subject),
        "batches" => named(&cases::BATCH_COLUMNS),
        "books" => named(&books::COLUMNS),
        "findings" => named(&findings::COLUMNS),
        "runs" => named(&log::RUN_COLUMNS),
        "targets" => named(&targets::COLUMNS),
        "quarantine" => named(&log::QUARANTINE_COLUMNS),
        _ => return Ok(None),
    }))
}

/// Returns the names of all views and of all their columns.
pub(super) fn all_names(subject: &Subject) -> Result<BTreeSet<String>, QueryError> {
    let mut names: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    for view in NAMES {
        names.extend(columns_of(subject, view)?.into_iter().flatten().map(|(name, _)| name));
    }
    Ok(names)
}

impl Views {
    pub(super) fn new(subject: &Subject, mentioned: BTreeSet<String>, examined: bool) -> Self {
        let (made, months, touched) = (RefCell::default(), Rc::default(), RefCell::default());
        Self { subject: subject.clone(), mentioned, examined, made, months, touched }
    }

    /// The views that were asked for.
    pub(super) fn named(&self) -> Vec<&'static str> {
        self.made.borrow().iter().map(|(view, _)| *view).collect()
    }

    /// The columns of views that were read, as `view.column`.
    pub(super) fn touched(&self) -> Vec<String> {
        self.touched.borrow().iter().cloned().collect()
    }

    /// The months of which rows were read.
    pub(super) fn months(&self) -> Vec<Month> {
        self.months.borrow().iter().copied().collect()
    }

    /// Returns a view with the columns that the question may mean.
    pub(super) fn table(&self, name: &str) -> Result<Option<Relation>, QueryError> {
        let Some(view) = NAMES.into_iter().find(|view| view.eq_ignore_ascii_case(name)) else { return Ok(None) };
        if let Some((_, made)) = self.made.borrow().iter().find(|(known, _)| *known == view) {
            return Ok(Some(made.clone()));
        }
        let made = self.make(view)?;
        self.touched.borrow_mut().extend(made.columns.iter().map(|column| format!("{view}.{}", column.name)));
        self.made.borrow_mut().push((view, made.clone()));
        Ok(Some(made))
    }

    fn make(&self, view: &'static str) -> Result<Relation, QueryError> {
        let is_mentioned = |name: &str| self.mentioned.contains(name);
        self.check(view)?;
        if let "events" | "events_all" = view {
            let all = columns(&self.subject.archive, view == "events_all")?;
            let kept = all.into_iter().filter(|(column, _)| is_mentioned(&column.name));
            let (columns, origins): (Vec<Column>, Vec<_>) = kept.unzip();
            let how = (view == "events", self.examined);
            let scan = Scan::new(&self.subject.archive, &self.clock(), origins, how, &self.months);
            return Ok(Relation { columns, source: Rows::Stored(Rc::new(scan)) });
        }
        let all = columns_of(&self.subject, view)?.unwrap_or_default();
        let places: Vec<usize> = (0..all.len()).filter(|place| is_mentioned(&all[*place].0)).collect();
        let columns =
            places.iter().map(|place| Column { table: None, name: all[*place].0.clone(), kind: all[*place].1 });
        let columns: Vec<Column> = columns.collect();
        if self.examined {
            if !matches!(view, "runs" | "targets" | "quarantine") {
                self.months.borrow_mut().extend(self.subject.archive.months());
            }
            return Ok(Relation::new(columns, Vec::new()));
        }
        let rows = match view {
            "berkas" => cases::rows(&self.subject, &self.clock(), &self.months, &is_mentioned)?,
            "batches" => cases::batches(&self.subject, &self.clock(), &self.months)?,
            "books" => books::rows(&self.subject, &self.clock(), &self.months)?,
            "findings" => findings::rows(&self.subject, &self.months)?,
            "runs" => log::runs(&self.subject),
            "targets" => targets::rows(&self.subject),
            _ => log::quarantine(&self.subject)?,
        };
        let kept = |row: &Vec<Datum>| -> Row { places.iter().map(|place| row[*place].clone()).collect() };
        Ok(Relation::new(columns, rows.iter().map(kept).collect()))
    }

    fn clock(&self) -> Rc<schemas::WorkingClock> {
        Rc::new(self.subject.facts.clock.clone())
    }

    /// Refuses a view that needs what this archive comes without.
    fn check(&self, view: &str) -> Result<(), QueryError> {
        let Subject { archive, decisions, .. } = &self.subject;
        let needed: &[&str] = match view {
            "berkas" | "batches" => &cases::READ,
            "books" => &books::READ,
            _ => &[],
        };
        let schema = archive.public_schema()?;
        if let Some(column) = needed.iter().find(|column| schema.field_with_name(column).is_err()) {
            let what = format!("`{view}` cannot be asked here: `{column}` is personal in this archive");
            return Err(refused(what, "ask `events`"));
        }
        let lacks = match view {
            "targets" if decisions.is_none() => {
                "the targets in force are in the office's configuration, which a copy comes without"
            }
            "findings" if !archive.holds_persons()? => {
                "the findings of data quality rest on the private table, which a public copy comes without"
            }
            "quarantine" if !archive.holds_quarantine()? => "a public copy comes without the quarantine",
            _ => return Ok(()),
        };
        Err(refused(format!("`{view}` cannot be asked here: {lacks}"), "ask it at the office, with its tertib.toml"))
    }
}

/// A text, or NULL.
fn text(text: Option<&str>) -> Datum {
    text.map_or(Datum::Null, |text| Datum::Text(text.into()))
}

/// An instant of a whole second, or NULL.
fn instant(second: Option<i64>) -> Datum {
    second.map_or(Datum::Null, |second| Datum::Instant(second.saturating_mul(1_000_000)))
}

/// An integer, or NULL.
fn integer(n: Option<i64>) -> Datum {
    n.map_or(Datum::Null, Datum::Integer)
}

/// A count.
fn count(n: u64) -> Datum {
    Datum::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A month, or NULL.
fn month(month: Option<Month>) -> Datum {
    month.map_or(Datum::Null, |month| Datum::Text(month.to_string().into()))
}
