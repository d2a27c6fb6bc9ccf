//! Tables, and the planner that answers a query over them.

use super::aggregates::{Accumulator, Aggregate};
use super::budget::Budget;
use super::clauses::{check_clauses, slice};
use super::datum::{Datum, Kind};
use super::expressions::Compiler;
use super::node::{Node, Row, Typed};
use super::order::{By, compare_keys};
use super::sets::combine;
use super::words::Words;
use super::{QueryError, refused};
use sqlparser::ast::{
    Cte, Distinct, Expr, GroupByExpr, OrderBy, OrderByExpr, OrderByKind, Query, Select, SetExpr, UnaryOperator, Value,
    With,
};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
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
    pub(super) rows: Rc<Vec<Row>>,
}

/// The most SELECTs in a chain of UNIONs.
const MAX_SELECTS: usize = 50;

/// Answers queries over its tables.
#[derive(Debug)]
pub(super) struct Planner {
    /// `events`, and the tables of each WITH that is open.
    tables: RefCell<Vec<(String, Relation)>>,
    /// The results of subqueries in expressions, kept until the tables change.
    subqueries: RefCell<Vec<(Query, Relation)>>,
    pub(super) words: Words,
    pub(super) budget: Budget,
}

impl Relation {
    pub(super) fn new(columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Self { columns, rows: Rc::new(rows) }
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
    pub(super) fn new(events: Relation, words: Words, budget: Budget) -> Self {
        let tables = RefCell::new(vec![("events".to_owned(), events)]);
        Self { tables, subqueries: RefCell::default(), words, budget }
    }

    /// Answers a whole question.
    pub(super) fn answer(&self, query: &Query) -> Result<Relation, QueryError> {
        self.query(query)?.distinct_names(&self.words)
    }

    /// Returns the table of this name that was defined last.
    pub(super) fn table(&self, name: &str) -> Option<Relation> {
        let tables = self.tables.borrow();
        tables.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, table)| table.clone())
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
        let found = self.with_tables(with.as_ref(), body, order_by.as_ref());
        // The tables of WITH end with their query, even if it is refused.
        if self.tables.borrow().len() > before {
            self.tables.borrow_mut().truncate(before);
            self.subqueries.take();
        }
        let found = found?;
        let (skip, take) = slice(limit_clause.as_ref())?;
        if skip == 0 && take >= found.rows.len() {
            return Ok(found);
        }
        let rows = found.rows.iter().skip(skip).take(take).cloned().collect();
        Ok(Relation { columns: found.columns, rows: Rc::new(rows) })
    }

    fn with_tables(
        &self,
        with: Option<&With>,
        body: &SetExpr,
        order_by: Option<&OrderBy>,
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
            SetExpr::Select(select) => self.select(select, order),
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
            SetExpr::Select(select) => self.select(select, &[]),
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
        self.budget.values(found.rows.len(), by.len())?;
        let rows = found.rows.iter().map(|row| Ok((values(by.iter().map(|by| &by.node), row, &[])?, row.clone())));
        let rows = sorted(&by, rows.collect::<Result<_, QueryError>>()?);
        Ok(Relation { columns: found.columns, rows: Rc::new(rows) })
    }

    fn select(&self, select: &Select, order: &[OrderByExpr]) -> Result<Relation, QueryError> {
        check_clauses(select)?;
        let input = self.from(&select.from, select.selection.as_ref())?;
        let of_rows = Compiler::of_rows(self, &input.columns);
        let GroupByExpr::Expressions(keys, additions) = &select.group_by else {
            return Err(refused("GROUP BY ALL is not known here", "write the columns"));
        };
        if !additions.is_empty() {
            return Err(refused(
                "GROUP BY with ROLLUP or CUBE is not known here",
                "put two queries together with UNION ALL",
            ));
        }
        let keys =
            keys.iter().map(|key| of_rows.expr(&key_of(select, key, &of_rows)?)).collect::<Result<Vec<_>, _>>()?;
        let grouped = !keys.is_empty() || select.having.is_some() || super::has_aggregate(select, order);
        let compiler = Compiler::of_output(self, &input.columns, grouped.then_some(&keys));
        let outputs = super::outputs::outputs(select, &input.columns, &compiler)?;
        let having = select.having.as_ref();
        let having = having.map(|having| compiler.condition(having)).transpose()?;
        let distinct = matches!(select.distinct, Some(Distinct::Distinct));
        let by = order.iter().map(|by| By::new(by, outputs.order(&by.expr, &compiler, distinct)?));
        let by = by.collect::<Result<Vec<_>, QueryError>>()?;
        let aggregates = compiler.aggregates();
        let mut rows = match grouped {
            true => self.groups(&input.rows, &keys, &aggregates)?,
            false => input.rows.to_vec(),
        };
        if let Some(having) = &having {
            rows = filtered(rows, having)?;
        }
        let windows = compiler.windows();
        let windows = windows.iter().map(|window| window.values(&rows, &self.budget)).collect::<Result<Vec<_>, _>>()?;
        self.budget.values(rows.len(), outputs.columns.len() + by.len())?;
        let (mut found, mut seen) = (Vec::with_capacity(rows.len()), HashSet::new());
        for (place, row) in rows.iter().enumerate() {
            let window_values: Vec<Datum> = windows.iter().map(|window| window[place].clone()).collect();
            let out: Row = values(outputs.nodes.iter(), row, &window_values)?.into();
            if !distinct || seen.insert(out.clone()) {
                found.push((values(by.iter().map(|by| &by.node), row, &window_values)?, out));
            }
        }
        Ok(Relation { columns: outputs.columns, rows: Rc::new(sorted(&by, found)) })
    }

    /// Returns one row per group: the expressions of GROUP BY, then the aggregate functions.
    fn groups(&self, rows: &[Row], keys: &[Typed], aggregates: &[Aggregate]) -> Result<Vec<Row>, QueryError> {
        let keeping = aggregates.iter().filter(|aggregate| aggregate.keeps_values()).count();
        if keeping > 0 {
            self.budget.values(rows.len(), keeping)?;
        }
        let mut places: HashMap<Vec<Datum>, usize> = HashMap::new();
        let mut groups: Vec<(Vec<Datum>, Vec<Accumulator<'_>>)> = Vec::new();
        let fresh = || aggregates.iter().map(Accumulator::new).collect::<Vec<_>>();
        if keys.is_empty() {
            places.insert(Vec::new(), 0);
            groups.push((Vec::new(), fresh()));
        }
        for row in rows {
            let key = values(keys.iter().map(|key| &key.node), row, &[])?;
            let place = *places.entry(key).or_insert_with_key(|key| {
                groups.push((key.clone(), fresh()));
                groups.len() - 1
            });
            for accumulator in &mut groups[place].1 {
                accumulator.add(row)?;
            }
        }
        self.budget.values(groups.len(), keys.len() + aggregates.len())?;
        groups
            .into_iter()
            .map(|(mut key, accumulators)| {
                for accumulator in &accumulators {
                    key.push(accumulator.value()?);
                }
                Ok(key.into())
            })
            .collect()
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
fn sorted(by: &[By], mut rows: Vec<(Vec<Datum>, Row)>) -> Vec<Row> {
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

/// Returns what an item of GROUP BY means: a column, or else the expression of the SELECT with this name or number.
fn key_of(select: &Select, key: &Expr, of_rows: &Compiler<'_>) -> Result<Expr, QueryError> {
    if let Some(place) = ordinal(key, select.projection.len())? {
        return super::outputs::expression(&select.projection[place]);
    }
    let named = match key {
        Expr::Identifier(name)
            if !of_rows.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name.value)) =>
        {
            super::outputs::named(select, &name.value)
        }
        _ => None,
    };
    Ok(named.unwrap_or(key).clone())
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
