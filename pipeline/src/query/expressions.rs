//! Compiles the expressions of the parser to [`Node`]s, in which columns are places and kinds are known.
//!
//! Every form of expression that is not listed here is refused.

use super::aggregates::Aggregate;
use super::arithmetic::{calculate, cast, comparable, compare, moved, widened};
use super::datum::{Datum, Kind};
use super::literals::{length, literal, moment};
use super::node::{Node, Typed};
use super::relations::{Column, Planner};
use super::scalars::{field, like, scalar};
use super::windows::Window;
use super::words::at;
use super::{QueryError, refused};
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, CeilFloorKind, Expr, Ident, Query, TrimWhereField, UnaryOperator,
};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

/// Compiles the expressions of one SELECT.
#[derive(Debug)]
pub(super) struct Compiler<'a> {
    pub(super) planner: &'a Planner,
    pub(super) columns: &'a [Column],
    /// The expressions of GROUP BY, if the SELECT is grouped.
    pub(super) keys: Option<&'a [Typed]>,
    pub(super) aggregates: RefCell<Vec<Aggregate>>,
    /// The window functions found so far, where they are allowed.
    pub(super) windows: Option<RefCell<Vec<Window>>>,
}

impl<'a> Compiler<'a> {
    /// A compiler for expressions of single rows, without aggregate or window functions, such as conditions.
    pub(super) fn of_rows(planner: &'a Planner, columns: &'a [Column]) -> Self {
        Self { planner, columns, keys: None, aggregates: RefCell::default(), windows: None }
    }

    /// A compiler for the outputs of a SELECT, which are of rows or, with `keys`, of groups.
    pub(super) fn of_output(planner: &'a Planner, columns: &'a [Column], keys: Option<&'a [Typed]>) -> Self {
        Self { planner, columns, keys, aggregates: RefCell::default(), windows: Some(RefCell::default()) }
    }

    /// The aggregate functions found so far.
    pub(super) fn aggregates(&self) -> Vec<Aggregate> {
        self.aggregates.borrow().clone()
    }

    pub(super) fn windows(&self) -> Vec<Window> {
        self.windows.as_ref().map(|windows| windows.borrow().clone()).unwrap_or_default()
    }

    /// Compiles a condition.
    pub(super) fn condition(&self, expr: &Expr) -> Result<Node, QueryError> {
        let condition = self.expr(expr)?;
        match condition.kind {
            Kind::Boolean | Kind::Null => Ok(condition.node),
            other => Err(refused(format!("a condition is {other}"), "write a comparison, such as x <> 0")),
        }
    }

    /// Compiles an expression.
    pub(super) fn expr(&self, expr: &Expr) -> Result<Typed, QueryError> {
        match self.key(expr) {
            Some(key) => Ok(key),
            None => self.compile(expr),
        }
    }

    /// Returns the column of the grouped row that an expression stands for, if it is one of GROUP BY.
    fn key(&self, expr: &Expr) -> Option<Typed> {
        let keys = self.keys?;
        let of_row = Compiler::of_rows(self.planner, self.columns).compile(expr).ok()?;
        let place = keys.iter().position(|key| key.node == of_row.node)?;
        Some(Typed::column(place, of_row.kind))
    }

    fn compile(&self, expr: &Expr) -> Result<Typed, QueryError> {
        match expr {
            Expr::Identifier(name) => self.column(None, name),
            Expr::CompoundIdentifier(path) => match path.as_slice() {
                [table, name] => self.column(Some(table), name),
                path => {
                    let place = path.first().map_or_else(String::new, |name| at(name.span.start));
                    Err(refused(format!("the name{place} has more than two parts"), "write table.column"))
                }
            },
            Expr::Value(value) => literal(&value.value),
            Expr::TypedString(typed) => moment(typed),
            Expr::Nested(inner) => self.expr(inner),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::IsNull(x) => self.is(x, "IS NULL", false, Datum::is_null),
            Expr::IsNotNull(x) => self.is(x, "IS NOT NULL", false, |v| !v.is_null()),
            Expr::IsTrue(x) => self.is(x, "IS TRUE", true, Datum::is_true),
            Expr::IsNotTrue(x) => self.is(x, "IS NOT TRUE", true, |v| !v.is_true()),
            Expr::IsFalse(x) => self.is(x, "IS FALSE", true, |v| *v == Datum::Boolean(false)),
            Expr::IsNotFalse(x) => self.is(x, "IS NOT FALSE", true, |v| *v != Datum::Boolean(false)),
            Expr::IsDistinctFrom(a, b) => self.same(a, b, false),
            Expr::IsNotDistinctFrom(a, b) => self.same(a, b, true),
            Expr::Between { expr, .. } | Expr::InList { expr, .. } | Expr::InSubquery { expr, .. }
                if is_comparison(expr) =>
            {
                Err(chained_comparison())
            }
            Expr::Between { expr, negated, low, high } => {
                let low = compare(self.expr(expr)?, &BinaryOperator::GtEq, self.expr(low)?)?;
                let high = compare(self.expr(expr)?, &BinaryOperator::LtEq, self.expr(high)?)?;
                Ok(negated_if(*negated, Node::And(vec![low.node, high.node])))
            }
            Expr::InList { expr, list, negated } => {
                let value = self.expr(expr)?;
                let equal = |one: &Expr| Ok(compare(value.clone(), &BinaryOperator::Eq, self.expr(one)?)?.node);
                Ok(negated_if(*negated, Node::Or(list.iter().map(equal).collect::<Result<_, QueryError>>()?)))
            }
            Expr::InSubquery { expr, subquery, negated } => self.in_subquery(expr, subquery, *negated),
            Expr::Exists { subquery, negated } => {
                let found = !self.planner.subquery(subquery)?.rows(None, &self.planner.budget)?.is_empty();
                Ok(Typed::literal(Datum::Boolean(found != *negated), Kind::Boolean))
            }
            Expr::Subquery(subquery) => self.scalar_subquery(subquery),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Function(function) => self.function(function),
            other => self.special_form(other),
        }
    }

    /// Compiles operations for which SQL has a special syntax.
    fn special_form(&self, expr: &Expr) -> Result<Typed, QueryError> {
        match expr {
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, *negated, false)
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, *negated, true)
            }
            Expr::Cast { kind, expr, data_type, array: false, format: None } => {
                let tried = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
                cast(self.expr(expr)?, &data_type.to_string().to_uppercase(), tried)
            }
            Expr::Extract { field: name, expr, .. } if name.to_string().eq_ignore_ascii_case("EPOCH") => {
                scalar("EPOCH", vec![self.expr(expr)?])
            }
            Expr::Extract { field: name, expr, .. } => field(&name.to_string(), &self.expr(expr)?),
            Expr::Floor { expr, field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime) } => {
                scalar("FLOOR", vec![self.expr(expr)?])
            }
            Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime) } => {
                scalar("CEIL", vec![self.expr(expr)?])
            }
            Expr::Position { expr, r#in } => scalar("STRPOS", vec![self.expr(r#in)?, self.expr(expr)?]),
            Expr::Substring { expr, substring_from: Some(from), substring_for, special: _, shorthand: _ } => {
                let mut operands = vec![self.expr(expr)?, self.expr(from)?];
                if let Some(length) = substring_for {
                    operands.push(self.expr(length)?);
                }
                scalar("SUBSTR", operands)
            }
            Expr::Trim { trim_where, trim_what: None, expr, trim_characters: None } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "LTRIM",
                    Some(TrimWhereField::Trailing) => "RTRIM",
                    Some(TrimWhereField::Both) | None => "TRIM",
                };
                scalar(name, vec![self.expr(expr)?])
            }
            other => Err(refused(
                format!("`{}` is not known here", self.planner.words.repeated(&other.to_string())),
                "write it with comparisons, AND, OR, NOT, IN, LIKE, BETWEEN, CASE, CAST and the functions of the manual",
            )),
        }
    }

    fn column(&self, table: Option<&Ident>, name: &Ident) -> Result<Typed, QueryError> {
        let place = self.place(table, name)?;
        if self.keys.is_some() {
            let name = self.planner.words.name(name);
            let what = format!("{name} is neither in GROUP BY nor in a function of many rows");
            return Err(refused(what, "put it into GROUP BY, or write MIN(…), MAX(…) or COUNT(…) of it"));
        }
        Ok(Typed::column(place, self.columns[place].kind))
    }

    /// Returns the place of a column in the row.
    pub(super) fn place(&self, table: Option<&Ident>, name: &Ident) -> Result<usize, QueryError> {
        let is = |column: &Column| {
            column.name.eq_ignore_ascii_case(&name.value)
                && table.is_none_or(|t| column.table.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(&t.value)))
        };
        let mut places = (0..self.columns.len()).filter(|place| is(&self.columns[*place]));
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (None, _) => {
                let words = &self.planner.words;
                let what = format!(
                    "{} is no column{} here",
                    words.name(name),
                    if table.is_some() { " of this table" } else { "" }
                );
                let instead = match name.value.to_lowercase().starts_with("target_") {
                    true => "a verdict per target needs the office's tertib.toml, which a copy comes without",
                    false => {
                        "DESCRIBE events shows columns; a subquery does not see the query around it: use IN or LEFT JOIN"
                    }
                };
                Err(refused(what, &format!("{}{instead}", words.meant(name))))
            }
            (Some(_), Some(_)) => {
                let what = format!("{} is that of several columns", self.planner.words.name(name));
                Err(refused(what, "write table.column, and give the tables names: events a JOIN events b"))
            }
        }
    }

    fn unary(&self, op: UnaryOperator, expr: &Expr) -> Result<Typed, QueryError> {
        match op {
            UnaryOperator::Not => Ok(not(self.condition(expr)?)),
            UnaryOperator::Plus => self.expr(expr),
            UnaryOperator::Minus => match self.expr(expr)? {
                Typed { node: Node::Literal(Datum::Integer(n)), kind } => Ok(Typed::literal(Datum::Integer(-n), kind)),
                Typed { node: Node::Literal(Datum::Float(x)), kind } => {
                    Ok(Typed::literal(Datum::float(-x.get()), kind))
                }
                value => calculate(Typed::literal(Datum::Integer(0), Kind::Integer), &BinaryOperator::Minus, value),
            },
            other => Err(refused(format!("the operator {other} is not known here"), "use NOT or -")),
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Typed, QueryError> {
        use BinaryOperator as Op;
        match (op, right) {
            (Op::And, _) => Ok(boolean(Node::And(vec![self.condition(left)?, self.condition(right)?]))),
            (Op::Or, _) => Ok(boolean(Node::Or(vec![self.condition(left)?, self.condition(right)?]))),
            (Op::Plus, Expr::Interval(by)) => moved(self.expr(left)?, length(by)?),
            (Op::Minus, Expr::Interval(by)) => moved(self.expr(left)?, -length(by)?),
            (Op::StringConcat, _) => {
                let (a, b) = (self.expr(left)?, self.expr(right)?);
                if ![a.kind, b.kind].iter().all(|kind| matches!(kind, Kind::Text | Kind::Null)) {
                    return Err(refused(format!("{} || {} is not joined", a.kind, b.kind), "write CAST(… AS VARCHAR)"));
                }
                let run = |v: &[Datum]| Datum::made(&[v[0].text(), v[1].text()].concat());
                Ok(Typed::call("||", Kind::Text, vec![a.node, b.node], run))
            }
            (Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::DuckIntegerDivide | Op::Modulo, _) => {
                calculate(self.expr(left)?, op, self.expr(right)?)
            }
            _ if [left, right].into_iter().any(is_comparison) => Err(chained_comparison()),
            _ => compare(self.expr(left)?, op, self.expr(right)?),
        }
    }

    fn is(&self, x: &Expr, name: &str, truth: bool, test: fn(&Datum) -> bool) -> Result<Typed, QueryError> {
        let value = if truth { self.condition(x)? } else { self.expr(x)?.node };
        Ok(Typed::call_with_null(name, Kind::Boolean, vec![value], move |v| Ok(Datum::Boolean(test(&v[0])))))
    }

    fn same(&self, a: &Expr, b: &Expr, equal: bool) -> Result<Typed, QueryError> {
        let (a, b) = comparable(self.expr(a)?, self.expr(b)?)?;
        let run = move |v: &[Datum]| Ok(Datum::Boolean((v[0] == v[1]) == equal));
        Ok(Typed::call_with_null(format!("same {equal}"), Kind::Boolean, vec![a.node, b.node], run))
    }

    fn in_subquery(&self, expr: &Expr, subquery: &Query, negated: bool) -> Result<Typed, QueryError> {
        let found = self.planner.subquery(subquery)?;
        let [column] = found.columns.as_slice() else { return Err(one_column()) };
        // Both sides are converted to one kind, as in a comparison.
        let (value, other) = comparable(self.expr(expr)?, Typed::column(0, column.kind))?;
        let (mut set, mut has_null) = (HashSet::new(), false);
        for row in found.rows(None, &self.planner.budget)?.iter() {
            match other.node.value(row, &[])? {
                Datum::Null => has_null = true,
                one => drop(set.insert(one)),
            }
        }
        Ok(negated_if(negated, Node::Member { value: Box::new(value.node), set: Rc::new(set), has_null }))
    }

    fn scalar_subquery(&self, subquery: &Query) -> Result<Typed, QueryError> {
        let found = self.planner.subquery(subquery)?;
        let [column] = found.columns.as_slice() else { return Err(one_column()) };
        match found.rows(None, &self.planner.budget)?.as_slice() {
            [] => Ok(Typed::literal(Datum::Null, column.kind)),
            // A text from a subquery is no literal, so that it is not read as a date or an instant.
            [row] if column.kind == Kind::Text => {
                let value = row[0].clone();
                Ok(Typed::call(format!("subquery {value:?}"), Kind::Text, Vec::new(), move |_| Ok(value.clone())))
            }
            [row] => Ok(Typed::literal(row[0].clone(), column.kind)),
            _ => Err(refused("a subquery that stands for one value has several rows", "use MIN(…), MAX(…), or IN")),
        }
    }

    fn like(&self, expr: &Expr, pattern: &Expr, negated: bool, folded: bool) -> Result<Typed, QueryError> {
        let (value, pattern) = (self.expr(expr)?, self.expr(pattern)?);
        if ![value.kind, pattern.kind].iter().all(|kind| matches!(kind, Kind::Text | Kind::Null)) {
            return Err(refused(
                format!("{} is not LIKE {}", value.kind, pattern.kind),
                "compare texts: CAST(… AS VARCHAR) LIKE 'P07%'",
            ));
        }
        let mut operands = vec![value, pattern];
        if folded {
            operands = operands.into_iter().map(|o| scalar("LOWER", vec![o])).collect::<Result<_, _>>()?;
        }
        let nodes = operands.into_iter().map(|operand| operand.node).collect();
        let run = |v: &[Datum]| Ok(Datum::Boolean(like(v[0].text(), v[1].text())));
        Ok(negated_if(negated, Typed::call("LIKE", Kind::Boolean, nodes, run).node))
    }

    fn case(&self, operand: Option<&Expr>, whens: &[CaseWhen], otherwise: Option<&Expr>) -> Result<Typed, QueryError> {
        let mut conditions = Vec::new();
        for when in whens {
            conditions.push(match operand {
                Some(operand) => compare(self.expr(operand)?, &BinaryOperator::Eq, self.expr(&when.condition)?)?.node,
                None => self.condition(&when.condition)?,
            });
        }
        let mut results = whens.iter().map(|when| self.expr(&when.result)).collect::<Result<Vec<_>, _>>()?;
        results.push(otherwise.map_or_else(|| Ok(null()), |otherwise| self.expr(otherwise))?);
        let (results, kind) = of_one_kind(results)?;
        let mut results = results.into_iter().map(|result| result.node);
        let branches = conditions.into_iter().zip(results.by_ref()).collect();
        let otherwise = results.next().unwrap_or(Node::Literal(Datum::Null));
        Ok(Typed { node: Node::Case(branches, Box::new(otherwise)), kind })
    }
}

fn one_column() -> QueryError {
    refused("a subquery in an expression has several columns", "select one column in it")
}

fn null() -> Typed {
    Typed::literal(Datum::Null, Kind::Null)
}

fn boolean(node: Node) -> Typed {
    Typed { node, kind: Kind::Boolean }
}

fn not(condition: Node) -> Typed {
    Typed::call("NOT", Kind::Boolean, vec![condition], |v| Ok(Datum::Boolean(!v[0].is_true())))
}

fn negated_if(negated: bool, condition: Node) -> Typed {
    if negated { not(condition) } else { boolean(condition) }
}

/// Converts all of the values to one kind.
pub(super) fn of_one_kind(values: Vec<Typed>) -> Result<(Vec<Typed>, Kind), QueryError> {
    let mut kind = Kind::Null;
    for value in &values {
        kind = kind.with(value.kind).ok_or_else(|| {
            refused(format!("{kind} and {} are to be one column", value.kind), "make them one kind with CAST(… AS …)")
        })?;
    }
    Ok((values.into_iter().map(|value| widened(value, kind)).collect(), kind))
}

/// Whether an expression is a comparison that is not in brackets.
fn is_comparison(expr: &Expr) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(expr, Expr::BinaryOp { op: Eq | NotEq | Lt | LtEq | Gt | GtEq, .. })
}

fn chained_comparison() -> QueryError {
    refused("a comparison is compared", "put the inner comparison in brackets")
}
