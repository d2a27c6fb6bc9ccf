//! Compiles literals.

use super::arithmetic::interval;
use super::datum::{Datum, Kind, parse_date, parse_instant, parse_local};
use super::node::Typed;
use super::{QueryError, refused};
use sqlparser::ast::{Expr, Interval, TypedString, Value};

/// Compiles a number, a text, true, false or NULL.
pub(super) fn literal(value: &Value) -> Result<Typed, QueryError> {
    let unread = || refused("a number is not read", "write up to 18 digits, or 0.5");
    Ok(match value {
        Value::Null => Typed::literal(Datum::Null, Kind::Null),
        Value::Boolean(b) => Typed::literal(Datum::Boolean(*b), Kind::Boolean),
        Value::SingleQuotedString(text) => Typed::literal(Datum::Text(text.as_str().into()), Kind::Text),
        Value::Number(text, false) if text.bytes().all(|b| b.is_ascii_digit()) => {
            Typed::literal(Datum::Integer(text.parse().map_err(|_| unread())?), Kind::Integer)
        }
        Value::Number(text, false) => {
            let x: f64 = text.parse().map_err(|_| unread())?;
            let exact = (x * 1_048_576.0).fract() == 0.0 && x.abs() < 1e9;
            let kind = match text.contains(['e', 'E']) {
                true => Kind::Float,
                false if exact => Kind::Decimal,
                false => Kind::Fraction,
            };
            Typed::literal(Datum::float(x), kind)
        }
        _ => return Err(refused("a value is not read", "write a text as '…' and a number as 12 or 0.5")),
    })
}

/// Returns the length of an interval literal in microseconds.
pub(super) fn length(by: &Interval) -> Result<i64, QueryError> {
    let Interval {
        value,
        leading_field,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: None,
    } = by
    else {
        return interval("");
    };
    let number = match &**value {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, _) => text.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    match leading_field {
        Some(unit) => interval(&format!("{number} {unit}")),
        None => interval(&number),
    }
}

/// Compiles `DATE '…'`, `TIMESTAMP '…'` and `TIMESTAMPTZ '…'`.
pub(super) fn moment(typed: &TypedString) -> Result<Typed, QueryError> {
    let kind = typed.data_type.to_string().to_uppercase();
    let text = match &typed.value.value {
        Value::SingleQuotedString(text) => text.as_str(),
        _ => "",
    };
    let (parsed, kind) = match kind.as_str() {
        "DATE" => (parse_date(text), Kind::Date),
        "TIMESTAMP" => (parse_local(text), Kind::Instant),
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => (parse_instant(text), Kind::Instant),
        _ => (None, Kind::Null),
    };
    let unread = || {
        let instead =
            "write DATE '2026-10-31', TIMESTAMP '2026-10-31 08:00:00' or TIMESTAMPTZ '2026-10-31 08:00:00+07:00'";
        refused("a day or an instant is not read", instead)
    };
    Ok(Typed::literal(parsed.ok_or_else(unread)?, kind))
}
