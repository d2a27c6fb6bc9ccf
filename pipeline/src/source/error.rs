//! What can go wrong with a source, in words that say what to do next. Each dialect tells which of these a driver's error is.
//!
//! Invariant: no message holds the URL, which may hold a password, nor a value of a row.

use std::io::{self, ErrorKind};
use std::path::Path;

/// A source that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The URL names no database we know.
    #[error("`{scheme}:` is not a source; use {known} or csv:FOLDER")]
    UnknownScheme {
        /// The part before the colon.
        scheme: String,
        /// How the URL of a database begins.
        known: String,
    },
    /// The URL itself is not readable.
    #[error("the source URL cannot be read: {reason}")]
    Url {
        /// What is wrong with it, without the URL, which may hold a password.
        reason: String,
    },
    /// The database did not answer.
    #[error(
        "cannot reach the {database} database: {reason}; check that it runs and that host, port or path in tertib.toml are right"
    )]
    Unreachable {
        /// Kind of database.
        database: &'static str,
        /// What the driver said.
        reason: String,
        /// Whether the server answered all the same, so that it will be reachable soon: it stops, starts or is full.
        answered: bool,
    },
    /// The database refused the user.
    #[error("the {database} database refused the user or password; check the URL in tertib.toml")]
    Refused {
        /// Kind of database.
        database: &'static str,
    },
    /// The user's kind of password may not cross an open network.
    #[error(
        "this database user needs an encrypted connection; turn on TLS in the {database} server, or give the user the plugin mysql_native_password"
    )]
    NeedsTls {
        /// Kind of database.
        database: &'static str,
    },
    /// A statement took longer than it may.
    #[error(
        "reading `{view}` gave nothing for {seconds} s; make the view faster or raise `statement-timeout-seconds` under [source]"
    )]
    Slow {
        /// The view.
        view: String,
        /// How long nothing came.
        seconds: u64,
    },
    /// The relation is not there.
    #[error("the source has no relation `{relation}`; create the view or set `view` in tertib.toml ({reason})")]
    NoRelation {
        /// What was asked for.
        relation: String,
        /// What the database said.
        reason: String,
    },
    /// Columns of the contract are missing.
    #[error("the view `{view}` lacks the column{} {}; add {} to the view or map {} under [source.columns]",
        if columns.len() == 1 { "" } else { "s" }, columns.join(", "),
        if columns.len() == 1 { "it" } else { "them" }, if columns.len() == 1 { "it" } else { "them" })]
    MissingColumns {
        /// The view.
        view: String,
        /// What is missing.
        columns: Vec<String>,
    },
    /// Columns have types that cannot be the contract's.
    #[error("the types of `{view}` do not fit: {wrong}; cast them in the view")]
    WrongTypes {
        /// The view.
        view: String,
        /// Each column with its type and the contract's.
        wrong: String,
    },
    /// The configuration translates a word into one that the contract does not have.
    #[error(
        "[source.values.{column}] gives \"{said}\" the word `{word}`, which `{column}` does not have; did you mean `{nearest}`? It may be {allowed}"
    )]
    Word {
        /// The column.
        column: &'static str,
        /// The office's word.
        said: String,
        /// What it was given.
        word: String,
        /// The allowed word that is most like it.
        nearest: String,
        /// All allowed words.
        allowed: String,
    },
    /// The configuration translates words of a column that has none.
    #[error(
        "the values of `{column}` are no words of a list, so [source.values.{column}] can only say \"…\" = \"\" (no value), \
         and nothing of the key; write [source.formats] for days and times, or mend the view"
    )]
    NoWords {
        /// The column.
        column: &'static str,
    },
    /// A query failed.
    #[error("the {database} database failed while reading `{relation}`: {reason}")]
    Query {
        /// Kind of database.
        database: &'static str,
        /// What was read.
        relation: String,
        /// What the driver said.
        reason: String,
        /// Whether it may work when asked again: the connection was lost, or the server was stopped.
        passing: bool,
    },
    /// The database keeps an answer from this user.
    #[error("the {database} database does not let this user read `{relation}` ({reason}); grant SELECT on it")]
    Denied {
        /// Kind of database.
        database: &'static str,
        /// What was asked for.
        relation: String,
        /// What the database said.
        reason: String,
    },
    /// A file of a folder of CSV files failed.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong.
        reason: String,
        /// Whether it may work when asked again.
        passing: bool,
    },
    /// The view gives too many rows twice for them to be single faults.
    #[error("the view `{view}` gives {rows} or more event_id more than once; correct its joins, each event is one row")]
    Doubled {
        /// The view.
        view: String,
        /// How many.
        rows: usize,
    },
}

impl SourceError {
    /// The complaint about a file or folder that the system does not give. One on a disk of the network that is away comes back.
    pub(crate) fn file(path: &Path, fault: &io::Error, next: &str) -> Self {
        let passing = !matches!(
            fault.kind(),
            ErrorKind::PermissionDenied | ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidData
        );
        Self::File { path: path.display().to_string(), reason: format!("{fault}{next}"), passing }
    }

    /// Whether the same may work a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Query { passing, .. } | Self::File { passing, .. } => *passing,
            _ => false,
        }
    }

    /// Whether there is a server at all; a wrong host or port is not worth another try.
    pub(crate) fn is_of_a_server(&self) -> bool {
        matches!(self, Self::Unreachable { answered: true, .. } | Self::Query { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_shows_that_there_is_a_server() {
        let unreachable =
            |answered| SourceError::Unreachable { database: "PostgreSQL", reason: String::new(), answered };
        assert!(unreachable(true).is_of_a_server() && !unreachable(false).is_of_a_server());
        let file = SourceError::File { path: String::new(), reason: String::new(), passing: true };
        assert!(file.is_passing() && !file.is_of_a_server());
    }

    #[test]
    fn a_file_that_is_away_may_come_back_and_a_folder_is_none() {
        let of = |kind: ErrorKind| SourceError::file(Path::new("kantor.sqlite"), &io::Error::from(kind), "");
        assert!(of(ErrorKind::NotFound).is_passing() && of(ErrorKind::StaleNetworkFileHandle).is_passing());
        assert!(!of(ErrorKind::PermissionDenied).is_passing() && !of(ErrorKind::IsADirectory).is_passing());
    }
}
