//! A compiled expression, and its value for a row.

use super::QueryError;
use super::datum::{Datum, Kind};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

/// A row of a table.
pub(super) type Row = Rc<[Datum]>;

/// Computes an operation from its operands.
type Run = Rc<dyn Fn(&[Datum]) -> Result<Datum, QueryError>>;

/// An expression and the kind of its values.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) kind: Kind,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Literal(Datum),
    /// The column at this place of the row.
    Column(usize),
    /// The window function at this place of the SELECT.
    Window(usize),
    Call(Operation, Vec<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Case(Vec<(Self, Self)>, Box<Self>),
    /// Whether the value is one of these. If none of them equals it and one of them is NULL, the result is NULL.
    Member {
        value: Box<Self>,
        set: Rc<HashSet<Datum>>,
        has_null: bool,
    },
}

/// An operation. Its name includes everything that is fixed about it, because two operations of one name are equal.
#[derive(Clone)]
pub(super) struct Operation {
    name: String,
    run: Run,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Operation {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Computes it.
    pub(super) fn of(&self, operands: &[Datum]) -> Result<Datum, QueryError> {
        (self.run)(operands)
    }
}

impl Typed {
    pub(super) fn literal(value: Datum, kind: Kind) -> Self {
        Self { node: Node::Literal(value), kind }
    }

    pub(super) fn column(place: usize, kind: Kind) -> Self {
        Self { node: Node::Column(place), kind }
    }

    /// An operation that is NULL if any of its operands is.
    pub(super) fn call(
        name: impl Into<String>,
        kind: Kind,
        operands: Vec<Node>,
        run: impl Fn(&[Datum]) -> Result<Datum, QueryError> + 'static,
    ) -> Self {
        Self::call_with_null(name, kind, operands, move |values| {
            if values.iter().any(Datum::is_null) { Ok(Datum::Null) } else { run(values) }
        })
    }

    /// An operation that handles NULL operands itself.
    pub(super) fn call_with_null(
        name: impl Into<String>,
        kind: Kind,
        operands: Vec<Node>,
        run: impl Fn(&[Datum]) -> Result<Datum, QueryError> + 'static,
    ) -> Self {
        Self { node: Node::Call(Operation { name: name.into(), run: Rc::new(run) }, operands), kind }
    }
}

impl Node {
    /// Computes the value for a row, given the values of the window functions for that row.
    pub(super) fn value(&self, row: &[Datum], windows: &[Datum]) -> Result<Datum, QueryError> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Column(place) => row.get(*place).cloned().unwrap_or(Datum::Null),
            Self::Window(place) => windows.get(*place).cloned().unwrap_or(Datum::Null),
            Self::Call(operation, operands) => {
                let values: Vec<Datum> =
                    operands.iter().map(|operand| operand.value(row, windows)).collect::<Result<_, _>>()?;
                (operation.run)(&values)?
            }
            Self::And(parts) => decide(parts, false, row, windows)?,
            Self::Or(parts) => decide(parts, true, row, windows)?,
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    if condition.value(row, windows)?.is_true() {
                        return result.value(row, windows);
                    }
                }
                otherwise.value(row, windows)?
            }
            Self::Member { value, set, has_null } => match value.value(row, windows)? {
                _ if set.is_empty() && !has_null => Datum::Boolean(false),
                Datum::Null => Datum::Null,
                value if set.contains(&value) => Datum::Boolean(true),
                _ if *has_null => Datum::Null,
                _ => Datum::Boolean(false),
            },
        })
    }

    /// Adds the columns of the row that it uses, each once.
    pub(super) fn columns(&self, to: &mut Vec<usize>) {
        match self {
            Self::Literal(_) | Self::Window(_) => {}
            Self::Column(place) => {
                if !to.contains(place) {
                    to.push(*place);
                }
            }
            Self::Call(_, parts) | Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.columns(to)),
            Self::Case(branches, otherwise) => {
                branches.iter().flat_map(|(a, b)| [a, b]).chain([&**otherwise]).for_each(|part| part.columns(to));
            }
            Self::Member { value, .. } => value.columns(to),
        }
    }

    /// The first and the last column of the row that it uses; `None` if it uses none.
    pub(super) fn column_range(&self) -> Option<(usize, usize)> {
        let of_all = |nodes: &mut dyn Iterator<Item = &Self>| {
            nodes.filter_map(Self::column_range).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        };
        match self {
            Self::Literal(_) | Self::Window(_) => None,
            Self::Column(place) => Some((*place, *place)),
            Self::Call(_, parts) | Self::And(parts) | Self::Or(parts) => of_all(&mut parts.iter()),
            Self::Case(branches, otherwise) => {
                of_all(&mut branches.iter().flat_map(|(a, b)| [a, b]).chain([&**otherwise]))
            }
            Self::Member { value, .. } => value.column_range(),
        }
    }

    /// The two sides, if it is an equality.
    pub(super) fn equality(&self) -> Option<(&Self, &Self)> {
        match self {
            Self::Call(operation, operands) if operation.name == "=" => match operands.as_slice() {
                [left, right] => Some((left, right)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Computes AND, which a false part decides, or OR, which a true part decides. If no part decides, a NULL makes it NULL.
fn decide(parts: &[Node], by: bool, row: &[Datum], windows: &[Datum]) -> Result<Datum, QueryError> {
    let mut unknown = false;
    for part in parts {
        match part.value(row, windows)? {
            Datum::Boolean(b) if b == by => return Ok(Datum::Boolean(by)),
            Datum::Null => unknown = true,
            _ => {}
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Boolean(!by) })
}
