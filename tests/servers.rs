//! Real database servers in a temporary folder on loopback: what all kinds have in common, and what each kind must say of itself.

mod mariadb;
mod postgres;

pub use mariadb::mariadb;
pub use postgres::postgres;

use crate::wire::Wire;
use crate::{Office, ROW, Ran, VALUES, runtime};
use sqlx::{AssertSqlSafe, ColumnIndex, Connection, Database, Decode, Executor, Row, Type, raw_sql};
use std::fmt::{Debug, Write};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Password of the users.
pub const PASSWORD: &str = "baca-saja";

/// A running server with the database `kantor`, its owner `pemilik`, and the user `pembaca`, who may read every table of it and
/// no more. It is stopped and removed with the value.
pub trait Server: Debug + Send + Sync {
    /// The process and its folder.
    fn process(&self) -> &Process;

    /// The same, to be replaced when the server is started again.
    fn process_mut(&mut self) -> &mut Process;

    /// Starts the program on the data in a folder, and does not wait until it answers.
    fn spawn(&self, folder: &Path, port: u16) -> Child;

    /// Opens a session by a URL of this kind of server.
    ///
    /// # Errors
    ///
    /// When the server does not answer or refuses the user.
    fn connect(&self, url: &str) -> Result<Box<dyn Session>, sqlx::Error>;

    /// What this kind of server calls things.
    fn dialect(&self) -> &'static Dialect;

    /// Starts another server of the same kind, with an empty database.
    fn another(&self) -> Box<dyn Server>;

    /// An instant so many units (`second`, `minute`) after another one in UTC.
    fn later(&self, than: &str, count: &str, unit: &str) -> String;

    /// An instant as microseconds since 1970.
    fn microseconds(&self, instant: &str) -> String;

    /// A relation whose only column `seq` counts from 1 to that number.
    fn series(&self, rows: u32) -> String;

    /// An expression that takes so many seconds and has a value.
    fn sleep(&self, seconds: f64) -> String;

    /// Statements that let the server learn how many rows a table has.
    fn analyze(&self, table: &str) -> String;

    /// Statements that give a column of `workflow_events` another type.
    fn retype(&self, column: &str, to: &str) -> String;

    /// Statements that let an instant of `workflow_events` have no value.
    fn let_be_null(&self, instant: &str) -> String;

    /// The statement that ends a session.
    fn end(&self, session: i64) -> String;
}

/// What a kind of server calls things.
#[derive(Debug)]
pub struct Dialect {
    /// The scheme of URLs.
    pub scheme: &'static str,
    /// The type of a key that the database gives to each new row.
    pub key: &'static str,
    /// The type of an instant, to which its precision can be added.
    pub instant: &'static str,
    /// The instant of this moment, not of the transaction's start.
    pub now: &'static str,
    /// Statements that let a remark, and what the reader is sent, be of 20 MB.
    pub let_remarks_be_long: &'static str,
    /// Statements that let the reader see the open transactions of others.
    pub let_transactions_be_seen: &'static str,
    /// Statements that let the reader have one connection at a time.
    pub let_connect_once: &'static str,
    /// Statements that lock `workflow_events` against readers, and the one that ends the lock.
    pub lock: [&'static str; 2],
    /// How many sessions the reader has.
    pub sessions: &'static str,
    /// The session by which the reader is sent rows now, if there is one.
    pub session_that_reads: &'static str,
    /// Instants that no calendar has.
    pub no_instants: NoInstants,
    /// A value of `double precision` that is no integer, the oddest that the server has.
    pub odd_double: &'static str,
    /// What may be granted to the reader.
    pub grants: &'static [Grant],
}

/// Instants that no calendar has, and how the server and the program take them.
#[derive(Debug)]
pub struct NoInstants {
    /// What a session says first so that it may write them.
    pub allowed_by: &'static str,
    /// One that lies before all others.
    pub earliest: &'static str,
    /// The finding of that one where there must be a value.
    pub code_of_earliest: &'static str,
    /// One that lies at no time.
    pub never: &'static str,
}

/// What is granted to the reader.
#[derive(Debug)]
pub struct Grant {
    /// Statements that grant it.
    pub grant: &'static str,
    /// Statements that take it back.
    pub revoke: &'static str,
    /// Whether the reader may then change data of the office.
    pub may_write: bool,
}

impl Grant {
    const fn reading(grant: &'static str, revoke: &'static str) -> Self {
        Self { grant, revoke, may_write: false }
    }

    const fn writing(grant: &'static str, revoke: &'static str) -> Self {
        Self { grant, revoke, may_write: true }
    }
}

/// A server's process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        // A server that is already gone needs no stopping.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A session of a database user, which lasts as long as the value.
pub trait Session {
    /// Runs statements.
    fn run(&mut self, statements: &str);

    /// The integer that a statement answers with.
    fn number(&mut self, sql: &str) -> i64;
}

struct Connected<C> {
    connection: C,
    runtime: Runtime,
}

impl<C: Connection> Session for Connected<C>
where
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    for<'r> i64: Decode<'r, C::Database> + Type<C::Database>,
    usize: ColumnIndex<<C::Database as Database>::Row>,
{
    fn run(&mut self, statements: &str) {
        let statements = raw_sql(AssertSqlSafe(statements.to_owned()));
        self.runtime.block_on(self.connection.execute(statements)).unwrap();
    }

    fn number(&mut self, sql: &str) -> i64 {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        self.runtime.block_on(self.connection.fetch_one(sql)).unwrap().get(0)
    }
}

fn connect<C>(url: &str) -> Result<Box<dyn Session>, sqlx::Error>
where
    C: Connection + 'static,
    Connected<C>: Session,
{
    let runtime = runtime();
    let connection = runtime.block_on(C::connect(url))?;
    Ok(Box::new(Connected { connection, runtime }))
}

impl dyn Server + '_ {
    /// URL of a user of the office's database.
    #[must_use]
    pub fn url(&self, user: &str, password: &str) -> String {
        self.url_at(self.process().port, user, password)
    }

    /// URL of the user who may only read.
    #[must_use]
    pub fn reader(&self) -> String {
        self.url("pembaca", PASSWORD)
    }

    /// URL of the owner.
    #[must_use]
    pub fn owner(&self) -> String {
        self.url("pemilik", PASSWORD)
    }

    fn url_at(&self, port: u16, user: &str, password: &str) -> String {
        format!("{}://{user}:{password}@127.0.0.1:{port}/kantor", self.dialect().scheme)
    }

    /// A wire to the server, and the URL by which the reader comes through it.
    #[must_use]
    pub fn wired(&self) -> (Wire, String) {
        let wire = Wire::to(self.process().port);
        let url = self.url_at(wire.port, "pembaca", PASSWORD);
        (wire, url)
    }

    /// Kills the server as a power cut would: every process of it at once.
    pub fn kill(&mut self) {
        let process = self.process_mut();
        // What PostgreSQL started would go on answering while its reader keeps up, since only one who waits sees that the
        // first process is gone.
        let mut doomed = words(&pgrep(&["-f", &process.folder.path().join("data").display().to_string()]));
        let started: Vec<String> = doomed.iter().flat_map(|parent| words(&pgrep(&["-P", parent]))).collect();
        doomed.extend(started);
        let mut arguments = vec!["-KILL"];
        arguments.extend(doomed.iter().map(String::as_str));
        // One of them may have ended by itself since it was listed.
        drop(Command::new("kill").args(arguments).output());
        drop(process.child.wait());
        let began = Instant::now();
        while doomed.iter().any(|process| is_alive(process)) {
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not die");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it again on the same data, and waits until it answers.
    pub fn start(&mut self) {
        let Process { folder, port, .. } = self.process();
        let child = self.spawn(folder.path(), *port);
        self.process_mut().child = child;
        drop(self.answering(&self.owner()));
    }

    /// A session of a server that was just started.
    fn answering(&self, url: &str) -> Box<dyn Session> {
        let began = Instant::now();
        loop {
            match self.connect(url) {
                Ok(session) => return session,
                Err(fault) => assert!(began.elapsed() < Duration::from_secs(60), "the server did not start: {fault:?}"),
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A session of the owner.
    fn session(&self) -> Box<dyn Session> {
        self.connect(&self.owner()).unwrap()
    }

    /// Runs statements as the owner.
    pub fn sql(&self, statements: &str) {
        self.session().run(statements);
    }

    /// One integer that a statement answers with, asked by the owner.
    #[must_use]
    pub fn number(&self, sql: &str) -> i64 {
        self.session().number(sql)
    }

    /// Waits until that pull reads events; the session by which it does.
    pub fn reading(&self, pull: &mut Child) -> i64 {
        loop {
            let session = self.number(&format!("select coalesce(({}), 0)", self.dialect().session_that_reads));
            if session > 0 {
                return session;
            }
            assert!(pull.try_wait().unwrap().is_none(), "the pull ended before it was seen to read");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Does something while another session stays at what these statements made of it, a transaction or a lock, and then
    /// ends that session with the last statement.
    pub fn while_open<T>(&self, statements: &str, during: impl FnOnce() -> T, last: &str) -> T {
        let mut session = self.session();
        session.run(statements);
        let done = during();
        session.run(last);
        done
    }

    /// Makes the table `workflow_events` itself, without a view, with that many invented rows: one each minute from
    /// 2026-01-05 on. Further rows get their own `event_id` and the instant at which they are written.
    pub fn contract_table(&self, rows: u32) {
        let Dialect { key, instant, now, .. } = self.dialect();
        self.sql(&format!(
            "drop table if exists workflow_events;
             create table workflow_events (event_id {key} primary key, recorded_at {instant}(6) not null default {now},
             berkas_id varchar(40) not null, kolektif_id varchar(40) not null, langkah smallint not null,
             pelaksana varchar(40) not null, petugas_id varchar(40), mulai {instant}(6) null default null,
             selesai {instant}(6) not null, hasil varchar(40) not null, kekurangan varchar(200), nomor_register varchar(40),
             keterangan text, jenis varchar(40) not null, kewarganegaraan varchar(3) not null, nik varchar(40),
             nama varchar(200), jenis_kelamin varchar(1), tempat_lahir varchar(100), tanggal_lahir date,
             pekon varchar(10) not null, pembawa varchar(200) not null, diterima {instant}(6) not null,
             nomor_bukti varchar(40), jumlah_lembar smallint, ktp_lama_diterima varchar(5), penerima varchar(200))"
        ));
        let [received, ended] =
            ["01:00:00", "01:10:00"].map(|at| self.later(&format!("2026-01-05 {at}"), "seq % 300000", "minute"));
        self.sql(&format!(
            "insert into workflow_events (recorded_at, berkas_id, kolektif_id, langkah, pelaksana, selesai, hasil, keterangan,
             jenis, kewarganegaraan, nik, nama, tanggal_lahir, pekon, pembawa, diterima)
             select {ended}, concat('B202601-', floor(seq / 10)), 'K202601-1', 7, 'operator', {ended}, 'selesai',
             concat('catatan ', seq), 'baru', 'WNI', '1806015708979001', 'SITI REKAAN', '1997-08-17', '1806011001', 'ANDI',
             {received} from {} where seq <= {rows}; {}",
            self.series(rows.max(1)),
            self.analyze("workflow_events"),
        ));
    }

    /// The same, and an office that pulls from it.
    #[must_use]
    pub fn office(&self, rows: u32) -> Office {
        self.contract_table(rows);
        Office::at(&self.reader())
    }

    /// Lets an office pull through a view: a table can show by which transaction a row was written.
    pub fn pulled_through_a_view(&self, office: &Office) {
        self.sql("create view peristiwa as select * from workflow_events");
        office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    }

    /// Writes an invented row of October into the table, recorded then.
    pub fn add_row(&self, recorded_at: &str) {
        self.sql(&format!("insert into workflow_events (recorded_at, {ROW}) values ({recorded_at}, {VALUES})"));
    }

    /// Copies an office from SQLite into this server, with the server's own types.
    pub fn fill(&self, office: &Path) {
        self.copy_tables(office, TABLES, &COPIED);
    }

    /// Adds the rows of a SQLite file to those that were copied from another.
    pub fn append(&self, rows: &Path) {
        for table in COPIED {
            for insert in inserts(rows, table) {
                self.sql(&insert);
            }
        }
    }

    /// Makes tables, with `TIME` for the database's instant type, and fills them with the rows that a SQLite file has in them.
    pub fn copy_tables(&self, office: &Path, schema: &str, tables: &[&str]) {
        self.sql(&schema.replace("TIME", self.dialect().instant));
        for table in tables {
            for insert in inserts(office, table) {
                self.sql(&insert);
            }
            self.sql(&self.analyze(table));
        }
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

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A new server on the data in a folder, which listens. Whoever takes its port before it does ends it; then it is given another one.
fn listening(folder: TempDir, start: fn(&Path, u16) -> Child, listens: fn(&Path) -> bool) -> Process {
    let port = free_port();
    let mut process = Process { child: start(folder.path(), port), port, folder };
    let (began, mut others) = (Instant::now(), 0);
    while !listens(process.folder.path()) {
        assert!(began.elapsed() < Duration::from_secs(60), "the server does not listen");
        if let Some(ended) = process.child.try_wait().unwrap() {
            assert!(others < 4, "the server ends by itself: {ended}");
            others += 1;
            process.port = free_port();
            process.child = start(process.folder.path(), process.port);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    process
}

/// The tables that are copied, each before those that come later.
const COPIED: [&str; 5] = ["kolektif", "berkas", "langkah_berkas", "gangguan", "blangko"];

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
