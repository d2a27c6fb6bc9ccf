//! An expression whose names and kinds are known, and its value for a row.

use super::QueryError;
use super::datum::{Datum, Kind};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

/// A row of a table.
pub(super) type Row = Rc<[Datum]>;

/// What an operation does with its operands.
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
    /// A place in the row.
    Column(usize),
    /// A place among the window functions of the row.
    Window(usize),
    Call(Operation, Vec<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Case(Vec<(Self, Self)>, Box<Self>),
    /// Whether the value is one of these, of which one may be NULL.
    Member {
        value: Box<Self>,
        of: Rc<HashSet<Datum>>,
        or_null: bool,
    },
}

/// What an operation is called, with what is fixed about it, and what it does.
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

impl Typed {
    pub(super) fn literal(value: Datum, kind: Kind) -> Self {
        Self { node: Node::Literal(value), kind }
    }

    pub(super) fn column(place: usize, kind: Kind) -> Self {
        Self { node: Node::Column(place), kind }
    }

    /// An operation that gives NULL for any operand that is NULL.
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

    /// An operation that looks at NULL itself.
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
    /// Its value for a row, with what the window functions give there.
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
            Self::And(parts) => decided(parts, false, row, windows)?,
            Self::Or(parts) => decided(parts, true, row, windows)?,
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    if condition.value(row, windows)?.is_true() {
                        return result.value(row, windows);
                    }
                }
                otherwise.value(row, windows)?
            }
            Self::Member { value, of, or_null } => match value.value(row, windows)? {
                _ if of.is_empty() && !or_null => Datum::Boolean(false),
                Datum::Null => Datum::Null,
                value if of.contains(&value) => Datum::Boolean(true),
                _ if *or_null => Datum::Null,
                _ => Datum::Boolean(false),
            },
        })
    }

    /// The lowest and the highest place of the row that it looks at.
    pub(super) fn reach(&self) -> Option<(usize, usize)> {
        let of_all = |nodes: &mut dyn Iterator<Item = &Self>| {
            nodes.filter_map(Self::reach).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        };
        match self {
            Self::Literal(_) | Self::Window(_) => None,
            Self::Column(place) => Some((*place, *place)),
            Self::Call(_, parts) | Self::And(parts) | Self::Or(parts) => of_all(&mut parts.iter()),
            Self::Case(branches, otherwise) => {
                of_all(&mut branches.iter().flat_map(|(a, b)| [a, b]).chain([&**otherwise]))
            }
            Self::Member { value, .. } => value.reach(),
        }
    }

    /// The two sides, where it is an equality.
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

/// AND is decided by a false part, OR by a true one; otherwise a NULL makes it NULL.
fn decided(parts: &[Node], by: bool, row: &[Datum], windows: &[Datum]) -> Result<Datum, QueryError> {
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
