//! One read-only question over the public table.
//!
//! Reads   `events`: every public column of every archived row, corrections and what they correct included; instants
//!         in UTC; `bulan`, the office's month of `selesai`
//! Gives   named columns and rows of plain values
//! Rule    what SQL says of it, and DuckDB does (`tests/query.rs`); what is not known here is refused in words
//!
//! Invariant: one SELECT, over `events` only, with no function that reads a file; a limit to rows, pairs and texts.

#![expect(clippy::disallowed_types, reason = "rows and groups keep their own order; what is hashed is only looked up")]

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
    /// It is not one SELECT over `events`, or has something that is not known here.
    #[error("the question is not answered: {what}\n{instead}")]
    Refused {
        /// What is not known, or too much.
        what: String,
        /// What to ask instead.
        instead: String,
    },
}

fn refused(what: impl Into<String>, instead: &str) -> QueryError {
    QueryError::Refused { what: what.into(), instead: instead.to_owned() }
}

/// Columns and rows of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Column names, each once.
    pub columns: Vec<String>,
    /// Rows of null, number, text or true/false.
    pub rows: Vec<Vec<Value>>,
}

/// So many words and signs a question may have.
const LONGEST: usize = 4000;

/// So deep its expressions may be.
const DEEPEST: usize = 100;

/// Answers one SELECT.
///
/// # Errors
/// [`QueryError`] when it is anything else, or has something that is not known here.
pub fn query(archive: &Archive, sql: &str) -> Result<Answer, QueryError> {
    let (query, tokens) = parsed(sql)?;
    let schema = public_columns(archive)?;
    let names = schema.iter().map(|column| column.name.clone()).chain(["events".to_owned()]);
    let words = Words(names.collect());
    let wanted: Vec<Column> = schema.into_iter().filter(|column| is_named(&column.name, &tokens)).collect();
    // What is refused is refused before anything is read.
    let none = Relation { columns: wanted.clone(), rows: Rc::default() };
    Planner::new(none, words.clone(), Budget::default()).answered(&query)?;
    if archive.is_empty() {
        return Err(archive.empty().into());
    }
    let budget = Budget::default();
    let found = Planner::new(events(archive, wanted, &budget)?, words, budget).answered(&query)?;
    Ok(Answer {
        columns: found.columns.into_iter().map(|column| column.name).collect(),
        rows: found.rows.iter().map(|row| row.iter().map(Datum::plain).collect()).collect(),
    })
}

const ONE: &str = "ask one SELECT over the table `events`";

/// The question and its words.
fn parsed(sql: &str) -> Result<(Box<Query>, Vec<Token>), QueryError> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    let tokens = tokens.map_err(|e| refused(format!("a text{} is not read", at(e.location)), "end it with ' or \""))?;
    tokens.windows(2).try_for_each(|pair| apart(&pair[0].token, &pair[1].token))?;
    let tokens: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    if tokens.len() > LONGEST {
        return Err(refused(format!("it has more than {LONGEST} words and signs"), "ask a shorter question"));
    }
    beside(&tokens)?;
    let parsed = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens.clone()).parse_statements();
    let mut statements = parsed.map_err(|e| match e {
        ParserError::RecursionLimitExceeded => {
            refused("its brackets are too deep", "ask with fewer brackets in each other")
        }
        ParserError::TokenizerError(reason) | ParserError::ParserError(reason) => unread(&reason, &tokens),
    })?;
    let statement = match (statements.pop(), statements.len()) {
        (Some(statement), 0) => statement,
        (None, _) => return Err(refused("nothing was asked", ONE)),
        _ => return Err(refused("this is more than one statement", ONE)),
    };
    let Statement::Query(query) = statement else { return Err(refused("this is another kind of statement", ONE)) };
    match query.visit(&mut Depth(0)) {
        ControlFlow::Continue(()) => Ok((query, tokens.into_iter().map(|token| token.token).collect())),
        ControlFlow::Break(()) => {
            let what = format!("its expressions are more than {DEEPEST} deep");
            Err(refused(what, "write fewer terms in one expression; x IN (…) takes many values"))
        }
    }
}

/// `1_000` would be read as the number 1 under another name.
fn apart(before: &Token, after: &Token) -> Result<(), QueryError> {
    match (before, after) {
        (Token::Number(..), Token::Word(_)) => {
            Err(refused("a number runs into a word", "write a number in digits only, and a space before a name"))
        }
        _ => Ok(()),
    }
}

/// Words after which a text is a value, or a name that AS gives.
const BEFORE_TEXTS: &str = "ALL AND AS BETWEEN BOTH BY CASE DATE DISTINCT ELSE ESCAPE EXCLUDE FROM HAVING ILIKE IN INTERVAL JOIN \
     LEADING LIKE LIMIT NOT OFFSET ON OR SELECT THEN TIMESTAMP TIMESTAMPTZ TO WHEN WHERE ZONE";

/// A text beside a value would be read as its name, and a name without letters as one.
fn beside(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
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

/// What is no SQL: where, what is expected there, and which word may be meant; what was found is not repeated.
fn unread(reason: &str, tokens: &[TokenWithSpan]) -> QueryError {
    let place = reason.rsplit_once(" at Line: ").and_then(|(_, place)| place.split_once(", Column: "));
    let place = place.and_then(|(line, column)| Some(Location::new(line.parse().ok()?, column.parse().ok()?)));
    let found = place.and_then(|place| tokens.iter().find(|token| token.span.start == place));
    let meant = found.map_or_else(String::new, |found| part_meant(&found.token));
    let expected = reason.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    let expected = expected.map_or_else(String::new, |(one, _)| format!(": {} is expected", beginning(one)));
    let place = place.map_or_else(|| " at its end".to_owned(), at);
    refused(format!("it is not read as SQL{place}{expected}"), &format!("{meant}{ONE}"))
}

struct Depth(usize);

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 > DEEPEST { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 -= 1;
        ControlFlow::Continue(())
    }
}

/// Whether a SELECT has a function of many rows, not counting its subqueries.
fn of_many_rows(select: &Select, order: &[OrderByExpr]) -> bool {
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

/// Whether a question may mean a column: its name is there, or a `*` that is neither of COUNT nor a product.
fn is_named(column: &str, tokens: &[Token]) -> bool {
    let begins = |token: &Token| match token {
        Token::Word(word) => ["SELECT", "DISTINCT", "ALL"].iter().any(|one| word.value.eq_ignore_ascii_case(one)),
        other => matches!(other, Token::Comma | Token::Period),
    };
    let all = tokens.windows(2).any(|pair| pair[1] == Token::Mul && begins(&pair[0]));
    all || tokens.iter().any(|token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(column)))
}

/// Name and kind of every public column.
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

/// The public table, of it the columns that are wanted.
fn events(archive: &Archive, columns: Vec<Column>, budget: &Budget) -> Result<Relation, QueryError> {
    let stored: Vec<&str> = columns.iter().map(|c| c.name.as_str()).filter(|name| *name != "bulan").collect();
    // A part has at least this column: it says how many rows there are.
    let stored = if stored.is_empty() { vec!["seq"] } else { stored };
    let mut known: HashSet<Rc<str>> = HashSet::new();
    let mut rows: Vec<Row> = Vec::new();
    for file in archive.event_files() {
        let month = month_of_path(&file.path).map_or(Datum::Null, |month| Datum::Text(month.to_string().into()));
        for batch in archive.read(file, Some(&stored))? {
            budget.values(batch.num_rows(), columns.len())?;
            let values = columns.iter().map(|column| values(&batch, &column.name, &mut known));
            let values: Vec<Option<Vec<Datum>>> = values.collect();
            rows.extend((0..batch.num_rows()).map(|row| {
                let of =
                    |column: &Option<Vec<Datum>>| column.as_ref().map_or_else(|| month.clone(), |c| c[row].clone());
                values.iter().map(of).collect::<Row>()
            }));
        }
    }
    Ok(Relation::new(columns, rows))
}

/// The values of a column, equal texts once; none where the batch does not have it.
fn values(batch: &RecordBatch, name: &str, known: &mut HashSet<Rc<str>>) -> Option<Vec<Datum>> {
    let any = batch.column_by_name(name)?.as_any();
    let mut text = |text: &str| match known.get(text) {
        Some(text) => text.clone(),
        None => {
            let text: Rc<str> = text.into();
            known.insert(text.clone());
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
