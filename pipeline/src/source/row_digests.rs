//! Digests of rows made inside the database, so that two months can be compared while little travels.
//!
//! A row is written as one text: each column of the contract as the length of its bytes, a colon and its text, or `N` for no
//! value; instants are microseconds and dates days since 1970. Its digest is SHA-256 over a key and that text. [`field`] and
//! [`digest`] say the same for a row of the archive.

use super::instants::DAY_US;
use super::row_filter::{Dialect, instant_literal};
use super::{Cell, RelationSchema, Row, Source, SourceError};
use crate::hash::sha256;
use schemas::Column;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How a database digests a row.
#[derive(Debug)]
pub(crate) struct Digested {
    /// The row's digest, 64 hexadecimal digits.
    digest: String,
    /// Microseconds of `selesai`.
    selesai_us: String,
}

/// The expressions for a view, or `None` when a column has a type whose text the database and we may write differently.
fn expressions(dialect: Dialect, shape: &RelationSchema, names: &[String], key: &str) -> Option<Digested> {
    let mut fields = Vec::new();
    let mut selesai_us = String::new();
    for ((column, name), kind) in Column::ALL.into_iter().zip(names).zip(&shape.types) {
        let text = as_text(dialect, column, name, kind)?;
        if column == Column::Selesai {
            selesai_us.clone_from(&text);
        }
        fields.push(match dialect {
            Dialect::Postgres => format!("coalesce(octet_length({text})::text || ':' || {text}, 'N')"),
            Dialect::MySql => format!("COALESCE(CONCAT(LENGTH({text}), ':', {text}), 'N')"),
            Dialect::Sqlite => return None,
        });
    }
    let digest = match dialect {
        Dialect::Postgres => format!("encode(sha256(convert_to('{key}' || {}, 'UTF8')), 'hex')", fields.join(" || ")),
        _ => format!("SHA2(CONCAT('{key}', {}), 256)", fields.join(", ")),
    };
    let selesai_us = match dialect {
        Dialect::Postgres => format!("({selesai_us})::bigint"),
        _ => format!("CAST({selesai_us} AS SIGNED)"),
    };
    Some(Digested { digest, selesai_us })
}

fn as_text(dialect: Dialect, column: Column, name: &str, kind: &str) -> Option<String> {
    let kind = kind.split('(').next().unwrap_or_default();
    let instant = matches!(column, Column::RecordedAt | Column::Mulai | Column::Selesai | Column::Diterima);
    let integer = ["INT2", "INT4", "INT8", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"].contains(&kind);
    Some(match (dialect, column) {
        (Dialect::Postgres, _) if instant => {
            let finite = format!("CASE WHEN isfinite({name}) THEN {name} END");
            (kind == "TIMESTAMPTZ").then(|| format!("(extract(epoch from {finite}) * 1000000)::bigint::text"))?
        }
        (Dialect::Postgres, Column::TanggalLahir) => {
            (kind == "DATE").then(|| format!("({name} - date '1970-01-01')::text"))?
        }
        (Dialect::Postgres, Column::EventId | Column::Langkah) if integer => format!("{name}::text"),
        (Dialect::Postgres, _) => {
            ["TEXT", "VARCHAR", "UUID", "NAME"].contains(&kind).then(|| format!("{name}::text"))?
        }
        (Dialect::MySql, _) if instant => {
            // A date of zeros, which is no value, is 1970 to MySQL.
            let text = || {
                format!("CASE WHEN {name} <> 0 THEN CAST(CAST(UNIX_TIMESTAMP({name}) * 1000000 AS SIGNED) AS CHAR) END")
            };
            (kind == "TIMESTAMP").then(text)?
        }
        (Dialect::MySql, Column::TanggalLahir) => {
            (kind == "DATE").then(|| format!("CAST(DATEDIFF({name}, '1970-01-01') AS CHAR)"))?
        }
        (Dialect::MySql, Column::EventId | Column::Langkah) if integer => format!("CAST({name} AS CHAR)"),
        (Dialect::MySql, _) => ["TEXT", "VARCHAR", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "CHAR", "ENUM"]
            .contains(&kind)
            .then(|| format!("CONVERT({name} USING utf8mb4)"))?,
        (Dialect::Sqlite, _) => return None,
    })
}

impl Source {
    /// How the database digests rows as we do; `None` where it cannot.
    pub(crate) fn digested(&self, shape: &RelationSchema, key: &str) -> Option<Digested> {
        let names: Vec<String> = Column::ALL.into_iter().map(|c| self.quoted(&self.config.office_name(c))).collect();
        expressions(self.dialect(), shape, &names, key)
    }

    /// Rows with `selesai` in a range, and the sum of the first 60 bits of their digests, by day since its beginning.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn day_sums(
        &mut self,
        asked: &Digested,
        from_us: i64,
        until_us: i64,
    ) -> Result<BTreeMap<i64, (u64, String)>, SourceError> {
        let (dialect, us) = (self.dialect(), &asked.selesai_us);
        let day = match dialect {
            Dialect::MySql => format!("({us} - {from_us}) DIV {DAY_US}"),
            _ => format!("({us} - {from_us}) / {DAY_US}"),
        };
        let sum = sum(dialect, &asked.digest);
        let sql = format!("SELECT {day}, COUNT(*), {sum} {} GROUP BY 1", self.ended_between(from_us, until_us));
        let view = self.config.view.clone();
        let answer = self.all(&sql, &[], &view, 3).await?;
        let rows = answer.rows().map(|row| match (row.at(0), row.at(1), row.at(2)) {
            (Cell::Integer(day), Cell::Integer(n), Cell::Text(sum)) => {
                Some((day, (u64::try_from(n).ok()?, sum.to_owned())))
            }
            _ => None,
        });
        rows.collect::<Option<_>>().ok_or_else(|| self.odd_answer("the sums of its days"))
    }

    /// Key and digest of every row with `selesai` in a range; `None` for the key of a row without one.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn row_digests(
        &mut self,
        asked: &Digested,
        from_us: i64,
        until_us: i64,
    ) -> Result<Vec<(Option<String>, String)>, SourceError> {
        let rows = self.ended_between(from_us, until_us);
        self.digests_of(asked, &rows).await
    }

    /// The same of the rows whose `selesai` is no instant, which lie on no day.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn endless_row_digests(
        &mut self,
        asked: &Digested,
    ) -> Result<Vec<(Option<String>, String)>, SourceError> {
        let selesai = self.quoted(&self.config.office_name(Column::Selesai));
        let endless = match self.dialect() {
            Dialect::Postgres => format!("NOT isfinite({selesai})"),
            // A date of zeros, which is no value.
            _ => format!("{selesai} = 0"),
        };
        let rows = format!("FROM {} WHERE {selesai} IS NULL OR {endless}", self.relation(&self.config.view));
        self.digests_of(asked, &rows).await
    }

    async fn digests_of(&mut self, asked: &Digested, rows: &str) -> Result<Vec<(Option<String>, String)>, SourceError> {
        let id = self.quoted(&self.config.office_name(Column::EventId));
        let text = if self.dialect() == Dialect::MySql { "CHAR" } else { "TEXT" };
        let sql = format!("SELECT CAST({id} AS {text}), {} {rows}", asked.digest);
        let view = self.config.view.clone();
        let answer = self.all(&sql, &[], &view, 2).await?;
        let pair = |row: Row<'_>| match (row.at(0), row.at(1)) {
            (Cell::Text(id), Cell::Text(digest)) => Some((Some(id.to_owned()), digest.to_owned())),
            (Cell::Null, Cell::Text(digest)) => Some((None, digest.to_owned())),
            _ => None,
        };
        answer.rows().map(pair).collect::<Option<_>>().ok_or_else(|| self.odd_answer("the digests of its rows"))
    }

    /// FROM and WHERE of the rows with `selesai` in a range.
    fn ended_between(&self, from_us: i64, until_us: i64) -> String {
        let selesai = self.quoted(&self.config.office_name(Column::Selesai));
        let literal = |us| match self.dialect() {
            Dialect::Postgres => instant_literal(us),
            _ => format!("FROM_UNIXTIME({})", us / 1_000_000),
        };
        let (from, until) = (literal(from_us), literal(until_us));
        format!("FROM {} WHERE {selesai} >= {from} AND {selesai} < {until}", self.relation(&self.config.view))
    }
}

/// The sum of the first 60 bits of digests, as the database writes it.
fn sum(dialect: Dialect, digest: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("sum(('x' || substr({digest}, 1, 15))::bit(60)::bigint)::text"),
        _ => format!("CAST(SUM(CAST(CONV(SUBSTR({digest}, 1, 15), 16, 10) AS UNSIGNED)) AS CHAR)"),
    }
}

/// The same 60 bits of a digest of ours.
pub(crate) fn first_60_bits(digest: &str) -> u128 {
    digest.get(..15).and_then(|d| u128::from_str_radix(d, 16).ok()).unwrap_or(0)
}

/// Adds a column to the text of a row.
pub(crate) fn field(row: &mut String, value: Option<&str>) {
    match value {
        // Writing into memory cannot fail.
        Some(text) => drop(write!(row, "{}:{text}", text.len())),
        None => row.push('N'),
    }
}

/// The digest of the text of a row.
pub(crate) fn digest(key: &str, row: &str) -> String {
    sha256(format!("{key}{row}").as_bytes())
}
