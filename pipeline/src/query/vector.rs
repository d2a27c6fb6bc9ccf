//! The values of a column, or of an expression, for a batch of rows.
//!
//! Reads   arrays of a part
//! Gives   values by row, in the form in which most rows cost least: codes of few distinct values, or plain integers

use super::datum::Datum;
use ahash::RandomState;
use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int32Type;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Integers in a smaller range than this are codes.
const FEW: i64 = 1024;

/// What plain integers stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Integer,
    Instant,
}

impl Whole {
    fn datum(self, n: i64) -> Datum {
        match self {
            Self::Integer => Datum::Integer(n),
            Self::Instant => Datum::Instant(n),
        }
    }
}

/// Values of a batch of rows.
#[derive(Clone, Debug)]
pub(super) enum Vector {
    /// The same in every row.
    Same(Datum),
    /// Integers; where `valid` is given, only some rows have one.
    Plain { of: Whole, values: Vec<i64>, valid: Option<Vec<bool>> },
    /// For each row the place of its value.
    Coded { codes: Vec<u32>, values: Rc<Vec<Datum>> },
    /// A value for each row.
    Each(Vec<Datum>),
}

impl Vector {
    /// Returns the value of a row.
    pub(super) fn at(&self, row: usize) -> Datum {
        match self {
            Self::Same(value) => value.clone(),
            Self::Plain { of, values, valid } => match valid {
                Some(valid) if !valid[row] => Datum::Null,
                _ => of.datum(values[row]),
            },
            Self::Coded { codes, values } => values[codes[row] as usize].clone(),
            Self::Each(values) => values[row].clone(),
        }
    }

    /// Returns the values of some rows.
    pub(super) fn select(&self, rows: &[u32]) -> Self {
        let at = |row: &u32| *row as usize;
        match self {
            Self::Same(value) => Self::Same(value.clone()),
            Self::Plain { of, values, valid } => Self::Plain {
                of: *of,
                values: rows.iter().map(|row| values[at(row)]).collect(),
                valid: valid.as_ref().map(|valid| rows.iter().map(|row| valid[at(row)]).collect()),
            },
            Self::Coded { codes, values } => {
                Self::Coded { codes: rows.iter().map(|row| codes[at(row)]).collect(), values: Rc::clone(values) }
            }
            Self::Each(values) => Self::Each(rows.iter().map(|row| values[at(row)].clone()).collect()),
        }
    }

    /// Returns the values of another unit, computed from plain integers; NULL stays NULL.
    pub(super) fn derived(&self, of: &mut dyn FnMut(i64) -> Option<i64>) -> Self {
        match self {
            Self::Plain { values, valid, .. } => {
                let is_valid = |row: usize| valid.as_ref().is_none_or(|valid| valid[row]);
                let found: Vec<Option<i64>> =
                    values.iter().enumerate().map(|(row, n)| if is_valid(row) { of(*n) } else { None }).collect();
                let all = found.iter().all(Option::is_some);
                Self::Plain {
                    of: Whole::Integer,
                    values: found.iter().map(|n| n.unwrap_or_default()).collect(),
                    valid: (!all).then(|| found.iter().map(Option::is_some).collect()),
                }
            }
            Self::Coded { codes, values } => {
                let plain = |value: &Datum| match value {
                    Datum::Integer(n) | Datum::Instant(n) => of(*n).map_or(Datum::Null, Datum::Integer),
                    _ => Datum::Null,
                };
                Self::Coded { codes: codes.clone(), values: Rc::new(values.iter().map(plain).collect()) }
            }
            Self::Same(_) | Self::Each(_) => Self::Same(Datum::Null),
        }
    }

    /// Returns the same integers as numbers of something else.
    pub(super) fn standing_for(self, of: Whole) -> Self {
        match self {
            Self::Plain { values, valid, .. } => Self::Plain { of, values, valid },
            Self::Coded { codes, values } => {
                let other = |value: &Datum| if value.is_null() { Datum::Null } else { of.datum(value.integer()) };
                Self::Coded { codes, values: Rc::new(values.iter().map(other).collect()) }
            }
            other => other,
        }
    }
}

/// Turns arrays of parts into vectors, and keeps the texts of the dictionary that a column had last.
#[derive(Debug, Default)]
pub(super) struct Reader {
    dictionaries: HashMap<usize, (ArrayRef, Rc<Vec<Datum>>), RandomState>,
}

impl Reader {
    /// Returns the values of an array, which is the column of this number; `None` if it is of no kind that an archive has.
    pub(super) fn vector(&mut self, column: usize, array: &ArrayRef, rows: Option<&[u32]>) -> Option<Vector> {
        let any = array.as_any();
        let count = rows.map_or(array.len(), <[u32]>::len);
        let each = |at: usize| rows.map_or(at, |rows| rows[at] as usize);
        if let Some(a) = any.downcast_ref::<Int64Array>() {
            let plain = |at: usize| a.values()[each(at)];
            return Some(plain_values(Whole::Integer, (0..count).map(plain).collect(), a, each));
        }
        if let Some(a) = any.downcast_ref::<TimestampMicrosecondArray>() {
            let plain = |at: usize| a.values()[each(at)];
            return Some(plain_values(Whole::Instant, (0..count).map(plain).collect(), a, each));
        }
        if let Some(a) = any.downcast_ref::<Int32Array>() {
            let plain = |at: usize| i64::from(a.values()[each(at)]);
            return Some(plain_values(Whole::Integer, (0..count).map(plain).collect(), a, each));
        }
        let a: &DictionaryArray<Int32Type> = any.downcast_ref()?;
        let words = a.values();
        let values = match self.dictionaries.get(&column) {
            Some((known, values)) if Arc::ptr_eq(known, words) || known.to_data().ptr_eq(&words.to_data()) => {
                Rc::clone(values)
            }
            _ => {
                let texts = words.as_any().downcast_ref::<StringArray>()?;
                let mut values: Vec<Datum> =
                    texts.iter().map(|text| Datum::Text(text.unwrap_or_default().into())).collect();
                values.push(Datum::Null);
                let values = Rc::new(values);
                self.dictionaries.insert(column, (Arc::clone(words), Rc::clone(&values)));
                values
            }
        };
        let none = u32::try_from(values.len() - 1).ok()?;
        let keys = a.keys();
        let has_null = keys.null_count() > 0;
        let code = |at: usize| {
            let at = each(at);
            if has_null && keys.is_null(at) { none } else { u32::try_from(keys.values()[at]).unwrap_or(none) }
        };
        Some(Vector::Coded { codes: (0..count).map(code).collect(), values })
    }
}

/// Returns integers, as codes where they lie close together.
fn plain_values(of: Whole, values: Vec<i64>, array: &dyn Array, each: impl Fn(usize) -> usize) -> Vector {
    let has_null = array.null_count() > 0;
    let valid = has_null.then(|| (0..values.len()).map(|at| array.is_valid(each(at))).collect::<Vec<bool>>());
    let is_valid = |at: usize| valid.as_ref().is_none_or(|valid| valid[at]);
    let mut ends: Option<(i64, i64)> = None;
    for (at, n) in values.iter().enumerate() {
        if is_valid(at) {
            let (least, most) = ends.unwrap_or((*n, *n));
            ends = Some((least.min(*n), most.max(*n)));
            if most.saturating_sub(least) >= FEW {
                break;
            }
        }
    }
    match ends {
        Some((least, most)) if most.saturating_sub(least) < FEW => {
            let width = u32::try_from(most - least + 1).unwrap_or_default();
            let code = |at: usize, n: i64| if is_valid(at) { u32::try_from(n - least).unwrap_or(width) } else { width };
            let codes = values.iter().enumerate().map(|(at, n)| code(at, *n)).collect();
            let values = (least..=most).map(|n| of.datum(n)).chain([Datum::Null]).collect();
            Vector::Coded { codes, values: Rc::new(values) }
        }
        None => Vector::Same(Datum::Null),
        Some(_) => Vector::Plain { of, values, valid },
    }
}
