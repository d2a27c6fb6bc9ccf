//! Checks the log of those who looked.
//!
//! Gives   A024 files that do not fit each other, A025 checkpoints that do not fit, A026 signatures, A028 what is cut off, each with
//!         its place in the folder `access`

use super::super::ArchiveError;
use super::super::layout;
use super::super::store::{EntryKind, LONGEST_LOG_BYTES, Store, if_there};
use super::super::tree::OwnSize;
use super::{LOG, Log, bundle_path, left_over};
use crate::transparency::{Checkpoint, Growth, Hash, Tile, VerifyingKey, leaf_hash};
use std::collections::{BTreeMap, BTreeSet};

/// Codes of findings, each with its place.
type Faults = Vec<(&'static str, String)>;

/// Checks the log, and returns its files and the faults: each with its code and place. There is none where nobody has looked yet.
pub(in super::super) fn check(
    store: &dyn Store,
    origin: &str,
    trusted: &[VerifyingKey],
) -> Result<(BTreeSet<String>, Faults), ArchiveError> {
    let (mut files, mut faults) = (BTreeSet::new(), Faults::new());
    let claims = claims(store, origin, trusted, &mut files, &mut faults)?;
    let log = opened(store, &claims, &mut faults)?;
    files.extend(left_over(log.size));
    if log.size == 0 {
        faults.extend(claims.into_values().map(|(place, _)| ("A028", place)));
        return Ok((files, faults));
    }
    files.insert(layout::ACCESS_SIZE.to_owned());
    files.extend(Tile::all(log.size).map(|tile| LOG.file(&tile.to_string())));
    files.extend((0..log.size).step_by(256).map(|index| bundle_path(index, log.size)));
    let mut roots: BTreeMap<u64, Hash> = BTreeMap::new();
    let mut growth = Growth::new();
    let mut unlike: BTreeSet<String> = BTreeSet::new();
    let compare = |tile: Tile, bytes: &[u8]| -> Option<String> {
        let path = LOG.file(&tile.to_string());
        let held = store.read(&path, super::TILE_BYTES);
        (!held.is_ok_and(|held| held == bytes)).then_some(path)
    };
    let read = log.each(&mut |index, record| {
        growth.add(&leaf_hash(record), &mut |tile: Tile, bytes: &[u8]| {
            unlike.extend(compare(tile, bytes));
            Ok::<(), ArchiveError>(())
        })?;
        if claims.contains_key(&(index + 1)) {
            roots.insert(index + 1, growth.root());
        }
        Ok(())
    });
    if let Err(fault) = read {
        let missing = || {
            let mut bundles = (0..log.size).step_by(256).map(|index| bundle_path(index, log.size));
            bundles.find(|path| !matches!(store.kind(path), Ok(Some(_))))
        };
        let place = match fault {
            ArchiveError::Damaged { path } => path,
            other => missing().unwrap_or_else(|| format!("{}: {other}", layout::ACCESSES)),
        };
        faults.push(("A024", place));
        return Ok((files, faults));
    }
    unlike.extend(growth.partial().filter_map(|(tile, bytes)| compare(tile, bytes)));
    let fits_a_claim = claims.iter().any(|(size, (_, root))| roots.get(size) == Some(root));
    let fits_all = claims.iter().all(|(size, (_, root))| roots.get(size).is_none_or(|own| own == root));
    if !unlike.is_empty() && !fits_all {
        // The entries were changed: of two files that differ, a checkpoint speaks against theirs.
        let bundles = unlike.iter().filter(|path| path.contains("/tile/0/"));
        faults.extend(bundles.map(|path| ("A024", path.replacen("/tile/0/", "/tile/entries/", 1))));
    } else {
        faults.extend(unlike.iter().map(|path| ("A024", path.clone())));
    }
    let own = OwnSize { size: log.size, root: growth.root() };
    if if_there(store, layout::ACCESS_SIZE)?.as_deref() != Some(own.text().as_bytes())
        && (fits_a_claim || claims.is_empty())
        && log.root.is_some()
    {
        faults.push(("A024", layout::ACCESS_SIZE.to_owned()));
    }
    for (size, (place, root)) in &claims {
        match roots.get(size) {
            None => faults.push(("A028", place.clone())),
            Some(own) if own != root && unlike.is_empty() => faults.push(("A025", place.clone())),
            Some(_) => {}
        }
    }
    Ok((files, faults))
}

/// Opens the log. Where its size cannot be relied on, that is a fault, and the newest checkpoint tells how much there should be.
fn opened<'s>(
    store: &'s dyn Store,
    claims: &BTreeMap<u64, (String, Hash)>,
    faults: &mut Faults,
) -> Result<Log<'s>, ArchiveError> {
    // The newest checkpoint tells how much there should be.
    let claimed = || Log { store, size: claims.keys().next_back().copied().unwrap_or(0), root: None };
    Ok(match Log::open(store) {
        // A size that no checkpoint states, and of which there is no last entry, was changed.
        Ok(Log { size, root: Some(_), .. }) if is_unfounded(store, size, claims)? => {
            faults.push(("A024", layout::ACCESS_SIZE.to_owned()));
            claimed()
        }
        Ok(log) => log,
        Err(ArchiveError::Damaged { path }) => {
            faults.push(("A024", path));
            claimed()
        }
        Err(fault) => return Err(fault),
    })
}

/// Whether the archive's own statement of the size is neither that of a checkpoint nor that of the entries.
fn is_unfounded(store: &dyn Store, size: u64, claims: &BTreeMap<u64, (String, Hash)>) -> Result<bool, ArchiveError> {
    let is_claimed = claims.is_empty() || claims.contains_key(&size);
    Ok(!is_claimed && (size == 0 || store.kind(&bundle_path(size - 1, size))?.is_none()))
}

/// Reads all checkpoints: for each size, where it stands and which root it states.
fn claims(
    store: &dyn Store,
    origin: &str,
    trusted: &[VerifyingKey],
    files: &mut BTreeSet<String>,
    faults: &mut Faults,
) -> Result<BTreeMap<u64, (String, Hash)>, ArchiveError> {
    let mut claims = BTreeMap::new();
    let mut keys: Vec<VerifyingKey> = trusted.iter().filter(|key| key.name() == origin).cloned().collect();
    let is_trusted = !keys.is_empty();
    let has_checkpoints = !store.list(&LOG.file("checkpoints"))?.is_empty();
    for entry in store.list(&LOG.file("keys"))?.into_iter().filter(|entry| entry.kind == EntryKind::File) {
        let name = entry.name.to_string_lossy();
        let Some(digits) = name.strip_suffix(".vkey") else { continue };
        let (vkey, pem) = (LOG.public_key(digits, "vkey"), LOG.public_key(digits, "pem"));
        let held = if_there(store, &vkey)?.unwrap_or_default();
        let key = std::str::from_utf8(&held).ok().and_then(|text| text.parse::<VerifyingKey>().ok());
        match key.filter(|key| key.digits() == digits && format!("{key}\n").as_bytes() == held) {
            Some(key) => {
                let held = if_there(store, &pem)?;
                // A writer may have been stopped before it signed for the first time.
                let is_begun = held.is_none() && !has_checkpoints;
                if !is_begun && held.as_deref() != Some(key.pem().as_bytes()) {
                    faults.push(("A024", pem.clone()));
                }
                if !is_trusted {
                    keys.push(key);
                }
            }
            None => faults.push(("A024", vkey.clone())),
        }
        files.extend([vkey, pem]);
    }
    let mut sizes: Vec<u64> = Vec::new();
    for entry in store.list(&LOG.file("checkpoints"))?.into_iter().filter(|entry| entry.kind == EntryKind::File) {
        sizes.extend(
            entry.name.to_str().and_then(|name| name.parse::<u64>().ok().filter(|size| size.to_string() == name)),
        );
    }
    let own = sizes.iter().map(|size| (Some(*size), LOG.checkpoint(*size)));
    let newest = store.kind(&LOG.newest())?.map(|_| (None, LOG.newest()));
    for (size, path) in own.chain(newest).collect::<Vec<_>>() {
        files.insert(path.clone());
        let note = store.read(&path, LONGEST_LOG_BYTES).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let statement = note.as_deref().and_then(|note| {
            let read = if keys.is_empty() { Checkpoint::unchecked(note) } else { Checkpoint::signed_by(note, &keys) };
            read.ok().filter(|statement| statement.origin == origin && size.is_none_or(|size| size == statement.size))
        });
        match statement {
            Some(statement) => drop(claims.entry(statement.size).or_insert((path, statement.root))),
            None => faults.push(("A026", path)),
        }
    }
    Ok(claims)
}
