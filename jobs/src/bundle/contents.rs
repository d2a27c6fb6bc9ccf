//! What is in a bundle: rows, tables, documents, proofs, questions and the recipe.

use super::{Role, Wanted, questions};
use crate::documents::{Batch, DocumentFile, Selection, Step};
use crate::stop;
use crate::workspace::{Snapshot, Workspace};
use anyhow::{Result, bail};
use pipeline::{BAG_MONTHS, BagWriter, ClosedBag, LogExtract, Questions};
use reports::{BagReadme, ReadmeStatement, RowsCsv};
use schemas::document::{CsvDialect, FileFormat, Provenance};
use schemas::{Column, ColumnMeaning, DocumentGroup, Finding, Month, Visibility};
use std::io::BufWriter;
use std::sync::{Arc, Mutex, PoisonError};

/// A bag that holds all of a bundle.
pub(super) struct Filled {
    pub(super) bag: ClosedBag,
    /// How many rows of cases are in it.
    pub(super) rows: u64,
    pub(super) findings: Vec<Finding>,
    /// The name of the archive's log.
    pub(super) origin: String,
}

/// A workbook has no more rows; of a month with more there is the CSV alone.
const LONGEST_SHEET: u64 = 200_000;
/// The reports of a month, beside its books.
const REPORTS: [&str; 2] = ["laporan_bulanan", "laporan_kepatuhan"];

/// Fills a bag and closes it.
pub(super) fn fill(
    mut bag: BagWriter,
    snapshot: &Snapshot,
    wanted: &Wanted,
    told: impl Fn(Step<'_>) + Sync,
) -> Result<Filled> {
    let archive = &snapshot.archive;
    let held = archive.months();
    if let Some(missing) = wanted.months.iter().find(|month| !held.contains(month)) {
        bail!("the archive holds no event of {missing}; name other months, or pull it first");
    }
    let provenance = archive.provenance()?;
    let meanings = match wanted.months.first() {
        Some(month) => meanings(snapshot, *month, false)?,
        None => bail!("a bundle has a month"),
    };
    let proved = if wanted.role.sees_rows() { wanted.months.as_slice() } else { &[] };
    let log = pipeline::log_extract(archive, proved, wanted.role == Role::Inspectorate)?;
    pipeline::put_log(&mut bag, &log)?;
    let (mut rows, mut saved) = (0, Vec::new());
    if wanted.role.sees_rows() {
        rows = pipeline::put_events(&mut bag, archive, &wanted.months)?;
        for month in &wanted.months {
            stop::check()?;
            put_tables(&mut bag, snapshot, &provenance, *month, &meanings)?;
        }
        let Workspace { facts, decisions, .. } = &*snapshot.workspace;
        let asked = Questions::new(archive.clone(), Arc::clone(facts), Some(decisions.clone()));
        let computed = questions::put_views(&mut bag, &asked, &wanted.months)?;
        for (name, text) in pipeline::event_scripts(archive, &computed)? {
            bag.put(&name, text.as_bytes())?;
        }
        if let Some(first) = wanted.months.first() {
            saved = questions::put_questions(&mut bag, *first)?;
        }
    }
    let (mut bag, findings) = put_documents(bag, snapshot, wanted, told)?;
    let readme = BagReadme { questions: saved, ..readme(snapshot, wanted, (&provenance, &log), meanings) };
    let readme = reports::bag_readme(&readme)?;
    bag.put("BACA-SAYA.md", readme.as_bytes())?;
    let bag = bag.close(&info(snapshot, wanted, &provenance, rows))?;
    Ok(Filled { bag, rows, findings, origin: log.statement.origin })
}

/// What each column of a month's public rows means, and with `private` each of those that name residents.
pub(crate) fn meanings(snapshot: &Snapshot, month: Month, private: bool) -> Result<Vec<(String, String)>> {
    let head = pipeline::month_rows(&snapshot.archive, month)?.head;
    let facts = &snapshot.workspace.facts.columns;
    let is_held = |column: Column| match facts.get(column).visibility {
        Visibility::Public => head.iter().any(|name| name == column.name()),
        Visibility::Personal => private,
    };
    let known = ColumnMeaning::all()?.into_iter().filter(|known| is_held(known.column));
    Ok(known.map(|known| (known.column.name().to_owned(), known.meaning.id)).collect())
}

/// The rows of a month as tables for people.
fn put_tables(
    bag: &mut BagWriter,
    snapshot: &Snapshot,
    provenance: &Provenance,
    month: Month,
    meanings: &[(String, String)],
) -> Result<()> {
    let rows = pipeline::month_rows(&snapshot.archive, month)?;
    bag.write(&format!("data/tabel/peristiwa_{month}.csv"), |to| -> Result<()> {
        let mut csv = RowsCsv::begin(BufWriter::new(to), &rows.head, provenance.zone)?;
        rows.each(|row| -> Result<()> { Ok(csv.row(&row)?) })?;
        Ok(csv.finish()?)
    })?;
    if rows.rows > LONGEST_SHEET {
        return Ok(());
    }
    let mut all = Vec::new();
    rows.each(|row| -> Result<()> {
        all.push(row);
        Ok(())
    })?;
    let meanings: Vec<(&str, &str)> =
        meanings.iter().map(|(name, meaning)| (name.as_str(), meaning.as_str())).collect();
    let office = &snapshot.workspace.config.office;
    let workbook = reports::rows_workbook((month, provenance), (&rows.head, &all), &meanings, office)?;
    Ok(bag.put(&format!("data/tabel/peristiwa_{month}.xlsx"), &workbook)?)
}

/// The documents of the months, in which residents are masked; for the province the report without counts alone.
fn put_documents(
    bag: BagWriter,
    snapshot: &Snapshot,
    wanted: &Wanted,
    told: impl Fn(Step<'_>) + Sync,
) -> Result<(BagWriter, Vec<Finding>)> {
    let facts = &snapshot.workspace.facts;
    let mut selection = match wanted.role {
        Role::Province => Selection::everything().for_outsiders()?,
        Role::Auditor | Role::Inspectorate => {
            let names: Vec<String> =
                REPORTS.into_iter().chain([DocumentGroup::Buku.name()]).map(str::to_owned).collect();
            Selection::everything().only(&names, facts)?
        }
    };
    selection.formats = match wanted.role {
        Role::Province => vec![FileFormat::Pdf, FileFormat::Csv, FileFormat::Json],
        Role::Auditor | Role::Inspectorate => vec![FileFormat::Pdf, FileFormat::Xlsx],
    };
    selection.dialect = CsvDialect::Id;
    let bag = Mutex::new(bag);
    let mut findings = Vec::new();
    for month in &wanted.months {
        let keep = |file: DocumentFile| -> Result<()> {
            let path = format!("data/dokumen/{month}/{}", file.name);
            Ok(bag.lock().unwrap_or_else(PoisonError::into_inner).put(&path, &file.bytes)?)
        };
        findings.extend(Batch::of(snapshot, *month, &selection)?.make(&told, keep)?.findings);
    }
    Ok((bag.into_inner().unwrap_or_else(PoisonError::into_inner), findings))
}

/// For whom a bundle is, in words.
fn sentence(role: Role) -> &'static str {
    match role {
        Role::Auditor => "Paket ini disusun untuk auditor.",
        Role::Province => "Paket ini disusun untuk provinsi.",
        Role::Inspectorate => "Paket ini disusun untuk inspektorat.",
    }
}

fn readme(
    snapshot: &Snapshot,
    wanted: &Wanted,
    (provenance, log): (&Provenance, &LogExtract),
    columns: Vec<(String, String)>,
) -> BagReadme {
    let sees_rows = wanted.role.sees_rows();
    BagReadme {
        dinas: snapshot.workspace.config.office.dinas.clone(),
        sentence: sentence(wanted.role).to_owned(),
        months: wanted.months.clone(),
        purpose: wanted.purpose.clone(),
        on: wanted.on,
        program: provenance.program.clone(),
        has_events: sees_rows,
        has_tables: sees_rows,
        has_private: false,
        has_documents: true,
        statement: Some(ReadmeStatement {
            size: log.statement.size,
            root: log.statement.root_text(),
            key: format!("data/log/{}", log.key),
        }),
        questions: Vec::new(),
        columns,
    }
}

/// What the bag says of itself.
fn info(snapshot: &Snapshot, wanted: &Wanted, provenance: &Provenance, rows: u64) -> Vec<(&'static str, String)> {
    let months: Vec<String> = wanted.months.iter().map(ToString::to_string).collect();
    let mut info = vec![
        ("Source-Organization", snapshot.workspace.config.office.dinas.clone()),
        ("External-Description", sentence(wanted.role).to_owned()),
        ("Bagging-Date", wanted.on.to_string()),
        ("Bag-Software-Agent", provenance.program.clone()),
        ("Tertib-Role", wanted.role.name().to_owned()),
        (BAG_MONTHS, months.join(" ")),
        ("Tertib-Archive-Version", provenance.archive_version.to_string()),
        ("Tertib-Archive-Head", provenance.head.clone()),
        ("Tertib-Rows", rows.to_string()),
    ];
    info.extend(wanted.purpose.clone().map(|purpose| ("Tertib-Purpose", purpose)));
    info
}
