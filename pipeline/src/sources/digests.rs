//! Digests of rows made inside the database, so that two months can be compared while little travels.
//!
//! A row is written as one text: each column of the contract as the length of its bytes, a colon and its text, or `N` for no
//! value; instants are microseconds and dates days since 1970. Its digest is SHA-256 over a key and that text. [`field`] and
//! [`digest`] say the same for a row of the archive.

use super::Shape;
use super::window::Dialect;
use crate::key::sha256;
use schemas::Column;
use std::fmt::Write;

/// Seconds of the slices of time in which sums are compared.
pub(super) const DAY_US: i64 = 86_400_000_000;

/// What is asked of one row.
#[derive(Debug)]
pub(super) struct Expressions {
    /// The row's digest, 64 hexadecimal digits.
    pub(super) digest: String,
    /// Microseconds of `selesai`.
    pub(super) selesai_us: String,
}

/// The expressions for a view, or `None` when a column has a type whose text the database and we may write differently.
pub(super) fn expressions(dialect: Dialect, shape: &Shape, names: &[String], key: &str) -> Option<Expressions> {
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
    Some(Expressions { digest, selesai_us })
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
        (Dialect::Postgres, _) => ["TEXT", "VARCHAR", "UUID", "NAME"].contains(&kind).then(|| format!("{name}::text"))?,
        (Dialect::MySql, _) if instant => (kind == "TIMESTAMP")
            .then(|| format!("CAST(CAST(UNIX_TIMESTAMP({name}) * 1000000 AS SIGNED) AS CHAR)"))?,
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

/// The sum of the first 60 bits of digests, as the database writes it.
pub(super) fn sum(dialect: Dialect, digest: &str) -> String {
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
