//! Reads the tree of an archive: its size, nodes and checkpoints.

use super::super::commit_log::Commit;
use super::super::record;
use super::super::store::{LONGEST_LOG_BYTES, Store, if_there};
use super::super::{Archive, ArchiveError, layout};
use crate::transparency::{
    Checkpoint, Growth, Hash, Tile, TileFault, TileNodes, consistency_proof, inclusion_proof, leaf_hash,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::sync::Arc;

/// A tile has so many bytes at most.
pub(crate) const TILE_BYTES: u64 = 8_192;

/// Returns how many leaves the tree has after a commit.
pub(crate) fn size_after(commit: &Commit) -> u64 {
    commit.note.next_seq.unsigned_abs() + commit.version + 1
}

/// The size and root that the archive states for itself. They tell how far the tree was written, and are no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OwnSize {
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

impl OwnSize {
    /// Reads it; `None` if it is missing or not what was written.
    pub(crate) fn read(store: &dyn Store, path: &str) -> Result<Option<Self>, ArchiveError> {
        let bytes = if_there(store, path)?.unwrap_or_default();
        let parse = |text: &str| {
            let (size, root) = text.strip_suffix('\n')?.split_once(' ')?;
            Some(Self { size: size.parse().ok()?, root: BASE64_STANDARD.decode(root).ok()?.try_into().ok()? })
        };
        let read = std::str::from_utf8(&bytes).ok().and_then(parse);
        Ok(read.filter(|own| own.text().as_bytes() == bytes))
    }

    pub(crate) fn text(&self) -> String {
        format!("{} {}\n", self.size, BASE64_STANDARD.encode(self.root))
    }
}

/// Returns the size that the archive's newest checkpoint states, if it can be read.
pub(crate) fn newest_size(store: &dyn Store) -> Result<Option<u64>, ArchiveError> {
    match newest_checkpoint(store) {
        Ok(newest) => Ok(newest.map(|(checkpoint, _)| checkpoint.size)),
        Err(ArchiveError::Damaged { .. } | ArchiveError::Foreign { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Reads a tile.
pub(super) fn tile(store: &dyn Store, tile: Tile) -> Result<Vec<u8>, ArchiveError> {
    store.read(&layout::tile(&tile.to_string()), TILE_BYTES)
}

/// The tree of an archive, as far as it was written.
pub(crate) struct Tree {
    store: Arc<dyn Store>,
    size: u64,
    origin: String,
}

impl Tree {
    /// Opens the tree; `None` if none was begun, or the archive is empty.
    pub(crate) fn of(archive: &Archive) -> Result<Option<Self>, ArchiveError> {
        let Some(origin) = archive.origin() else { return Ok(None) };
        let store = Arc::clone(archive.store());
        // A public copy has no file that states the size, but checkpoints of it.
        let stated = match OwnSize::read(&*store, layout::TREE_SIZE)? {
            Some(own) => Some(own.size),
            None => newest_checkpoint(&*store)?.map(|(checkpoint, _)| checkpoint.size),
        };
        Ok(stated.map(|size| Self { store, size, origin }))
    }

    /// Returns how many leaves were written.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    fn nodes(&self) -> TileNodes<impl Fn(Tile) -> Result<Vec<u8>, ArchiveError>> {
        TileNodes::new(self.size, |wanted| tile(&*self.store, wanted))
    }

    /// Returns the tree itself, to which commits can be added.
    pub(super) fn growth(&self) -> Result<Growth, ArchiveError> {
        self.nodes().growth(self.size).map_err(unread)
    }

    /// Returns the statement of the tree's root when it had so many leaves.
    pub(crate) fn at(&self, size: u64) -> Result<Checkpoint, ArchiveError> {
        let root = self.nodes().root(size).map_err(unread)?;
        Ok(Checkpoint { origin: self.origin.clone(), size, root })
    }

    /// Returns the leaf at a place.
    pub(crate) fn leaf(&self, index: u64) -> Result<Hash, ArchiveError> {
        self.nodes().leaf(index).map_err(unread)
    }

    /// Returns the nodes beside the way from a leaf to the root of the tree of that size.
    pub(crate) fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, ArchiveError> {
        inclusion_proof(&self.nodes(), index, size).map_err(unread)
    }

    /// Returns the nodes by which the tree of a later size continues that of an earlier one.
    pub(crate) fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, ArchiveError> {
        consistency_proof(&self.nodes(), old, new).map_err(unread)
    }

    /// Returns the signed checkpoint of a size; `None` if none was signed.
    pub(crate) fn note(&self, size: u64) -> Result<Option<String>, ArchiveError> {
        note_at(&*self.store, &layout::checkpoint(size))
    }

    /// Whether the last leaf after a commit is that commit.
    pub(crate) fn holds(&self, commit: &Commit) -> Result<bool, ArchiveError> {
        let size = size_after(commit);
        Ok(size <= self.size && self.leaf(size - 1)? == leaf_hash(&record::of_commit(commit)))
    }
}

/// Returns the error for a node that is not there.
pub(super) fn unread(fault: TileFault<ArchiveError>) -> ArchiveError {
    match fault {
        TileFault::Unread(fault) => fault,
        TileFault::Length(tile) => ArchiveError::Damaged { path: layout::tile(&tile.to_string()) },
        TileFault::Absent => ArchiveError::Damaged { path: layout::TREE_SIZE.to_owned() },
    }
}

/// Reads a note; `None` if the file does not exist.
fn note_at(store: &dyn Store, path: &str) -> Result<Option<String>, ArchiveError> {
    let damaged = || ArchiveError::Damaged { path: path.to_owned() };
    match store.read(path, LONGEST_LOG_BYTES) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| damaged()),
        Err(fault) if fault.is_missing() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Returns the newest signed checkpoint as the archive has it, whoever signed it.
pub(crate) fn newest_checkpoint(store: &dyn Store) -> Result<Option<(Checkpoint, String)>, ArchiveError> {
    let Some(note) = note_at(store, layout::CHECKPOINT)? else { return Ok(None) };
    let damaged = |_| ArchiveError::Damaged { path: layout::CHECKPOINT.to_owned() };
    Ok(Some((Checkpoint::unchecked(&note).map_err(damaged)?, note)))
}

impl Archive {
    /// Returns the name of the archive's log; `None` for an empty archive. It is that of the table, which never changes.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let first = self.commits.first()?.facts.as_ref()?;
        Some(first.origin())
    }

    /// Returns the version after which the log had the size that a checkpoint states; `None` if it never had.
    #[must_use]
    pub fn version_of(&self, checkpoint: &Checkpoint) -> Option<u64> {
        self.commits.iter().find(|commit| size_after(commit) == checkpoint.size).map(|commit| commit.version)
    }

    /// Returns the statement of the log's root after the newest commit, and the note if it was signed; `None` if the log does not
    /// reach that commit.
    ///
    /// # Errors
    /// [`ArchiveError`] when tiles or checkpoints cannot be read.
    pub fn checkpoint(&self) -> Result<Option<(Checkpoint, Option<String>)>, ArchiveError> {
        let (Some(newest), Some(tree)) = (self.commits.last(), Tree::of(self)?) else { return Ok(None) };
        let size = size_after(newest);
        if size > tree.size() {
            return Ok(None);
        }
        Ok(Some((tree.at(size)?, tree.note(size)?)))
    }
}
