//! Checks that the commits follow one another: each names the one before, and the archive's own head the newest.

use super::super::head::{self, OwnHead};
use super::super::intent::Intent;
use super::super::store::{Store, if_there};
use super::super::{ArchiveError, KeptHead, layout};
use super::{Log, Verification};
use schemas::Month;
use std::collections::BTreeMap;

/// Returns the digest of the newest commit that the archive itself keeps. The intent of an interrupted writer states it too.
pub(super) fn own_head(
    store: &dyn Store,
    log: &Log,
    decided: &[Intent],
    result: &mut Verification,
) -> Result<Option<KeptHead>, ArchiveError> {
    let newest = log.digests.last_key_value().map(|(version, _)| *version);
    let of_intent = |version| {
        decided
            .iter()
            .find(|intent| intent.version == version)
            .map(|intent| KeptHead { version: Some(version), sidik: intent.commit_sha256.clone() })
    };
    let intended = newest.and_then(of_intent);
    Ok(match head::own(store)? {
        // A commit that was decided on but is not in the log yet is not missing from it.
        OwnHead::Intact(head)
            if head.version > newest && decided.iter().any(|intent| head.is_of(&intent.commit_sha256)) =>
        {
            None
        }
        OwnHead::Intact(head) if head.version < newest && intended.is_some() => intended,
        OwnHead::Intact(head) => Some(head),
        OwnHead::Missing if log.digests.is_empty() || intended.is_some() => intended,
        OwnHead::Missing | OwnHead::Damaged => {
            result.find("A017", layout::HEAD.to_owned());
            None
        }
    })
}

/// Checks that every commit names the digest of the previous one, and the archive's own head that of the newest. The finding names
/// the commit that was changed, unless the commit that contradicts it was itself changed.
pub(super) fn chain(log: &Log, own: Option<KeptHead>, result: &mut Verification) {
    // The digest of each version as stated by the next commit or by the head.
    let mut stated: BTreeMap<u64, KeptHead> = BTreeMap::new();
    for commit in &log.commits {
        match (commit.version.checked_sub(1), &commit.note.previous) {
            (Some(before), Some(sidik)) => {
                stated.insert(before, KeptHead { version: Some(before), sidik: sidik.clone() });
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => result.find("A004", layout::commit(commit.version)),
        }
    }
    let newest = log.digests.last_key_value().map(|(version, _)| *version);
    if let Some(head) = own
        && let Some(version) = head.version
    {
        if newest.is_none_or(|newest| version > newest) {
            result.find("A016", format!("{}, {}", layout::commit(version), layout::HEAD));
        } else {
            stated.entry(version).or_insert(head);
        }
    }
    let is_readable = |version: u64| log.commits.iter().any(|commit| commit.version == version);
    let differs = |version: u64| {
        let digest = log.digests.get(&version);
        digest.zip(stated.get(&version)).is_some_and(|(digest, stated)| !stated.is_of(digest))
    };
    for version in log.digests.keys().copied().filter(|version| is_readable(*version)) {
        if differs(version) && !differs(version + 1) {
            result.find("A004", layout::commit(version));
        }
    }
}

/// Whether the next commit, or the archive's own head, states this digest of a commit; also where neither says anything of it.
pub(super) fn is_as_stated(store: &dyn Store, version: u64, digest: &str) -> Result<bool, ArchiveError> {
    let next = if_there(store, &layout::commit(version + 1))?.unwrap_or_default();
    let previous = |line: &str| {
        let action: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(action.get("commitInfo")?.get("tertib")?.get("previous")?.as_str()?.to_owned())
    };
    if let Some(previous) = std::str::from_utf8(&next).ok().and_then(|text| text.lines().find_map(previous)) {
        return Ok(previous == digest);
    }
    Ok(match head::own(store)? {
        OwnHead::Intact(head) if head.version == Some(version) => head.is_of(digest),
        _ => true,
    })
}

/// Checks that the times of commits do not go back, that no commit claims to have seen rows from after its own time or fewer than an
/// earlier one, and that months are closed in order, each only once.
pub(super) fn order(log: &Log, result: &mut Verification) {
    let (mut at_ms, mut seen_us) = (i64::MIN, None);
    for commit in &log.commits {
        let until_us = commit.complete_until_us();
        let went_back = commit.at_ms < at_ms || (until_us.is_some() && until_us < seen_us);
        if went_back || until_us != commit.note.complete_until_us {
            result.find("A014", layout::commit(commit.version));
        }
        (at_ms, seen_us) = (commit.at_ms, seen_us.max(until_us));
    }
    let mut last: Option<Month> = None;
    for commit in &log.commits {
        if let Some(month) = commit.note.seal {
            if last.is_some_and(|last| month <= last) {
                result.find("A015", format!("{}: {month}", layout::commit(commit.version)));
            }
            last = last.max(Some(month));
        }
    }
}
