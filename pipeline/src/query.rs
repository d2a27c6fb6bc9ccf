//! Answers one read-only SELECT over views of the archive. `tertib query` is this module, a child process and a printer.
//!
//! Reads   the views that `views.rs` lists, such as `events`: the current form of each event; instants are in UTC, and
//!         `bulan` is the office's month of `selesai`
//! Gives   named columns, and rows of plain values, one by one
//! Rule    the answer is the one that standard SQL defines and `DuckDB` gives (`tests/query.rs`); a construct that is
//!         not implemented is refused with an explanation
//!
//! Invariant: a question is a single SELECT over views only, has no function that reads a file, and is limited in
//! the rows, pairs of rows and texts that it may use.

#![expect(clippy::disallowed_types, reason = "rows and groups keep their own order; hash tables are only for lookup")]

mod aggregates;
mod answer;
mod arithmetic;
mod bounds;
mod budget;
mod calls;
mod clauses;
mod columnar;
mod datum;
mod dictionaries;
mod expressions;
mod first_rows;
mod frame;
mod groups;
mod joins;
mod literals;
mod node;
mod order;
mod outputs;
mod parse;
mod relations;
mod scalars;
mod scan;
mod select;
mod sets;
mod vector;
mod views;
mod windows;
mod words;

pub use answer::{Answer, AnswerColumn, AnswerKind, DescribedView, Ended};
pub use columnar::write_parquet;

use crate::archive::{Archive, ArchiveError};
use answer::described;
use datum::Datum;
use node::Row;
use parse::{Parsed, may_mention, parse};
use relations::{Column, Planner};
use schemas::{Decisions, Facts, Month};
use serde_json::Value;
use sqlparser::ast::Query;
use sqlparser::tokenizer::Token;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use views::{Subject, Views, all_names};
use words::Words;

/// A question that cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It is not a single SELECT over the views, or it uses something that is not implemented or exceeds a limit.
    #[error("the question is not answered: {what}\n{instead}")]
    Refused {
        /// What is unknown or exceeds a limit.
        what: String,
        /// What to ask instead.
        instead: String,
    },
    /// Whoever takes the answer takes no more.
    #[error("the answer is not taken: {0}")]
    Taken(#[from] std::io::Error),
}

fn refused(what: impl Into<String>, instead: &str) -> QueryError {
    QueryError::Refused { what: what.into(), instead: instead.to_owned() }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// A text.
    Text(String),
    /// An integer.
    Integer(u64),
}

/// What a question reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The views that it names.
    pub views: Vec<&'static str>,
    /// The columns, as `view.column`.
    pub columns: Vec<String>,
    /// The months of which it reads rows.
    pub months: Vec<Month>,
}

/// What may be asked of an archive.
#[derive(Debug)]
pub struct Questions {
    subject: Subject,
}

impl Questions {
    /// Questions about an archive, with the facts by which it is read, and the office's targets where there is an office.
    #[must_use]
    pub fn new(archive: Archive, facts: Arc<Facts>, decisions: Option<Decisions>) -> Self {
        Self { subject: Subject { archive: Rc::new(archive), facts, decisions: decisions.map(Rc::new) } }
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`QueryError`] when it is no question that can be answered, or when the archive cannot be read.
    pub fn answer(&self, sql: &str, given: &BTreeMap<String, Given>) -> Result<Answer, QueryError> {
        let mut columns = Vec::new();
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let mut begin = |named: &[Column]| {
            columns = named.iter().map(|column| column.name.clone()).collect();
            Ok(())
        };
        self.ask(sql, given, &mut begin, &mut |row| {
            rows.push(row.iter().map(Datum::plain).collect());
            Ok(())
        })?;
        Ok(Answer { columns, rows })
    }

    /// Says what a question would read, and reads nothing of it.
    ///
    /// # Errors
    /// [`QueryError`] when it is no question that can be answered, or when the log cannot be read.
    pub fn examine(&self, sql: &str, given: &BTreeMap<String, Given>) -> Result<Reads, QueryError> {
        let Parsed::Select(query, tokens) = parse(sql, given)? else { return Ok(Reads::default()) };
        let (views, ..) = self.examined(&query, &tokens)?;
        Ok(Reads { views: views.named(), columns: views.touched(), months: views.months() })
    }

    /// Plans a question over empty tables. Also returns what it mentions, and the names that there are.
    fn examined(&self, query: &Query, tokens: &[Token]) -> Result<(Rc<Views>, BTreeSet<String>, Words), QueryError> {
        let names = all_names(&self.subject)?;
        let mentioned: BTreeSet<String> = names.iter().filter(|name| may_mention(tokens, name)).cloned().collect();
        let words = Words(names.into_iter().collect());
        let views = Rc::new(Views::new(&self.subject, mentioned.clone(), true));
        Planner::new(Rc::clone(&views), words.clone()).answer(query, &mut |_| Ok(()), &mut |_| Ok(()))?;
        Ok((views, mentioned, words))
    }

    /// Answers a question row by row, and returns which columns and months were read.
    fn ask(
        &self,
        sql: &str,
        given: &BTreeMap<String, Given>,
        begin: &mut dyn FnMut(&[Column]) -> Result<(), QueryError>,
        row: &mut dyn FnMut(&Row) -> Result<(), QueryError>,
    ) -> Result<Rc<Views>, QueryError> {
        let (query, tokens) = match parse(sql, given)? {
            Parsed::Select(query, tokens) => (query, tokens),
            Parsed::List => return self.described(None, begin, row),
            Parsed::Describe(view) => return self.described(Some(&view), begin, row),
        };
        // A question that will be refused is refused before anything is read.
        let (_, mentioned, words) = self.examined(&query, &tokens)?;
        if self.subject.archive.is_empty() {
            return Err(self.subject.archive.empty().into());
        }
        let views = Rc::new(Views::new(&self.subject, mentioned, false));
        Planner::new(Rc::clone(&views), words).answer(&query, begin, row)?;
        Ok(views)
    }

    /// Lists the views, or the columns of one.
    fn described(
        &self,
        view: Option<&str>,
        begin: &mut dyn FnMut(&[Column]) -> Result<(), QueryError>,
        row: &mut dyn FnMut(&Row) -> Result<(), QueryError>,
    ) -> Result<Rc<Views>, QueryError> {
        let found = described(&self.subject, view)?;
        begin(&found.columns)?;
        let (_, rows) = (found.columns, found.rows);
        rows.iter().try_for_each(row)?;
        Ok(Rc::new(Views::new(&self.subject, BTreeSet::new(), true)))
    }
}
