//! The values of a question, their kinds, and how they are read and printed.

use super::{QueryError, refused};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Timelike};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// The kind of an expression's values. It is known before any row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// NULL in every row.
    Null,
    Boolean,
    Integer,
    /// A number with a decimal point that 64 bits hold exactly, such as 0.5.
    Decimal,
    /// A number with a decimal point that 64 bits do not hold exactly, such as 0.1. It is only compared.
    Fraction,
    Float,
    Instant,
    Date,
    Text,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::Boolean => "true or false",
            Self::Integer => "an integer",
            Self::Decimal | Self::Fraction => "a decimal number",
            Self::Float => "a floating number",
            Self::Instant => "an instant",
            Self::Date => "a date",
            Self::Text => "text",
        })
    }
}

impl Kind {
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Fraction | Self::Float | Self::Null)
    }

    /// The kind that holds values of both; `None` if there is none.
    pub(super) fn with(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (a, b) if a == b => a,
            (Self::Null, kind) | (kind, Self::Null) => kind,
            (Self::Float, b) if b.is_number() => Self::Float,
            (a, Self::Float) if a.is_number() => Self::Float,
            (Self::Decimal, Self::Integer) | (Self::Integer, Self::Decimal) => Self::Decimal,
            _ => return None,
        })
    }
}

/// A value. Values of one kind are ordered, texts by their bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Datum {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(Real),
    /// Microseconds since 1970 in UTC.
    Instant(i64),
    /// Days since 1970.
    Date(i32),
    Text(Rc<str>),
}

/// A floating number of 64 bits with a total order: `NaN` equals itself and is greater than every number, as in
/// `DuckDB`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real(f64);

impl Real {
    pub(super) fn new(x: f64) -> Self {
        Self(if x.is_nan() { f64::NAN } else { x + 0.0 })
    }

    pub(super) fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

pub(super) const MICROSECONDS_OF_A_DAY: i64 = 86_400_000_000;

/// The longest text that a function may make.
const MAX_TEXT_BYTES: usize = 4000;

impl Datum {
    /// Returns a text that a function made, or an error if it is too long.
    pub(super) fn made(text: &str) -> Result<Self, QueryError> {
        if text.len() > MAX_TEXT_BYTES {
            let what = format!("it makes a text of more than {MAX_TEXT_BYTES} bytes");
            return Err(refused(what, "ask for the texts themselves"));
        }
        Ok(Self::Text(text.into()))
    }

    pub(super) fn float(x: f64) -> Self {
        Self::Float(Real::new(x))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is true; neither false nor NULL is.
    pub(super) fn is_true(&self) -> bool {
        matches!(self, Self::Boolean(true))
    }

    #[expect(clippy::cast_precision_loss, reason = "a floating number is asked for")]
    pub(super) fn real(&self) -> f64 {
        match self {
            Self::Integer(n) => *n as f64,
            Self::Float(x) => x.get(),
            _ => f64::NAN,
        }
    }

    pub(super) fn integer(&self) -> i64 {
        match self {
            Self::Integer(n) | Self::Instant(n) => *n,
            Self::Date(days) => i64::from(*days),
            Self::Boolean(b) => i64::from(*b),
            _ => 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// Returns the value as it is printed. All values of one kind have the same form.
    pub(super) fn plain(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(b) => json!(b),
            Self::Integer(n) => json!(n),
            // JSON has neither infinite numbers nor `NaN`.
            Self::Float(x) if !x.get().is_finite() => json!(x.get().to_string()),
            Self::Float(x) => json!(x.get()),
            Self::Instant(us) => DateTime::from_timestamp_micros(*us)
                .map_or_else(|| json!(us), |t| json!(t.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            Self::Date(days) => date(*days).map_or_else(|| json!(days), |day| json!(day.to_string())),
            Self::Text(text) => json!(&**text),
        }
    }
}

/// Returns a date; `None` if its year is not one of 1 to 9999, which engines write differently.
pub(super) fn day(days: i64) -> Option<Datum> {
    let days = i32::try_from(days).ok()?;
    date(days).filter(|day| (1..=9999).contains(&day.year())).map(|_| Datum::Date(days))
}

/// Returns an instant; `None` if it is not in the years 1 to 9999.
pub(super) fn instant(us: i64) -> Option<Datum> {
    day(us.div_euclid(MICROSECONDS_OF_A_DAY)).map(|_| Datum::Instant(us))
}

pub(super) fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}

/// Parses a date such as `2026-10-31`.
pub(super) fn parse_date(text: &str) -> Option<Datum> {
    let day = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()?;
    // Engines number the years before 1 differently.
    (day.year() >= 1).then_some(())?;
    Some(Datum::Date(day.to_epoch_days()))
}

/// Parses an instant without an offset, or in UTC. Any other offset is refused, because a TIMESTAMP ignores it.
pub(super) fn parse_local(text: &str) -> Option<Datum> {
    let in_utc = !text.get(10..).is_some_and(|time| time.contains(['+', '-']));
    in_utc.then(|| parse_instant(text)).flatten()
}

/// Returns the name of a unit of time in the singular and in lower case.
pub(super) fn unit(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_suffix('s').unwrap_or(&name).to_owned()
}

/// Parses an instant such as `2026-10-31`, `2026-10-31 08:00`, `2026-10-31T08:00:00.5Z`, or one with an offset. Without
/// an offset it is in UTC.
pub(super) fn parse_instant(text: &str) -> Option<Datum> {
    let written = text.replacen('T', " ", 1);
    if let Some(Datum::Date(days)) = parse_date(&written) {
        let midnight = NaiveDateTime::new(date(days)?, NaiveTime::MIN);
        return Some(Datum::Instant(midnight.and_utc().timestamp_micros()));
    }
    let (local, offset) = match written.strip_suffix('Z') {
        Some(local) => (local, "+00:00".to_owned()),
        None => match written.get(10..)?.rfind(['+', '-']) {
            Some(at) => {
                let (local, offset) = written.split_at(10 + at);
                (local, if offset.len() == 3 { format!("{offset}:00") } else { offset.to_owned() })
            }
            None => (written.as_str(), "+00:00".to_owned()),
        },
    };
    let seconds = if local.len() == 16 { format!("{local}:00") } else { local.to_owned() };
    let instant = DateTime::parse_from_str(&format!("{seconds}{offset}"), "%Y-%m-%d %H:%M:%S%.f%:z").ok()?;
    // Chrono accepts a blank before the offset, leap seconds and years before 1; engines differ about all three.
    let is_unambiguous = !local.ends_with(' ') && instant.nanosecond() < 1_000_000_000 && instant.year() >= 1;
    is_unambiguous.then(|| Datum::Instant(instant.timestamp_micros()))
}
