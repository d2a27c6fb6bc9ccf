//! Writes the invented office as a counter application would keep it: normalised tables and the view `workflow_events`.

use super::story::Office;
use anyhow::{Context, Result};
use chrono::DateTime;
use schemas::{Facts, Zone};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, query};
use std::collections::BTreeMap;
use std::path::Path;

/// Makes the database file; an earlier one of the same name is replaced.
///
/// # Errors
/// When the file cannot be written.
pub(crate) async fn write(path: &Path, office: &Office, facts: &Facts) -> Result<()> {
    if path.exists() {
        std::fs::remove_file(path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Off);
    let mut db = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(include_str!("schema.sql")).execute(&mut db).await?;
    let mut tx = db.begin().await?;
    for (code, area) in facts.wilayah.iter() {
        query("insert into pekon values (?,?,?)")
            .bind(code)
            .bind(&area.name)
            .bind(&area.kecamatan)
            .execute(&mut *tx)
            .await?;
    }
    for b in &office.batches {
        let insert = query("insert into kolektif values (?,?,?,?)").bind(&b.id).bind(&b.pekon);
        insert.bind(&b.brought_by).bind(instant(b.received_s)).execute(&mut *tx).await?;
    }
    for a in &office.applications {
        let batch = office.batches.get(a.batch).map(|b| b.id.as_str());
        let r = &a.resident;
        let insert = query("insert into berkas values (?,?,?,?,?,'TANGGAMUS',?,?,'WNI')").bind(&a.id).bind(batch);
        let insert = insert.bind(&r.nik).bind(&r.name).bind(r.sex).bind(r.born.to_string());
        insert.bind(a.kind).execute(&mut *tx).await?;
    }
    for (i, s) in office.steps.iter().enumerate() {
        let application = office.applications.get(s.application).map(|a| a.id.as_str());
        let insert = query("insert into langkah_berkas values (?,?,?,?,?,?,?,?,?,?,?,?)");
        let insert = insert.bind(i64::try_from(i)? + 1).bind(application).bind(s.step).bind(&s.role).bind(&s.officer);
        let insert = insert.bind(s.start_s.map(instant)).bind(instant(s.end_s)).bind(s.outcome).bind(&s.missing);
        insert.bind(&s.number).bind(&s.remark).bind(instant(s.recorded_s)).execute(&mut *tx).await?;
    }
    for o in &office.outages {
        let insert = query("insert into gangguan (jenis, mulai, selesai) values (?,?,?)").bind(o.kind);
        insert.bind(instant(o.start_s)).bind(instant(o.end_s)).execute(&mut *tx).await?;
    }
    for (i, (day, (printed, failed))) in stock(office, facts.zone).into_iter().enumerate() {
        let received = if i % 20 == 0 { 2_000_i64 } else { 0 };
        let insert = query("insert into blangko values (?,?,?,?)").bind(day).bind(received);
        insert.bind(printed).bind(failed).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    db.close().await?;
    Ok(())
}

/// Cards printed and spoiled by day.
fn stock(office: &Office, zone: Zone) -> BTreeMap<String, (i64, i64)> {
    let mut days: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for s in office.steps.iter().filter(|s| s.step == 6) {
        let day = zone.date(s.end_s).unwrap_or_default().to_string();
        let counts = days.entry(day).or_default();
        counts.0 += i64::from(s.outcome == "tercetak");
        counts.1 += i64::from(s.outcome == "gagal_cetak");
    }
    days
}

fn instant(epoch_s: i64) -> String {
    DateTime::from_timestamp(epoch_s, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
