//! Which parts may hold rows for which a condition is true, as far as the log says.
//!
//! Reads   the parts of the condition that AND joins
//! Gives   for each part of the archive whether it may be left out; the values that a reader may look for
//! Rule    months are compared as the condition itself does; `selesai` lies in the month of its part, `seq` and `event_id`
//!         between the ends that the log states

use super::datum::Datum;
use super::node::Node;
use super::scan::{Origin, Scan};
use crate::archive::coded::Sought;
use crate::archive::commit_log::EventFile;
use schemas::{EventId, Zone};
use std::collections::BTreeSet;

/// Columns in which a sought value is rare, so that it is worth to read only its rows.
const RARE: [&str; 5] = ["seq", "event_id", "berkas_id", "kolektif_id", "nomor_register"];

/// The greatest number of values that a condition may list.
const MOST_VALUES: usize = 1_000;

/// What a condition says about the rows for which it is true.
#[derive(Debug)]
pub(super) struct Bounds {
    zone: Zone,
    /// The place of `bulan`, and the conditions on it alone.
    months: Vec<(usize, usize, Node)>,
    /// The greatest and least values of integers and instants that each of these columns may have, both included.
    ranges: Vec<(&'static str, i64, i64)>,
    sought: Vec<(String, Sought)>,
    is_empty: bool,
}

impl Bounds {
    pub(super) fn of(condition: Option<&Node>, scan: &Scan) -> Self {
        let mut bounds = Self {
            zone: scan.archive.zone().unwrap_or_default(),
            months: Vec::new(),
            ranges: Vec::new(),
            sought: Vec::new(),
            is_empty: condition.is_none(),
        };
        if let Some(condition) = condition {
            bounds.add(condition, scan);
        }
        bounds
    }

    /// Whether there is no condition.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The values that a reader may look for.
    pub(super) fn sought(&self) -> &[(String, Sought)] {
        &self.sought
    }

    fn add(&mut self, condition: &Node, scan: &Scan) {
        if let Node::And(parts) = condition {
            parts.iter().for_each(|part| self.add(part, scan));
            return;
        }
        let mut used = Vec::new();
        condition.columns(&mut used);
        let [place] = used.as_slice() else { return };
        match &scan.columns[*place] {
            Origin::Month => self.months.push((*place, scan.columns.len(), condition.clone())),
            Origin::Part(name) => {
                if let Some((least, most)) = range(condition, 1) {
                    self.ranges.push((name, least, most));
                }
                if RARE.contains(name)
                    && let Some(sought) = sought(condition)
                {
                    self.sought.push(((*name).to_owned(), sought));
                }
            }
            Origin::Seconds(name) => self.ranges.extend(range(condition, 1_000_000).map(|(a, b)| (*name, a, b))),
            _ => {}
        }
    }

    /// Whether a part may hold a row for which the condition is true.
    pub(super) fn may_hold(&self, file: &EventFile) -> bool {
        let month: Datum = Datum::Text(file.month.to_string().into());
        let in_month = self.months.iter().all(|(place, width, condition)| {
            let mut row = vec![Datum::Null; *width];
            row[*place] = month.clone();
            condition.value(&row, &[]).map_or(true, |value| value.is_true())
        });
        let overlaps = |(name, least, most): &(&str, i64, i64)| match (*name, file.seqs) {
            ("selesai", _) => {
                let (start, end) = (file.month.start_s(self.zone), file.month.end_s(self.zone));
                *least < end.saturating_mul(1_000_000) && *most >= start.saturating_mul(1_000_000)
            }
            ("seq", Some((first, last))) => *least <= last && *most >= first,
            _ => true,
        };
        let has_id = |(name, sought): &(String, Sought)| {
            name != "event_id"
                || match sought {
                    Sought::Texts(texts) => {
                        file.may_hold_any(&texts.iter().map(|id| EventId::Text(id)).collect::<Vec<_>>())
                    }
                    Sought::Integers(ids) => {
                        file.may_hold_any(&ids.iter().map(|id| EventId::Integer(*id)).collect::<Vec<_>>())
                    }
                }
        };
        in_month && self.ranges.iter().all(overlaps) && self.sought.iter().all(has_id)
    }
}

/// The two sides of a comparison of a column with a value, the column first, and the sign.
fn comparison(condition: &Node) -> Option<(&str, &Datum)> {
    let Node::Call(operation, operands) = condition else { return None };
    match operands.as_slice() {
        [Node::Column(_), Node::Literal(value)] => Some((operation.name(), value)),
        [Node::Literal(value), Node::Column(_)] => {
            let turned = match operation.name() {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                other => other,
            };
            Some((turned, value))
        }
        _ => None,
    }
}

/// Returns the least and the greatest number for which a comparison may be true, in units of which a value has so many.
fn range(condition: &Node, unit: i64) -> Option<(i64, i64)> {
    if let Node::Or(parts) = condition {
        let each = parts.iter().map(|part| range(part, unit)).collect::<Option<Vec<_>>>()?;
        return each.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    }
    let (sign, value) = comparison(condition)?;
    let (Datum::Integer(n) | Datum::Instant(n)) = value else { return None };
    let (first, last) = (n.saturating_mul(unit), n.saturating_mul(unit).saturating_add(unit - 1));
    match sign {
        "=" => Some((first, last)),
        "<" | "<=" => Some((i64::MIN, last)),
        ">" | ">=" => Some((first, i64::MAX)),
        _ => None,
    }
}

/// Returns the values of which a column must have one.
fn sought(condition: &Node) -> Option<Sought> {
    let values: Vec<&Datum> = match condition {
        Node::Or(parts) => parts.iter().map(equal).collect::<Option<_>>()?,
        Node::Member { value, set, .. } if matches!(**value, Node::Column(_)) => set.iter().collect(),
        other => vec![equal(other)?],
    };
    if values.is_empty() || values.len() > MOST_VALUES {
        return None;
    }
    let texts = values.iter().map(|value| match value {
        Datum::Text(text) => Some(text.to_string()),
        _ => None,
    });
    if let Some(texts) = texts.collect::<Option<BTreeSet<_>>>() {
        return Some(Sought::Texts(texts));
    }
    let integers = values.iter().map(|value| match value {
        Datum::Integer(n) => Some(*n),
        _ => None,
    });
    integers.collect::<Option<BTreeSet<_>>>().map(Sought::Integers)
}

/// Returns the value with which a column is compared by `=`.
fn equal(condition: &Node) -> Option<&Datum> {
    comparison(condition).filter(|(sign, _)| *sign == "=").map(|(_, value)| value)
}
