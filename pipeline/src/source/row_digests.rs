//! Digests of rows made inside the database, so that two months can be compared while little travels.
//!
//! Reads   rows of the view, inside the database
//! Gives   a digest for each row, or a sum of digests for each day
//! Rule    the same row of the archive has the same digest, by [`field`] and [`digest`]
//!
//! A row is written as one text: each column of the contract as the length of its bytes, a colon and its text, or `N` for no
//! value; instants are microseconds and dates days since 1970. Its digest is SHA-256 over a key and that text. What is translated
//! on its way is translated by this program alone, so that such rows are digested here.

use super::dialect::{DigestColumn, DigestSql};
use super::instants::DAY_US;
use super::row_filter::{Condition, within};
use super::{Cell, Database, RelationSchema, Row, SourceError, Translator};
use crate::hash::sha256;
use schemas::Column;
use std::collections::BTreeMap;
use std::fmt::Write;

impl Database {
    /// How the database digests rows as we do; `None` where it cannot.
    pub(crate) fn digest_sql<'s>(&self, schema: &'s RelationSchema, key: &str) -> Option<DigestSql> {
        if Translator::of(&self.config).is_some() {
            return None;
        }
        let described = |(column, type_name): (Column, &'s String)| DigestColumn {
            column,
            name: self.expression(schema, column),
            type_name,
            is_absent: schema.absent.contains(&column),
        };
        let columns: Vec<DigestColumn<'_>> = Column::ALL.into_iter().zip(&schema.types).map(described).collect();
        self.dialect.digest_sql(key, &columns)
    }

    /// Rows with `selesai` in a range, and the sum of the first 60 bits of their digests, by day since its beginning.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn day_sums(
        &mut self,
        sql: &DigestSql,
        from_us: i64,
        until_us: i64,
    ) -> Result<BTreeMap<i64, (u64, String)>, SourceError> {
        let DigestSql { selesai_us, division, sum, .. } = sql;
        let select = format!("SELECT ({selesai_us} - {from_us}) {division} {DAY_US}, COUNT(*), {sum}");
        let mut question = self.question(&select, self.ended_between(from_us, until_us));
        question.sql.push_str(" GROUP BY 1");
        let answer = self.all(question, 3).await?;
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
        sql: &DigestSql,
        from_us: i64,
        until_us: i64,
    ) -> Result<Vec<(Option<String>, String)>, SourceError> {
        self.digests_of(sql, self.ended_between(from_us, until_us)).await
    }

    /// The same of the rows whose `selesai` is no instant, which lie on no day.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn endless_row_digests(
        &mut self,
        sql: &DigestSql,
    ) -> Result<Vec<(Option<String>, String)>, SourceError> {
        let endless = format!(" WHERE {} IS NULL OR {}", self.name_of(Column::Selesai), sql.no_instant);
        self.digests_of(sql, Condition { sql: endless, binds: Vec::new() }).await
    }

    async fn digests_of(
        &mut self,
        sql: &DigestSql,
        rows: Condition,
    ) -> Result<Vec<(Option<String>, String)>, SourceError> {
        let id = self.dialect.as_text(&self.name_of(Column::EventId));
        let answer = self.all(self.question(&format!("SELECT {id}, {}", sql.digest), rows), 2).await?;
        let pair = |row: Row<'_>| match (row.at(0), row.at(1)) {
            (Cell::Text(id), Cell::Text(digest)) => Some((Some(id.to_owned()), digest.to_owned())),
            (Cell::Null, Cell::Text(digest)) => Some((None, digest.to_owned())),
            _ => None,
        };
        answer.rows().map(pair).collect::<Option<_>>().ok_or_else(|| self.odd_answer("the digests of its rows"))
    }

    fn ended_between(&self, from_us: i64, until_us: i64) -> Condition {
        within(self.dialect, &self.name_of(Column::Selesai), &(from_us..until_us))
    }
}

/// The first 60 bits of a digest, whose sum the database makes too.
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
