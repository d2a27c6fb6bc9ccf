//! Scalar functions.

use super::datum::{Datum, Kind, date};
use super::node::{Node, Typed};
use super::words::{at, function_meant};
use super::{QueryError, refused};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use sqlparser::tokenizer::Location;

/// The names of all functions, for the message about an unknown one.
const NAMES: &str = "COUNT, SUM, AVG, MIN, MAX, MEDIAN, BOOL_AND, BOOL_OR; LOWER, UPPER, LENGTH, TRIM, SUBSTR, LEFT, RIGHT, REPLACE, \
     CONCAT, STRPOS, CONTAINS, STARTS_WITH, SPLIT_PART, LPAD, RPAD; COALESCE, NULLIF, GREATEST, LEAST, ABS, ROUND, FLOOR, CEIL; \
     YEAR, MONTH, DAY, HOUR, MINUTE, EXTRACT, DATE_TRUNC, DATE_DIFF, EPOCH, STRFTIME";

/// A call of a scalar function.
struct Call<'a> {
    name: &'a str,
    operands: Vec<Typed>,
    kinds: Vec<Kind>,
}

/// Compiles a scalar function by its name.
pub(super) fn scalar(name: &str, operands: Vec<Typed>) -> Result<Typed, QueryError> {
    let kinds = operands.iter().map(|operand| operand.kind).collect();
    let call = Call { name, operands, kinds };
    for family in [Call::of_texts, Call::of_parts, Call::of_numbers, Call::of_moments] {
        if let Some(found) = family(&call)? {
            return Ok(found);
        }
    }
    let given = call.kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let instead = "make its operands another kind with CAST(… AS …), or give others; a window function needs OVER (…)";
    Err(refused(format!("{name} is not for ({given})"), instead))
}

/// The error for an unknown function.
pub(super) fn unknown(name: &str, place: Location) -> QueryError {
    refused(
        format!("there is no function as the one{}", at(place)),
        &format!("{}use one of {NAMES}", function_meant(name)),
    )
}

impl Call<'_> {
    /// Whether the operands are of these kinds. NULL is of every kind.
    fn takes(&self, kinds: &[Kind]) -> bool {
        self.kinds.len() == kinds.len()
            && self.kinds.iter().zip(kinds).all(|(own, kind)| own == kind || *own == Kind::Null)
    }

    fn is_number(&self) -> bool {
        matches!(self.kinds.as_slice(), [kind] if kind.is_number() && *kind != Kind::Fraction)
    }

    fn nodes(&self) -> Vec<Node> {
        self.operands.iter().map(|operand| operand.node.clone()).collect()
    }

    /// Returns an operand that must be a literal.
    fn constant(&self, place: usize) -> Result<Datum, QueryError> {
        match self.operands.get(place).map(|operand| &operand.node) {
            Some(Node::Literal(value)) if !value.is_null() => Ok(value.clone()),
            _ => {
                let what = format!("operand {} of {} must be written out", place + 1, self.name);
                Err(refused(what, "write a number or a text there"))
            }
        }
    }

    /// Returns an operand that must be a literal number within a range.
    fn number(&self, place: usize, from: usize, to: usize) -> Result<usize, QueryError> {
        let within = usize::try_from(self.constant(place)?.integer()).ok().filter(|n| (from..=to).contains(n));
        within.ok_or_else(|| {
            let what = format!("operand {} of {} must be {from} to {to}", place + 1, self.name);
            refused(what, "write such a number")
        })
    }

    fn text(&self, run: fn(&[Datum]) -> Result<Datum, QueryError>) -> Typed {
        Typed::call(self.name, Kind::Text, self.nodes(), run)
    }

    fn float(&self, run: fn(f64) -> f64) -> Typed {
        let kind = if self.kinds.first() == Some(&Kind::Decimal) { Kind::Decimal } else { Kind::Float };
        Typed::call(self.name, kind, self.nodes(), move |v| Ok(Datum::float(run(v[0].real()))))
    }

    /// Compiles functions of whole texts.
    fn of_texts(&self) -> Result<Option<Typed>, QueryError> {
        let (one, two, three) = ([Kind::Text], [Kind::Text; 2], [Kind::Text; 3]);
        Ok(Some(match self.name {
            "LOWER" if self.takes(&one) => self.text(|v| cased(v[0].text(), |c| single(c.to_lowercase()))),
            "UPPER" if self.takes(&one) => {
                self.text(|v| cased(v[0].text(), |c| if c == 'ß' { Some('ẞ') } else { single(c.to_uppercase()) }))
            }
            "TRIM" if self.takes(&one) => self.text(|v| Datum::made(v[0].text().trim_matches(' '))),
            "LTRIM" if self.takes(&one) => self.text(|v| Datum::made(v[0].text().trim_start_matches(' '))),
            "RTRIM" if self.takes(&one) => self.text(|v| Datum::made(v[0].text().trim_end_matches(' '))),
            "REPLACE" if self.takes(&three) => self.text(|v| match v[1].text() {
                "" => Ok(v[0].clone()),
                old => Datum::made(&v[0].text().replace(old, v[2].text())),
            }),
            "LENGTH" if self.takes(&one) => counted(self.name, self.nodes(), |v| v[0].text().chars().count()),
            "STRPOS" | "INSTR" if self.takes(&two) => counted(self.name, self.nodes(), |v| {
                let (text, part) = (v[0].text(), v[1].text());
                text.find(part).map_or(0, |at| text[..at].chars().count() + 1)
            }),
            "CONTAINS" if self.takes(&two) => holds(self.name, self.nodes(), |v| v[0].text().contains(v[1].text())),
            "STARTS_WITH" if self.takes(&two) => {
                holds(self.name, self.nodes(), |v| v[0].text().starts_with(v[1].text()))
            }
            "ENDS_WITH" if self.takes(&two) => holds(self.name, self.nodes(), |v| v[0].text().ends_with(v[1].text())),
            "CONCAT" if !self.kinds.is_empty() && self.kinds.iter().all(|k| matches!(k, Kind::Text | Kind::Null)) => {
                let run = |v: &[Datum]| Datum::made(&v.iter().map(Datum::text).collect::<String>());
                Typed::call_with_null(self.name, Kind::Text, self.nodes(), run)
            }
            _ => return Ok(None),
        }))
    }

    /// Compiles functions that take a part of a text or pad it.
    fn of_parts(&self) -> Result<Option<Typed>, QueryError> {
        let (name, counted) = (self.name, [Kind::Text, Kind::Integer, Kind::Integer]);
        let Some(of) = self.operands.first() else { return Ok(None) };
        Ok(Some(match name {
            "SUBSTR" | "SUBSTRING" if self.takes(&counted[..2]) => {
                part(name, of, self.number(1, 1, 10_000)? - 1, usize::MAX)
            }
            "SUBSTR" | "SUBSTRING" if self.takes(&counted) => {
                part(name, of, self.number(1, 1, 10_000)? - 1, self.number(2, 0, 10_000)?)
            }
            "LEFT" if self.takes(&counted[..2]) => part(name, of, 0, self.number(1, 0, 10_000)?),
            "RIGHT" if self.takes(&counted[..2]) => {
                let n = self.number(1, 0, 10_000)?;
                Typed::call(format!("{name} {n}"), Kind::Text, vec![of.node.clone()], move |v| {
                    let text = v[0].text();
                    Datum::made(&text.chars().skip(text.chars().count().saturating_sub(n)).collect::<String>())
                })
            }
            "LPAD" | "RPAD" if self.takes(&[Kind::Text, Kind::Integer, Kind::Text]) => {
                padded(name, of, self.number(1, 0, 200)?, &self.constant(2)?)?
            }
            "SPLIT_PART" if self.takes(&[Kind::Text, Kind::Text, Kind::Integer]) => {
                let (separator, n) = (self.constant(1)?.text().to_owned(), self.number(2, 1, 1000)? - 1);
                if separator.is_empty() {
                    let instead = "write the text that stands between the parts";
                    return Err(refused("SPLIT_PART has nothing to split at", instead));
                }
                Typed::call(format!("{name} {separator} {n}"), Kind::Text, vec![of.node.clone()], move |v| {
                    Datum::made(v[0].text().split(&separator).nth(n).unwrap_or_default())
                })
            }
            _ => return Ok(None),
        }))
    }

    /// Compiles functions of numbers.
    fn of_numbers(&self) -> Result<Option<Typed>, QueryError> {
        Ok(Some(match self.name {
            "ABS" if self.takes(&[Kind::Integer]) => Typed::call(self.name, Kind::Integer, self.nodes(), |v| {
                let refused = || refused("a number is greater than 64 bits hold", "calculate with CAST(… AS DOUBLE)");
                v[0].integer().checked_abs().map(Datum::Integer).ok_or_else(refused)
            }),
            "ABS" if self.takes(&[Kind::Float]) || self.takes(&[Kind::Decimal]) => self.float(f64::abs),
            "ROUND" if self.takes(&[Kind::Integer]) => self.operands[0].clone(),
            "ROUND" if self.takes(&[Kind::Integer; 2]) => {
                self.number(1, 0, 15)?;
                self.operands[0].clone()
            }
            "ROUND" if self.takes(&[Kind::Float]) || self.takes(&[Kind::Decimal]) => {
                rounded(self.name, &self.operands[0], 0)
            }
            "ROUND" if self.takes(&[Kind::Float, Kind::Integer]) => {
                rounded(self.name, &self.operands[0], self.number(1, 0, 15)?)
            }
            "FLOOR" if self.is_number() => self.float(f64::floor),
            "CEIL" | "CEILING" if self.is_number() => self.float(f64::ceil),
            _ => return Ok(None),
        }))
    }

    /// Compiles functions of dates and instants.
    fn of_moments(&self) -> Result<Option<Typed>, QueryError> {
        let of = self.operands.as_slice();
        Ok(Some(match (self.name, of) {
            ("EPOCH", [of]) if of.kind == Kind::Instant => Typed::call(self.name, Kind::Float, self.nodes(), |v| {
                let (seconds, rest) = (v[0].integer().div_euclid(1_000_000), v[0].integer().rem_euclid(1_000_000));
                Ok(Datum::float(Datum::Integer(seconds).real() + Datum::Integer(rest).real() / 1e6))
            }),
            ("YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND", [one]) => field(self.name, one)?,
            ("DATE_PART" | "DATEPART", [_, of]) => field(self.constant(0)?.text(), of)?,
            ("DATE_TRUNC" | "DATETRUNC", [_, of]) if self.takes(&[Kind::Text, Kind::Instant]) => {
                truncated(self.constant(0)?.text(), of)?
            }
            ("DATE_DIFF" | "DATEDIFF", [_, from, to]) => difference(self.constant(0)?.text(), from, to)?,
            ("STRFTIME", [of, _]) => formatted(of, self.constant(1)?.text())?,
            _ => return Ok(None),
        }))
    }
}

fn counted(name: &str, nodes: Vec<Node>, run: fn(&[Datum]) -> usize) -> Typed {
    Typed::call(name, Kind::Integer, nodes, move |v| Ok(i64::try_from(run(v)).map_or(Datum::Null, Datum::Integer)))
}

fn holds(name: &str, nodes: Vec<Node>, run: fn(&[Datum]) -> bool) -> Typed {
    Typed::call(name, Kind::Boolean, nodes, move |v| Ok(Datum::Boolean(run(v))))
}

/// Changes the case of every letter. A letter that would become several is refused, because engines differ there.
fn cased(text: &str, to: impl Fn(char) -> Option<char>) -> Result<Datum, QueryError> {
    let cased: Option<String> = text.chars().map(to).collect();
    let refused = || refused("a letter has no single other case", "compare such texts as they are written");
    Datum::made(&cased.ok_or_else(refused)?)
}

/// Returns the only character; `None` if there are several.
fn single(mut cased: impl Iterator<Item = char>) -> Option<char> {
    cased.next().filter(|_| cased.next().is_none())
}

fn part(name: &str, of: &Typed, skip: usize, take: usize) -> Typed {
    Typed::call(format!("{name} {skip} {take}"), Kind::Text, vec![of.node.clone()], move |v| {
        Datum::made(&v[0].text().chars().skip(skip).take(take).collect::<String>())
    })
}

fn padded(name: &str, of: &Typed, to: usize, with: &Datum) -> Result<Typed, QueryError> {
    let (left, with) = (name == "LPAD", with.text().to_owned());
    if with.is_empty() {
        return Err(refused(format!("{name} has nothing to fill with"), "write a character as its third operand"));
    }
    Ok(Typed::call(format!("{name} {to} {with}"), Kind::Text, vec![of.node.clone()], move |v| {
        let text: String = v[0].text().chars().take(to).collect();
        let filling: String = with.chars().cycle().take(to - text.chars().count()).collect();
        Datum::made(&if left { filling + &text } else { text + &filling })
    }))
}

fn rounded(name: &str, of: &Typed, places: usize) -> Typed {
    let factor = (0..places).fold(1.0, |factor, _| factor * 10.0);
    Typed::call(format!("{name} {places}"), of.kind, vec![of.node.clone()], move |v| {
        let rounded = (v[0].real() * factor).round() / factor;
        Ok(Datum::float(if rounded.is_finite() { rounded } else { v[0].real() }))
    })
}

/// Returns the date and time of a date or an instant, in UTC.
fn moment(value: &Datum) -> Option<NaiveDateTime> {
    match value {
        Datum::Instant(us) => DateTime::from_timestamp_micros(*us).map(|at| at.naive_utc()),
        Datum::Date(days) => date(*days).map(|day| day.and_time(NaiveTime::MIN)),
        _ => None,
    }
}

/// Checks that a function of moments can take an operand.
fn moment_kind(of: &Typed, instants_only: bool) -> Result<(), QueryError> {
    match of.kind {
        Kind::Instant | Kind::Null => Ok(()),
        Kind::Date if !instants_only => Ok(()),
        other => Err(refused(format!("{other} has no such part"), "give an instant, or CAST(… AS TIMESTAMP)")),
    }
}

/// Refuses a plain NULL, which could be a date or an instant.
fn no_null(of: &Typed) -> Result<(), QueryError> {
    match of.kind {
        Kind::Null => Err(refused("NULL has no such part", "give a day or an instant")),
        _ => Ok(()),
    }
}

/// Compiles a field of a date or an instant, such as its year or its hour, in UTC.
pub(super) fn field(name: &str, of: &Typed) -> Result<Typed, QueryError> {
    let name = name.to_uppercase();
    let read: fn(NaiveDateTime) -> i64 = match name.as_str() {
        "YEAR" => |at| i64::from(at.year()),
        "QUARTER" => |at| i64::from(at.month0() / 3 + 1),
        "MONTH" => |at| i64::from(at.month()),
        "WEEK" => |at| i64::from(at.iso_week().week()),
        "DAY" => |at| i64::from(at.day()),
        "DOW" | "DAYOFWEEK" => |at| i64::from(at.weekday().num_days_from_sunday()),
        "ISODOW" => |at| i64::from(at.weekday().number_from_monday()),
        "DOY" => |at| i64::from(at.ordinal()),
        "HOUR" => |at| i64::from(at.hour()),
        "MINUTE" => |at| i64::from(at.minute()),
        "SECOND" => |at| i64::from(at.second()),
        _ => {
            let known =
                "use YEAR, QUARTER, MONTH, WEEK, DAY, DOW, ISODOW, DOY, HOUR, MINUTE or SECOND; EPOCH(x) gives seconds";
            return Err(refused("this field of a day or an instant is not known here", known));
        }
    };
    no_null(of)?;
    moment_kind(of, matches!(name.as_str(), "HOUR" | "MINUTE" | "SECOND"))?;
    Ok(Typed::call(format!("field {name}"), Kind::Integer, vec![of.node.clone()], move |v| {
        Ok(moment(&v[0]).map_or(Datum::Null, |at| Datum::Integer(read(at))))
    }))
}

/// Compiles `DATE_TRUNC`: the beginning of the year, month, day, hour or minute, in UTC.
fn truncated(unit: &str, of: &Typed) -> Result<Typed, QueryError> {
    no_null(of)?;
    let unit = unit.to_lowercase();
    let begin: fn(NaiveDateTime) -> Option<NaiveDateTime> = match unit.as_str() {
        "year" => |at| NaiveDate::from_ymd_opt(at.year(), 1, 1).map(|day| day.and_time(NaiveTime::MIN)),
        "month" => |at| at.date().with_day(1).map(|day| day.and_time(NaiveTime::MIN)),
        "day" => |at| Some(at.date().and_time(NaiveTime::MIN)),
        "hour" => |at| at.date().and_hms_opt(at.hour(), 0, 0),
        "minute" => |at| at.date().and_hms_opt(at.hour(), at.minute(), 0),
        _ => {
            return Err(refused(
                "DATE_TRUNC does not know this unit",
                "use 'year', 'month', 'day', 'hour' or 'minute'",
            ));
        }
    };
    Ok(Typed::call(format!("truncated {unit}"), Kind::Instant, vec![of.node.clone()], move |v| {
        let begun = moment(&v[0]).and_then(begin);
        Ok(begun.map_or(Datum::Null, |at| Datum::Instant(at.and_utc().timestamp_micros())))
    }))
}

/// Compiles `DATE_DIFF`: how many boundaries of a unit lie between two moments.
fn difference(unit: &str, from: &Typed, to: &Typed) -> Result<Typed, QueryError> {
    let length = match super::datum::unit(unit).as_str() {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => {
            return Err(refused("DATE_DIFF does not know this unit", "use 'second', 'minute', 'hour' or 'day'"));
        }
    };
    moment_kind(from, length < 86_400)?;
    moment_kind(to, length < 86_400)?;
    Ok(Typed::call(format!("difference {length}"), Kind::Integer, vec![from.node.clone(), to.node.clone()], move |v| {
        let unit = |value: &Datum| moment(value).map(|at| at.and_utc().timestamp().div_euclid(length));
        Ok(unit(&v[0]).zip(unit(&v[1])).map_or(Datum::Null, |(from, to)| Datum::Integer(to - from)))
    }))
}

/// Compiles STRFTIME.
fn formatted(of: &Typed, format: &str) -> Result<Typed, QueryError> {
    moment_kind(of, false)?;
    if format.is_empty() {
        return Err(refused("STRFTIME has no form", "write one of %Y, %m, %d, %H, %M, %S and %j"));
    }
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c == '%' && !rest.next().is_some_and(|field| "YmdHMSj".contains(field)) {
            return Err(refused("STRFTIME has a form that is not known here", "use %Y, %m, %d, %H, %M, %S and %j"));
        }
    }
    let format = format.to_owned();
    Ok(Typed::call(format!("STRFTIME {format}"), Kind::Text, vec![of.node.clone()], move |v| match moment(&v[0]) {
        Some(at) => Datum::made(&at.format(&format).to_string()),
        None => Ok(Datum::Null),
    }))
}

/// Whether a text matches a pattern, in which `%` stands for any text and `_` for any character.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut t, mut p, mut back) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                back = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '_' || *c == text[t] => {
                t += 1;
                p += 1;
            }
            _ => match back {
                Some((after, from)) => {
                    back = Some((after, from + 1));
                    t = from + 1;
                    p = after;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}
