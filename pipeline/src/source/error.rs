//! What can go wrong with a source, in words that say what to do next.
//!
//! Invariant: no message holds the URL, which may hold a password, nor a value of a row.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

/// A source that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The URL names no database we know.
    #[error("`{scheme}:` is not a source; use sqlite:PATH, postgres://…, mysql://… or csv:FOLDER")]
    UnknownScheme {
        /// The part before the colon.
        scheme: String,
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
    /// A column has a type that cannot be the contract's.
    #[error("column `{column}` of `{view}` has type {found}, the contract needs {expected}; cast it in the view")]
    WrongType {
        /// The view.
        view: String,
        /// The column.
        column: String,
        /// The database's word for its type.
        found: String,
        /// The contract's word.
        expected: &'static str,
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

/// Whether the connection or the server went away: classes 08 (connection) and 57P (operator intervention) of the SQL
/// standard's codes, a serialization failure (40), and no connection left (53300).
fn is_passing(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(d) => {
            let code = d.code().unwrap_or_default();
            ["08", "57P", "40", "53300"].iter().any(|class| code.starts_with(class))
                || mysql_number(d.as_ref()).is_some_and(|n| GONE.contains(&n))
        }
        _ => false,
    }
}

/// Whether the database keeps an answer from this user: for lack of a right, and for nothing else.
fn is_denied(fault: &sqlx::Error) -> bool {
    fault.as_database_error().is_some_and(|d| match mysql_number(d) {
        Some(number) => DENIED.contains(&number),
        None => d.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE),
    })
}

fn mysql_number(fault: &dyn DatabaseError) -> Option<u16> {
    fault.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// MySQL and MariaDB, where the class says too little: no connection left for the user (two kinds), connection killed.
const GONE: [u16; 3] = [1_203, 1_226, 1_927];
/// Access to a database, a table or a column denied, a right like PROCESS missing, the grants of somebody else or the tables
/// of a view hidden.
const DENIED: [u16; 6] = [1_044, 1_141, 1_142, 1_143, 1_227, 1_345];
/// The same in PostgreSQL.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// What says that a relation is not there: PostgreSQL's classes of an undefined table and schema.
const NOT_THERE: [&str; 2] = ["42P01", "3F000"];
/// MySQL and MariaDB: no such database or table, and a view over one that is gone.
const NOT_THERE_NUMBERS: [u16; 3] = [1_049, 1_146, 1_356];

/// Tells apart what a person must do about a driver's error.
pub(super) fn connect_error(database: &'static str, fault: &sqlx::Error) -> SourceError {
    match fault {
        sqlx::Error::Database(d)
            if d.code().is_some_and(|code| code.starts_with("28")) || d.message().contains("Access denied") =>
        {
            SourceError::Refused { database }
        }
        // Without TLS such a password would travel under a key of the server's that nobody has checked.
        sqlx::Error::Configuration(reason) if reason.to_string().starts_with("RSA auth") => {
            SourceError::NeedsTls { database }
        }
        sqlx::Error::Configuration(reason) => SourceError::Url { reason: reason.to_string() },
        other => {
            let answered = matches!(other, sqlx::Error::Database(_)) && is_passing(other);
            SourceError::Unreachable { database, reason: one_line(other), answered }
        }
    }
}

pub(super) fn query_error(database: &'static str, relation: &str, fault: &sqlx::Error) -> SourceError {
    // A data exception quotes the value that the view could not convert, which may be a name.
    let quotes_a_value = matches!(fault, sqlx::Error::Database(d) if d.code().is_some_and(|c| c.starts_with("22")));
    let reason = if quotes_a_value { without_quoted(&one_line(fault)) } else { one_line(fault) };
    let relation = relation.to_owned();
    if is_denied(fault) {
        return SourceError::Denied { database, relation, reason };
    }
    SourceError::Query { database, relation, reason, passing: is_passing(fault) }
}

/// The database's complaint about a relation that it was asked to describe.
pub(super) fn relation_error(database: &'static str, relation: &str, fault: &sqlx::Error) -> SourceError {
    match fault {
        sqlx::Error::Database(d) if is_not_there(d.as_ref()) => {
            SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(fault) }
        }
        _ => query_error(database, relation, fault),
    }
}

fn is_not_there(fault: &dyn DatabaseError) -> bool {
    match mysql_number(fault) {
        Some(number) => NOT_THERE_NUMBERS.contains(&number),
        None => fault.code().is_some_and(|code| NOT_THERE.contains(&code.as_ref())),
    }
}

pub(super) fn one_line(fault: &sqlx::Error) -> String {
    let text = match fault {
        sqlx::Error::Database(d) => d.message().to_owned(),
        other => other.to_string(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

/// Everything from the first quotation mark on is left out, since a value may hold quotation marks itself.
fn without_quoted(text: &str) -> String {
    let end = text.find(['"', '\'', '`']).unwrap_or(text.len());
    format!("{}(value hidden)", &text[..end])
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

    /// What a server says.
    #[derive(Debug)]
    struct Complaint(&'static str);

    impl std::fmt::Display for Complaint {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a complaint")
        }
    }

    impl std::error::Error for Complaint {}

    impl DatabaseError for Complaint {
        fn message(&self) -> &str {
            "a complaint"
        }

        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    #[test]
    fn a_server_that_stops_while_it_describes_a_view_does_not_lack_it() {
        let said = |code| relation_error("PostgreSQL", "v", &sqlx::Error::Database(Box::new(Complaint(code))));
        assert!(matches!(said("42P01"), SourceError::NoRelation { .. }));
        assert!(said("57P01").is_passing());
        // What is neither a missing relation nor a missing right is neither.
        assert!(matches!(said("42501"), SourceError::Denied { .. }));
        assert!(matches!(said("42703"), SourceError::Query { passing: false, .. }));
    }

    #[test]
    fn a_quoted_value_is_hidden() {
        let text = "invalid input syntax for type integer: \"SITI \"AMINAH\"\"";
        assert_eq!(without_quoted(text), "invalid input syntax for type integer: (value hidden)");
    }
}
