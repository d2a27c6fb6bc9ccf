//! Enters what the office decides: values of targets, remarks on findings and approvals of destructions, by the command line and by the portal alike.
//!
//! Reads   what somebody enters
//! Gives   one entry more at the end of `target.toml`, `catatan.toml` or `persetujuan_musnah.toml`
//! Rule    an entry is checked before it is written, and what was written stays; two who enter at once both come in

use crate::config::{Config, text};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};
use pipeline::Readers;
use schemas::{Approval, Authority, Decision, Month, Remark, Zone};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The value of a target as somebody enters it.
#[derive(Clone, Debug)]
pub(crate) struct TargetEntry {
    /// The id of the target.
    pub(crate) target: String,
    /// The regulation; that which lists the target where none is named.
    pub(crate) regulation: Option<String>,
    /// For one kind of application only.
    pub(crate) jenis: Option<String>,
    /// The value; none takes back an earlier one.
    pub(crate) value: Option<f64>,
    /// The first day; today where none is named.
    pub(crate) from: Option<NaiveDate>,
    /// The last day.
    pub(crate) until: Option<NaiveDate>,
    pub(crate) authority: Authority,
    pub(crate) article: String,
    pub(crate) source: String,
    pub(crate) by: String,
}

/// Returns the decision that is entered, which is not checked yet.
///
/// # Errors
/// When today is outside the calendar.
pub(crate) fn decision(workspace: &Workspace, entry: TargetEntry, now: DateTime<Utc>) -> Result<Decision> {
    let today = || workspace.facts.zone.date(now.timestamp()).context("today is outside the calendar; give --from");
    let own = workspace.facts.target(&entry.target).map(|(file, _)| file.to_owned());
    Ok(Decision {
        regulation: entry.regulation.or(own).unwrap_or_default(),
        target: entry.target,
        jenis: entry.jenis,
        value: entry.value,
        valid_from: entry.from.map_or_else(today, Ok)?,
        valid_to: entry.until,
        authority: entry.authority,
        article: entry.article,
        source: entry.source,
        by: entry.by,
        entered: local(workspace.facts.zone, now)?,
    })
}

/// Returns the remark that is made, which is not checked yet.
///
/// # Errors
/// When the zone of the office is not to be had.
pub(crate) fn remark(
    workspace: &Workspace,
    (month, finding): (Month, &str),
    text: &str,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Remark> {
    let entered = local(workspace.facts.zone, now)?;
    Ok(Remark { finding: finding.to_owned(), month, text: text.trim().to_owned(), by: by.to_owned(), entered })
}

/// Appends a decision that can be accepted; where it stands.
///
/// # Errors
/// When it cannot be accepted or written.
pub(crate) fn enter_decision(workspace: &Workspace, decision: &Decision) -> Result<PathBuf> {
    decision.entered(&workspace.facts)?;
    append(&workspace.config, &workspace.config.targets_path(), &decision.to_toml()?)
}

/// Appends a remark that can be accepted.
///
/// # Errors
/// When it cannot be accepted or written.
pub(crate) fn enter_remark(workspace: &Workspace, remark: &Remark) -> Result<PathBuf> {
    remark.check(&workspace.facts)?;
    append(&workspace.config, &workspace.config.remarks_path(), &remark.to_toml()?)
}

/// Returns the approval of a proposal, whose file has that SHA-256; it is not checked yet.
///
/// # Errors
/// When the zone of the office is not to be had.
pub(crate) fn approval(workspace: &Workspace, sha256: &str, by: &str, now: DateTime<Utc>) -> Result<Approval> {
    let entered = local(workspace.facts.zone, now)?;
    Ok(Approval { proposal: sha256.to_owned(), by: by.trim().to_owned(), entered })
}

/// Appends an approval that was checked.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn enter_approval(workspace: &Workspace, approval: &Approval) -> Result<PathBuf> {
    append(&workspace.config, &workspace.config.approvals_path(), &approval.to_toml()?)
}

fn append(config: &Config, path: &Path, entry: &str) -> Result<PathBuf> {
    if config.is_fallback() {
        bail!("nothing is entered while tertib.toml, or what belongs to it, cannot be used; mend the file first");
    }
    let _turn = turn(path)?;
    let mut entered = if path.symlink_metadata().is_ok() { text::read("the entries", path)? } else { String::new() };
    entered += &format!("{entry}\n");
    let written = pipeline::replace_file(path, entered.as_bytes(), Readers::Usual);
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path.to_owned())
}

/// Waits until nobody else writes into the folder of a file.
fn turn(path: &Path) -> Result<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("cannot lock {}", folder.display());
    let folder_file = File::open(folder).with_context(cannot)?;
    folder_file.lock().with_context(cannot)?;
    Ok(folder_file)
}

/// Returns an instant by the office's clock, to the millisecond: by it is known whether the books were closed before or after, and which
/// of two entries came first.
pub(crate) fn local(zone: Zone, now: DateTime<Utc>) -> Result<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(zone.offset_s()).context("the zone of the office is not to be had")?;
    Ok(now.trunc_subsecs(3).with_timezone(&offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_second_have_an_order() {
        let of = |text: &str| local(Zone::Wib, text.parse().unwrap()).unwrap();
        let (first, second) = (of("2026-11-02T01:00:00.1204Z"), of("2026-11-02T01:00:00.9Z"));
        assert_eq!(first.to_rfc3339(), "2026-11-02T08:00:00.120+07:00");
        assert!(first < second);
    }
}
