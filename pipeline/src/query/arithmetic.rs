//! Comparisons, arithmetic and conversions between kinds.

use super::datum::{Datum, Kind, MICROSECONDS_OF_A_DAY, day, instant, parse_date, parse_instant, parse_local, unit};
use super::node::{Node, Typed};
use super::words::Words;
use super::{QueryError, refused};
use chrono::TimeDelta;
use sqlparser::ast::BinaryOperator;
use std::cmp::Ordering;

/// Converts a value to a kind that can hold it.
pub(super) fn widened(value: Typed, to: Kind) -> Typed {
    match (value.kind, to) {
        (Kind::Integer, Kind::Decimal) => exactly(value, to),
        (Kind::Integer, Kind::Float) => Typed::call("widened", to, vec![value.node], |v| Ok(Datum::float(v[0].real()))),
        _ => Typed { node: value.node, kind: to },
    }
}

/// Converts an integer to a floating number, and refuses one that would be rounded.
fn exactly(integer: Typed, to: Kind) -> Typed {
    Typed::call("widened exactly", to, vec![integer.node], |v| exact(&v[0]).map(Datum::float))
}

/// Converts two operands to one kind, so that they can be compared.
pub(super) fn comparable(left: Typed, right: Typed) -> Result<(Typed, Typed), QueryError> {
    let fraction = left.kind == Kind::Fraction || right.kind == Kind::Fraction;
    let exact = |t: Typed| if t.kind == Kind::Fraction { Typed { kind: Kind::Float, ..t } } else { t };
    let (left, right) = (exact(left), exact(right));
    let (left, right) = (as_moment(left, right.kind)?, right);
    let (right, left) = (as_moment(right, left.kind)?, left);
    match (left.kind, right.kind) {
        (Kind::Instant, Kind::Date) => Ok((left, midnight(right))),
        (Kind::Date, Kind::Instant) => Ok((midnight(left), right)),
        (a, b) => {
            let kind = a.with(b).ok_or_else(|| {
                refused(
                    format!("{a} is compared with {b}"),
                    "make both one kind with CAST(… AS …), or quote a text: '…'",
                )
            })?;
            let widen =
                |t: Typed| if fraction && t.kind == Kind::Integer { exactly(t, kind) } else { widened(t, kind) };
            Ok((widen(left), widen(right)))
        }
    }
}

/// Reads a literal text as a date or an instant if the other operand is one.
fn as_moment(value: Typed, other: Kind) -> Result<Typed, QueryError> {
    let parse = match other {
        Kind::Instant => parse_instant,
        Kind::Date => parse_date,
        _ => return Ok(value),
    };
    let Typed { node: Node::Literal(Datum::Text(text)), .. } = &value else { return Ok(value) };
    let moment = parse(text).ok_or_else(|| {
        refused(
            format!("a text that is compared with {other} is not one"),
            "write '2026-10-31', or an instant as '2026-10-31 08:00:00' in UTC",
        )
    })?;
    Ok(Typed::literal(moment, other))
}

/// The beginning of a day, in UTC.
fn midnight(day: Typed) -> Typed {
    let run = |v: &[Datum]| Ok(Datum::Instant(v[0].integer() * MICROSECONDS_OF_A_DAY));
    Typed::call("midnight", Kind::Instant, vec![day.node], run)
}

/// Compiles a comparison.
pub(super) fn compare(left: Typed, op: &BinaryOperator, right: Typed) -> Result<Typed, QueryError> {
    let name = op.to_string();
    let holds: fn(Ordering) -> bool = match op {
        BinaryOperator::Eq => Ordering::is_eq,
        BinaryOperator::NotEq => Ordering::is_ne,
        BinaryOperator::Lt => Ordering::is_lt,
        BinaryOperator::LtEq => Ordering::is_le,
        BinaryOperator::Gt => Ordering::is_gt,
        BinaryOperator::GtEq => Ordering::is_ge,
        _ => {
            let instead = "use =, <>, <, <=, > or >=; +, -, *, /, // or %; AND, OR or ||";
            return Err(refused(
                format!("the operator {} is not known here", Words::default().repeated(&name)),
                instead,
            ));
        }
    };
    let (left, right) = comparable(left, right)?;
    let run = move |v: &[Datum]| Ok(Datum::Boolean(holds(v[0].cmp(&v[1]))));
    Ok(Typed::call(name, Kind::Boolean, vec![left.node, right.node], run))
}

fn overflow() -> QueryError {
    refused("a number is greater than 64 bits hold", "calculate with CAST(… AS DOUBLE)")
}

/// The error for a decimal number that would have to be rounded.
pub(super) fn rounded() -> QueryError {
    refused("a decimal number has more digits than are calculated here", "calculate with CAST(… AS DOUBLE)")
}

/// Returns an integer or a decimal number as the floating number equal to it.
fn exact(value: &Datum) -> Result<f64, QueryError> {
    let x = value.real();
    if x.abs() < EXACT { Ok(x) } else { Err(rounded()) }
}

/// Returns a result, or an error if it was rounded. The pair is the one that [`sum`] returns.
fn unrounded((x, lost): (f64, f64)) -> Result<Datum, QueryError> {
    if lost == 0.0 && x.abs() < EXACT { Ok(Datum::float(x)) } else { Err(rounded()) }
}

/// Returns a sum and its rounding error.
pub(super) fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

fn no_such_day() -> QueryError {
    refused("a day lies outside of the years 1 to 9999", "add fewer days")
}

fn by_zero() -> QueryError {
    refused("it divides by zero", "write NULLIF(divisor, 0)")
}

/// Compiles `+`, `-`, `*`, `/`, `//` and `%`.
pub(super) fn calculate(left: Typed, op: &BinaryOperator, right: Typed) -> Result<Typed, QueryError> {
    use BinaryOperator::{Divide, DuckIntegerDivide, Minus, Modulo, Multiply, Plus};
    let name = op.to_string();
    match (left.kind, op, right.kind) {
        (Kind::Date, Minus, Kind::Date) => {
            let run = |v: &[Datum]| Ok(Datum::Integer(v[0].integer() - v[1].integer()));
            return Ok(Typed::call(name, Kind::Integer, vec![left.node, right.node], run));
        }
        (Kind::Date, Plus | Minus, Kind::Integer) => {
            let sign = if *op == Plus { 1 } else { -1 };
            let run = move |v: &[Datum]| {
                let days = v[1].integer().checked_mul(sign).and_then(|days| v[0].integer().checked_add(days));
                days.and_then(day).ok_or_else(no_such_day)
            };
            return Ok(Typed::call(name, Kind::Date, vec![left.node, right.node], run));
        }
        (Kind::Instant, Minus, Kind::Instant) => {
            return Err(refused(
                "instants are subtracted",
                "EPOCH(a) - EPOCH(b) gives seconds, DATE_DIFF('day', b, a) days",
            ));
        }
        (a, _, b) if !a.is_number() || !b.is_number() => {
            return Err(refused(
                format!("{a} {op} {b} is not calculated"),
                "calculate with numbers only; join texts with ||",
            ));
        }
        _ => {}
    }
    let fraction = left.kind == Kind::Fraction || right.kind == Kind::Fraction;
    let kind = if *op == Divide { Some(Kind::Float) } else { left.kind.with(right.kind) };
    let Some(kind) = kind.filter(|kind| *op == Divide || !fraction || *kind == Kind::Float) else {
        return Err(refused("a decimal fraction would be rounded", "write it as CAST(0.1 AS DOUBLE), or divide by 10"));
    };
    let has_null = [left.kind, right.kind].contains(&Kind::Null);
    let operands = vec![left.node, right.node];
    if *op == Divide {
        return Ok(Typed::call(name, kind, operands, |v| Ok(Datum::float(v[0].real() / v[1].real()))));
    }
    if kind == Kind::Integer || kind == Kind::Null {
        let run: fn(i64, i64) -> Result<i64, QueryError> = match op {
            Plus => |a, b| a.checked_add(b).ok_or_else(overflow),
            Minus => |a, b| a.checked_sub(b).ok_or_else(overflow),
            Multiply => |a, b| a.checked_mul(b).ok_or_else(overflow),
            DuckIntegerDivide => |a, b| if b == 0 { Err(by_zero()) } else { a.checked_div(b).ok_or_else(overflow) },
            Modulo => |a, b| if b == 0 { Err(by_zero()) } else { a.checked_rem(b).ok_or_else(overflow) },
            other => return Err(refused(format!("the operator {other} is not known here"), "use +, -, *, /, // or %")),
        };
        return Ok(Typed::call(name, Kind::Integer, operands, move |v| {
            run(v[0].integer(), v[1].integer()).map(Datum::Integer)
        }));
    }
    // Each returns the result and its rounding error.
    let run: fn(f64, f64) -> (f64, f64) = match op {
        Plus => sum,
        Minus => |a, b| sum(a, -b),
        Multiply => |a, b| (a * b, a.mul_add(b, -(a * b))),
        other => {
            return Err(refused(format!("{other} is for integers only"), "divide with /, or CAST(… AS BIGINT) first"));
        }
    };
    // The result of NULL and a decimal number has the kind NULL, not the kind of the number.
    if kind == Kind::Decimal && has_null {
        return Ok(Typed::literal(Datum::Null, Kind::Null));
    }
    Ok(floating(name, kind, operands, run))
}

/// Compiles a calculation that must not be rounded if its kind is decimal, and must not overflow otherwise.
fn floating(name: String, kind: Kind, operands: Vec<Node>, run: fn(f64, f64) -> (f64, f64)) -> Typed {
    if kind == Kind::Decimal {
        return Typed::call(name, kind, operands, move |v| unrounded(run(exact(&v[0])?, exact(&v[1])?)));
    }
    Typed::call(name, kind, operands, move |v| {
        let (x, _) = run(v[0].real(), v[1].real());
        // An operand that is already infinite may stay so.
        let fits = x.is_finite() || !v[0].real().is_finite() || !v[1].real().is_finite();
        if fits { Ok(Datum::float(x)) } else { Err(overflow()) }
    })
}

/// Moves an instant by a number of microseconds.
pub(super) fn moved(from: Typed, by: i64) -> Result<Typed, QueryError> {
    if from.kind != Kind::Instant {
        let what = format!("an interval is added to {}", from.kind);
        return Err(refused(what, "add it to an instant: CAST(… AS TIMESTAMP); to a date add days as a number"));
    }
    Ok(Typed::call(format!("moved {by}"), Kind::Instant, vec![from.node], move |v| {
        v[0].integer().checked_add(by).and_then(instant).ok_or_else(no_such_day)
    }))
}

/// Parses an interval of fixed length, such as `3 days`, and returns its microseconds.
pub(super) fn interval(text: &str) -> Result<i64, QueryError> {
    let not_read = || {
        refused(
            "an interval is not read",
            "write INTERVAL '3 days' with seconds, minutes, hours, days or weeks, at most 40,000 days",
        )
    };
    let (number, name) = text.trim().split_once(' ').ok_or_else(not_read)?;
    let number: i64 = if number.starts_with('+') { "" } else { number }.parse().map_err(|_| not_read())?;
    let length = match unit(name).as_str() {
        "second" => TimeDelta::try_seconds(number),
        "minute" => TimeDelta::try_minutes(number),
        "hour" => TimeDelta::try_hours(number),
        "day" => TimeDelta::try_days(number),
        "week" => TimeDelta::try_weeks(number),
        _ => None,
    };
    length.filter(|l| l.num_days().abs() <= 40_000).and_then(|l| l.num_microseconds()).ok_or_else(not_read)
}

/// Compiles `CAST(… AS …)`, or `TRY_CAST` if `tried`, which gives NULL for a text that cannot be converted.
pub(super) fn cast(value: Typed, to: &str, tried: bool) -> Result<Typed, QueryError> {
    let (from, node) = (value.kind, value.node.clone());
    let target = match to {
        "INT" | "INTEGER" | "BIGINT" => Kind::Integer,
        "DOUBLE" | "DOUBLE PRECISION" => Kind::Float,
        "VARCHAR" | "TEXT" | "STRING" => Kind::Text,
        "DATE" => Kind::Date,
        "TIMESTAMP" | "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => Kind::Instant,
        "BOOLEAN" => Kind::Boolean,
        _ => {
            return Err(refused(
                "there is no such type here",
                "use BIGINT, DOUBLE, VARCHAR, DATE, TIMESTAMP or BOOLEAN",
            ));
        }
    };
    // A text that is cast to text is no literal any more, so that it is not read as a date or an instant.
    if (from, target) == (Kind::Text, Kind::Text) {
        return Ok(Typed::call("text", target, vec![node], |v| Ok(v[0].clone())));
    }
    if from == target || from == Kind::Null {
        return in_32_bits(Typed { node, kind: target }, to, tried);
    }
    let name = format!("cast to {target}, tried {tried}");
    let convert =
        |run: fn(&[Datum]) -> Result<Datum, QueryError>| Ok(Typed::call(name.clone(), target, vec![node.clone()], run));
    let parse = |parser: fn(&str) -> Option<Datum>| {
        Ok(Typed::call(name.clone(), target, vec![node.clone()], move |v| match parser(v[0].text()) {
            Some(value) => Ok(value),
            None if tried && is_no_value(v[0].text()) => Ok(Datum::Null),
            None => Err(refused(
                format!("a text is not {target} as it is written here"),
                "leave such rows out with WHERE, or write digits only, '2026-10-31' or '2026-10-31 08:00:00'",
            )),
        }))
    };
    let converted: Result<Typed, QueryError> = match (from, target) {
        (Kind::Boolean, Kind::Integer) => convert(|v| Ok(Datum::Integer(v[0].integer()))),
        (Kind::Float, Kind::Integer) => convert(|v| whole(v[0].real().round_ties_even())),
        (Kind::Decimal, Kind::Integer) => convert(|v| whole(v[0].real().round())),
        (Kind::Integer | Kind::Decimal | Kind::Fraction, Kind::Float) => convert(|v| Ok(Datum::float(v[0].real()))),
        (Kind::Integer, Kind::Text) => convert(|v| Datum::made(&v[0].integer().to_string())),
        (Kind::Boolean, Kind::Text) => convert(|v| Datum::made(if v[0].is_true() { "true" } else { "false" })),
        (Kind::Date, Kind::Text) => convert(|v| Datum::made(v[0].plain().as_str().unwrap_or_default())),
        (Kind::Instant, Kind::Date) => convert(|v| {
            let days = v[0].integer().div_euclid(MICROSECONDS_OF_A_DAY);
            Ok(i32::try_from(days).map_or(Datum::Null, Datum::Date))
        }),
        (Kind::Date, Kind::Instant) => Ok(midnight(value)),
        (Kind::Text, Kind::Integer) => parse(|text| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten().map(Datum::Integer)
        }),
        (Kind::Text, Kind::Date) => parse(parse_date),
        (Kind::Text, Kind::Instant) if to == "TIMESTAMP" => parse(parse_local),
        (Kind::Text, Kind::Instant) => parse(parse_instant),
        _ => Err(refused(
            format!("{from} is not made into {target}"),
            "write an instant or a number as you want it with STRFTIME(x, '%Y-%m-%d %H:%M:%S') or ROUND(x, 2)",
        )),
    };
    in_32_bits(converted?, to, tried)
}

/// Checks the range of an INTEGER, which has 32 bits. A number outside of it is an error, or NULL if `tried`.
fn in_32_bits(value: Typed, to: &str, tried: bool) -> Result<Typed, QueryError> {
    if !matches!(to, "INT" | "INTEGER") {
        return Ok(value);
    }
    Ok(Typed::call(format!("in 32 bits, tried {tried}"), value.kind, vec![value.node], move |v| {
        match i32::try_from(v[0].integer()) {
            Ok(_) => Ok(v[0].clone()),
            Err(_) if tried => Ok(Datum::Null),
            Err(_) => Err(refused("a number is greater than an INTEGER of 32 bits holds", "write CAST(… AS BIGINT)")),
        }
    }))
}

/// Whether a text is certainly neither a number nor a date nor an instant. Some words are values in other engines;
/// those are not certain.
fn is_no_value(text: &str) -> bool {
    const VALUES_ELSEWHERE: [&str; 9] =
        ["epoch", "infinity", "inf", "nan", "today", "now", "tomorrow", "yesterday", "allballs"];
    let word = text.trim().trim_start_matches(['+', '-']).to_lowercase();
    !word.chars().any(|c| c.is_ascii_digit()) && !VALUES_ELSEWHERE.contains(&word.as_str())
}

/// 2⁵³: up to here, every integer is exactly a floating number.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Converts a floating number without fraction to an integer.
#[expect(clippy::cast_possible_truncation, reason = "it is a whole number within the range")]
fn whole(x: f64) -> Result<Datum, QueryError> {
    if x.abs() <= EXACT { Ok(Datum::Integer(x as i64)) } else { Err(overflow()) }
}
