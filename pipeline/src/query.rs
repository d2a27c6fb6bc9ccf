//! One read-only question over the public table.
//!
//! Reads   `events`: every public column of every archived row, corrections and what they correct included; instants
//!         in UTC; `bulan`, the office's month of `selesai`
//! Gives   named columns and rows of plain values
//!
//! Invariant: one SELECT, over `events` only, with no function that reads a file.

use crate::archive::{Archive, ArchiveError, month_of_path};
use arrow::array::{Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType as ArrowType, Field};
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, IntoLazy, LazyFrame, NamedFrom, PolarsError, Series, TimeUnit,
};
use polars::sql::SQLContext;
use serde_json::{Value, json};
use sqlparser::ast::{Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::ops::ControlFlow;

/// A question that cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It is not one SELECT.
    #[error("only one SELECT over the table `events` is answered; {reason}")]
    Refused {
        /// What else it is.
        reason: String,
    },
    /// The engine cannot answer it.
    #[error("the query cannot be answered: {reason}")]
    Sql {
        /// What the engine said.
        reason: String,
    },
}

/// Columns and rows of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows of null, number, text or true/false.
    pub rows: Vec<Vec<Value>>,
}

/// Answers one SELECT.
///
/// # Errors
/// [`QueryError`] when it is anything else, or the engine cannot answer it.
pub fn query(archive: &Archive, sql: &str) -> Result<Answer, QueryError> {
    check(sql)?;
    if archive.is_empty() {
        return Err(archive.empty().into());
    }
    let fault = |e: PolarsError| QueryError::Sql { reason: one_line(&e.to_string()) };
    let context = SQLContext::new();
    context.register("events", public_table(archive)?.lazy());
    let mut context = context;
    let frame = context.execute(sql).and_then(LazyFrame::collect).map_err(fault)?;
    let mut rows = vec![Vec::with_capacity(frame.width()); frame.height()];
    for column in frame.columns() {
        for (i, row) in rows.iter_mut().enumerate() {
            row.push(plain(&column.get(i).map_err(fault)?));
        }
    }
    Ok(Answer { columns: frame.get_column_names().iter().map(|n| n.to_string()).collect(), rows })
}

fn check(sql: &str) -> Result<(), QueryError> {
    let refused = |reason: &str| QueryError::Refused { reason: reason.to_owned() };
    let statements =
        Parser::parse_sql(&GenericDialect {}, sql).map_err(|e| QueryError::Sql { reason: one_line(&e.to_string()) })?;
    match statements.as_slice() {
        [Statement::Query(query)] => match query.visit(&mut OnlyEvents { ctes: cte_names(query) }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(reason) => Err(QueryError::Refused { reason }),
        },
        [_] => Err(refused("this is another kind of statement")),
        [] => Err(refused("nothing was asked")),
        _ => Err(refused("this is more than one statement")),
    }
}

fn cte_names(query: &sqlparser::ast::Query) -> Vec<String> {
    struct Names(Vec<String>);
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_query(&mut self, query: &sqlparser::ast::Query) -> ControlFlow<()> {
            let tables = query.with.iter().flat_map(|w| &w.cte_tables);
            self.0.extend(tables.map(|t| t.alias.name.value.to_lowercase()));
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(Vec::new());
    // The visitor never breaks, so there is nothing to look at.
    let (ControlFlow::Continue(()) | ControlFlow::Break(())) = query.visit(&mut names);
    names.0
}

struct OnlyEvents {
    ctes: Vec<String>,
}

impl Visitor for OnlyEvents {
    type Break = String;

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        match factor {
            TableFactor::Table { name, args: None, .. } => {
                let name = name.to_string().to_lowercase();
                if name == "events" || self.ctes.contains(&name) {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(format!("there is no table `{name}`"))
                }
            }
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            _ => ControlFlow::Break("table functions are not allowed".to_owned()),
        }
    }
}

fn public_table(archive: &Archive) -> Result<DataFrame, QueryError> {
    let mut batches = Vec::new();
    let mut months: Vec<Option<String>> = Vec::new();
    for file in archive.event_files() {
        let month = month_of_path(&file.path).map(|m| m.to_string());
        for batch in archive.read(file, None)? {
            months.extend(std::iter::repeat_n(month.clone(), batch.num_rows()));
            batches.push(batch);
        }
    }
    let fault = |e: PolarsError| QueryError::Sql { reason: e.to_string() };
    let schema = batches.first().map(RecordBatch::schema).ok_or_else(|| archive.empty())?;
    let mut columns: Vec<Column> = Vec::new();
    for (i, field) in schema.fields().iter().enumerate() {
        columns.push(series(field, i, &batches).map_err(fault)?.into());
    }
    columns.push(Series::new("bulan".into(), months).into());
    DataFrame::new_infer_height(columns).map_err(fault)
}

fn series(field: &Field, index: usize, batches: &[RecordBatch]) -> Result<Series, PolarsError> {
    let name = field.name().as_str().into();
    let column = |b: &RecordBatch| b.column(index).clone();
    match field.data_type() {
        ArrowType::Utf8 => {
            let mut values: Vec<Option<String>> = Vec::new();
            for array in batches.iter().map(column) {
                if let Some(a) = array.as_any().downcast_ref::<StringArray>() {
                    values.extend(a.iter().map(|t| t.map(str::to_owned)));
                }
            }
            Ok(Series::new(name, values))
        }
        kind => {
            let mut values: Vec<Option<i64>> = Vec::new();
            for array in batches.iter().map(column) {
                let any = array.as_any();
                if let Some(a) = any.downcast_ref::<Int64Array>() {
                    values.extend(a.iter());
                } else if let Some(a) = any.downcast_ref::<Int32Array>() {
                    values.extend(a.iter().map(|n| n.map(i64::from)));
                } else if let Some(a) = any.downcast_ref::<TimestampMicrosecondArray>() {
                    values.extend(a.iter());
                }
            }
            let series = Series::new(name, values);
            match kind {
                ArrowType::Timestamp(..) => series.cast(&DataType::Datetime(TimeUnit::Microseconds, None)),
                _ => Ok(series),
            }
        }
    }
}

fn plain(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(b) => json!(b),
        AnyValue::String(t) => json!(t),
        AnyValue::StringOwned(t) => json!(t.as_str()),
        AnyValue::Float64(x) => json!(x),
        AnyValue::Float32(x) => json!(x),
        AnyValue::Datetime(us, TimeUnit::Microseconds, _) => chrono::DateTime::from_timestamp_micros(*us)
            .map_or(Value::Null, |t| json!(t.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))),
        other => other.extract::<i64>().map_or_else(|| json!(other.to_string()), |n| json!(n)),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_select_over_events_passes() {
        for sql in [
            "SELECT COUNT(*) FROM events",
            "WITH a AS (SELECT berkas_id FROM events) SELECT * FROM a JOIN events ON a.berkas_id = events.berkas_id",
            "SELECT * FROM (SELECT langkah FROM events) AS t",
        ] {
            assert!(check(sql).is_ok(), "{sql}");
        }
        for sql in [
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM read_parquet('persons/*.parquet')",
            "SELECT * FROM persons",
            "SELECT * FROM events WHERE berkas_id IN (SELECT nama FROM persons)",
            "DROP TABLE events",
            "CREATE TABLE a AS SELECT * FROM events",
            "SELECT 1 FROM events; SELECT 2 FROM events",
            "EXPLAIN SELECT * FROM events",
            "DELETE FROM events",
            "TRUNCATE TABLE events",
            "SHOW TABLES",
            "",
            "bukan sql",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
    }
}
