//! Real database servers in a temporary folder on loopback.

use crate::tools::output;
use crate::wire::Wire;
use crate::{Ran, runtime};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use std::fmt::Write;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Password of the reading user.
pub const PASSWORD: &str = "baca-saja";

/// A running server; stopped and removed with the value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    scheme: &'static str,
    dir: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that is already gone needs no stopping.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    /// URL of a user of the office's database.
    #[must_use]
    pub fn url(&self, user: &str, password: &str) -> String {
        self.url_at(self.port, user, password)
    }

    fn url_at(&self, port: u16, user: &str, password: &str) -> String {
        format!("{}://{user}:{password}@127.0.0.1:{port}/kantor", self.scheme)
    }

    /// A wire to the server, and the URL by which the reader comes through it.
    #[must_use]
    pub fn wired(&self) -> (Wire, String) {
        let wire = Wire::to(self.port);
        let url = self.url_at(wire.port, "pembaca", PASSWORD);
        (wire, url)
    }

    /// URL of the user who may only read.
    #[must_use]
    pub fn reader(&self) -> String {
        self.url("pembaca", PASSWORD)
    }

    /// Whether it is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.scheme == "postgres"
    }

    /// Kills the server as a power cut would: every process of it at once.
    pub fn kill(&mut self) {
        // What PostgreSQL started would go on answering while its reader keeps up, since only one who waits sees that the
        // first process is gone.
        let mut doomed = words(&pgrep(&["-f", &self.dir.path().join("data").display().to_string()]));
        let started: Vec<String> = doomed.iter().flat_map(|parent| words(&pgrep(&["-P", parent]))).collect();
        doomed.extend(started);
        let mut arguments = vec!["-KILL"];
        arguments.extend(doomed.iter().map(String::as_str));
        // One of them may have ended by itself since it was listed.
        drop(Command::new("kill").args(arguments).output());
        drop(self.child.wait());
        let began = Instant::now();
        while doomed.iter().any(|process| is_alive(process)) {
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not die");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it again on the same data, and waits until it answers.
    pub fn start(&mut self) {
        drop(fs::remove_file(self.dir.path().join("data/postmaster.pid")));
        self.child = if self.is_postgres() {
            start_postgres(self.dir.path(), self.port)
        } else {
            start_mariadb(self.dir.path(), self.port)
        };
        let url = self.url("pemilik", PASSWORD);
        runtime().block_on(async {
            if self.is_postgres() {
                drop(wait_for(|| sqlx::PgConnection::connect(&url)).await);
            } else {
                drop(wait_for(|| sqlx::MySqlConnection::connect(&url)).await);
            }
        });
    }

    /// One integer that a statement answers with, asked by the owner.
    #[must_use]
    pub fn number(&self, sql: &str) -> i64 {
        let (url, sql) = (self.url("pemilik", PASSWORD), AssertSqlSafe(sql.to_owned()));
        runtime().block_on(async {
            if self.is_postgres() {
                let mut db = sqlx::PgConnection::connect(&url).await.unwrap();
                sqlx::query(sql).fetch_one(&mut db).await.unwrap().get(0)
            } else {
                let mut db = sqlx::MySqlConnection::connect(&url).await.unwrap();
                sqlx::query(sql).fetch_one(&mut db).await.unwrap().get(0)
            }
        })
    }

    /// Waits until that pull reads events; the session by which it does.
    pub fn reading(&self, pull: &mut Child) -> i64 {
        let session = if self.is_postgres() {
            "select max(pid)::bigint from pg_stat_activity where usename = 'pembaca' and query ~ '^(COPY|FETCH)'"
        } else {
            "select cast(max(id) as signed) from information_schema.processlist where user = 'pembaca'
             and command in ('Execute', 'Query') and time_ms > 50"
        };
        loop {
            let session = self.number(&format!("select coalesce(({session}), 0)"));
            if session > 0 {
                return session;
            }
            assert!(pull.try_wait().unwrap().is_none(), "the pull ended before it was seen to read");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends one session of the server.
    pub fn cut(&self, session: i64) {
        self.sql(&if self.is_postgres() {
            format!("select pg_terminate_backend({session})")
        } else {
            format!("kill {session}")
        });
    }

    /// Does something while another session stays at what these statements made of it, a transaction or a lock, and then
    /// ends that session with the last statement.
    pub fn while_open<T>(&self, statements: &str, during: impl FnOnce() -> T, last: &str) -> T {
        let url = self.url("pemilik", PASSWORD);
        let [statements, last] = [statements, last].map(|sql| sqlx::raw_sql(AssertSqlSafe(sql.to_owned())));
        let runtime = runtime();
        if self.is_postgres() {
            let mut db = runtime.block_on(sqlx::PgConnection::connect(&url)).unwrap();
            runtime.block_on(db.execute(statements)).unwrap();
            let done = during();
            runtime.block_on(db.execute(last)).unwrap();
            done
        } else {
            let mut db = runtime.block_on(sqlx::MySqlConnection::connect(&url)).unwrap();
            runtime.block_on(db.execute(statements)).unwrap();
            let done = during();
            runtime.block_on(db.execute(last)).unwrap();
            done
        }
    }

    /// Makes the table `workflow_events` itself, without a view, with that many invented rows: one each minute from
    /// 2026-01-05 on. Further rows get their own `event_id` and the instant at which they are written.
    pub fn contract_table(&self, rows: u32) {
        let (key, at, instant, series) = if self.is_postgres() {
            (
                "bigserial primary key",
                "timestamptz not null default clock_timestamp()",
                "timestamptz",
                format!("(select g as seq from generate_series(1, {rows}) g) s"),
            )
        } else {
            let series = format!("seq_1_to_{}", rows.max(1));
            ("bigint auto_increment primary key", "timestamp(6) not null default now(6)", "timestamp(6)", series)
        };
        self.sql(&format!(
            "drop table if exists workflow_events;
             create table workflow_events (event_id {key}, recorded_at {at}, berkas_id varchar(40) not null,
             kolektif_id varchar(40) not null, langkah smallint not null, pelaksana varchar(40) not null,
             petugas_id varchar(40), mulai {instant} null default null, selesai {instant} not null, hasil varchar(40) not null,
             kekurangan varchar(200), nomor_register varchar(40), keterangan text, jenis varchar(40) not null,
             kewarganegaraan varchar(3) not null, nik varchar(40), nama varchar(200), jenis_kelamin varchar(1),
             tempat_lahir varchar(100), tanggal_lahir date, pekon varchar(10) not null, pembawa varchar(200) not null,
             diterima {instant} not null)"
        ));
        let minute = |base: &str| {
            if self.is_postgres() {
                format!("timestamptz '{base}+00' + make_interval(mins => seq % 300000)")
            } else {
                format!("'{base}' + interval (seq % 300000) minute")
            }
        };
        let (one, two) = (minute("2026-01-05 01:00:00"), minute("2026-01-05 01:10:00"));
        let (key, concat) = ("concat('B202601-', seq div 10)", "concat('catatan ', seq)");
        let key = if self.is_postgres() { "concat('B202601-', seq / 10)" } else { key };
        let zone = if self.is_postgres() { "set time zone 'UTC'" } else { "set time_zone = '+00:00'" };
        if rows > 0 {
            self.sql(&format!(
                "{zone}; insert into workflow_events (recorded_at, berkas_id, kolektif_id, langkah, pelaksana, selesai, hasil,
                 keterangan, jenis, kewarganegaraan, nik, nama, tanggal_lahir, pekon, pembawa, diterima)
                 select {two}, {key}, 'K202601-1', 7, 'operator', {two}, 'selesai', {concat}, 'baru', 'WNI',
                 '1806015708979001', 'SITI REKAAN', '1997-08-17', '1806011001', 'ANDI', {one} from {series}"
            ));
        }
        if self.is_postgres() {
            self.sql("grant select on workflow_events to pembaca; analyze workflow_events");
        } else {
            self.sql("analyze table workflow_events");
        }
    }

    /// Runs statements as the owner.
    pub fn sql(&self, statements: &str) {
        let (url, statements) = (self.url("pemilik", PASSWORD), statements.to_owned());
        runtime().block_on(async {
            if self.scheme == "postgres" {
                let mut db = sqlx::PgConnection::connect(&url).await.unwrap();
                db.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
            } else {
                let mut db = sqlx::MySqlConnection::connect(&url).await.unwrap();
                db.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
            }
        });
    }
}

/// Where Debian keeps the servers' programs, beside PATH.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|e| e.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.into_iter().map(|f| f.join(name)).find(|p| p.is_file())
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Numbers of processes, none where no process is meant.
fn pgrep(arguments: &[&str]) -> String {
    Ran::from(Command::new("pgrep").args(arguments).output().unwrap()).out
}

/// Whether a process is still running. A zombie that has not been reaped counts as ended.
fn is_alive(process: &str) -> bool {
    let status = fs::read_to_string(Path::new("/proc").join(process).join("status"));
    status.is_ok_and(|status| !status.contains("State:\tZ"))
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

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start_postgres(dir: &Path, port: u16) -> Child {
    as_postgres(&program("postgres").unwrap())
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"])
        .args(["-p", &port.to_string(), "-D"])
        .arg(dir.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn start_mariadb(dir: &Path, port: u16) -> Child {
    let me = output("id", &["-un"]).trim().to_owned();
    Command::new(program("mariadbd").unwrap())
        .args(["--no-defaults", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=2"])
        .arg(format!("--user={me}"))
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", dir.join("data").display()))
        .arg(format!("--socket={}", dir.join("s").display()))
        // One that starts clears temporary tables away, of others that it finds beside its own too.
        .env("TMPDIR", dir)
        // Some of its tables tell times in the machine's zone, which an office's is.
        .env("TZ", "Asia/Jakarta")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts a PostgreSQL server with an empty database `kantor`.
#[must_use]
pub fn postgres() -> Server {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    if is_root() {
        drop(output("chown", &["postgres", &dir.path().display().to_string()]));
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
    let port = free_port();
    let child = start_postgres(dir.path(), port);
    let server = Server { child, port, scheme: "postgres", dir };
    let admin = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let users = format!(
        "create role pemilik login superuser password '{PASSWORD}'; create role pembaca login password '{PASSWORD}';"
    );
    runtime().block_on(async {
        let mut db = wait_for(|| sqlx::PgConnection::connect(&admin)).await;
        db.execute(sqlx::raw_sql(AssertSqlSafe(users))).await.unwrap();
        db.execute("create database kantor owner pemilik").await.unwrap();
    });
    server
}

/// Starts a MariaDB server with an empty database `kantor`.
#[must_use]
pub fn mariadb() -> Server {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let me = output("id", &["-un"]).trim().to_owned();
    let init = Command::new(program("mariadb-install-db").unwrap())
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
        .arg(format!("--user={me}"))
        .arg(format!("--datadir={}", data.display()))
        .env("TMPDIR", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&init.stderr);
    assert!(init.status.success(), "mariadb-install-db: {said}{}", String::from_utf8_lossy(&init.stdout));
    let port = free_port();
    let child = start_mariadb(dir.path(), port);
    let server = Server { child, port, scheme: "mysql", dir };
    let admin = format!("mysql://root@127.0.0.1:{port}/mysql");
    let users = format!(
        "create database kantor character set utf8mb4;
         create user pemilik@'127.0.0.1' identified by '{PASSWORD}'; grant all on *.* to pemilik@'127.0.0.1' with grant option;
         create user pembaca@'127.0.0.1' identified by '{PASSWORD}'; grant select on kantor.* to pembaca@'127.0.0.1';"
    );
    runtime().block_on(async {
        let mut db = wait_for(|| sqlx::MySqlConnection::connect(&admin)).await;
        db.execute(sqlx::raw_sql(AssertSqlSafe(users))).await.unwrap();
    });
    server
}

async fn wait_for<C, E: std::fmt::Debug, F: Future<Output = Result<C, E>>>(connect: impl Fn() -> F) -> C {
    let began = Instant::now();
    loop {
        match connect().await {
            Ok(connection) => return connection,
            Err(fault) => assert!(began.elapsed() < Duration::from_secs(60), "the server did not start: {fault:?}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Tables of a counter application, with `TIME` for the database's instant type.
const TABLES: &str = "
create table kolektif(kolektif_id varchar(40) primary key, pekon varchar(10) not null, pembawa varchar(200) not null,
  diterima TIME not null);
create table berkas(berkas_id varchar(40) primary key, kolektif_id varchar(40) not null, nik varchar(40),
  nama varchar(200), jenis_kelamin varchar(1), tempat_lahir varchar(100), tanggal_lahir date, jenis varchar(40) not null,
  kewarganegaraan varchar(3) not null);
create table langkah_berkas(event_id bigint primary key, berkas_id varchar(40) not null, langkah smallint not null,
  pelaksana varchar(40) not null, petugas_id varchar(40), mulai TIME, selesai TIME not null, hasil varchar(40) not null,
  kekurangan varchar(200), nomor_register varchar(40), keterangan text, recorded_at TIME not null);
create table gangguan(gangguan_id int primary key, jenis varchar(40) not null, mulai TIME not null, selesai TIME not null);
create table blangko(tanggal date primary key, terima int not null, cetak int not null, gagal int not null);
create view workflow_events as
  select l.event_id, l.recorded_at, b.berkas_id, b.kolektif_id, l.langkah, l.pelaksana, l.petugas_id, l.mulai,
         l.selesai, l.hasil, l.kekurangan, l.nomor_register, l.keterangan, b.jenis, b.kewarganegaraan, b.nik, b.nama,
         b.jenis_kelamin, b.tempat_lahir, b.tanggal_lahir, k.pekon, k.pembawa, k.diterima
  from langkah_berkas l join berkas b on b.berkas_id = l.berkas_id join kolektif k on k.kolektif_id = b.kolektif_id;
";

impl Server {
    /// Copies an office from SQLite into this server, with the server's own types.
    pub fn fill(&self, office: &Path) {
        // Of a nullable and a required TIMESTAMP, MariaDB needs to be told that neither updates itself.
        let tables = if self.scheme == "postgres" {
            TABLES.replace("TIME", "timestamptz")
        } else {
            let tables = TABLES.replace("TIME not null", "timestamp not null default 0");
            format!("set sql_mode = ''; {}", tables.replace("TIME", "timestamp null default null"))
        };
        self.sql(&tables);
        for table in ["kolektif", "berkas", "langkah_berkas", "gangguan", "blangko"] {
            for insert in inserts(office, table) {
                let zone = if self.scheme == "postgres" { "set time zone 'UTC'" } else { "set time_zone = '+00:00'" };
                self.sql(&format!("{zone}; {insert}"));
            }
        }
        if self.scheme == "postgres" {
            self.sql("grant select on all tables in schema public to pembaca; analyze");
        }
    }
}

/// INSERT statements of 2,000 rows each.
fn inserts(office: &Path, table: &str) -> Vec<String> {
    let url = format!("sqlite:{}", office.display());
    let rows: Vec<String> = runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(format!("select * from {table}"))).fetch_all(&mut db).await.unwrap();
        rows.iter()
            .map(|row| {
                let values: Vec<String> = (0..row.len()).map(|i| literal(row, i)).collect();
                format!("({})", values.join(","))
            })
            .collect()
    });
    rows.chunks(2_000)
        .map(|chunk| {
            let mut sql = format!("insert into {table} values ");
            write!(sql, "{}", chunk.join(",")).unwrap();
            sql
        })
        .collect()
}

fn literal(row: &sqlx::sqlite::SqliteRow, index: usize) -> String {
    if let Ok(n) = row.try_get::<Option<i64>, _>(index) {
        return n.map_or_else(|| "null".to_owned(), |n| n.to_string());
    }
    let text: Option<String> = row.try_get(index).unwrap();
    let Some(text) = text else { return "null".to_owned() };
    // An instant `2026-10-01T02:03:04Z` without the letters that MariaDB does not read.
    let is_instant = text.len() == 20 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let text = if is_instant { text.replace('T', " ").replace('Z', "") } else { text };
    format!("'{}'", text.replace('\'', "''"))
}
