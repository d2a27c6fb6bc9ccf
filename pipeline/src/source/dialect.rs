//! What the kinds of database say differently: one [`Dialect`] and one [`Session`] for each, in a file of its own.
//!
//! Reads   the scheme of a source's URL, which decides the dialect
//! Gives   SQL in the words of the database, and a connection over which nothing can be written
//! Rule    what every database says alike stands outside; nothing outside asks which database it is
//!
//! What has a default here is the SQL standard's way, or a help that a database may lack. What the completeness of an archive
//! rests on has none, so that the compiler asks every database for it.

mod digest_sql;
mod mysql;
mod postgres;
mod sqlite;

pub(super) use digest_sql::DigestColumn;
pub(crate) use digest_sql::DigestSql;

use super::chunk::{Cell, Chunk};
use super::relation_schema::TypeKind;
use super::{RowSink, SourceConfig, SourceError};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use schemas::{Horizon, Identity};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Column as _, Executor, SqlSafeStr, Statement, TypeInfo};
use std::fmt::Debug;

/// The databases that can be read.
static DIALECTS: [&dyn Dialect; 3] = [
    &sqlite::Sqlite, //
    &postgres::Postgres,
    &mysql::MySql,
];

/// The dialect that URLs with this scheme ask for.
pub(super) fn of_scheme(scheme: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.into_iter().find(|dialect| dialect.schemes().contains(&scheme))
}

/// How a URL of each database begins, for a person who wrote another.
pub(super) fn url_forms() -> Vec<&'static str> {
    DIALECTS.iter().map(|dialect| dialect.url_form()).collect()
}

/// An answer that is waited for. It is boxed once for a question, never for a row.
pub(super) type Answer<'a, T> = BoxFuture<'a, Result<T, SourceError>>;

/// A value that a question is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bind {
    /// An instant, microseconds since 1970.
    Instant(i64),
    /// A key or another text.
    Text(String),
}

/// A question to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
    /// What is read, for messages.
    pub(super) relation: String,
}

impl Question {
    /// A question without values.
    pub(super) fn new(sql: impl Into<String>, relation: &str) -> Self {
        Self { sql: sql.into(), binds: Vec::new(), relation: relation.to_owned() }
    }

    /// The same question with other words before it.
    pub(super) fn after(&self, words: &str) -> Self {
        Self { sql: format!("{words}{}", self.sql), ..self.clone() }
    }
}

/// The question for events, in parts, since not every database is asked for them by a plain SELECT.
#[derive(Debug)]
pub(super) struct EventQuery<'q> {
    /// The quoted names of the contract's columns, in their order.
    pub(super) names: Vec<String>,
    /// The database's words for their types.
    pub(super) types: &'q [String],
    /// FROM and WHERE.
    pub(super) rows: Question,
}

impl EventQuery<'_> {
    /// The plain SELECT.
    pub(super) fn select(&self) -> Question {
        self.rows.after(&format!("SELECT {} ", self.names.join(", ")))
    }
}

/// How a server is asked whether it still serves a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct LivenessSql {
    /// Gives the server's number for the session that asks.
    pub(super) session: &'static str,
    /// Followed by such a number, gives a row while the server serves that session.
    pub(super) serves: &'static str,
}

/// A kind of database: what it is called, how it is reached and what it says in words of its own.
pub(super) trait Dialect: Debug + Sync {
    /// The database's name, for messages.
    fn name(&self) -> &'static str;

    /// What stands before the colon of its URLs.
    fn schemes(&self) -> &'static [&'static str];

    /// The form of its URLs, for messages.
    fn url_form(&self) -> &'static str;

    /// Connects. Whatever is asked over the session, nothing can be written.
    fn open<'a>(&self, config: &'a SourceConfig) -> Answer<'a, Box<dyn Session>>;

    /// How a server is asked for its sessions; `None` where there is no server that could fall silent.
    fn liveness(&self) -> Option<LivenessSql>;

    /// Gives the start of the oldest transaction of others, microseconds, or the server's clock where there is none; `None`
    /// where the snapshot sees every row that claims to be older than itself.
    fn open_since(&self) -> Option<&'static str>;

    /// Gives what the server's clock shows, microseconds; `None` where there is no server.
    fn clock(&self) -> Option<&'static str>;

    /// Asked with a database (empty for the session's) and twice with a relation: how many tables the relation may read, and
    /// how many of them nobody can write while they are read. `None` where readers never hold up writers.
    fn locked_tables(&self) -> Option<&'static str>;

    /// By how much a filter must reach further back and further on, since a cursor of that type may be off from the instant
    /// it stands for.
    fn margins_us(&self, type_name: &str) -> (i64, i64);

    /// The condition for a cursor that is no instant; such rows lie in no range and are asked for always.
    fn no_instant(&self, cursor: &str) -> String;

    /// Whether a cursor of text can be compared with an instant.
    fn compares_text(&self) -> bool {
        false
    }

    /// A cursor as it is compared with an instant.
    fn instant(&self, cursor: &str) -> String {
        cursor.to_owned()
    }

    /// A missing text, as an expression.
    fn nothing(&self) -> &'static str {
        "NULL"
    }

    /// A name as an identifier.
    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// A relation's name as identifiers: `schema.view` is quoted part by part.
    fn relation(&self, name: &str) -> String {
        name.split('.').map(|part| self.quoted(part)).collect::<Vec<_>>().join(".")
    }

    /// Lists the tables that the user may read, and the foreign keys of one column: table, column, and what they point at.
    fn catalog(&self) -> [&'static str; 2];

    /// An expression as text, in which every difference counts.
    fn exact_text(&self, expression: &str) -> String;

    /// An expression as text.
    fn as_text(&self, expression: &str) -> String {
        format!("CAST({expression} AS TEXT)")
    }

    /// Where the value stands in the SQL of a question: a placeholder, for which it is added to the binds, or itself.
    fn place(&self, value: Bind, binds: &mut Vec<Bind>) -> String {
        binds.push(value);
        "?".to_owned()
    }

    /// What the contract makes of one of the database's types.
    fn type_kind(&self, type_name: &str) -> TypeKind {
        TypeKind::of(type_name)
    }

    /// How many of a column's values are integers, where a column binds no types; `None` where its type tells.
    fn integers_among(&self, _column: &str) -> Option<String> {
        None
    }

    /// The condition for rows written since an earlier horizon; `None` where the two cannot be compared.
    fn written_since(&self, _then: &Horizon, _now: &Horizon) -> Option<String> {
        None
    }

    /// How rows are digested over a key, `columns` being those of the contract in their order; `None` where the text of a
    /// value may differ from the archive's.
    fn digest_sql(&self, _key: &str, _columns: &[DigestColumn<'_>]) -> Option<DigestSql> {
        None
    }

    /// Whether the database refuses a user or a password.
    fn refuses_user(&self, fault: &dyn DatabaseError) -> bool {
        has_class(fault, &["28"])
    }

    /// Whether it keeps an answer from this user: for lack of a right, and for nothing else.
    fn is_denied(&self, fault: &dyn DatabaseError) -> bool {
        has_class(fault, &["42501"])
    }

    /// Whether a relation that it was asked to describe is not there.
    fn is_not_there(&self, fault: &dyn DatabaseError) -> bool {
        has_class(fault, &["42P01", "3F000"])
    }

    /// Whether the connection or the server went away, so that the same may work a little later.
    fn is_gone(&self, fault: &dyn DatabaseError) -> bool {
        has_class(fault, PASSING)
    }
}

/// Classes of the SQL standard's codes: connection (08), operator intervention (57P), serialization failure (40), no
/// connection left (53300).
const PASSING: &[&str] = &["08", "57P", "40", "53300"];

/// Whether a fault's code is one of these, or of one of these classes.
fn has_class(fault: &dyn DatabaseError, classes: &[&str]) -> bool {
    fault.code().is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
}

/// What went wrong, in words that say what a person must do about it.
impl dyn Dialect + '_ {
    fn is_passing(&self, fault: &sqlx::Error) -> bool {
        match fault {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => true,
            sqlx::Error::Database(d) => self.is_gone(d.as_ref()),
            _ => false,
        }
    }

    /// The complaint of a driver that was to connect.
    fn connect_error(&self, fault: &sqlx::Error) -> SourceError {
        let database = self.name();
        match fault {
            sqlx::Error::Database(d) if self.refuses_user(d.as_ref()) => SourceError::Refused { database },
            // Without TLS such a password would travel under a key of the server's that nobody has checked.
            sqlx::Error::Configuration(reason) if reason.to_string().starts_with("RSA auth") => {
                SourceError::NeedsTls { database }
            }
            sqlx::Error::Configuration(reason) => SourceError::Url { reason: reason.to_string() },
            other => {
                let answered = matches!(other, sqlx::Error::Database(_)) && self.is_passing(other);
                SourceError::Unreachable { database, reason: one_line(other), answered }
            }
        }
    }

    /// The complaint about a question.
    fn query_error(&self, relation: &str, fault: &sqlx::Error) -> SourceError {
        // A data exception quotes the value that the view could not convert, which may be a name.
        let quotes_a_value = fault.as_database_error().is_some_and(|d| has_class(d, &["22"]));
        let reason = if quotes_a_value { without_quoted(&one_line(fault)) } else { one_line(fault) };
        let (database, relation) = (self.name(), relation.to_owned());
        if fault.as_database_error().is_some_and(|d| self.is_denied(d)) {
            return SourceError::Denied { database, relation, reason };
        }
        SourceError::Query { database, relation, reason, passing: self.is_passing(fault) }
    }

    /// The complaint about a relation that the database was asked to describe.
    fn relation_error(&self, relation: &str, fault: &sqlx::Error) -> SourceError {
        match fault {
            sqlx::Error::Database(d) if self.is_not_there(d.as_ref()) => {
                SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(fault) }
            }
            _ => self.query_error(relation, fault),
        }
    }

    /// A database that answers, but not what it was asked.
    pub(super) fn odd_answer(&self, relation: &str, reason: &str) -> SourceError {
        let (database, relation) = (self.name(), relation.to_owned());
        SourceError::Query { database, relation, reason: reason.to_owned(), passing: false }
    }
}

/// An open connection.
pub(super) trait Session: Debug + Send {
    /// Begins the read-only transaction in which everything is read from one snapshot.
    fn begin(&mut self) -> Answer<'_, ()>;

    /// Puts the rows of an answer, until nobody takes them any more.
    fn read<'a>(&'a mut self, question: &'a Question, sink: &'a mut RowSink) -> Answer<'a, ()>;

    /// The names of a relation's columns, which is asked for as `from`, and the database's words for their types, empty where a type binds no values. A
    /// refusal leaves the transaction as it was.
    fn columns<'a>(&'a mut self, relation: &'a str, from: &'a str) -> Answer<'a, Vec<(String, String)>>;

    /// Whether the user may change anything in the view's database (empty for the session's), also where that is not said
    /// clearly.
    fn may_write<'a>(&'a mut self, schema: &'a str) -> Answer<'a, bool>;

    /// Puts the rows of a large answer as fast as the sink takes them, the columns as the query names them.
    fn events<'a>(&'a mut self, query: &'a EventQuery<'a>, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move { self.read(&query.select(), sink).await }.boxed()
    }

    /// How many rows the database expects of a SELECT; `None` where it does not tell, so that they must be counted.
    fn estimate<'a>(&'a mut self, _select: &'a Question) -> Answer<'a, Option<u64>> {
        ready(Ok(None)).boxed()
    }

    /// Whether the database reads every row to find those that a SELECT asks for by their time of recording, although there may be few;
    /// `false` where it does not tell.
    fn scans<'a>(&'a mut self, _select: &'a Question) -> Answer<'a, bool> {
        ready(Ok(false)).boxed()
    }

    /// Where the snapshot lies among the transactions that wrote a quoted relation; `None` where rows do not show that.
    fn horizon<'a>(&'a mut self, _relation: &'a str) -> Answer<'a, Option<Horizon>> {
        ready(Ok(None)).boxed()
    }

    /// Which server and database it is; `None` where neither file nor server tells.
    fn identity(&mut self) -> Answer<'_, Option<Identity>> {
        ready(Ok(None)).boxed()
    }

    /// A small answer as a whole, its rows as wide as that.
    fn answer<'a>(&'a mut self, question: &'a Question, width: usize) -> Answer<'a, Chunk> {
        async move {
            let mut sink = RowSink::new(width, None);
            self.read(question, &mut sink).await?;
            Ok(sink.keep())
        }
        .boxed()
    }
}

/// The columns of a relation, as the database describes them when it prepares to read it.
async fn described<'c, D: sqlx::Database>(
    dialect: &'static dyn Dialect,
    connection: impl Executor<'c, Database = D>,
    relation: &str,
    from: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    let sql = format!("SELECT * FROM {from} WHERE 1 = 0");
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
    let statement = statement.map_err(|e| dialect.relation_error(relation, &e))?;
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned())).collect())
}

/// A question whose answer the database may keep from this user, which is no fault; any other is.
pub(super) fn unless_denied<T>(answer: Result<T, SourceError>) -> Result<Option<T>, SourceError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(SourceError::Denied { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Whether an answer says 0, and not nothing or something else.
fn is_no(answer: &Chunk) -> bool {
    answer.first_number() == Some(0)
}

/// The texts of a small answer, row by row; empty for what is none.
fn texts(answer: &Chunk, width: usize) -> Vec<String> {
    let text = |cell: Cell<'_>| if let Cell::Text(text) = cell { text.to_owned() } else { String::new() };
    answer.rows().flat_map(|row| (0..width).map(move |place| text(row.at(place)))).collect()
}

fn one_line(fault: &sqlx::Error) -> String {
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
    use crate::source::chunk_of;

    #[test]
    fn only_a_clear_no_is_no() {
        let answer = |cell: Cell<'_>| is_no(&chunk_of(&[&[cell]]));
        assert!(answer(Cell::Integer(0)));
        for cell in [Cell::Integer(1), Cell::Null, Cell::Text("0"), Cell::Real(0.0), Cell::Bytes(b"\xff")] {
            assert!(!answer(cell), "{cell:?}");
        }
        assert!(!is_no(&chunk_of(&[])));
    }

    #[test]
    fn no_two_databases_share_a_scheme() {
        let all: Vec<&str> = DIALECTS.iter().flat_map(|dialect| dialect.schemes()).copied().collect();
        for scheme in &all {
            assert_eq!(all.iter().filter(|other| *other == scheme).count(), 1, "{scheme}");
            assert!(of_scheme(scheme).is_some_and(|dialect| dialect.schemes().contains(scheme)));
        }
        assert!(of_scheme("csv").is_none());
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
        let postgres: &dyn Dialect = &postgres::Postgres;
        let said = |code| postgres.relation_error("v", &sqlx::Error::Database(Box::new(Complaint(code))));
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
