//! A batch of rows, and expressions over all of its rows at once.
//!
//! Gives   for each row the value that `Node::value` gives for it
//! Rule    an expression of a few distinct values is computed once for each that occurs; what is not computed at once is
//!         computed row by row, which is also how an error is found: only a row that is needed has one

use super::QueryError;
use super::datum::Datum;
use super::node::{Node, Operation};
use super::vector::{Vector, Whole};
use std::cell::RefCell;
use std::rc::Rc;

/// An expression of so many distinct combinations of values is computed once for each.
const MOST_COMBINATIONS: usize = 1 << 16;

/// Gives the values of a column for some rows of a batch.
pub(super) trait Columns {
    /// Returns them for these rows, or all rows.
    fn column(&self, place: usize, rows: Option<&[u32]>) -> Result<Vector, QueryError>;
}

/// A batch of rows, whose columns are read when they are first needed.
pub(super) struct Frame<'a> {
    pub(super) rows: usize,
    width: usize,
    source: &'a dyn Columns,
    chosen: Option<Rc<Vec<u32>>>,
    made: RefCell<Vec<Option<Rc<Vector>>>>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(rows: usize, width: usize, source: &'a dyn Columns) -> Self {
        Self { rows, width, source, chosen: None, made: RefCell::new(vec![None; width]) }
    }

    /// Returns some of the rows.
    pub(super) fn select(&self, rows: Vec<u32>) -> Self {
        let made = self.made.borrow().iter().map(|one| one.as_ref().map(|one| Rc::new(one.select(&rows)))).collect();
        let chosen = match &self.chosen {
            Some(before) => rows.iter().map(|row| before[*row as usize]).collect(),
            None => rows,
        };
        Self {
            rows: chosen.len(),
            width: self.width,
            source: self.source,
            chosen: Some(Rc::new(chosen)),
            made: RefCell::new(made),
        }
    }

    /// Returns the rows for which a condition is true.
    pub(super) fn filtered(&self, condition: &Node) -> Result<Self, QueryError> {
        Ok(self.select(self.true_rows(condition)?))
    }

    /// Returns the places of the rows for which a condition is true.
    pub(super) fn true_rows(&self, condition: &Node) -> Result<Vec<u32>, QueryError> {
        let truth = self.value(condition)?;
        let all = 0..u32::try_from(self.rows).unwrap_or(u32::MAX);
        Ok(match &*truth {
            Vector::Same(value) if value.is_true() => all.collect(),
            Vector::Coded { codes, values } => {
                let is_true: Vec<bool> = values.iter().map(Datum::is_true).collect();
                all.filter(|row| is_true[codes[*row as usize] as usize]).collect()
            }
            Vector::Each(values) => all.filter(|row| values[*row as usize].is_true()).collect(),
            Vector::Same(_) | Vector::Plain { .. } => Vec::new(),
        })
    }

    /// Returns a column.
    fn column(&self, place: usize) -> Result<Rc<Vector>, QueryError> {
        if let Some(made) = &self.made.borrow()[place] {
            return Ok(Rc::clone(made));
        }
        let chosen = self.chosen.as_ref().map(|chosen| chosen.as_slice());
        let made = Rc::new(self.source.column(place, chosen)?);
        self.made.borrow_mut()[place] = Some(Rc::clone(&made));
        Ok(made)
    }

    /// Returns the values of an expression.
    pub(super) fn value(&self, node: &Node) -> Result<Rc<Vector>, QueryError> {
        if self.rows == 0 {
            return Ok(Rc::new(Vector::Each(Vec::new())));
        }
        match node {
            Node::Literal(value) => return Ok(Rc::new(Vector::Same(value.clone()))),
            Node::Column(place) => return self.column(*place),
            _ => {}
        }
        let mut used = Vec::new();
        node.columns(&mut used);
        let columns = used.iter().map(|place| self.column(*place)).collect::<Result<Vec<_>, _>>()?;
        if let Some(found) = self.by_combination(node, &used, &columns)? {
            return Ok(Rc::new(found));
        }
        if let Some(found) = self.at_once(node) {
            return Ok(Rc::new(found));
        }
        let mut row = vec![Datum::Null; self.width];
        let values = (0..self.rows).map(|at| {
            for (place, column) in used.iter().zip(&columns) {
                row[*place] = column.at(at);
            }
            node.value(&row, &[])
        });
        Ok(Rc::new(Vector::Each(values.collect::<Result<_, _>>()?)))
    }

    /// Computes an expression for each combination of values that occurs, where there are few.
    fn by_combination(
        &self,
        node: &Node,
        used: &[usize],
        columns: &[Rc<Vector>],
    ) -> Result<Option<Vector>, QueryError> {
        let Some((combined, count)) = combined(self.rows, columns) else { return Ok(None) };
        let mut row = vec![Datum::Null; self.width];
        let (mut places, mut values) = (vec![u32::MAX; count], Vec::new());
        let mut codes = Vec::with_capacity(self.rows);
        for at in 0..self.rows {
            let place = &mut places[combined[at] as usize];
            if *place == u32::MAX {
                for (column, values) in used.iter().zip(columns) {
                    row[*column] = values.at(at);
                }
                *place = u32::try_from(values.len()).unwrap_or_default();
                values.push(node.value(&row, &[])?);
            }
            codes.push(*place);
        }
        Ok(Some(Vector::Coded { codes, values: Rc::new(values) }))
    }

    /// Computes an operation on whole columns; `None` where it is not one of those that can be, or fails for some row.
    fn at_once(&self, node: &Node) -> Option<Vector> {
        match node {
            Node::And(parts) => self.decided(parts, false),
            Node::Or(parts) => self.decided(parts, true),
            Node::Call(operation, operands) => {
                let values = operands.iter().map(|operand| self.value(operand).ok()).collect::<Option<Vec<_>>>()?;
                self.of_integers(operation.name(), &values).or_else(|| self.of_combinations(operation, &values))
            }
            Node::Case(branches, otherwise) => self.chosen(branches, otherwise),
            _ => None,
        }
    }

    /// Computes an operation of two integers, or of two instants.
    fn of_integers(&self, name: &str, operands: &[Rc<Vector>]) -> Option<Vector> {
        let [left, right] = operands else { return None };
        let ((of, left), (other, right)) = (integers(left)?, integers(right)?);
        if of == other { self.calculated(name, of, &left, &right) } else { None }
    }

    /// Computes an operation for each combination of its operands that occurs, where there are few.
    fn of_combinations(&self, operation: &Operation, operands: &[Rc<Vector>]) -> Option<Vector> {
        let (combined, count) = combined(self.rows, operands)?;
        let (mut places, mut values) = (vec![u32::MAX; count], Vec::new());
        let mut codes = Vec::with_capacity(self.rows);
        for (at, combination) in combined.iter().enumerate() {
            let place = &mut places[*combination as usize];
            if *place == u32::MAX {
                let operands: Vec<Datum> = operands.iter().map(|operand| operand.at(at)).collect();
                *place = u32::try_from(values.len()).ok()?;
                values.push(operation.of(&operands).ok()?);
            }
            codes.push(*place);
        }
        Some(Vector::Coded { codes, values: Rc::new(values) })
    }

    /// Computes CASE.
    fn chosen(&self, branches: &[(Node, Node)], otherwise: &Node) -> Option<Vector> {
        let otherwise = self.value(otherwise).ok()?;
        let mut values: Vec<Datum> = (0..self.rows).map(|row| otherwise.at(row)).collect();
        // The first condition that is true decides, so that the last one is entered first.
        for (condition, result) in branches.iter().rev() {
            let (rows, result) = (self.true_rows(condition).ok()?, self.value(result).ok()?);
            rows.into_iter().for_each(|row| values[row as usize] = result.at(row as usize));
        }
        Some(Vector::Each(values))
    }

    /// Computes AND or OR of conditions on different columns.
    fn decided(&self, parts: &[Node], by: bool) -> Option<Vector> {
        let mut decided: Vec<u8> = vec![u8::from(!by); self.rows];
        let by = u8::from(by);
        for part in parts {
            let truth = self.value(part).ok()?;
            let number = |value: &Datum| match value {
                Datum::Boolean(b) => u8::from(*b),
                _ => UNKNOWN,
            };
            let known: Option<Vec<u8>> = match &*truth {
                Vector::Coded { values, .. } => Some(values.iter().map(number).collect()),
                _ => None,
            };
            for (row, decided) in decided.iter_mut().enumerate() {
                let one = match (&*truth, &known) {
                    (Vector::Coded { codes, .. }, Some(known)) => known[codes[row] as usize],
                    (other, _) => number(&other.at(row)),
                };
                if *decided != by && (one == by || one == UNKNOWN) {
                    *decided = one;
                }
            }
        }
        Some(truths(decided.into_iter()))
    }

    fn calculated(&self, name: &str, of: Whole, left: &Integers<'_>, right: &Integers<'_>) -> Option<Vector> {
        let holds: fn(i64, i64) -> bool = match name {
            "=" => |a, b| a == b,
            "<>" => |a, b| a != b,
            "<" => |a, b| a < b,
            "<=" => |a, b| a <= b,
            ">" => |a, b| a > b,
            ">=" => |a, b| a >= b,
            _ => return self.arithmetic(name, of, left, right),
        };
        let truth = |row| match (left.at(row), right.at(row)) {
            (Some(a), Some(b)) => u8::from(holds(a, b)),
            _ => UNKNOWN,
        };
        Some(truths((0..self.rows).map(truth)))
    }

    fn arithmetic(&self, name: &str, of: Whole, left: &Integers<'_>, right: &Integers<'_>) -> Option<Vector> {
        let run: fn(i64, i64) -> Option<i64> = match name {
            "+" => i64::checked_add,
            "-" => i64::checked_sub,
            "*" => i64::checked_mul,
            _ => return None,
        };
        if of != Whole::Integer {
            return None;
        }
        let (mut values, mut valid) = (Vec::with_capacity(self.rows), Vec::with_capacity(self.rows));
        for row in 0..self.rows {
            let both = left.at(row).zip(right.at(row));
            values.push(match both {
                // Row by row, the overflow becomes an error.
                Some((a, b)) => run(a, b)?,
                None => 0,
            });
            valid.push(both.is_some());
        }
        let all = valid.iter().all(|valid| *valid);
        Some(Vector::Plain { of, values, valid: (!all).then_some(valid) })
    }
}

/// Neither true nor false.
const UNKNOWN: u8 = 2;

fn truths(of: impl Iterator<Item = u8>) -> Vector {
    let values = Rc::new(vec![Datum::Boolean(false), Datum::Boolean(true), Datum::Null]);
    Vector::Coded { codes: of.map(u32::from).collect(), values }
}

/// Gives each combination of the rows' values a number, and says how many numbers there are; `None` if there may be too many, or
/// more than rows.
pub(super) fn combined(rows: usize, columns: &[Rc<Vector>]) -> Option<(Vec<u32>, usize)> {
    let most = if columns.len() == 1 { usize::MAX } else { MOST_COMBINATIONS };
    let (mut combined, mut count) = (vec![0; rows], 1_usize);
    for column in columns {
        let (codes, values) = match &**column {
            Vector::Same(_) => continue,
            Vector::Coded { codes, values } => (codes, values.len()),
            Vector::Plain { .. } | Vector::Each(_) => return None,
        };
        count = count.checked_mul(values).filter(|count| *count <= most)?;
        let values = u32::try_from(values).ok()?;
        combined.iter_mut().zip(codes).for_each(|(combined, code)| *combined = *combined * values + code);
    }
    Some((combined, count))
}

/// Integers of a batch.
enum Integers<'v> {
    Same(Option<i64>),
    Plain(&'v [i64], Option<&'v [bool]>),
    Coded(&'v [u32], Vec<Option<i64>>),
}

impl Integers<'_> {
    fn at(&self, row: usize) -> Option<i64> {
        match self {
            Self::Same(n) => *n,
            Self::Plain(values, None) => Some(values[row]),
            Self::Plain(values, Some(valid)) => valid[row].then(|| values[row]),
            Self::Coded(codes, values) => values[codes[row] as usize],
        }
    }
}

/// Returns the integers or instants of a vector, if it has nothing else.
fn integers(vector: &Vector) -> Option<(Whole, Integers<'_>)> {
    let one = |value: &Datum| match value {
        Datum::Integer(n) => Some((Whole::Integer, *n)),
        Datum::Instant(n) => Some((Whole::Instant, *n)),
        _ => None,
    };
    match vector {
        Vector::Same(value) => one(value).map(|(of, n)| (of, Integers::Same(Some(n)))),
        Vector::Plain { of, values, valid } => Some((*of, Integers::Plain(values, valid.as_deref()))),
        Vector::Coded { codes, values } => {
            let of = values.iter().find_map(one)?.0;
            let all = values.iter().map(|value| match one(value) {
                Some((kind, n)) if kind == of => Some(Some(n)),
                None if value.is_null() => Some(None),
                _ => None,
            });
            Some((of, Integers::Coded(codes, all.collect::<Option<_>>()?)))
        }
        Vector::Each(_) => None,
    }
}
