//! Jobs and their slots in the history.

use super::History;
use crate::scheduler::{Change, Decision, FailureClass, Known, OpenSlot, Reason, STEP_S};
use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, query};
use std::collections::BTreeMap;
use std::ops::Range;

/// The row of a slot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SlotRow {
    /// The job.
    pub job: String,
    /// When it was due, in seconds since 1970 UTC.
    pub slot_s: i64,
    /// What became of it.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// When that was decided.
    pub decided_s: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Before this instant it is not tried again.
    pub not_before_s: i64,
    /// For how many slots the row stands.
    pub slots: u64,
    /// The last of them, where there are several.
    pub until_s: Option<i64>,
}

const COLUMNS: &str =
    "select job, slot_s, decision, reason, decided_s, attempts, not_before_s, slots, until_s from slot";

impl History {
    /// Returns what is known of every job.
    pub(crate) async fn known(&mut self, now_s: i64) -> Result<BTreeMap<String, Known>> {
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        let jobs = "select name, schedule, since_s, \
            (select max(coalesce(until_s, slot_s)) from slot where job = name and decision <> 'void'), \
            (select max(began_s) from run where job = name and outcome in ('done', 'findings') and began_s <= ?1), \
            exists (select 1 from slot where job = name and decision <> 'void' and slot_s > ?1) \
            or exists (select 1 from slot where job = name and decision <> 'void' and decided_s > ?1) \
            from job";
        for row in query(jobs).bind(now_s.saturating_add(STEP_S)).fetch_all(&mut self.db).await? {
            let of_job = Known {
                schedule: row.try_get(1)?,
                since_s: row.try_get(2)?,
                last_s: row.try_get(3)?,
                decided_ahead: row.try_get(5)?,
                open: Vec::new(),
                last_success_s: row.try_get(4)?,
                by_hand: BTreeMap::new(),
            };
            known.insert(row.try_get(0)?, of_job);
        }
        let open = "select job, slot_s, decided_s, changed_s, not_before_s, attempts, decision = 'waiting', \
            exists (select 1 from run where run.job = slot.job and run.slot_s = slot.slot_s and outcome = 'running') \
            from slot where decision in ('run', 'waiting') order by job, slot_s";
        for row in query(open).fetch_all(&mut self.db).await? {
            let Some(of_job) = known.get_mut(row.try_get::<&str, _>(0)?) else { continue };
            of_job.open.push(OpenSlot {
                at_s: row.try_get(1)?,
                decided_s: row.try_get(2)?,
                changed_s: row.try_get(3)?,
                not_before_s: row.try_get(4)?,
                attempts: row.try_get(5)?,
                waits: row.try_get(6)?,
                running: row.try_get(7)?,
            });
        }
        let by_hand = "select job, period, max(began_s) from run \
            where slot_s is null and outcome in ('done', 'findings') and length(period) < 10 group by job, period";
        for row in query(by_hand).fetch_all(&mut self.db).await? {
            if let Some(of_job) = known.get_mut(row.try_get::<&str, _>(0)?) {
                of_job.by_hand.insert(row.try_get(1)?, row.try_get(2)?);
            }
        }
        Ok(known)
    }

    /// Whether no job was ever known.
    pub(crate) async fn knows_no_job(&mut self) -> Result<bool> {
        Ok(query("select 1 from job limit 1").fetch_optional(&mut self.db).await?.is_none())
    }

    /// Begins anew after an earlier history was lost: each job owes what is due after an instant of its own.
    pub(crate) async fn begin_anew(&mut self, jobs: &[(String, i64)], now_s: i64) -> Result<()> {
        let mut transaction = self.db.begin_with("begin immediate").await?;
        for (job, since_s) in jobs {
            // Which schedule was in force is not known.
            let insert = query("insert into job (name, schedule, since_s) values (?, '', ?)");
            insert.bind(job).bind(since_s).execute(&mut *transaction).await?;
        }
        query("insert into made_anew (at_s) values (?)").bind(now_s).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Returns when it was made anew, if it was.
    pub(crate) async fn made_anew_s(&mut self) -> Result<Option<i64>> {
        Ok(query("select max(at_s) from made_anew").fetch_one(&mut self.db).await?.try_get(0)?)
    }

    /// Writes what was decided, all of it or nothing.
    pub(crate) async fn apply(&mut self, changes: &[Change], now_s: i64) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.db.begin_with("begin immediate").await?;
        for change in changes {
            write(&mut transaction, change, now_s).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Returns the newest instant that was written down: a slot that is not void, when one was decided, or since when a job is known.
    pub(crate) async fn newest_s(&mut self) -> Result<Option<i64>> {
        // Of each job its newest alone is read.
        let select = "select max(max(since_s, \
            coalesce((select max(slot_s) from slot where job = name and decision <> 'void'), since_s), \
            coalesce((select max(decided_s) from slot where job = name and decision <> 'void'), since_s))) from job";
        let row = query(select).fetch_one(&mut self.db).await?;
        Ok(row.try_get(0)?)
    }

    /// Returns the newest slots of a job, newest first. What a wrong clock decided of the future is left out.
    pub(crate) async fn slots(&mut self, job: &str, n: u32, now_s: i64) -> Result<Vec<SlotRow>> {
        let select =
            format!("{COLUMNS} where job = ? and (decision <> 'void' or slot_s <= ?) order by slot_s desc limit ?");
        let rows = query(AssertSqlSafe(select)).bind(job).bind(now_s).bind(n).fetch_all(&mut self.db).await?;
        rows.into_iter().map(|row| slot_row(&row)).collect()
    }

    /// Returns the slots of a job since an instant, newest first.
    pub(crate) async fn slots_since(&mut self, job: &str, since_s: i64, now_s: i64) -> Result<Vec<SlotRow>> {
        let select = format!(
            "{COLUMNS} where job = ? and slot_s >= ? and (decision <> 'void' or slot_s <= ?) order by slot_s desc"
        );
        let bound = query(AssertSqlSafe(select)).bind(job).bind(since_s).bind(now_s);
        let rows = bound.fetch_all(&mut self.db).await?;
        rows.into_iter().map(|row| slot_row(&row)).collect()
    }

    /// Returns the slots of a job that were given up or dropped, or ran without what they needed, decided in a range of time. What a
    /// wrong clock decides of the future is void soon.
    pub(crate) async fn slots_that_ended_badly(&mut self, job: &str, decided_s: Range<i64>) -> Result<Vec<SlotRow>> {
        // The plus keeps SQLite from reading all slots in their order instead of these few by their index.
        let select = format!(
            "{COLUMNS} where job = ? and decided_s >= ? and decided_s < ? \
             and (decision in ('given-up', 'dropped') or decision = 'done' and reason = 'waited') order by +slot_s"
        );
        let rows = query(AssertSqlSafe(select))
            .bind(job)
            .bind(decided_s.start)
            .bind(decided_s.end)
            .fetch_all(&mut self.db)
            .await?;
        rows.into_iter().map(|row| slot_row(&row)).collect()
    }

    /// Puts a slot off that could not begin.
    pub(crate) async fn put_off(&mut self, job: &str, slot_s: i64, now_s: i64) -> Result<()> {
        let update =
            query("update slot set not_before_s = ?, changed_s = ? where job = ? and slot_s = ? and decision = 'run'");
        let pause_s = FailureClass::Passing.pause_s(1);
        update.bind(now_s + pause_s).bind(now_s).bind(job).bind(slot_s).execute(&mut self.db).await?;
        Ok(())
    }

    /// Keeps the clock as it is believed now.
    pub(crate) async fn believe_clock(&mut self, now_s: i64) -> Result<()> {
        let upsert =
            "insert into clock_belief (id, at_s) values (1, ?) on conflict (id) do update set at_s = excluded.at_s";
        query(upsert).bind(now_s).execute(&mut self.db).await?;
        Ok(())
    }

    /// Returns the clock when it was last believed.
    pub(crate) async fn clock_believed(&mut self) -> Result<Option<i64>> {
        let row = query("select at_s from clock_belief").fetch_optional(&mut self.db).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Says that an instant that stands in the archive was in the future when a confirmed clock read it.
    pub(crate) async fn disprove(&mut self, archived_s: i64) -> Result<()> {
        query("insert into disproved (at_s) values (?)").bind(archived_s).execute(&mut self.db).await?;
        Ok(())
    }

    /// Returns the latest instant that was disproved.
    pub(crate) async fn disproved_s(&mut self) -> Result<Option<i64>> {
        Ok(query("select max(at_s) from disproved").fetch_one(&mut self.db).await?.try_get(0)?)
    }

    /// Says that a person has looked at the clock and found it right.
    pub(crate) async fn confirm_clock(&mut self, now_s: i64) -> Result<()> {
        query("insert into clock_confirmation (at_s) values (?)").bind(now_s).execute(&mut self.db).await?;
        Ok(())
    }

    /// Returns when a person last said that the clock is right.
    pub(crate) async fn clock_confirmed(&mut self) -> Result<Option<i64>> {
        let row = query("select at_s from clock_confirmation order by rowid desc limit 1");
        Ok(row.fetch_optional(&mut self.db).await?.map(|row| row.try_get(0)).transpose()?)
    }
}

fn slot_row(row: &sqlx::sqlite::SqliteRow) -> Result<SlotRow> {
    let word: &str = row.try_get(2)?;
    let decision = Decision::ALL.into_iter().find(|decision| decision.word() == word);
    Ok(SlotRow {
        job: row.try_get(0)?,
        slot_s: row.try_get(1)?,
        decision: decision.with_context(|| format!("`{word}` is no decision"))?,
        reason: row.try_get(3)?,
        decided_s: row.try_get(4)?,
        attempts: row.try_get(5)?,
        not_before_s: row.try_get(6)?,
        slots: row.try_get::<i64, _>(7)?.try_into()?,
        until_s: row.try_get(8)?,
    })
}

async fn write(db: &mut SqliteConnection, change: &Change, now_s: i64) -> Result<()> {
    let statement = match change {
        Change::Job { job, schedule, since_s } => query(
            "insert into job (name, schedule, since_s) values (?, ?, ?) \
             on conflict (name) do update set schedule = excluded.schedule, since_s = excluded.since_s",
        )
        .bind(job)
        .bind(schedule)
        .bind(since_s),
        // A slot keeps the decision that it has, unless it is open or was decided by a wrong clock. One that was claimed since the
        // history was read runs.
        Change::Slot { job, at_s, decision, reason, range } => query(
            "insert into slot (job, slot_s, decision, reason, decided_s, changed_s, slots, until_s) \
             values (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7) \
             on conflict (job, slot_s) do update set decision = excluded.decision, reason = excluded.reason, \
               decided_s = excluded.decided_s, changed_s = excluded.changed_s, not_before_s = 0, \
               attempts = iif(slot.decision = 'void', 0, slot.attempts), \
               slots = excluded.slots, until_s = excluded.until_s \
             where slot.decision in ('run', 'waiting', 'void') and not exists \
               (select 1 from run where run.job = slot.job and run.slot_s = slot.slot_s and run.outcome = 'running')",
        )
        .bind(job)
        .bind(at_s)
        .bind(decision.word())
        .bind(reason.word())
        .bind(now_s)
        .bind(range.map_or(Ok(1), |(count, _)| i64::try_from(count))?)
        .bind(range.map(|(_, until_s)| until_s)),
        Change::Void { job, now_s } => return void(db, job, *now_s).await,
    };
    statement.execute(db).await?;
    Ok(())
}

async fn void(db: &mut SqliteConnection, job: &str, now_s: i64) -> Result<()> {
    for statement in [
        "update slot set decision = 'void', reason = ?4, decided_s = ?2, changed_s = ?2 \
         where job = ?1 and decision <> 'void' and (slot_s > ?2 or until_s > ?2)",
        "update slot set decision = 'run', reason = ?4, decided_s = ?2, changed_s = ?2, not_before_s = 0, attempts = 0 \
         where job = ?1 and decision in ('covered', 'missed', 'given-up') and decided_s > ?3",
        "update slot set decided_s = ?2, changed_s = ?2 where job = ?1 and decided_s > ?3",
    ] {
        let bound = query(statement).bind(job).bind(now_s).bind(now_s.saturating_add(STEP_S));
        bound.bind(Reason::WrongClock.word()).execute(&mut *db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Task;
    use crate::history::Ending;
    use crate::outcome::Outcome;

    /// After a clock that ran ahead, what it dropped of the past stays dropped where later slots stay decided.
    #[tokio::test]
    async fn what_was_dropped_has_a_row_after_a_wrong_clock() {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::open(&folder.path().join("riwayat.sqlite")).await.unwrap();
        let (job, ahead_s) = ("a".to_owned(), 1_000_000);
        let slot = |at_s, decision, reason, range| Change::Slot { job: job.clone(), at_s, decision, reason, range };
        let changes = [
            Change::Job { job: job.clone(), schedule: "x".to_owned(), since_s: 0 },
            slot(100, Decision::Dropped, Reason::TooMany, Some((3, 300))),
            slot(400, Decision::Run, Reason::Due, None),
            slot(900_000, Decision::Run, Reason::Due, None),
        ];
        history.apply(&changes, ahead_s).await.unwrap();
        history.apply(&[Change::Void { job: job.clone(), now_s: 500 }], 500).await.unwrap();
        let decisions = history.slots("a", 9, 500).await.unwrap().into_iter().map(|row| (row.slot_s, row.decision));
        assert_eq!(decisions.collect::<Vec<_>>(), [(400, Decision::Run), (100, Decision::Dropped)]);
        assert_eq!(history.known(500).await.unwrap()["a"].last_s, Some(400));
        // Where none of them is left, it is owed again.
        history.apply(&[Change::Void { job, now_s: 200 }], 200).await.unwrap();
        assert_eq!(history.known(200).await.unwrap()["a"].last_s, None);
    }

    /// The process of a run was long in starting, as on a PC that slept: it claims its slot after `serve` has read what is open, and
    /// before that writes that a later slot covers it.
    #[test]
    fn a_slot_that_is_claimed_while_others_are_decided_runs() {
        let folder = tempfile::TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut history = History::open(&folder.path().join("riwayat.sqlite")).await.unwrap();
            let slot = |decision, reason| Change::Slot { job: "tarik".into(), at_s: 60, decision, reason, range: None };
            history.apply(&[slot(Decision::Run, Reason::Due)], 60).await.unwrap();
            let begun = history.claim("tarik", Task::Pull, "", 60, 7_200).await.unwrap().unwrap();
            history.apply(&[slot(Decision::Covered, Reason::LaterSlot)], 7_200).await.unwrap();
            let ending = Ending::Succeeded(Outcome::Done, String::new());
            history.finish(begun.id, &ending, None, None, 7_201).await.unwrap();
            let slots = history.slots("tarik", 9, 7_201).await.unwrap();
            assert_eq!((slots.len(), slots[0].decision), (1, Decision::Done));
        });
    }
}
