//! ORDER BY.

use super::datum::Datum;
use super::node::Node;
use super::{QueryError, refused};
use sqlparser::ast::OrderByExpr;
use std::cmp::Ordering;

/// An item of ORDER BY. NULL comes last, also in descending order, unless NULLS FIRST is given.
#[derive(Clone, Debug)]
pub(super) struct By {
    pub(super) node: Node,
    descending: bool,
    nulls_first: bool,
}

impl By {
    pub(super) fn new(by: &OrderByExpr, node: Node) -> Result<Self, QueryError> {
        if by.with_fill.is_some() {
            return Err(refused("WITH FILL is not known here", "leave it out"));
        }
        let (descending, nulls_first) = (by.options.asc == Some(false), by.options.nulls_first == Some(true));
        Ok(Self { node, descending, nulls_first })
    }

    pub(super) fn compare(&self, a: &Datum, b: &Datum) -> Ordering {
        match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => {
                if self.nulls_first {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (false, true) => {
                if self.nulls_first {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (false, false) if self.descending => b.cmp(a),
            (false, false) => a.cmp(b),
        }
    }
}

/// Compares two rows by the values of their ORDER BY items.
pub(super) fn compare_keys(by: &[By], a: &[Datum], b: &[Datum]) -> Ordering {
    let each = by.iter().zip(a.iter().zip(b)).map(|(by, (a, b))| by.compare(a, b));
    each.fold(Ordering::Equal, Ordering::then)
}
