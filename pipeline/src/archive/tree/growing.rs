//! Adds to the tree what the commits added to the archive, and signs it.

use super::super::commit_log::{Commit, EventFile};
use super::super::layout::LogFolder;
use super::super::leaves::Leaves;
use super::super::record::{self, RowRecords};
use super::super::store::{LONGEST_LOG_BYTES, Store};
use super::super::{Archive, ArchiveError, READ_ROWS, Writer, WriterLock, layout};
use super::reading::{OwnSize, newest_checkpoint, size_after};
use crate::archive::columns::int64s;
use crate::archive::key::Key;
use crate::transparency::{Checkpoint, Growth, Hash, SigningKey, Tile, leaf_hash};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

/// How many rows of a commit have their leaves in memory at a time.
const WINDOW_ROWS: i64 = 1 << 20;
/// How many threads hash.
const HASHERS: usize = 2;

/// Who is told how many rows of how many are in the tree.
type Told<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Extends the tree to the archive's newest commit and signs it; without a key it is extended only.
///
/// # Errors
/// [`ArchiveError::Forked`] when the tree or the checkpoint is not the one that was written, so that nothing is signed.
pub(crate) fn extend(archive: &Archive, key: Option<&SigningKey>, told: Told<'_>) -> Result<(), ArchiveError> {
    extend_by(archive, key, None, told)
}

/// Does the same where the leaves of the newest commit are at hand, so that its parts are not read again.
pub(crate) fn extend_by(
    archive: &Archive,
    key: Option<&SigningKey>,
    leaves: Option<Leaves>,
    told: Told<'_>,
) -> Result<(), ArchiveError> {
    let (Some(newest), Some(origin)) = (archive.commits.last(), archive.origin()) else { return Ok(()) };
    let store = &**archive.store();
    let wanted = size_after(newest);
    let own = OwnSize::read(store, layout::TREE_SIZE)?;
    let signed = newest_checkpoint(store)?;
    let begun = begun(archive, own, signed.as_ref().map(|(checkpoint, _)| checkpoint))?;
    let written = match begun.size() == wanted {
        true => OwnSize { size: wanted, root: begun.root() },
        false => grow(archive, begun, leaves, told)?,
    };
    let newest = signed.filter(|(checkpoint, _)| checkpoint.size == wanted);
    let is_signed = newest.is_some();
    // In a copy that was taken meanwhile, the newest statement may be there and the same one among all of them not.
    if let Some((checkpoint, note)) = newest
        && checkpoint.root == written.root
        && store.kind(&layout::checkpoint(wanted))?.is_none()
    {
        store.put(&layout::checkpoint(wanted), note.as_bytes())?;
    }
    // It is signed after this, so where it is signed nothing is left.
    if !is_signed {
        let earlier = archive.commits.iter().map(size_after).filter(|earlier| *earlier < wanted);
        clear((store, LogFolder::OF_ROWS), wanted, earlier)?;
    }
    match key {
        Some(key) if !is_signed && archive.may_sign(key) => {
            sign((store, LogFolder::OF_ROWS), key, &Checkpoint { origin, size: wanted, root: written.root })
        }
        _ => Ok(()),
    }
}

/// Brings the log of an archive up to its newest commit and signs it, as every writer does first.
///
/// # Errors
/// [`ArchiveError`] when another program is writing, or the log is not the one that was written.
pub fn sign_log(
    root: &Path,
    (key, signing): (&Key, &SigningKey),
    lock_mode: WriterLock,
    told: Told<'_>,
) -> Result<(), ArchiveError> {
    let writer = Writer::open(root, key, lock_mode)?;
    extend(writer.archive(), Some(signing), told)
}

/// Returns the tree as it was written last, after a check that it is the one that was signed and that its last leaf is the commit
/// of the log.
fn begun(archive: &Archive, own: Option<OwnSize>, signed: Option<&Checkpoint>) -> Result<Growth, ArchiveError> {
    let forked = |reason: &str| ArchiveError::Forked { path: layout::CHECKPOINT, reason: reason.to_owned() };
    let newest = archive.commits.last().map_or(0, size_after);
    if signed.is_some_and(|signed| signed.size > newest || Some(&signed.origin) != archive.origin().as_ref()) {
        return Err(forked("it is of commits that the archive does not have"));
    }
    let is_behind = |own: &OwnSize| signed.is_some_and(|signed| signed.size > own.size);
    let Some(own) = own.filter(|own| own.size <= newest && !is_behind(own)) else {
        // Nothing says how far the tree was written, or another writer wrote beside without a lock, so all of it is made anew, which
        // gives the same.
        return check_anew(archive, signed);
    };
    let tree = super::Tree::of(archive)?;
    let Some(tree) = tree else { return check_anew(archive, signed) };
    let growth = tree.growth()?;
    let last = archive.commits.iter().find(|commit| size_after(commit) == own.size);
    let Some(last) = last else { return Err(forked("the tree ends in the middle of a commit")) };
    let is_signed = signed.filter(|signed| signed.size == own.size).is_none_or(|signed| signed.root == own.root);
    if growth.root() != own.root || !is_signed {
        return Err(forked("its root is not that of the tree"));
    }
    if tree.holds(last)? { Ok(growth) } else { Err(forked("the commit that it names is another than the log's")) }
}

/// Makes the tree anew up to the signed checkpoint, and returns it if it has that root.
fn check_anew(archive: &Archive, signed: Option<&Checkpoint>) -> Result<Growth, ArchiveError> {
    let Some(signed) = signed else { return Ok(Growth::new()) };
    let version = archive.commits.iter().find(|commit| size_after(commit) == signed.size).map(|commit| commit.version);
    let until = version.and_then(|version| archive.at(version));
    let forked = |reason: &str| ArchiveError::Forked { path: layout::CHECKPOINT, reason: reason.to_owned() };
    let Some(until) = until else { return Err(forked("it ends in the middle of a commit")) };
    let written = grow(&until, Growth::new(), None, &mut |_, _| {})?;
    if written.root != signed.root {
        return Err(forked("its root is not that of the archive's rows and commits"));
    }
    let tree = super::Tree::of(&until)?;
    tree.map_or_else(|| Err(forked("nothing of the tree was written")), |tree| tree.growth())
}

/// Adds the commits that the tree does not have yet, and writes its tiles.
fn grow(
    archive: &Archive,
    mut growth: Growth,
    mut leaves: Option<Leaves>,
    told: Told<'_>,
) -> Result<OwnSize, ArchiveError> {
    let store = &**archive.store();
    let mut written: Vec<String> = Vec::new();
    let (begun, mut first) = (growth.size(), 0);
    let all = archive.next_seq().unsigned_abs();
    for commit in &archive.commits {
        if size_after(commit) > growth.size() {
            let mut full = |tile: Tile, bytes: &[u8]| {
                let path = layout::tile(&tile.to_string());
                store.put_unflushed(&path, bytes)?;
                written.push(path);
                Ok::<(), ArchiveError>(())
            };
            let mut add = |leaf: &Hash| growth.add(leaf, &mut full);
            match leaves.take_if(|leaves| leaves.are_of(&(first..commit.note.next_seq))) {
                Some(leaves) => leaves.each(add)?,
                None => each_leaf(archive, commit, first, &mut add, &mut |done| told(done, all))?,
            }
            growth.add(&leaf_hash(&record::of_commit(commit)), &mut full)?;
        }
        first = commit.note.next_seq;
    }
    for (tile, bytes) in growth.partial_since(begun) {
        let path = layout::tile(&tile.to_string());
        store.put_unflushed(&path, bytes)?;
        written.push(path);
    }
    store.flush_files(&written)?;
    let own = OwnSize { size: growth.size(), root: growth.root() };
    store.put(layout::TREE_SIZE, own.text().as_bytes())?;
    Ok(own)
}

/// Removes the partial tiles of earlier sizes of a log, which longer ones have replaced.
pub(crate) fn clear(
    (store, log): (&dyn Store, LogFolder),
    size: u64,
    earlier: impl Iterator<Item = u64>,
) -> Result<(), ArchiveError> {
    let path = |tile: Tile| log.file(&tile.to_string());
    let held: BTreeSet<String> = Tile::partial(size).map(path).collect();
    let left: BTreeSet<String> =
        earlier.flat_map(Tile::partial).map(path).filter(|path| !held.contains(path)).collect();
    left.iter().try_for_each(|path| store.remove(path))
}

/// Signs a checkpoint of a log and keeps it.
pub(crate) fn sign(
    (store, log): (&dyn Store, LogFolder),
    key: &SigningKey,
    checkpoint: &Checkpoint,
) -> Result<(), ArchiveError> {
    let public = key.verifying(&checkpoint.origin);
    for (path, text) in [
        (log.public_key(&public.digits(), "vkey"), format!("{public}\n")),
        (log.public_key(&public.digits(), "pem"), public.pem()),
    ] {
        if store.kind(&path)?.is_none() {
            store.put(&path, text.as_bytes())?;
        }
    }
    let (note, kept) = (checkpoint.signed(key), log.checkpoint(checkpoint.size));
    // One that is there already may have signatures of witnesses.
    if store.kind(&kept)?.is_none() {
        store.put(&kept, note.as_bytes())?;
    }
    store.put(&log.newest(), note.as_bytes())
}

/// Adds the signature of another key of the log to the checkpoint of a size.
pub(crate) fn also_sign(store: &dyn Store, size: u64, key: &SigningKey) -> Result<(), ArchiveError> {
    let path = layout::checkpoint(size);
    let damaged = || ArchiveError::Damaged { path: path.clone() };
    let note = String::from_utf8(store.read(&path, LONGEST_LOG_BYTES)?).map_err(|_| damaged())?;
    let both = Checkpoint::also_signed(&note, key).map_err(|_| damaged())?;
    if both != note {
        store.put(&path, both.as_bytes())?;
    }
    match newest_checkpoint(store)? {
        Some((newest, held)) if newest.size == size && held != both => store.put(layout::CHECKPOINT, both.as_bytes()),
        _ => Ok(()),
    }
}

/// Gives the leaves of the rows of a commit in the order of their numbers, of which `first` is the first one.
fn each_leaf(
    archive: &Archive,
    commit: &Commit,
    first: i64,
    take: &mut dyn FnMut(&Hash) -> Result<(), ArchiveError>,
    told: &mut dyn FnMut(u64),
) -> Result<(), ArchiveError> {
    let mut begin = first;
    while begin < commit.note.next_seq {
        let end = commit.note.next_seq.min(begin.saturating_add(WINDOW_ROWS));
        for leaf in leaves(archive, commit, (begin, end))? {
            take(&leaf)?;
        }
        begin = end;
        told(end.unsigned_abs());
    }
    Ok(())
}

/// Returns the leaves of the rows of a commit whose numbers are in a range.
fn leaves(archive: &Archive, commit: &Commit, (begin, end): (i64, i64)) -> Result<Vec<Hash>, ArchiveError> {
    let files: Vec<&EventFile> = commit.events.iter().filter(|file| file.may_hold_numbers(begin, end)).collect();
    let mut leaves = vec![None; usize::try_from(end - begin).unwrap_or(0)];
    let (next, fault) = (AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        let (sender, hashed) = sync_channel(2 * HASHERS);
        for _ in 0..HASHERS.min(files.len()) {
            let (sender, next, files, fault) = (sender.clone(), &next, &files, &fault);
            scope.spawn(move || {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let each = |run: Vec<(i64, Hash)>| sender.send(run).is_ok();
                    if let Err(found) = of_part(archive, file, each) {
                        let mut fault = fault.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        fault.get_or_insert(found);
                        return;
                    }
                }
            });
        }
        drop(sender);
        collect(&hashed, begin, &mut leaves);
    });
    if let Some(fault) = fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(fault);
    }
    let all: Option<Vec<Hash>> = leaves.into_iter().collect();
    all.ok_or_else(|| {
        let reason = "its rows are not those that its commit numbers".to_owned();
        ArchiveError::Forked { path: layout::EVENTS, reason }
    })
}

fn collect(hashed: &Receiver<Vec<(i64, Hash)>>, begin: i64, leaves: &mut [Option<Hash>]) {
    for (seq, leaf) in hashed.iter().flatten() {
        let place = usize::try_from(seq - begin).ok().and_then(|place| leaves.get_mut(place));
        if let Some(place) = place {
            *place = Some(leaf);
        }
    }
}

/// Hashes the rows of a part, batch by batch, as long as `take` wants more.
fn of_part(archive: &Archive, file: &EventFile, take: impl Fn(Vec<(i64, Hash)>) -> bool) -> Result<(), ArchiveError> {
    for batch in archive.stored(&file.entry, READ_ROWS / 8)? {
        let batch = batch?;
        let leaves = RowRecords::of(&batch)?.leaves(0..batch.num_rows());
        if !take(int64s(&batch, "seq")?.values().iter().copied().zip(leaves).collect()) {
            break;
        }
    }
    Ok(())
}
