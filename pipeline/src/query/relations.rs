//! Tables, and the planner that answers a query over them.

use super::budget::Budget;
use super::clauses::slice;
use super::datum::{Datum, Kind};
use super::expressions::Compiler;
use super::node::{Node, Row};
use super::order::{By, compare_keys};
use super::scan::Scan;
use super::select::Sink;
use super::sets::combine;
use super::views::Views;
use super::words::Words;
use super::{QueryError, refused};
use sqlparser::ast::{Cte, Expr, OrderBy, OrderByExpr, OrderByKind, Query, SetExpr, UnaryOperator, Value, With};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

/// A column of a table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The name by which the question calls the table.
    pub(super) table: Option<String>,
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) columns: Vec<Column>,
    pub(super) source: Rows,
}

/// The rows of a table.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// All of them.
    Made(Rc<Vec<Row>>),
    /// Those of the archive, which are read when they are needed.
    Stored(Rc<Scan>),
}

/// The most SELECTs in a chain of UNIONs.
const MAX_SELECTS: usize = 50;

/// Answers queries over its tables.
#[derive(Debug)]
pub(super) struct Planner {
    /// The tables of each WITH that is open.
    tables: RefCell<Vec<(String, Relation)>>,
    views: Rc<Views>,
    /// The results of subqueries in expressions, kept until the tables change.
    subqueries: RefCell<Vec<(Query, Relation)>>,
    pub(super) words: Words,
    pub(super) budget: Budget,
}

impl Relation {
    pub(super) fn new(columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Self { columns, source: Rows::Made(Rc::new(rows)) }
    }

    /// Returns its rows, or of rows of the archive those for which a condition is true.
    pub(super) fn rows(&self, condition: Option<&Node>, budget: &Budget) -> Result<Rc<Vec<Row>>, QueryError> {
        match (&self.source, condition) {
            (Rows::Made(rows), None) => Ok(Rc::clone(rows)),
            (Rows::Made(rows), Some(condition)) => Ok(Rc::new(filtered(rows.to_vec(), condition)?)),
            (Rows::Stored(scan), condition) => {
                let all: Vec<usize> = (0..self.columns.len()).collect();
                Ok(Rc::new(scan.rows(&all, condition, &mut |rows| budget.values(rows, all.len()))?))
            }
        }
    }

    /// Returns the same table under another name.
    pub(super) fn called(mut self, name: &str) -> Self {
        self.columns.iter_mut().for_each(|column| column.table = Some(name.to_owned()));
        self
    }

    /// Returns the table, or an error if two of its columns have the same name.
    pub(super) fn distinct_names(self, words: &Words) -> Result<Self, QueryError> {
        let mut names = HashSet::new();
        match self.columns.iter().find(|column| !names.insert(column.name.to_lowercase())) {
            Some(column) => {
                let what = format!("two columns are called `{}`", words.repeated(&column.name));
                Err(refused(what, "give one of them another name: a.seq AS seq_a"))
            }
            None => Ok(self),
        }
    }
}

impl Planner {
    pub(super) fn new(views: Rc<Views>, words: Words) -> Self {
        let (tables, budget) = (RefCell::default(), Budget::default());
        Self { tables, views, subqueries: RefCell::default(), words, budget }
    }

    /// Answers a whole question, and gives its rows one by one.
    pub(super) fn answer(
        &self,
        query: &Query,
        begin: &mut dyn FnMut(&[Column]) -> Result<(), QueryError>,
        row: &mut dyn FnMut(&Row) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        if let Query { with: None, body, order_by: None, limit_clause, fetch: None, .. } = query
            && let SetExpr::Select(select) = &**body
            && query.locks.is_empty()
            && query.pipe_operators.is_empty()
            && query.for_clause.is_none()
            && query.settings.is_none()
            && query.format_clause.is_none()
        {
            let mut sink = Sink::Sent { slice: slice(limit_clause.as_ref())?, begin, row };
            self.select(select, &[], &mut sink)?;
            return Ok(());
        }
        let found = self.query(query)?.distinct_names(&self.words)?;
        begin(&found.columns)?;
        found.rows(None, &self.budget)?.iter().try_for_each(row)
    }

    /// Returns the table of WITH of this name that was defined last, or else the view.
    pub(super) fn table(&self, name: &str) -> Result<Option<Relation>, QueryError> {
        let tables = self.tables.borrow();
        match tables.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            Some((_, table)) => Ok(Some(table.clone())),
            None => self.views.table(name),
        }
    }

    /// Answers a query or a subquery.
    pub(super) fn query(&self, query: &Query) -> Result<Relation, QueryError> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch: None,
            locks,
            for_clause: None,
            settings: None,
            format_clause: None,
            pipe_operators,
        } = query
        else {
            return Err(refused(
                "the query has an addition that is not known here",
                "leave out FETCH, FOR, SETTINGS and FORMAT",
            ));
        };
        if !locks.is_empty() || !pipe_operators.is_empty() {
            return Err(refused("the query has an addition that is not known here", "leave out FOR UPDATE and |>"));
        }
        let before = self.tables.borrow().len();
        let (skip, take) = slice(limit_clause.as_ref())?;
        let found = self.with_tables(with.as_ref(), body, order_by.as_ref(), skip.saturating_add(take));
        // The tables of WITH end with their query, even if it is refused.
        if self.tables.borrow().len() > before {
            self.tables.borrow_mut().truncate(before);
            self.subqueries.take();
        }
        let found = found?;
        if skip == 0 && take == usize::MAX {
            return Ok(found);
        }
        let rows = found.rows(None, &self.budget)?.iter().skip(skip).take(take).cloned().collect();
        Ok(Relation::new(found.columns, rows))
    }

    fn with_tables(
        &self,
        with: Option<&With>,
        body: &SetExpr,
        order_by: Option<&OrderBy>,
        most: usize,
    ) -> Result<Relation, QueryError> {
        if let Some(with) = with {
            if with.recursive {
                return Err(refused("WITH RECURSIVE is not known here", "write the steps as tables of their own"));
            }
            for (place, cte) in with.cte_tables.iter().enumerate() {
                let is_same = |other: &Cte| other.alias.name.value.eq_ignore_ascii_case(&cte.alias.name.value);
                if with.cte_tables[..place].iter().any(is_same) {
                    return Err(refused("two tables of WITH have one name", "give one of them another name"));
                }
                if !cte.alias.columns.is_empty() || cte.from.is_some() {
                    return Err(refused("a table of WITH names its columns", "name them in its SELECT: … AS n"));
                }
                let table = self.query(&cte.query)?.distinct_names(&self.words)?;
                self.subqueries.take();
                self.tables.borrow_mut().push((cte.alias.name.value.clone(), table));
            }
        }
        let order = match order_by {
            None => [].as_slice(),
            Some(OrderBy { kind: OrderByKind::Expressions(by), interpolate: None }) => by,
            Some(_) => return Err(refused("ORDER BY ALL is not known here", "write the columns")),
        };
        match body {
            SetExpr::Select(select) => self.select(select, order, &mut Sink::kept(most)),
            other => self.ordered(self.body(other, 0)?, order),
        }
    }

    /// Answers a subquery in an expression. It sees the tables, but not the rows of the query around it.
    pub(super) fn subquery(&self, query: &Query) -> Result<Relation, QueryError> {
        if let Some((_, found)) = self.subqueries.borrow().iter().find(|(known, _)| known == query) {
            return Ok(found.clone());
        }
        let found = self.query(query)?;
        self.subqueries.borrow_mut().push((query.clone(), found.clone()));
        Ok(found)
    }

    fn body(&self, body: &SetExpr, depth: usize) -> Result<Relation, QueryError> {
        match body {
            _ if depth > MAX_SELECTS => Err(refused(
                format!("more than {MAX_SELECTS} SELECTs are put together"),
                "write one with WHERE … IN (…)",
            )),
            SetExpr::Select(select) => self.select(select, &[], &mut Sink::kept(usize::MAX)),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let (left, right) = (self.body(left, depth + 1)?, self.body(right, depth + 1)?);
                combine(left, *op, *set_quantifier, right, &self.budget)
            }
            _ => Err(refused("it is not made of SELECTs", "write SELECT … FROM events")),
        }
    }

    /// Orders the result of a set operation, which is possible by its columns only.
    fn ordered(&self, found: Relation, order: &[OrderByExpr]) -> Result<Relation, QueryError> {
        let compiler = Compiler::of_rows(self, &found.columns);
        let by = |one: &OrderByExpr| match ordinal(&one.expr, found.columns.len())? {
            Some(place) => By::new(one, Node::Column(place)),
            None => By::new(one, compiler.expr(&one.expr)?.node),
        };
        let by = order.iter().map(by).collect::<Result<Vec<_>, QueryError>>()?;
        let rows = found.rows(None, &self.budget)?;
        self.budget.values(rows.len(), by.len())?;
        let rows = rows.iter().map(|row| Ok((values(by.iter().map(|by| &by.node), row, &[])?, row.clone())));
        let rows = sorted(&by, rows.collect::<Result<_, QueryError>>()?);
        Ok(Relation::new(found.columns, rows))
    }
}

/// Computes the values of several expressions for a row.
pub(super) fn values<'n>(
    nodes: impl Iterator<Item = &'n Node>,
    row: &[Datum],
    windows: &[Datum],
) -> Result<Vec<Datum>, QueryError> {
    nodes.map(|node| node.value(row, windows)).collect()
}

/// Sorts rows by the keys that come with them.
pub(super) fn sorted(by: &[By], mut rows: Vec<(Vec<Datum>, Row)>) -> Vec<Row> {
    if !by.is_empty() {
        rows.sort_by(|(a, _), (b, _)| compare_keys(by, a, b));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Returns the rows for which a condition is true.
pub(super) fn filtered(rows: Vec<Row>, condition: &Node) -> Result<Vec<Row>, QueryError> {
    let mut kept = Vec::new();
    for row in rows {
        if condition.value(&row, &[])?.is_true() {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// Returns the place of the output that a plain number means in GROUP BY and ORDER BY.
pub(super) fn ordinal(expr: &Expr, places: usize) -> Result<Option<usize>, QueryError> {
    match expr {
        Expr::Nested(inner) => ordinal(inner, places),
        // A number with a sign is a value, not the number of a column. A sign before anything else is arithmetic.
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => match ordinal(expr, usize::MAX)? {
            Some(_) => Err(refused("it is ordered or grouped by a value", "write the column")),
            None => Ok(None),
        },
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => {
                let place = text.parse::<usize>().ok().filter(|place| (1..=places).contains(place));
                let none = || refused("the SELECT has no column of this number", "write the column");
                place.map(|place| Some(place - 1)).ok_or_else(none)
            }
            _ => Err(refused("it is ordered or grouped by a value", "write the column")),
        },
        _ => Ok(None),
    }
}
