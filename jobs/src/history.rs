//! The history of jobs, their slots and their runs, in the program's own SQLite file.
//!
//! Invariant: what belongs together is written in one transaction, and is on the disk when that has ended.
//! Invariant: a run that began and has no end, and whose job's lock is free, was cut off.

mod backups;
mod runs;
mod slots;

pub(crate) use backups::{BackupRecord, RecordKind, RecordOutcome};
pub(crate) use runs::{Begun, Ending, Run};
pub(crate) use slots::SlotRow;

use anyhow::{Context, Result, anyhow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// The forms of the file, in their order. A file of an older form is brought to the newest one when it is opened.
const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "runs", include_str!("../migrations/0001_runs.sql")),
    (2, "slots", include_str!("../migrations/0002_slots.sql")),
    (3, "messages", include_str!("../migrations/0003_messages.sql")),
    (4, "backups", include_str!("../migrations/0004_backups.sql")),
    (5, "indexes", include_str!("../migrations/0005_indexes.sql")),
    (6, "made anew", include_str!("../migrations/0006_made_anew.sql")),
    (7, "disproved", include_str!("../migrations/0007_disproved.sql")),
    (8, "times before", include_str!("../migrations/0008_times_before.sql")),
    (9, "asked", include_str!("../migrations/0009_asked.sql")),
];

/// How often it is tried to bring the file to the newest form, and the pause between two tries.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The open history.
#[derive(Debug)]
pub(crate) struct History {
    db: SqliteConnection,
}

impl History {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// When it cannot be read or written, or was made by a newer program.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30));
        let failed = || format!("cannot open the run history {}", path.display());
        let mut db = SqliteConnection::connect_with(&options).await.with_context(failed)?;
        let migrations = MIGRATIONS.map(|(version, name, text)| {
            Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
        });
        let migrator = Migrator::with_migrations(migrations.into());
        let mut tries = 0;
        // Several that open the file for the first time make it at the same time: each but one finds it made when it looks again.
        while let Err(fault) = migrator.run(&mut db).await {
            tries += 1;
            if tries > TRIES || !matches!(fault, MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) {
                return Err(of_another(fault, path));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Self { db })
    }

    /// The connection, for what belongs into the history but is no run: alerts and messages.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.db
    }
}

/// Why a file cannot be brought to the newest form. That of a newer program is left as it is.
fn of_another(fault: MigrateError, path: &Path) -> anyhow::Error {
    let shown = path.display();
    match fault {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => anyhow!(
            "the run history {shown} was written by another tertib than this one ({}); nothing was changed\n  install the newest \
             tertib, or move the file away: a new one is made, and the archive is not concerned",
            env!("CARGO_PKG_VERSION")
        ),
        other => anyhow!(other).context(format!("cannot open the run history {shown}")),
    }
}

/// Says what is wrong with the file of the history; any other fault is as it was. Nothing else speaks to a database without saying to
/// which one, so a fault of a database that begins with itself is the history's.
pub(crate) fn explained(fault: anyhow::Error) -> anyhow::Error {
    let of_database = fault.downcast_ref::<sqlx::Error>().filter(|of| of.to_string() == fault.to_string());
    let Some(of_database) = of_database else { return fault };
    let reason = of_database.as_database_error().map_or_else(|| of_database.to_string(), |of| of.message().to_owned());
    let code = of_database.as_database_error().and_then(|of| of.code()?.parse::<u32>().ok());
    // The first byte of an extended code of SQLite is the code itself.
    let next = match code.map(|code| code & 0xFF) {
        Some(5 | 6) => "another program holds it; try again, or end what copies it",
        Some(8) => "give the user of tertib the right to write it and its folder",
        Some(11 | 26) => "move it away: a new one is made, and the archive is not concerned",
        Some(13) => "the disk is full: free space, then run the same again",
        _ => "look at its disk, then run the same again",
    };
    anyhow!("cannot use the run history riwayat.sqlite: {reason}\n  {next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_file_says_what_to_do() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let said = |statement: &'static str| {
            let full = async {
                let mut history = History::open(&folder.path().join("riwayat.sqlite")).await?;
                sqlx::raw_sql("pragma max_page_count = 1").execute(history.connection()).await?;
                sqlx::raw_sql(statement).execute(history.connection()).await?;
                anyhow::Ok(())
            };
            format!("{:#}", explained(runtime.block_on(full).unwrap_err()))
        };
        assert_eq!(
            said("create table more as select randomblob(1000000)"),
            "cannot use the run history riwayat.sqlite: database or disk is full\n  the disk is full: free space, then run the same again"
        );
        assert!(said("pragma query_only = on; delete from run").contains("right to write it"));
        let other = anyhow!("cannot read the archive").context("job `tarik`");
        assert_eq!(format!("{:#}", explained(other)), "job `tarik`: cannot read the archive");
    }

    /// `serve`, its runs and the portal may all be the first.
    #[test]
    fn many_may_make_the_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("riwayat.sqlite");
        let open = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(History::open(&path)).map(drop)
        };
        for _ in 0..5 {
            drop(std::fs::remove_file(&path));
            std::thread::scope(|scope| {
                let opened: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
                opened.into_iter().for_each(|opened| opened.join().unwrap().unwrap());
            });
        }
    }
}
