//! Aggregate functions.

use super::arithmetic::{rounded, sum};
use super::datum::{Datum, Kind};
use super::node::Node;
use super::{QueryError, refused};
use std::collections::HashSet;

/// The largest rounding error of a floating sum, relative to the sum, that is accepted. A greater one would show in the
/// printed digits, and would depend on the order of the rows.
const MAX_ROUNDING: f64 = 1e-12;

/// An aggregate function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    Sum,
    Average,
    Min,
    Max,
    Median,
    BoolAnd,
    BoolOr,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "COUNT" => Self::Count,
            "SUM" => Self::Sum,
            "AVG" => Self::Average,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            "MEDIAN" => Self::Median,
            "BOOL_AND" => Self::BoolAnd,
            "BOOL_OR" => Self::BoolOr,
            _ => return None,
        })
    }

    /// The kind of the result for operands of a kind; `None` if the function does not take that kind.
    pub(super) fn kind(self, of: Kind) -> Option<Kind> {
        match self {
            Self::Count => Some(Kind::Integer),
            Self::Min | Self::Max => Some(of),
            Self::Sum => matches!(of, Kind::Integer | Kind::Decimal | Kind::Float | Kind::Null).then_some(of),
            Self::Average | Self::Median => {
                matches!(of, Kind::Integer | Kind::Decimal | Kind::Float | Kind::Null).then_some(Kind::Float)
            }
            Self::BoolAnd | Self::BoolOr => matches!(of, Kind::Boolean | Kind::Null).then_some(Kind::Boolean),
        }
    }
}

/// A call of an aggregate function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregate {
    pub(super) function: Function,
    /// The operand; `None` for COUNT(*).
    pub(super) of: Option<Node>,
    /// The kind of the operand.
    pub(super) kind: Kind,
    pub(super) distinct: bool,
    pub(super) filter: Option<Node>,
}

impl Aggregate {
    /// Whether its accumulator keeps every value it has seen.
    pub(super) fn keeps_values(&self) -> bool {
        self.distinct || self.function == Function::Median
    }
}

/// The state of an aggregate function after some rows.
#[derive(Debug)]
pub(super) struct Accumulator<'a> {
    of: &'a Aggregate,
    count: u64,
    /// The exact sum; `None` once a value is not an integer.
    whole: Option<i128>,
    /// The sum as a floating number.
    real: f64,
    /// The sum of the absolute rounding errors of `real`.
    lost: f64,
    least: Option<Datum>,
    greatest: Option<Datum>,
    seen: HashSet<Datum>,
    all: Vec<Datum>,
}

impl<'a> Accumulator<'a> {
    pub(super) fn new(of: &'a Aggregate) -> Self {
        let (seen, all) = (HashSet::new(), Vec::new());
        Self { of, count: 0, whole: Some(0), real: 0.0, lost: 0.0, least: None, greatest: None, seen, all }
    }

    /// Whether it keeps every value it has seen.
    pub(super) fn keeps_values(&self) -> bool {
        self.of.keeps_values()
    }

    pub(super) fn add(&mut self, row: &[Datum]) -> Result<(), QueryError> {
        if let Some(filter) = &self.of.filter
            && !filter.value(row, &[])?.is_true()
        {
            return Ok(());
        }
        let Some(node) = &self.of.of else {
            self.count += 1;
            return Ok(());
        };
        self.take(node.value(row, &[])?);
        Ok(())
    }

    /// Adds a value of the operand, of a row that the filter lets through.
    pub(super) fn take(&mut self, value: Datum) {
        if value.is_null() || self.of.distinct && !self.seen.insert(value.clone()) {
            return;
        }
        self.count += 1;
        match self.of.function {
            Function::Count => {}
            Function::Sum | Function::Average => {
                self.whole = self.whole.filter(|_| matches!(value, Datum::Integer(_)));
                self.whole = self.whole.map(|whole| whole + i128::from(value.integer()));
                let (sum, lost) = sum(self.real, value.real());
                (self.real, self.lost) = (sum, self.lost + lost.abs());
            }
            Function::Min | Function::BoolAnd => {
                if self.least.as_ref().is_none_or(|least| value < *least) {
                    self.least = Some(value);
                }
            }
            Function::Max | Function::BoolOr => {
                if self.greatest.as_ref().is_none_or(|greatest| value > *greatest) {
                    self.greatest = Some(value);
                }
            }
            Function::Median => self.all.push(value),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an average is a floating number")]
    pub(super) fn value(&self) -> Result<Datum, QueryError> {
        let (n, kind) = (self.count, self.of.kind);
        Ok(match self.of.function {
            Function::Count => Datum::Integer(i64::try_from(n).unwrap_or(i64::MAX)),
            _ if n == 0 => Datum::Null,
            Function::Sum | Function::Average if kind == Kind::Integer => {
                return whole_sum(self.of.function, (self.whole.unwrap_or(i128::MAX), n));
            }
            Function::Sum | Function::Average if kind == Kind::Decimal && self.lost > 0.0 => return Err(rounded()),
            Function::Sum | Function::Average if kind == Kind::Float && self.lost > self.real.abs() * MAX_ROUNDING => {
                return Err(refused(
                    "a sum of floating numbers loses its digits",
                    "sum up integers, or numbers of like size: leave the greatest out with WHERE",
                ));
            }
            Function::Sum => Datum::float(self.real),
            Function::Average => Datum::float(self.real / n as f64),
            Function::Min | Function::BoolAnd => self.least.clone().unwrap_or(Datum::Null),
            Function::Max | Function::BoolOr => self.greatest.clone().unwrap_or(Datum::Null),
            Function::Median => {
                let mut all: Vec<f64> = self.all.iter().map(Datum::real).collect();
                all.sort_by(f64::total_cmp);
                let (low, high) = (all[(all.len() - 1) / 2], all[all.len() / 2]);
                if kind == Kind::Decimal && low < high {
                    let what = "a median lies between two decimal numbers";
                    return Err(refused(what, "write MEDIAN(CAST(… AS DOUBLE))"));
                }
                Datum::float(f64::midpoint(low, high))
            }
        })
    }
}

/// Returns the sum or the average of integers.
#[expect(clippy::cast_precision_loss, reason = "an average is a floating number")]
pub(super) fn whole_sum(function: Function, (sum, n): (i128, u64)) -> Result<Datum, QueryError> {
    match (function, n) {
        (_, 0) => Ok(Datum::Null),
        (Function::Average, _) => Ok(Datum::float(sum as f64 / n as f64)),
        _ => {
            let too_great = |_| refused("a sum is greater than 64 bits hold", "sum up CAST(… AS DOUBLE)");
            i64::try_from(sum).map(Datum::Integer).map_err(too_great)
        }
    }
}
