//! PostgreSQL: how it is started, and what it calls things.

use super::{Dialect, Grant, NoInstants, PASSWORD, Process, Server, Session, connect, listening, program};
use crate::tools::output;
use sqlx::PgConnection;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Starts a PostgreSQL server with an empty database.
#[must_use]
pub fn postgres() -> Box<dyn Server> {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    if is_root() {
        drop(output("chown", &["postgres", &folder.path().display().to_string()]));
    }
    let init = as_postgres(&program("initdb").unwrap())
        .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"])
        .arg(&data)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(init.success(), "initdb failed");
    // The users of the tests must give a password; the superuser need not.
    let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), rules).unwrap();
    let process = listening(folder, start, is_ready);
    let port = process.port;
    let server: Box<dyn Server> = Box::new(Postgres { process });
    let mut admin = server.answering(&format!("postgres://postgres@127.0.0.1:{port}/postgres"));
    admin.run(&format!(
        "create role pemilik login superuser password '{PASSWORD}'; create role pembaca login password '{PASSWORD}'"
    ));
    admin.run("create database kantor owner pemilik");
    // Whatever the owner makes.
    server.sql("alter default privileges grant select on tables to pembaca");
    server
}

/// The file that says which process it is says that it listens, too.
fn is_ready(folder: &Path) -> bool {
    let said = fs::read_to_string(folder.join("data/postmaster.pid"));
    said.is_ok_and(|said| said.lines().any(|line| line.trim() == "ready"))
}

fn is_root() -> bool {
    output("id", &["-u"]).trim() == "0"
}

/// PostgreSQL refuses to run as root, so there it runs as its own user.
fn as_postgres(path: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    }
}

fn start(folder: &Path, port: u16) -> Child {
    as_postgres(&program("postgres").unwrap())
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"])
        .args(["-p", &port.to_string(), "-D"])
        .arg(folder.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[derive(Debug)]
struct Postgres {
    process: Process,
}

const DIALECT: Dialect = Dialect {
    scheme: "postgres",
    key: "bigserial",
    instant: "timestamptz",
    now: "clock_timestamp()",
    let_remarks_be_long: "",
    let_transactions_be_seen: "grant pg_read_all_stats to pembaca",
    let_connect_once: "alter role pembaca connection limit 1",
    lock: ["begin; lock table workflow_events in access exclusive mode", "commit"],
    sessions: "select count(*) from pg_stat_activity where usename = 'pembaca'",
    session_that_reads: "select max(pid)::bigint from pg_stat_activity where usename = 'pembaca' and query ~ '^(COPY|FETCH)'",
    no_instants: NoInstants { allowed_by: "", earliest: "-infinity", code_of_earliest: "V002", never: "infinity" },
    odd_double: "'NaN'",
    grants: &[
        Grant::reading(
            "grant select (nama) on workflow_events to pembaca",
            "revoke select (nama) on workflow_events from pembaca",
        ),
        Grant::writing(
            "grant update (nama) on workflow_events to pembaca",
            "revoke update (nama) on workflow_events from pembaca",
        ),
        Grant::reading(
            "create role baca; grant select on workflow_events to baca; grant baca to pembaca",
            "revoke baca from pembaca",
        ),
        Grant::writing(
            "create role penulis; grant insert on workflow_events to penulis; grant penulis to pembaca",
            "revoke penulis from pembaca",
        ),
        Grant::writing("alter role pembaca noinherit; grant penulis to pembaca", "revoke penulis from pembaca"),
    ],
};

impl Server for Postgres {
    fn process(&self) -> &Process {
        &self.process
    }

    fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    fn spawn(&self, folder: &Path, port: u16) -> Child {
        // One that was killed left it.
        drop(fs::remove_file(folder.join("data/postmaster.pid")));
        start(folder, port)
    }

    fn connect(&self, url: &str) -> Result<Box<dyn Session>, sqlx::Error> {
        connect::<PgConnection>(url)
    }

    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn another(&self) -> Box<dyn Server> {
        postgres()
    }

    fn later(&self, than: &str, count: &str, unit: &str) -> String {
        format!("timestamptz '{than}+00' + ({count}) * interval '1 {unit}'")
    }

    fn microseconds(&self, instant: &str) -> String {
        format!("cast(extract(epoch from {instant}) * 1000000 as bigint)")
    }

    fn series(&self, rows: u32) -> String {
        format!("(select g as seq from generate_series(1, {rows}) g) s")
    }

    fn sleep(&self, seconds: f64) -> String {
        format!("pg_sleep({seconds})")
    }

    fn analyze(&self, table: &str) -> String {
        format!("analyze {table}")
    }

    fn retype(&self, column: &str, to: &str) -> String {
        format!("alter table workflow_events alter column {column} type {to}")
    }

    fn let_be_null(&self, instant: &str) -> String {
        format!("alter table workflow_events alter column {instant} drop not null")
    }

    fn end(&self, session: i64) -> String {
        format!("select pg_terminate_backend({session})")
    }
}
