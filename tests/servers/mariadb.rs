//! MariaDB: how it is started, and what it calls things.

use super::{Dialect, Grant, NoInstants, PASSWORD, Process, Server, Session, connect, listening, program};
use crate::tools::output;
use sqlx::MySqlConnection;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Starts a MariaDB server with an empty database.
#[must_use]
pub fn mariadb() -> Box<dyn Server> {
    let folder = TempDir::new().unwrap();
    let init = Command::new(program("mariadb-install-db").unwrap())
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
        .arg(format!("--user={}", me()))
        .arg(format!("--datadir={}", folder.path().join("data").display()))
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&init.stderr);
    assert!(init.status.success(), "mariadb-install-db: {said}{}", String::from_utf8_lossy(&init.stdout));
    // Its socket comes after its port.
    let process = listening(folder, start, |folder| folder.join("s").exists());
    let port = process.port;
    let server: Box<dyn Server> = Box::new(Mariadb { process });
    server.answering(&format!("mysql://root@127.0.0.1:{port}/mysql")).run(&format!(
        "create database kantor character set utf8mb4;
         create user pemilik@'127.0.0.1' identified by '{PASSWORD}'; grant all on *.* to pemilik@'127.0.0.1' with grant option;
         create user pembaca@'127.0.0.1' identified by '{PASSWORD}'; grant select on kantor.* to pembaca@'127.0.0.1'"
    ));
    server
}

fn me() -> String {
    output("id", &["-un"]).trim().to_owned()
}

fn start(folder: &Path, port: u16) -> Child {
    Command::new(program("mariadbd").unwrap())
        .args(["--no-defaults", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=2"])
        // Without it a TIMESTAMP may update itself.
        .arg("--explicit-defaults-for-timestamp=1")
        .arg(format!("--user={}", me()))
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", folder.join("data").display()))
        .arg(format!("--socket={}", folder.join("s").display()))
        // One that starts clears temporary tables away, of others that it finds beside its own too.
        .env("TMPDIR", folder)
        // Some of its tables tell times in the machine's zone, which an office's is.
        .env("TZ", "Asia/Jakarta")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[derive(Debug)]
struct Mariadb {
    process: Process,
}

/// The instant that stands for none.
const ZEROS: &str = "0000-00-00 00:00:00";

const DIALECT: Dialect = Dialect {
    scheme: "mysql",
    key: "bigint auto_increment",
    instant: "timestamp",
    now: "now(6)",
    let_remarks_be_long: "set global max_allowed_packet = 1073741824; alter table workflow_events modify keterangan longtext",
    let_transactions_be_seen: "grant process on *.* to pembaca@'127.0.0.1'",
    let_connect_once: "alter user pembaca@'127.0.0.1' with max_user_connections 1",
    lock: ["lock tables workflow_events write", "unlock tables"],
    sessions: "select count(*) from information_schema.processlist where user = 'pembaca'",
    session_that_reads: "select cast(max(id) as signed) from information_schema.processlist where user = 'pembaca'
         and command in ('Execute', 'Query') and time_ms > 50",
    no_instants: NoInstants {
        allowed_by: "set sql_mode = ''; ",
        earliest: ZEROS,
        code_of_earliest: "V001",
        never: ZEROS,
    },
    odd_double: "1.5",
    grants: &[
        Grant::reading(
            "grant select (nama) on kantor.workflow_events to pembaca@'127.0.0.1'",
            "revoke select (nama) on kantor.workflow_events from pembaca@'127.0.0.1'",
        ),
        Grant::writing(
            "grant update (nama) on kantor.workflow_events to pembaca@'127.0.0.1'",
            "revoke update (nama) on kantor.workflow_events from pembaca@'127.0.0.1'",
        ),
        Grant::reading(
            "create role baca; grant select on kantor.* to baca; grant baca to pembaca@'127.0.0.1';
                        set default role baca for pembaca@'127.0.0.1'",
            "set default role none for pembaca@'127.0.0.1'; revoke baca from pembaca@'127.0.0.1'",
        ),
        Grant::writing(
            "create role penulis; grant insert on kantor.* to penulis; grant penulis to pembaca@'127.0.0.1'",
            "revoke penulis from pembaca@'127.0.0.1'",
        ),
        Grant::reading(
            "create database lain; grant all on lain.* to pembaca@'127.0.0.1'",
            "revoke all on lain.* from pembaca@'127.0.0.1'",
        ),
    ],
};

impl Server for Mariadb {
    fn process(&self) -> &Process {
        &self.process
    }

    fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    fn spawn(&self, folder: &Path, port: u16) -> Child {
        start(folder, port)
    }

    fn connect(&self, url: &str) -> Result<Box<dyn Session>, sqlx::Error> {
        connect::<MySqlConnection>(url)
    }

    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn another(&self) -> Box<dyn Server> {
        mariadb()
    }

    fn later(&self, than: &str, count: &str, unit: &str) -> String {
        format!("timestamp '{than}' + interval ({count}) {unit}")
    }

    fn microseconds(&self, instant: &str) -> String {
        format!("cast(unix_timestamp({instant}) * 1000000 as signed)")
    }

    fn series(&self, rows: u32) -> String {
        format!("seq_1_to_{rows}")
    }

    fn sleep(&self, seconds: f64) -> String {
        format!("sleep({seconds})")
    }

    fn analyze(&self, table: &str) -> String {
        format!("analyze table {table}")
    }

    fn retype(&self, column: &str, to: &str) -> String {
        format!("alter table workflow_events modify {column} {to}")
    }

    fn let_be_null(&self, instant: &str) -> String {
        format!("alter table workflow_events modify {instant} timestamp(6) null")
    }

    fn end(&self, session: i64) -> String {
        format!("kill {session}")
    }
}
