//! Answers one read-only SELECT over the public table of the archive. `tertib query` is this module and a printer.
//!
//! Reads   `events`: every public column of every archived row, both corrections and the rows they correct; instants
//!         are in UTC, and `bulan` is the office's month of `selesai`
//! Gives   named columns, and rows of plain values
//! Rule    the answer is the one that standard SQL defines and `DuckDB` gives (`tests/query.rs`); a construct that is
//!         not implemented is refused with an explanation
//!
//! Invariant: a question is a single SELECT over `events` only, has no function that reads a file, and is limited in
//! the rows, pairs of rows and texts that it may use.

#![expect(clippy::disallowed_types, reason = "rows and groups keep their own order; hash tables are only for lookup")]

mod aggregates;
mod arithmetic;
mod budget;
mod calls;
mod clauses;
mod datum;
mod expressions;
mod joins;
mod literals;
mod node;
mod order;
mod outputs;
mod relations;
mod scalars;
mod sets;
mod windows;
mod words;

use crate::archive::{Archive, ArchiveError, month_of_path};
use aggregates::Function;
use arrow::array::{Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field};
use budget::Budget;
use datum::{Datum, Kind};
use node::Row;
use relations::{Column, Planner, Relation};
use serde_json::Value;
use sqlparser::ast::{Expr, OrderByExpr, Query, Select, Statement, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::rc::Rc;
use words::{Words, at, beginning, is_among, part_meant};

/// A question that cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It is not a single SELECT over `events`, or it uses something that is not implemented or exceeds a limit.
    #[error("the question is not answered: {what}\n{instead}")]
    Refused {
        /// What is unknown or exceeds a limit.
        what: String,
        /// What to ask instead.
        instead: String,
    },
}

fn refused(what: impl Into<String>, instead: &str) -> QueryError {
    QueryError::Refused { what: what.into(), instead: instead.to_owned() }
}

/// The result of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Column names, without duplicates.
    pub columns: Vec<String>,
    /// One value per column in each row: null, a number, a text or a boolean.
    pub rows: Vec<Vec<Value>>,
}

/// The most tokens that a question may have, without white space.
const MAX_TOKENS: usize = 4000;

/// The deepest nesting of its expressions.
const MAX_DEPTH: usize = 100;

/// Answers a single SELECT.
///
/// # Errors
/// [`QueryError`] when it is anything else, when it uses something that is not implemented, or when the archive
/// cannot be read.
pub fn query(archive: &Archive, sql: &str) -> Result<Answer, QueryError> {
    let (query, tokens) = parse(sql)?;
    let schema = public_columns(archive)?;
    let names = schema.iter().map(|column| column.name.clone()).chain(["events".to_owned()]);
    let words = Words(names.collect());
    let mentioned: Vec<Column> = schema.into_iter().filter(|column| may_mention(&tokens, &column.name)).collect();
    // A question that will be refused is refused before anything is read: this plans it over an empty table.
    let empty = Relation { columns: mentioned.clone(), rows: Rc::default() };
    Planner::new(empty, words.clone(), Budget::default()).answer(&query)?;
    if archive.is_empty() {
        return Err(archive.empty().into());
    }
    let budget = Budget::default();
    let found = Planner::new(read_events(archive, mentioned, &budget)?, words, budget).answer(&query)?;
    Ok(Answer {
        columns: found.columns.into_iter().map(|column| column.name).collect(),
        rows: found.rows.iter().map(|row| row.iter().map(Datum::plain).collect()).collect(),
    })
}

/// The remedy of a question that is not a single SELECT.
const ONE_SELECT: &str = "ask one SELECT over the table `events`";

/// Parses a question, and returns its tokens too.
fn parse(sql: &str) -> Result<(Box<Query>, Vec<Token>), QueryError> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    let tokens = tokens.map_err(|e| refused(format!("a text{} is not read", at(e.location)), "end it with ' or \""))?;
    tokens.windows(2).try_for_each(|pair| check_space(&pair[0].token, &pair[1].token))?;
    let tokens: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    if tokens.len() > MAX_TOKENS {
        return Err(refused(format!("it has more than {MAX_TOKENS} words and signs"), "ask a shorter question"));
    }
    check_texts(&tokens)?;
    let parsed = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens.clone()).parse_statements();
    let mut statements = parsed.map_err(|e| match e {
        ParserError::RecursionLimitExceeded => {
            refused("its brackets are too deep", "ask with fewer brackets in each other")
        }
        ParserError::TokenizerError(reason) | ParserError::ParserError(reason) => syntax_error(&reason, &tokens),
    })?;
    let statement = match (statements.pop(), statements.len()) {
        (Some(statement), 0) => statement,
        (None, _) => return Err(refused("nothing was asked", ONE_SELECT)),
        _ => return Err(refused("this is more than one statement", ONE_SELECT)),
    };
    let Statement::Query(query) = statement else {
        return Err(refused("this is another kind of statement", ONE_SELECT));
    };
    match query.visit(&mut Depth(0)) {
        ControlFlow::Continue(()) => Ok((query, tokens.into_iter().map(|token| token.token).collect())),
        ControlFlow::Break(()) => {
            let what = format!("its expressions are more than {MAX_DEPTH} deep");
            Err(refused(what, "write fewer terms in one expression; x IN (…) takes many values"))
        }
    }
}

/// Refuses a number that runs into a word: the parser reads `1_000` as the number 1 with the alias `_000`.
fn check_space(before: &Token, after: &Token) -> Result<(), QueryError> {
    match (before, after) {
        (Token::Number(..), Token::Word(_)) => {
            Err(refused("a number runs into a word", "write a number in digits only, and a space before a name"))
        }
        _ => Ok(()),
    }
}

/// Keywords after which a text is a value, or the alias that AS gives.
const BEFORE_TEXTS: &str = "ALL AND AS BETWEEN BOTH BY CASE DATE DISTINCT ELSE ESCAPE EXCLUDE FROM HAVING ILIKE IN INTERVAL JOIN \
     LEADING LIKE LIMIT NOT OFFSET ON OR SELECT THEN TIMESTAMP TIMESTAMPTZ TO WHEN WHERE ZONE";

/// Refuses what the parser takes for an alias although it is probably none: a text right after a value, and an
/// empty quoted name.
fn check_texts(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
    let is_value = |token: &Token| match token {
        Token::Word(word) => word.quote_style.is_some() || !is_among(&word.value, BEFORE_TEXTS),
        Token::RParen | Token::RBracket => true,
        sign => sign.to_string().contains(|c: char| c.is_alphanumeric() || c == '\''),
    };
    let is_text = |token: &Token| matches!(token, Token::SingleQuotedString(_));
    let text = tokens.windows(2).find(|pair| is_text(&pair[1].token) && is_value(&pair[0].token));
    if let Some([_, text]) = text {
        let what = format!("a text stands beside a value{}", at(text.span.start));
        return Err(refused(what, "join texts with ||, and write a name after AS"));
    }
    let is_empty = |token: &Token| matches!(token, Token::Word(word) if word.value.is_empty());
    match tokens.iter().find(|token| is_empty(&token.token)) {
        Some(name) => Err(refused(format!("the name{} is empty", at(name.span.start)), "write a text as '…'")),
        None => Ok(()),
    }
}

/// Explains a syntax error: where it is, what is expected there, and which word may be meant. The text found there is
/// not repeated, because it may be a person's.
fn syntax_error(reason: &str, tokens: &[TokenWithSpan]) -> QueryError {
    let place = reason.rsplit_once(" at Line: ").and_then(|(_, place)| place.split_once(", Column: "));
    let place = place.and_then(|(line, column)| Some(Location::new(line.parse().ok()?, column.parse().ok()?)));
    let found = place.and_then(|place| tokens.iter().find(|token| token.span.start == place));
    let meant = found.map_or_else(String::new, |found| part_meant(&found.token));
    let expected = reason.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    let expected = expected.map_or_else(String::new, |(one, _)| format!(": {} is expected", beginning(one)));
    let place = place.map_or_else(|| " at its end".to_owned(), at);
    refused(format!("it is not read as SQL{place}{expected}"), &format!("{meant}{ONE_SELECT}"))
}

/// Stops at the first expression that is nested too deeply.
struct Depth(usize);

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 > MAX_DEPTH { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 -= 1;
        ControlFlow::Continue(())
    }
}

/// Whether a SELECT has an aggregate function outside of its subqueries.
fn has_aggregate(select: &Select, order: &[OrderByExpr]) -> bool {
    struct Search(usize);
    impl Visitor for Search {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Continue(())
        }

        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.0 -= 1;
            ControlFlow::Continue(())
        }

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Function(function) if self.0 == 0 && function.over.is_none() => {
                    match Function::named(&function.name.to_string().to_uppercase()) {
                        Some(_) => ControlFlow::Break(()),
                        None => ControlFlow::Continue(()),
                    }
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    select.projection.visit(&mut Search(0)).is_break() || order.to_vec().visit(&mut Search(0)).is_break()
}

/// Whether a question may mean a column: it has the column's name, or a `*` that is neither COUNT(*) nor a product.
fn may_mention(tokens: &[Token], column: &str) -> bool {
    let precedes_all = |token: &Token| match token {
        Token::Word(word) => ["SELECT", "DISTINCT", "ALL"].iter().any(|one| word.value.eq_ignore_ascii_case(one)),
        other => matches!(other, Token::Comma | Token::Period),
    };
    let all = tokens.windows(2).any(|pair| pair[1] == Token::Mul && precedes_all(&pair[0]));
    all || tokens.iter().any(|token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(column)))
}

/// The name and kind of every public column.
fn public_columns(archive: &Archive) -> Result<Vec<Column>, QueryError> {
    let column = |field: &std::sync::Arc<Field>| Column {
        table: None,
        name: field.name().clone(),
        kind: match field.data_type() {
            DataType::Int64 | DataType::Int32 => Kind::Integer,
            DataType::Timestamp(..) => Kind::Instant,
            _ => Kind::Text,
        },
    };
    let mut columns: Vec<Column> = archive.public_schema()?.fields().iter().map(column).collect();
    columns.push(Column { table: None, name: "bulan".to_owned(), kind: Kind::Text });
    Ok(columns)
}

/// Reads the given columns of the public table.
fn read_events(archive: &Archive, columns: Vec<Column>, budget: &Budget) -> Result<Relation, QueryError> {
    let stored: Vec<&str> = columns.iter().map(|c| c.name.as_str()).filter(|name| *name != "bulan").collect();
    // Every part has this column. Without any column, nothing would tell how many rows there are.
    let stored = if stored.is_empty() { vec!["seq"] } else { stored };
    let mut interned: HashSet<Rc<str>> = HashSet::new();
    let mut rows: Vec<Row> = Vec::new();
    for file in archive.event_files() {
        let month = month_of_path(&file.path).map_or(Datum::Null, |month| Datum::Text(month.to_string().into()));
        for batch in archive.read(file, Some(&stored))? {
            budget.values(batch.num_rows(), columns.len())?;
            let values = columns.iter().map(|column| column_values(&batch, &column.name, &mut interned));
            let values: Vec<Option<Vec<Datum>>> = values.collect();
            rows.extend((0..batch.num_rows()).map(|row| {
                let value =
                    |column: &Option<Vec<Datum>>| column.as_ref().map_or_else(|| month.clone(), |c| c[row].clone());
                values.iter().map(value).collect::<Row>()
            }));
        }
    }
    Ok(Relation::new(columns, rows))
}

/// Returns the values of a column, sharing equal texts; `None` if the batch does not have the column.
fn column_values(batch: &RecordBatch, name: &str, interned: &mut HashSet<Rc<str>>) -> Option<Vec<Datum>> {
    let any = batch.column_by_name(name)?.as_any();
    let mut text = |text: &str| match interned.get(text) {
        Some(text) => text.clone(),
        None => {
            let text: Rc<str> = text.into();
            interned.insert(text.clone());
            text
        }
    };
    if let Some(a) = any.downcast_ref::<StringArray>() {
        Some(a.iter().map(|value| value.map_or(Datum::Null, |value| Datum::Text(text(value)))).collect())
    } else if let Some(a) = any.downcast_ref::<Int64Array>() {
        Some(a.iter().map(|value| value.map_or(Datum::Null, Datum::Integer)).collect())
    } else if let Some(a) = any.downcast_ref::<Int32Array>() {
        Some(a.iter().map(|value| value.map_or(Datum::Null, |n| Datum::Integer(n.into()))).collect())
    } else {
        let a = any.downcast_ref::<TimestampMicrosecondArray>()?;
        Some(a.iter().map(|value| value.map_or(Datum::Null, Datum::Instant)).collect())
    }
}
