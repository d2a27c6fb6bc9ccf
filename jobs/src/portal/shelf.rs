//! The masked documents of a month as they lie in the office's folder: which files count, what they are called, and whether they
//! still say what the archive gives.

use super::file::media;
use crate::documents::{self, KnownDocument, MonthDocuments};
use crate::workspace::Snapshot;
use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;
use pipeline::{Archive, Disclosure};
use reports::{ShelvedFile, Standing};
use schemas::document::{BookCode, Coverage};
use schemas::{DocumentGroup, Facts, Month};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A document is no longer.
pub(super) const LONGEST_BYTES: u64 = 256 << 20;

/// The code of a document is no longer.
const LONGEST_CODE: usize = 256;

/// The document that has the remarks on findings.
const REVIEW: &str = "laporan_bulanan";

/// The names of a folder in order; none where there is no folder.
pub(super) fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// Whether a file of the folder is given: a masked copy of a known document, which others than its owner may read too.
pub(super) fn is_given(facts: &Facts, folder: &Path, month: Month, name: &str) -> bool {
    documents::known(facts).into_iter().any(|document| is_of(document, month, name)) && is_usual(&folder.join(name))
}

/// The files of a document, of these names of a folder, each beside what the archive gives now.
pub(super) fn files(
    document: KnownDocument<'_>,
    folder: &Path,
    names: &[String],
    month: Month,
    given: &Given<'_>,
) -> Result<Vec<(ShelvedFile, bool)>> {
    let mut files = Vec::new();
    for name in names.iter().filter(|name| is_of(document, month, name) && media(name).is_some()) {
        let path = folder.join(name);
        if !is_usual(&path) {
            continue;
        }
        let bytes = pipeline::read_file(&path, LONGEST_BYTES).with_context(|| format!("cannot read {name}"))?;
        let made: DateTime<Utc> = path.metadata().and_then(|found| found.modified()).map(DateTime::from)?;
        let code = code_in(&bytes);
        let (standing, provisional) = given.beside(document, code.as_ref(), made);
        let file = ShelvedFile {
            kind: kind(name),
            path: format!("/dokumen/{month}/{name}"),
            bytes: bytes.len() as u64,
            sha256: pipeline::sha256(&bytes),
            made: made.with_timezone(&given.zone).format("%d-%m-%Y %H.%M").to_string(),
            version: code.map(|code| code.version),
            standing,
        };
        files.push((file, provisional));
    }
    Ok(files)
}

/// The codes that files of a folder have, by which it is known of which days there are papers.
pub(super) fn days(folder: &Path, names: &[String], month: Month) -> BTreeSet<NaiveDate> {
    let day = |name: &String| {
        let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let stem = stem.split("_jilid_").next().unwrap_or(stem);
        stem.get(stem.len().checked_sub(10)?..)?.parse::<NaiveDate>().ok()
    };
    let there = names.iter().filter(|name| is_usual(&folder.join(name)));
    there.filter_map(day).filter(|day| Month::of_date(*day) == month).collect()
}

/// The code that a document has in its bytes; a workbook is packed, and a table has none.
fn code_in(bytes: &[u8]) -> Option<BookCode> {
    let begin = bytes.windows(BookCode::MARK.len()).position(|part| part == BookCode::MARK.as_bytes())?;
    let end = bytes.len().min(begin + LONGEST_CODE);
    BookCode::find(&String::from_utf8_lossy(bytes.get(begin..end)?))
}

/// What the archive gives now of a month.
pub(super) struct Given<'a> {
    archive: &'a Archive,
    zone: Tz,
    month: Month,
    /// The code of each document, and of the papers of each day.
    codes: Vec<BookCode>,
    /// The last remark on a finding of the month, which is part of the review and of no code.
    remarked: Option<DateTime<FixedOffset>>,
    /// The states of the archive from which documents were printed.
    seen: RefCell<BTreeMap<(u64, String), Option<Then>>>,
}

/// The archive when a document was printed.
#[derive(Clone, Copy)]
struct Then {
    /// Whether the books of the month were open.
    was_open: bool,
    /// Whether data of the month were missing.
    lacked: bool,
}

impl<'a> Given<'a> {
    /// Computes the documents of a month, and the papers of these days.
    pub(super) fn of(snapshot: &'a Snapshot, month: Month, days: &BTreeSet<NaiveDate>) -> Result<Self> {
        let mut codes = Vec::new();
        let mut note = |documents: &MonthDocuments| -> Result<()> {
            for document in documents.documents() {
                codes.extend(reports::code(document)?);
            }
            Ok(())
        };
        // A public copy has the reports alone.
        let has_all = snapshot.archive.holds_persons()?;
        let of_month = MonthDocuments::of(snapshot, month, None, Disclosure::Masked, |_| has_all)?;
        note(&of_month)?;
        // A compliance report may have been made with the targets that have no value.
        note(&of_month.of_copy(false, true))?;
        for day in days.iter().filter(|_| has_all) {
            note(&MonthDocuments::of(snapshot, month, Some(*day), Disclosure::Masked, |_| true)?)?;
        }
        let remarked = snapshot.workspace.remarks.of_month(month).map(|remark| remark.entered).max();
        let zone = snapshot.workspace.config.zone();
        Ok(Self { archive: &snapshot.archive, zone, month, codes, remarked, seen: RefCell::default() })
    }

    /// The archive when a document was printed; nothing where it was another one.
    fn then(&self, code: &BookCode) -> Option<Then> {
        let mut seen = self.seen.borrow_mut();
        let key = (code.version, code.head.clone());
        *seen.entry(key).or_insert_with(|| {
            let then = self.archive.at(code.version)?;
            let from = then.provenance().ok()?;
            let is_ours = code.head.is_empty() || BookCode::short_head(&from.head) == code.head;
            let lacked = from.coverage(self.month) == Coverage::Provisional;
            is_ours.then(|| Then { was_open: then.seal(self.month).is_none(), lacked })
        })
    }

    /// How a file stands beside it, and whether the file says that it is not final.
    fn beside(&self, document: KnownDocument<'_>, code: Option<&BookCode>, made: DateTime<Utc>) -> (Standing, bool) {
        let closed = self.archive.seal(self.month);
        let is_daily = document.group == DocumentGroup::Harian;
        let Some(code) = code else {
            // A workbook or a table has the time at which it was written alone.
            let was_open = closed.as_ref().is_none_or(|seal| made.timestamp_millis() < seal.at_ms) && !is_daily;
            let standing = if was_open && closed.is_some() { Standing::BeforeClosing } else { Standing::Unknown };
            return (standing, was_open);
        };
        let Some(Then { was_open, lacked }) = self.then(code) else { return (Standing::Foreign, false) };
        let provisional = if is_daily { lacked } else { was_open };
        let says_the_same =
            |now: &&BookCode| BookCode { version: code.version, head: code.head.clone(), ..(*now).clone() } == *code;
        let misses_a_remark = document.id == REVIEW && self.remarked.is_some_and(|remarked| remarked > made);
        let standing = match () {
            () if closed.is_some() && was_open && !is_daily => Standing::BeforeClosing,
            () if misses_a_remark || !self.codes.iter().any(|now| says_the_same(&now)) => Standing::Differs,
            () => Standing::Same,
        };
        (standing, provisional)
    }
}

/// An ordinary file that not only its owner may read: full copies are the owner's alone.
fn is_usual(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o044 != 0)
}

/// Whether a file is one of a document's masked copies of a month.
pub(super) fn is_of(document: KnownDocument<'_>, month: Month, name: &str) -> bool {
    let rest = name.strip_prefix(document.id).and_then(|rest| rest.strip_prefix(&format!("_{month}")));
    // A day or a volume may follow, and nothing else.
    rest.is_some_and(|rest| rest.split('.').next().is_some_and(|end| end.is_empty() || is_part(end)))
}

fn is_part(end: &str) -> bool {
    let numbered = end.strip_prefix("_jilid_").or_else(|| end.strip_prefix('-'));
    let mut parts = numbered.unwrap_or("x").split("_jilid_");
    parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a file is called in the list: its form, and its day or volume where it has one.
fn kind(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let form = if ending == "pdf" { "PDF/A".to_owned() } else { ending.to_uppercase() };
    let day = stem.split("_jilid_").next().and_then(|stem| stem.get(stem.len().checked_sub(10)?..));
    let day = day.filter(|day| day.parse::<chrono::NaiveDate>().is_ok()).map(|day| format!(" {day}"));
    let volume = stem.rsplit_once("_jilid_").map(|(_, volume)| format!(" jilid {volume}"));
    format!("{form}{}{}", day.unwrap_or_default(), volume.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Facts;

    #[test]
    fn only_masked_documents_of_the_month_are_given() {
        let facts = Facts::embedded().unwrap();
        let month: Month = "2026-10".parse().unwrap();
        let known = documents::known(&facts);
        let of = |name: &str| known.iter().find(|document| is_of(**document, month, name)).map(|document| document.id);
        assert_eq!(of("laporan_bulanan_2026-10.pdf"), Some("laporan_bulanan"));
        assert_eq!(of("buku_agenda_pendaftaran_2026-10_jilid_2.pdf"), Some("buku_agenda_pendaftaran"));
        assert_eq!(of("bukti_pengambilan_2026-10-14.pdf"), Some("bukti_pengambilan"));
        for other in [
            "buku_agenda_pendaftaran_2026-10_dinas.pdf",
            "laporan_bulanan_2026-11.pdf",
            "laporan_bulanan_2026-10x.pdf",
            "rahasia.pdf",
            "../kunci.key",
            "BELUM-LENGKAP.txt",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(kind("bukti_pengambilan_2026-10-14_jilid_3.pdf"), "PDF/A 2026-10-14 jilid 3");
        assert_eq!(kind("laporan_bulanan_2026-10.xlsx"), "XLSX");
    }
}
