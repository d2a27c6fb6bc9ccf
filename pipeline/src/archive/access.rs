//! The log of those who looked: a second log of the same form as that of rows and commits, in the folder `access`.
//!
//! Reads   what somebody was shown, and why
//! Gives   an entry that is durable before this returns, so that nothing is shown of which the log knows nothing
//! Rule    C2SP tlog-tiles, with the entries themselves in bundles (`tile/entries`). A checkpoint is signed after each entry
//!
//! Invariant: an entry names nobody whom the archive is about. Digits that could be a NIK are left out of what was asked.

mod checking;

pub(super) use checking::check;

use super::access_lock::locked;
use super::layout::{self, LogFolder};
use super::store::Store;
use super::tree::{OwnSize, TILE_BYTES, clear, sign};
use super::{Archive, ArchiveError};
use crate::transparency::{Checkpoint, SigningKey, Tile, TileFault, TileNodes, leaf_hash};
use schemas::without_numbers_of_persons;
use serde::{Deserialize, Serialize};

const LOG: LogFolder = LogFolder::OF_ACCESSES;
/// No entry is longer, which the length before it in a bundle could not say.
const LONGEST_ENTRY: usize = 60_000;
/// A bundle has at most as many entries as a tile.
const LONGEST_BUNDLE_BYTES: u64 = Tile::WIDTH * (LONGEST_ENTRY as u64 + 2);

/// What somebody was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// When, in seconds since 1970 UTC.
    pub at: i64,
    /// Who: the user of the machine, or of the portal.
    pub by: String,
    /// In which role.
    pub role: String,
    /// Why, in the words of whoever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The kind of access: `query`, `trace`, `render`, `bundle`, `dispose`.
    pub act: String,
    /// What was asked for: the question, the berkas, the document. A person is their pseudonym.
    pub what: String,
    /// The SHA-256 of the answer.
    pub answer: String,
    /// How many rows it had.
    pub rows: u64,
    /// Whether it disclosed personal data.
    pub discloses: bool,
}

impl Access {
    /// Returns the entry as the log has it: canonical JSON.
    fn record(&self) -> Result<Vec<u8>, ArchiveError> {
        let readable = |text: &str| without_numbers_of_persons(text).replace(|c: char| c.is_control(), " ");
        let entry = Self {
            by: readable(&self.by),
            role: readable(&self.role),
            purpose: self.purpose.as_deref().map(readable),
            act: readable(&self.act),
            what: readable(&self.what),
            ..self.clone()
        };
        let record = serde_json::json!(entry).to_string().into_bytes();
        if record.len() > LONGEST_ENTRY {
            let what = readable(&self.what).chars().take(LONGEST_ENTRY / 8).chain(['…']).collect();
            return Self { what, ..entry }.record();
        }
        Ok(record)
    }
}

impl Archive {
    /// Adds an entry to the log of those who looked, and returns its number. It is durable when this returns.
    ///
    /// # Errors
    /// [`ArchiveError`] when it cannot be written; nothing may be shown then.
    pub fn note_access(&self, access: &Access, key: Option<&SigningKey>) -> Result<u64, ArchiveError> {
        let origin = self.access_origin().ok_or_else(|| self.empty())?;
        let store = &**self.store();
        store.prepare()?;
        let _lock = locked(store)?;
        let record = access.record()?;
        let begun = Log::open(store)?;
        let (size, nodes) = (begun.size, begun.nodes());
        let mut growth = nodes.growth(size).map_err(|fault| unread(&fault))?;
        if begun.root.is_some_and(|root| root != growth.root()) {
            return Err(ArchiveError::Damaged { path: layout::ACCESS_SIZE.to_owned() });
        }
        let mut bundle = if size.is_multiple_of(Tile::WIDTH) { Vec::new() } else { begun.bundle(size - 1)? };
        let length = u16::try_from(record.len())
            .map_err(|_| ArchiveError::Encode("an entry is too long for a bundle".to_owned()))?;
        bundle.extend(length.to_be_bytes());
        bundle.extend(&record);
        let mut written = Vec::new();
        let mut put = |path: String, bytes: &[u8]| {
            store.put_unflushed(&path, bytes)?;
            written.push(path);
            Ok::<(), ArchiveError>(())
        };
        growth.add(&leaf_hash(&record), &mut |tile: Tile, bytes: &[u8]| put(LOG.file(&tile.to_string()), bytes))?;
        for (tile, bytes) in growth.partial_since(size) {
            put(LOG.file(&tile.to_string()), bytes)?;
        }
        put(bundle_path(size, growth.size()), &bundle)?;
        store.flush_files(&written)?;
        let own = OwnSize { size: growth.size(), root: growth.root() };
        store.put(layout::ACCESS_SIZE, own.text().as_bytes())?;
        if let Some(key) = key.filter(|key| self.may_sign(key)) {
            sign((store, LOG), key, &Checkpoint { origin, size: own.size, root: own.root })?;
        }
        // What the new files stand in place of, and what a writer left that was stopped here.
        let earlier = size.saturating_sub(1)..=size;
        clear((store, LOG), own.size, earlier.clone())?;
        for size in earlier.filter(|size| !size.is_multiple_of(Tile::WIDTH)) {
            store.remove(&bundle_path(size - 1, size))?;
        }
        Ok(size)
    }

    /// Returns the name of the log of those who looked; `None` for an empty archive.
    #[must_use]
    pub fn access_origin(&self) -> Option<String> {
        Some(format!("{}/akses", self.origin()?))
    }

    /// Returns all entries with their numbers.
    ///
    /// # Errors
    /// [`ArchiveError`] when they cannot be read, or are not what was written.
    pub fn accesses(&self) -> Result<Vec<(u64, Access)>, ArchiveError> {
        let store = &**self.store();
        let read = |log: &Log<'_>| {
            let mut entries = Vec::new();
            log.each(&mut |index, record| {
                let entry = serde_json::from_slice(record);
                entries.push((index, entry.map_err(|_| ArchiveError::Damaged { path: bundle_path(index, log.size) })?));
                Ok(())
            })?;
            Ok(entries)
        };
        loop {
            let log = Log::open(store)?;
            match read(&log) {
                // Somebody looked meanwhile, whose entry took the place of a file that was to be read.
                Err(_) if Log::open(store)?.size != log.size => {}
                other => return other,
            }
        }
    }
}

/// Who is given each entry.
type TakeEntry<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), ArchiveError>;

/// The log as it was written.
struct Log<'a> {
    store: &'a dyn Store,
    size: u64,
    root: Option<[u8; 32]>,
}

impl<'a> Log<'a> {
    /// Opens the log, which is empty before its first entry. A writer that was stopped in that one may have left files of it, but has
    /// signed none.
    fn open(store: &'a dyn Store) -> Result<Self, ArchiveError> {
        let own = OwnSize::read(store, layout::ACCESS_SIZE)?;
        let entries = LOG.file("tile/entries");
        let holds_only = |folder: &str, name: &str| -> Result<bool, ArchiveError> {
            Ok(store.list(folder)?.iter().all(|entry| entry.name == name))
        };
        if own.is_none()
            && (store.kind(layout::ACCESS_SIZE)?.is_some()
                || store.kind(&LOG.newest())?.is_some()
                || !holds_only(&entries, "000.p")?
                || !holds_only(&format!("{entries}/000.p"), "1")?)
        {
            return Err(ArchiveError::Damaged { path: layout::ACCESS_SIZE.to_owned() });
        }
        Ok(Self { store, size: own.map_or(0, |own| own.size), root: own.map(|own| own.root) })
    }

    fn nodes(&self) -> TileNodes<impl Fn(Tile) -> Result<Vec<u8>, ArchiveError> + use<'a>> {
        let store = self.store;
        TileNodes::new(self.size, move |tile| store.read(&LOG.file(&tile.to_string()), TILE_BYTES))
    }

    /// Reads the bundle with an entry.
    fn bundle(&self, index: u64) -> Result<Vec<u8>, ArchiveError> {
        self.store.read(&bundle_path(index, self.size), LONGEST_BUNDLE_BYTES)
    }

    /// Gives each entry with its number.
    fn each(&self, take: TakeEntry<'_>) -> Result<(), ArchiveError> {
        let mut index = 0;
        while index < self.size {
            let damaged = || ArchiveError::Damaged { path: bundle_path(index, self.size) };
            let (bundle, end) = (self.bundle(index)?, (index + Tile::WIDTH).min(self.size));
            let mut rest = bundle.as_slice();
            for index in index..end {
                let (length, after) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
                let (record, after) =
                    after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or_else(damaged)?;
                take(index, record)?;
                rest = after;
            }
            if !rest.is_empty() {
                return Err(damaged());
            }
            index = end;
        }
        Ok(())
    }
}

/// Returns the files that a writer may leave that is stopped between a log of that size and the one before or after it.
fn left_over(size: u64) -> impl Iterator<Item = String> {
    let sizes = [size.saturating_sub(1), size + 1].into_iter();
    sizes.filter(|size| *size > 0).flat_map(|size| {
        let tiles = Tile::all(size).map(|tile| LOG.file(&tile.to_string()));
        tiles.chain([bundle_path(size - 1, size)])
    })
}

/// Returns the path of the bundle with an entry, in a log of that size.
fn bundle_path(index: u64, size: u64) -> String {
    let tile = Tile::of_leaf(index, size).map(|tile| tile.to_string()).unwrap_or_default();
    LOG.file(&tile.replacen("tile/0/", "tile/entries/", 1))
}

fn unread(fault: &TileFault<ArchiveError>) -> ArchiveError {
    let path = match fault {
        TileFault::Length(tile) => LOG.file(&tile.to_string()),
        TileFault::Unread(_) | TileFault::Absent => layout::ACCESS_SIZE.to_owned(),
    };
    ArchiveError::Damaged { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_too_long_is_cut() {
        let access = Access {
            at: 0,
            by: "a\nb".into(),
            role: "pengelola".into(),
            purpose: None,
            act: "query".into(),
            what: "1806015708979001 ".to_owned() + &"x".repeat(100_000),
            answer: String::new(),
            rows: 0,
            discloses: false,
        };
        let record = access.record().unwrap();
        assert!(record.len() < LONGEST_ENTRY);
        let read: Access = serde_json::from_slice(&record).unwrap();
        assert!(read.what.ends_with('…') && read.what.starts_with('…') && read.by == "a b");
    }
}
