//! UNION, INTERSECT and EXCEPT.

use super::QueryError;
use super::budget::Budget;
use super::expressions::of_one_kind;
use super::node::{Node, Row, Typed};
use super::refused;
use super::relations::{Relation, values};
use sqlparser::ast::{SetOperator, SetQuantifier};
use std::collections::HashSet;

/// Combines two tables by a set operation. Both sides must have the same number of columns.
pub(super) fn combine(
    left: Relation,
    op: SetOperator,
    all: SetQuantifier,
    right: Relation,
    budget: &Budget,
) -> Result<Relation, QueryError> {
    if left.columns.len() != right.columns.len() {
        return Err(refused(format!("the two sides of {op} have different columns"), "select as many on both sides"));
    }
    let (mut columns, mut sides) = (left.columns.clone(), [Vec::new(), Vec::new()]);
    for (place, (a, b)) in left.columns.iter().zip(&right.columns).enumerate() {
        let (both, kind) = of_one_kind(vec![Typed::column(place, a.kind), Typed::column(place, b.kind)])?;
        columns[place].kind = kind;
        sides.iter_mut().zip(both).for_each(|(side, typed)| side.push(typed.node));
    }
    let (left, right) = (left.rows(None, budget)?, right.rows(None, budget)?);
    budget.values(left.len() + right.len(), columns.len())?;
    let rows = |rows: &[Row], nodes: &[Node]| -> Result<Vec<Row>, QueryError> {
        rows.iter().map(|row| Ok(values(nodes.iter(), row, &[])?.into())).collect()
    };
    let (left, right) = (rows(&left, &sides[0])?, rows(&right, &sides[1])?);
    let mut seen = HashSet::new();
    let rows: Vec<Row> = match (op, all) {
        (SetOperator::Union, SetQuantifier::All) => left.into_iter().chain(right).collect(),
        (SetOperator::Union, SetQuantifier::None | SetQuantifier::Distinct) => {
            left.into_iter().chain(right).filter(|row| seen.insert(row.clone())).collect()
        }
        (SetOperator::Intersect, SetQuantifier::None | SetQuantifier::Distinct) => {
            let right: HashSet<Row> = right.into_iter().collect();
            left.into_iter().filter(|row| right.contains(row) && seen.insert(row.clone())).collect()
        }
        (SetOperator::Except, SetQuantifier::None | SetQuantifier::Distinct) => {
            let right: HashSet<Row> = right.into_iter().collect();
            left.into_iter().filter(|row| !right.contains(row) && seen.insert(row.clone())).collect()
        }
        (op, all) => {
            return Err(refused(format!("{op} {all} is not known here"), "use UNION, UNION ALL, INTERSECT or EXCEPT"));
        }
    };
    Ok(Relation::new(columns, rows))
}
