//! Answers as they leave: a line for the columns, one for each row, one for the end.
//!
//! Gives   lines of JSON: `{"columns": …}`, then an array for each row, then `{"end": …}` with how many rows there are and what
//!         was read
//! Rule    the digest of an answer is that of the lines of its columns' names and of its rows, whatever form it is given in

use super::columnar::write_parquet;
use super::datum::{Datum, Kind};
use super::node::Row;
use super::relations::Column;
use super::views::{NAMES, Subject, columns_of};
use super::{Given, QueryError, Questions, refused};
use crate::hash::hex;
use schemas::{ColumnMeaning, Language, Month, ViewMeaning};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

/// The result of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Column names, without duplicates.
    pub columns: Vec<String>,
    /// One value per column in each row: null, a number, a text or a boolean.
    pub rows: Vec<Vec<Value>>,
}

/// The kind of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// True or false.
    Boolean,
    /// An integer.
    Integer,
    /// A number with a fraction.
    Number,
    /// An instant in UTC.
    Instant,
    /// A day.
    Day,
    /// A text.
    Text,
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerColumn {
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: AnswerKind,
}

impl AnswerColumn {
    fn of(column: &Column) -> Self {
        Self { name: column.name.clone(), kind: column.kind.into() }
    }
}

/// A view that may be asked of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DescribedView {
    /// Its name.
    pub name: String,
    /// What a row of it is, in Indonesian.
    pub meaning: String,
    /// Of each column the name, the kind, and what it means in Indonesian.
    pub columns: Vec<Vec<String>>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How many rows it has, also those that were not given.
    pub rows: u64,
    /// The SHA-256 of the rows that were given, each a line of JSON, after a line with the names of the columns.
    pub sha256: String,
    /// The views that were asked for.
    pub views: Vec<String>,
    /// The columns of views that were read, as `view.column`.
    pub columns: Vec<String>,
    /// The months of which rows were read.
    pub months: Vec<Month>,
}

impl Questions {
    /// Answers a question as a Parquet file. Returns its columns.
    ///
    /// # Errors
    /// [`QueryError`] when it is no question that can be answered, the archive cannot be read, or the file is not taken.
    pub fn parquet(&self, sql: &str, out: impl Write + Send) -> Result<Vec<AnswerColumn>, QueryError> {
        let (mut columns, mut rows, mut digest) = (Vec::new(), Vec::new(), Sha256::new());
        let mut begin = |named: &[Column]| {
            columns = named.iter().map(AnswerColumn::of).collect();
            Ok(())
        };
        let mut line = Vec::new();
        self.ask(sql, &BTreeMap::new(), &mut begin, &mut |row| {
            line.clear();
            write_row(row, &mut line)?;
            digest.update(&line);
            rows.push(row.iter().map(Datum::plain).collect::<Vec<_>>());
            Ok(())
        })?;
        let mut rows = rows.into_iter().map(Ok);
        write_parquet(&columns, &mut rows, (&hex(&digest.finalize()), None), out)?;
        Ok(columns)
    }

    /// Returns the names of the columns of the view `events_all` that are not those of the archive's own table.
    ///
    /// # Errors
    /// [`QueryError`] when the archive cannot be read.
    pub fn computed_columns(&self) -> Result<Vec<String>, QueryError> {
        let own = self.subject.archive.public_schema()?;
        let columns = columns_of(&self.subject, "events_all")?.unwrap_or_default().into_iter().map(|(name, _)| name);
        Ok(columns.filter(|name| name != "bulan" && own.index_of(name).is_err()).collect())
    }

    /// Says what may be asked of: the views, with what their columns mean.
    ///
    /// # Errors
    /// [`QueryError`] when the archive cannot be read.
    pub fn views(&self) -> Result<Vec<DescribedView>, QueryError> {
        let texts =
            |rows: Vec<Row>| rows.into_iter().map(|row| row.iter().map(|text| text.text().to_owned()).collect());
        let views: Vec<Vec<String>> = texts(described(&self.subject, None)?.rows).collect();
        let described = |view: Vec<String>| {
            let mut words = view.into_iter();
            let (name, meaning) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let columns = texts(described(&self.subject, Some(&name))?.rows).collect();
            Ok(DescribedView { name, meaning, columns })
        };
        views.into_iter().map(described).collect()
    }

    /// Answers a question, and writes at most so many of its rows as lines.
    ///
    /// # Errors
    /// [`QueryError`] when it is no question that can be answered, the archive cannot be read, or the answer is not taken.
    pub fn write(
        &self,
        sql: &str,
        given: &BTreeMap<String, Given>,
        most: u64,
        out: &mut dyn Write,
    ) -> Result<(), QueryError> {
        let (mut line, mut rows) = (Vec::new(), 0_u64);
        // Both closures write.
        let (out, digest) = (RefCell::new(out), RefCell::new(Sha256::new()));
        let mut begin = |columns: &[Column]| {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            digest.borrow_mut().update(format!("{}\n", json!(names)));
            let columns: Vec<AnswerColumn> = columns.iter().map(AnswerColumn::of).collect();
            writeln!(out.borrow_mut(), "{}", json!({"columns": columns})).map_err(QueryError::from)
        };
        let views = self.ask(sql, given, &mut begin, &mut |row| {
            rows += 1;
            if rows > most {
                return Ok(());
            }
            line.clear();
            write_row(row, &mut line)?;
            digest.borrow_mut().update(&line);
            out.borrow_mut().write_all(&line)?;
            Ok(())
        })?;
        let sha256 = hex(&digest.into_inner().finalize());
        let named = views.named().into_iter().map(str::to_owned).collect();
        let end = Ended { rows, sha256, views: named, columns: views.touched(), months: views.months() };
        let mut out = out.borrow_mut();
        writeln!(out, "{}", json!({"end": end}))?;
        out.flush()?;
        Ok(())
    }
}

impl From<Kind> for AnswerKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Boolean => Self::Boolean,
            Kind::Integer => Self::Integer,
            Kind::Decimal | Kind::Fraction | Kind::Float => Self::Number,
            Kind::Instant => Self::Instant,
            Kind::Date => Self::Day,
            Kind::Null | Kind::Text => Self::Text,
        }
    }
}

/// Writes a row as an array of JSON.
fn write_row(row: &Row, line: &mut Vec<u8>) -> std::io::Result<()> {
    line.push(b'[');
    for (place, value) in row.iter().enumerate() {
        if place > 0 {
            line.push(b',');
        }
        match value {
            Datum::Null => line.extend(b"null"),
            Datum::Integer(n) => write!(line, "{n}")?,
            Datum::Text(text) => serde_json::to_writer(&mut *line, &**text)?,
            other => serde_json::to_writer(&mut *line, &other.plain())?,
        }
    }
    line.extend(b"]\n");
    Ok(())
}

/// A table of words: of the views, or of the columns of one.
pub(super) struct Described {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// Says what the views are, or what the columns of one mean.
pub(super) fn described(subject: &Subject, view: Option<&str>) -> Result<Described, QueryError> {
    let unread = |fault: schemas::FactsError| refused(fault.to_string(), "install the program anew");
    let meanings = ViewMeaning::load().map_err(unread)?;
    let of = |name: &str| meanings.iter().find(|meaning| meaning.name == name);
    let table = |names: &[&str], rows: Vec<Vec<String>>| Described {
        columns: names.iter().map(|name| Column { table: None, name: (*name).to_owned(), kind: Kind::Text }).collect(),
        rows: rows.into_iter().map(|row| row.into_iter().map(|text| Datum::Text(text.into())).collect()).collect(),
    };
    let Some(view) = view else {
        let row =
            |name: &&str| vec![(*name).to_owned(), of(name).map(|meaning| meaning.meaning.clone()).unwrap_or_default()];
        return Ok(table(&["view", "arti"], NAMES.iter().map(row).collect()));
    };
    let view = view.to_lowercase();
    let Some(columns) = columns_of(subject, &view)? else {
        return Err(refused("there is no view of this name", "SHOW TABLES lists the views"));
    };
    let contract = ColumnMeaning::all().map_err(unread)?;
    let row = |(name, kind): (String, Kind)| {
        let own = of(&view).and_then(|meaning| meaning.column(&name));
        let contract = contract.iter().find(|meaning| meaning.column.name() == name);
        let target =
            name.strip_prefix("target_").and_then(|id| subject.facts.target(id)).map(|(_, target)| &target.title);
        let meaning = own
            .map(str::to_owned)
            .or_else(|| contract.map(|meaning| meaning.meaning.of(Language::Indonesian).to_owned()))
            .or_else(|| target.map(|title| format!("putusan bagi berkas ini: {title}")));
        let kind = match AnswerKind::from(kind) {
            AnswerKind::Boolean => "BOOLEAN",
            AnswerKind::Integer => "BIGINT",
            AnswerKind::Number => "DOUBLE",
            AnswerKind::Instant => "TIMESTAMP",
            AnswerKind::Day => "DATE",
            AnswerKind::Text => "VARCHAR",
        };
        vec![name, kind.to_owned(), meaning.unwrap_or_default()]
    };
    Ok(table(&["kolom", "jenis", "arti"], columns.into_iter().map(row).collect()))
}
