//! The bag of a closed month: all that proves and shows it, kept in the archive and named by a leaf of its log.
//!
//! Reads   the archive, whose books of the month are closed
//! Gives   the month's rows, public and private, its books in full, the log that proves them, scripts and a recipe
//! Rule    a month has one bag, which is made once. What arrives for it later stands in later books

use crate::access::{self, Look, OF_THE_OFFICE};
use crate::bundle::meanings;
use crate::documents::{Batch, Selection, Step};
use crate::stop;
use crate::workspace::{Snapshot, Workspace};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use pipeline::{BAG_MONTHS, BagError, BagWriter, ClosedBag, Disclosure, KeptBagRequest, LogExtract, Readers, Seal};
use reports::{BagReadme, ReadmeStatement};
use schemas::document::Provenance;
use schemas::{DocumentGroup, Month};
use std::sync::{Arc, Mutex, PoisonError};

/// The folder among the office's documents in which a bag is made.
const ROOM: &str = ".segel";
/// What it keeps, in words.
const SENTENCE: &str = "Paket ini menyimpan satu bulan yang bukunya sudah ditutup, beserta bukti keutuhannya.";

/// What became of a bag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sealed {
    /// That version of the archive records it.
    By(u64),
    /// The log is not signed up to now, so a bag would prove nothing.
    Unsigned,
}

/// Makes the bag of a closed month and keeps it, unless it is kept already. `told` learns of each document that begins or ends.
///
/// # Errors
/// When the archive does not give it, or the system refuses. The books stay closed, and the same is tried again.
pub(crate) fn keep(workspace: &Arc<Workspace>, month: Month, told: impl Fn(Step<'_>) + Sync) -> Result<Sealed> {
    let archive = workspace.archive()?;
    if let Some((version, _)) = archive.bag(month) {
        return Ok(Sealed::By(version));
    }
    let seal = archive.seal(month).with_context(|| format!("the books of {month} are open"))?;
    let snapshot = workspace.snapshot()?;
    let room = workspace.config.reports_path().join(ROOM);
    pipeline::make_folder(&room, Readers::Owner)
        .with_context(|| format!("cannot use the folder {}", room.display()))?;
    let log = match pipeline::log_extract(&snapshot.archive, &[month], false) {
        Err(BagError::Unsigned { .. }) => return Ok(Sealed::Unsigned),
        other => other?,
    };
    let bag = BagWriter::begin(&room.join(month.to_string()), Readers::Owner)?;
    let (mut bag, rows) = fill(bag, &snapshot, &seal, &log, told)?;
    let signing = workspace.config.signing_key()?;
    if let Some(signing) = &signing {
        bag.sign(signing, &log.statement.origin)?;
    }
    let look = Look {
        by: None,
        act: "seal",
        what: month.to_string(),
        answer: bag.digest(),
        rows,
        discloses: true,
        role: OF_THE_OFFICE,
        purpose: None,
    };
    access::note(workspace, &look)?;
    let request = KeptBagRequest { month, at_ms: crate::clock::now().timestamp_millis(), signing: signing.as_ref() };
    let (root, key) = (workspace.config.archive_path(), workspace.config.key()?);
    let version = pipeline::keep_bag(&root, &key, workspace.fence(), &bag, request)?;
    tracing::info!(%month, version, "month sealed");
    Ok(Sealed::By(version))
}

/// Fills a bag and closes it; also returns how many rows are in it.
fn fill(
    mut bag: BagWriter,
    snapshot: &Snapshot,
    seal: &Seal,
    log: &LogExtract,
    told: impl Fn(Step<'_>) + Sync,
) -> Result<(ClosedBag, u64)> {
    let (archive, month) = (&snapshot.archive, seal.month);
    let provenance = archive.provenance()?;
    let on = snapshot.workspace.facts.zone.date(seal.at_ms.div_euclid(1_000));
    let on = on.context("the day of the closing is outside the calendar")?;
    let rows = pipeline::put_events(&mut bag, archive, &[month])?;
    pipeline::put_persons(&mut bag, archive, month)?;
    pipeline::put_log(&mut bag, log)?;
    for (name, text) in pipeline::event_scripts(archive, &[])? {
        bag.put(&name, text.as_bytes())?;
    }
    stop::check()?;
    let mut bag = put_books(bag, snapshot, month, told)?;
    let columns = meanings(snapshot, month, true)?;
    let readme = reports::bag_readme(&readme(snapshot, (month, on), (&provenance, log), columns))?;
    bag.put("BACA-SAYA.md", readme.as_bytes())?;
    let bag = bag.close(&[
        ("Source-Organization", snapshot.workspace.config.office.dinas.clone()),
        ("External-Description", SENTENCE.to_owned()),
        ("Bagging-Date", on.to_string()),
        ("Bag-Software-Agent", provenance.program.clone()),
        (BAG_MONTHS, month.to_string()),
        ("Tertib-Archive-Version", provenance.archive_version.to_string()),
        ("Tertib-Archive-Head", provenance.head.clone()),
        ("Tertib-Closed-By-Version", seal.version.to_string()),
        ("Tertib-Rows", rows.to_string()),
    ])?;
    Ok((bag, rows))
}

/// The closed books, in which residents are named.
fn put_books(bag: BagWriter, snapshot: &Snapshot, month: Month, told: impl Fn(Step<'_>) + Sync) -> Result<BagWriter> {
    let books = [DocumentGroup::Buku.name().to_owned()];
    let mut selection = Selection::everything().only(&books, &snapshot.workspace.facts)?;
    selection.disclosure = Disclosure::Full;
    let bag = Mutex::new(bag);
    Batch::of(snapshot, month, &selection)?.make(told, |file| {
        let path = format!("data/pribadi/buku/{}", file.name);
        Ok(bag.lock().unwrap_or_else(PoisonError::into_inner).put(&path, &file.bytes)?)
    })?;
    Ok(bag.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn readme(
    snapshot: &Snapshot,
    (month, on): (Month, NaiveDate),
    (provenance, log): (&Provenance, &LogExtract),
    columns: Vec<(String, String)>,
) -> BagReadme {
    BagReadme {
        dinas: snapshot.workspace.config.office.dinas.clone(),
        sentence: SENTENCE.to_owned(),
        months: vec![month],
        purpose: None,
        on,
        program: provenance.program.clone(),
        has_events: true,
        has_tables: false,
        has_private: true,
        has_documents: false,
        statement: Some(ReadmeStatement {
            size: log.statement.size,
            root: log.statement.root_text(),
            key: format!("data/log/{}", log.key),
        }),
        questions: Vec::new(),
        columns,
    }
}
