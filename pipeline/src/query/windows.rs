//! Window functions.

use super::aggregates::{Accumulator, Aggregate, Function};
use super::budget::Budget;
use super::datum::{Datum, Kind};
use super::expressions::Compiler;
use super::node::{Node, Row, Typed};
use super::order::{By, compare_keys};
use super::{QueryError, refused};
use sqlparser::ast::{Expr, Value, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType};
use std::collections::HashMap;

/// A window function, with its PARTITION BY and ORDER BY.
#[derive(Clone, Debug)]
pub(super) struct Window {
    function: WindowFunction,
    partition: Vec<Node>,
    order: Vec<By>,
}

#[derive(Clone, Debug)]
enum WindowFunction {
    RowNumber,
    Rank,
    DenseRank,
    /// The value of the row this many places before, or after if it is negative.
    Neighbour(Node, i64),
    First(Node),
    Over(Aggregate, Frame),
}

/// The rows around the current one that an aggregate function is computed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    All,
    /// All rows before the current one, itself, and those equal to it in order.
    UpToPeers,
    /// All rows before the current one, and itself.
    UpToHere,
    /// This many rows before and this many after, and the current one.
    Around(usize, usize),
}

impl Window {
    /// Compiles a window function, and returns the kind of its values too.
    pub(super) fn new(
        compiler: &Compiler<'_>,
        name: &str,
        operands: Option<Vec<Typed>>,
        over: &WindowType,
    ) -> Result<(Self, Kind), QueryError> {
        let WindowType::WindowSpec(WindowSpec { window_name: None, partition_by, order_by, window_frame }) = over
        else {
            return Err(refused("a window has a name", "write the window out: OVER (PARTITION BY … ORDER BY …)"));
        };
        let partition =
            partition_by.iter().map(|e| Ok(compiler.expr(e)?.node)).collect::<Result<Vec<_>, QueryError>>()?;
        let order =
            order_by.iter().map(|by| By::new(by, compiler.expr(&by.expr)?.node)).collect::<Result<Vec<_>, _>>()?;
        let operands = operands.as_deref();
        let (function, kind) = match (name, operands, window_frame) {
            ("ROW_NUMBER", Some([]), None) => (WindowFunction::RowNumber, Kind::Integer),
            ("RANK", Some([]), None) => (WindowFunction::Rank, Kind::Integer),
            ("DENSE_RANK", Some([]), None) => (WindowFunction::DenseRank, Kind::Integer),
            ("LAG", Some([value]), None) => (WindowFunction::Neighbour(value.node.clone(), 1), value.kind),
            ("LEAD", Some([value]), None) => (WindowFunction::Neighbour(value.node.clone(), -1), value.kind),
            ("LAG" | "LEAD", Some([value, Typed { node: Node::Literal(Datum::Integer(n)), .. }]), None) => {
                let by = if name == "LAG" { *n } else { -n };
                (WindowFunction::Neighbour(value.node.clone(), by), value.kind)
            }
            ("FIRST_VALUE", Some([value]), None) => (WindowFunction::First(value.node.clone()), value.kind),
            _ => {
                let Some(function) = Function::named(name) else { return Err(unknown(name)) };
                let (of, kind) = match operands {
                    None if function == Function::Count => (None, Kind::Null),
                    Some([one]) => (Some(one.node.clone()), one.kind),
                    _ => return Err(unknown(name)),
                };
                let Some(result) = function.kind(kind) else {
                    return Err(refused(
                        format!("{name} is not for {kind}"),
                        "use COUNT, MIN or MAX, or CAST(… AS DOUBLE)",
                    ));
                };
                let frame = frame(window_frame.as_ref(), !order.is_empty())?;
                (WindowFunction::Over(Aggregate { function, of, kind, distinct: false, filter: None }, frame), result)
            }
        };
        let may_be_unordered = matches!(function, WindowFunction::Over(..));
        if order.is_empty() && !may_be_unordered {
            return Err(refused(format!("{name} has no order"), "write OVER (PARTITION BY … ORDER BY …)"));
        }
        Ok((Self { function, partition, order }, kind))
    }

    /// Computes the value for each row.
    pub(super) fn values(&self, rows: &[Row], budget: &Budget) -> Result<Vec<Datum>, QueryError> {
        if let WindowFunction::Over(_, Frame::Around(before, after)) = &self.function {
            budget.frame_rows(rows.len(), before + after + 1)?;
        }
        budget.values(rows.len(), 1 + self.partition.len() + self.order.len())?;
        let keys = |nodes: &mut dyn Iterator<Item = &Node>, row: &Row| {
            nodes.map(|node| node.value(row, &[])).collect::<Result<Vec<Datum>, _>>()
        };
        let mut partitions: HashMap<Vec<Datum>, Vec<(Vec<Datum>, usize)>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let order = keys(&mut self.order.iter().map(|by| &by.node), row)?;
            partitions.entry(keys(&mut self.partition.iter(), row)?).or_default().push((order, place));
        }
        let mut values = vec![Datum::Null; rows.len()];
        for mut partition in partitions.into_values() {
            partition.sort_by(|(a, _), (b, _)| compare_keys(&self.order, a, b));
            for (at, value) in self.of_partition(rows, &partition)?.into_iter().enumerate() {
                values[partition[at].1] = value;
            }
        }
        Ok(values)
    }

    /// Computes the values for the rows of a partition, which are in order.
    fn of_partition(&self, rows: &[Row], partition: &[(Vec<Datum>, usize)]) -> Result<Vec<Datum>, QueryError> {
        let row = |at: usize| &rows[partition[at].1];
        let peers = |at: usize| at > 0 && partition[at].0 == partition[at - 1].0;
        let n = partition.len();
        if self.function.tells_peers_apart() && (1..n).any(peers) {
            return Err(undecided());
        }
        match &self.function {
            WindowFunction::RowNumber => Ok((0..n).map(|at| number(at + 1)).collect()),
            WindowFunction::Rank => Ok(ranks(n, peers, |_, at| at + 1)),
            WindowFunction::DenseRank => Ok(ranks(n, peers, |rank, _| rank + 1)),
            WindowFunction::First(node) => {
                let first = node.value(row(0), &[])?;
                for at in (1..n).take_while(|at| peers(*at)) {
                    if node.value(row(at), &[])? != first {
                        return Err(undecided());
                    }
                }
                Ok(vec![first; n])
            }
            WindowFunction::Neighbour(node, by) => (0..n)
                .map(|at| {
                    let other = i64::try_from(at).ok().and_then(|at| usize::try_from(at.checked_sub(*by)?).ok());
                    other.filter(|other| *other < n).map_or(Ok(Datum::Null), |other| node.value(row(other), &[]))
                })
                .collect(),
            WindowFunction::Over(aggregate, Frame::Around(before, after)) => (0..n)
                .map(|at| {
                    let mut seen = Accumulator::new(aggregate);
                    for other in at.saturating_sub(*before)..=(at + after).min(n - 1) {
                        seen.add(row(other))?;
                    }
                    seen.value()
                })
                .collect(),
            WindowFunction::Over(aggregate, frame) => {
                let mut seen = Accumulator::new(aggregate);
                let (mut values, mut next) = (Vec::with_capacity(n), 0);
                for at in 0..n {
                    let end = |next: usize| match frame {
                        Frame::All => next < n,
                        Frame::UpToPeers => next < n && (next <= at || peers(next)),
                        Frame::UpToHere | Frame::Around(..) => next <= at,
                    };
                    while end(next) {
                        seen.add(row(next))?;
                        next += 1;
                    }
                    values.push(seen.value()?);
                }
                Ok(values)
            }
        }
    }
}

/// Returns the rank of each row. A row that is equal in order to the one before has its rank.
fn ranks(n: usize, peers: impl Fn(usize) -> bool, next: fn(usize, usize) -> usize) -> Vec<Datum> {
    let ranks = (0..n).scan(0, |rank, at| {
        *rank = if peers(at) { *rank } else { next(*rank, at) };
        Some(number(*rank))
    });
    ranks.collect()
}

impl WindowFunction {
    /// Whether its values may differ between rows that are equal in order.
    fn tells_peers_apart(&self) -> bool {
        matches!(self, Self::RowNumber | Self::Neighbour(..) | Self::Over(_, Frame::UpToHere | Frame::Around(..)))
    }
}

/// The error for a value that would depend on the order of rows that are equal in order.
fn undecided() -> QueryError {
    refused(
        "rows are equal in the order of a window, and its function tells them apart",
        "add a column to its ORDER BY that tells them apart, such as seq; or use RANK()",
    )
}

fn number(n: usize) -> Datum {
    i64::try_from(n).map_or(Datum::Null, Datum::Integer)
}

fn unknown(name: &str) -> QueryError {
    refused(
        format!("the window function {name} is not known with these operands or this frame"),
        "use ROW_NUMBER(), RANK(), DENSE_RANK(), LAG(x), LEAD(x), FIRST_VALUE(x), or COUNT, SUM, AVG, MIN, MAX OVER (…)",
    )
}

/// Reads the frame of a window.
fn frame(frame: Option<&WindowFrame>, ordered: bool) -> Result<Frame, QueryError> {
    use WindowFrameBound::{CurrentRow, Following, Preceding};
    let Some(WindowFrame { units, start_bound, end_bound }) = frame else {
        return Ok(if ordered { Frame::UpToPeers } else { Frame::All });
    };
    let places = |bound: &Option<Box<Expr>>| match bound.as_deref() {
        Some(Expr::Value(value)) => match &value.value {
            Value::Number(text, _) => text.parse::<usize>().ok().filter(|n| *n <= 1000),
            _ => None,
        },
        _ => None,
    };
    let (start, end) = (start_bound, end_bound.as_ref().unwrap_or(&CurrentRow));
    let found = match (units, start, end) {
        _ if !ordered => None,
        (WindowFrameUnits::Rows | WindowFrameUnits::Range, Preceding(None), Following(None)) => Some(Frame::All),
        (WindowFrameUnits::Range, Preceding(None), CurrentRow) => Some(Frame::UpToPeers),
        (WindowFrameUnits::Rows, Preceding(None), CurrentRow) => Some(Frame::UpToHere),
        (WindowFrameUnits::Rows, Preceding(before), Following(after)) => {
            places(before).zip(places(after)).map(|(before, after)| Frame::Around(before, after))
        }
        (WindowFrameUnits::Rows, Preceding(before), CurrentRow) => {
            places(before).map(|before| Frame::Around(before, 0))
        }
        (WindowFrameUnits::Rows, CurrentRow, Following(after)) => places(after).map(|after| Frame::Around(0, after)),
        _ => None,
    };
    found.ok_or_else(|| {
        refused(
            "the frame of a window is not known here",
            "use ROWS BETWEEN n PRECEDING AND m FOLLOWING with an ORDER BY, UNBOUNDED PRECEDING, or no frame",
        )
    })
}
