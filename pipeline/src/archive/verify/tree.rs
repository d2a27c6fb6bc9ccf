//! Compares the archive's log with its rows and commits, with its own checkpoints, and with those that were kept elsewhere.
//!
//! Reads   tiles, checkpoints and public keys in the folder `log`; what the rows and commits hash to
//! Gives   A023 rows and commits, A024 tiles, A025 checkpoints that do not fit, A026 signatures, A027 what is not signed,
//!         A028 what is cut off, A029 witnesses; the newest checkpoint
//! Rule    where rows and tiles differ, a signed checkpoint tells which of them was changed: it fits the other

mod checkpoints;

use super::super::commit_log::Commit;
use super::super::store::Store;
use super::super::tree::{OwnSize, newest_size, size_after};
use super::super::{layout, record};
use super::{ArchiveError, Examination, Log, Verification, strays};
use crate::transparency::{Checkpoint, Growth, Hash, Tile, TileFault, TileNodes, hashes, leaf_hash};
use checkpoints::{Claim, Claims};
use schemas::Finding;
use schemas::document::Unchecked;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// So many leaves that differ are remembered. Where there are more, somebody wrote all of the archive or the log anew.
const MOST_DIFFERENCES: usize = 100_000;

/// The form of the archive with which the log came.
const OF_THE_LOG: &str = "3";

/// Reads tiles, and remembers which could not be read.
type ReadTile<'a> = Box<dyn Fn(Tile) -> Result<Vec<u8>, ArchiveError> + 'a>;

/// The comparison of the log with the archive.
pub(super) struct TreeCheck<'a> {
    nodes: TileNodes<ReadTile<'a>>,
    /// How many leaves the tiles have; 0 where there is no log.
    size: u64,
    /// What the archive states of its tree for itself; a public copy has nothing that states it.
    own: Option<OwnSize>,
    /// How many leaves belong to commits that were checked before.
    from: u64,
    /// The leaves that the rows and commits give where the tiles have others.
    differing: BTreeMap<u64, Hash>,
    /// How many rows of each file differ, and the first of them; a commit file has no rows.
    places: BTreeMap<String, (u64, String)>,
    /// The tiles that cannot be read.
    unread: &'a RefCell<BTreeSet<String>>,
}

impl<'a> TreeCheck<'a> {
    /// Begins with the tiles that are there. The folder is searched only as far as the commits reach.
    pub(super) fn new(
        (store, examination): (&'a dyn Store, Examination<'a>),
        log: &Log,
        unread: &'a RefCell<BTreeSet<String>>,
    ) -> Result<Self, ArchiveError> {
        let newest = log.commits.last().map_or(0, size_after);
        let is_kept = !examination.public_only && !strays::is_work_replaced(store)?;
        let own = if is_kept { OwnSize::read(store, layout::TREE_SIZE)? } else { None };
        let signed = newest_size(store)?;
        let stated = own.map(|own| own.size).or(signed);
        // Where nothing was ever stated, a writer was stopped in its first tree.
        let is_begun = is_kept && stated.is_none();
        let ends_at = |size: u64| -> Result<bool, ArchiveError> {
            let last = Tile::all(size).take_while(|tile| tile.level == 0).last();
            last.map_or(Ok(false), |tile| Ok(store.kind(&layout::tile(&tile.to_string()))?.is_some()))
        };
        // Of the newest commits some may not be in the tree yet.
        let all = own.map(|own| own.size).into_iter().chain(log.commits.iter().rev().map(size_after)).chain(stated);
        let mut sizes = all.filter(|size| *size <= newest && !is_begun);
        let size = loop {
            match sizes.next() {
                Some(size) if ends_at(size)? => break size,
                Some(_) => {}
                // Some tile is missing, which is found when it is read.
                None => break stated.filter(|size| *size <= newest).unwrap_or(0),
            }
        };
        let since = log.commits.iter().rfind(|commit| Some(commit.version) <= examination.since);
        let read: ReadTile<'a> =
            Box::new(move |tile: Tile| store.read(&layout::tile(&tile.to_string()), super::super::tree::TILE_BYTES));
        Ok(Self {
            nodes: TileNodes::new(size, read),
            size,
            own,
            from: since.map_or(0, size_after).min(size),
            differing: BTreeMap::new(),
            places: BTreeMap::new(),
            unread,
        })
    }

    /// Returns the paths of all files that belong to the log, as far as its size tells.
    pub(super) fn files(&self) -> impl Iterator<Item = String> + use<> {
        Tile::all(self.size).map(|tile| layout::tile(&tile.to_string()))
    }

    /// Returns the partial tiles of earlier commits that a crash has left beside longer ones, and that have the same nodes; and, while the
    /// newest commits are not in the tree, the tiles that a stopped writer has begun with.
    pub(super) fn leftovers(&self, store: &dyn Store, log: &Log) -> Result<Vec<String>, ArchiveError> {
        let mut found = Vec::new();
        let newest = log.commits.last().map_or(0, size_after);
        for tile in Tile::all(newest).filter(|_| self.size < newest) {
            let path = layout::tile(&tile.to_string());
            if store.kind(&path)?.is_some() {
                found.push(path);
            }
        }
        for tile in log.commits.iter().map(size_after).filter(|size| *size < self.size).flat_map(Tile::partial) {
            let path = layout::tile(&tile.to_string());
            if store.kind(&path)?.is_none() {
                continue;
            }
            let of_now = Tile::all(self.size).find(|now| (now.level, now.index) == (tile.level, tile.index));
            let now = of_now.and_then(|now| self.nodes.read(now).ok()).unwrap_or_default();
            let left = store.read(&path, super::super::tree::TILE_BYTES);
            if left.is_ok_and(|left| now.starts_with(&left) && left.len() as u64 == tile.width * 32) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Compares a row, which has that number and stands in that row of a part.
    pub(super) fn row(&mut self, version: u64, seq: i64, leaf: &Hash, place: impl FnOnce() -> (String, usize)) {
        let index = u64::try_from(seq).ok().and_then(|seq| seq.checked_add(version));
        let Some(index) = index.filter(|index| *index < self.size) else { return };
        if self.differs(index, leaf) {
            let (path, row) = place();
            let counted = self.places.entry(path);
            counted.or_insert_with(|| (0, format!(", baris {}: seq {seq}", row + 1))).0 += 1;
        }
    }

    /// Compares a commit.
    pub(super) fn commit(&mut self, commit: &Commit) {
        let index = size_after(commit) - 1;
        if index >= self.from && index < self.size && self.differs(index, &leaf_hash(&record::of_commit(commit))) {
            self.places.insert(layout::commit(commit.version), (1, String::new()));
        }
    }

    /// Whether the tiles have another leaf there, or none that can be read.
    fn differs(&mut self, index: u64, leaf: &Hash) -> bool {
        let is_same = match self.nodes.leaf(index) {
            Ok(held) if held == *leaf => return false,
            Ok(_) => false,
            // A tile that cannot be read says nothing against a row.
            Err(fault) => {
                self.note(&fault);
                true
            }
        };
        if self.differing.len() < MOST_DIFFERENCES {
            self.differing.insert(index, *leaf);
        }
        !is_same
    }

    fn note(&self, fault: &TileFault<ArchiveError>) {
        let path = match fault {
            TileFault::Length(tile) => layout::tile(&tile.to_string()),
            TileFault::Unread(ArchiveError::Io { path, .. } | ArchiveError::Foreign { path }) => {
                // The store shows places; within the archive they begin with the folder of the log.
                let within = path.find(&format!("/{}/", layout::TREE)).map_or(0, |at| at + 1);
                path.get(within..).unwrap_or_default().to_owned()
            }
            TileFault::Unread(_) | TileFault::Absent => return,
        };
        self.unread.borrow_mut().insert(path);
    }

    /// Says what is wrong, once all rows and commits were compared.
    pub(super) fn conclude(
        self,
        (store, examination): (&dyn Store, Examination<'_>),
        log: &Log,
        known: &mut BTreeSet<String>,
        result: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let newest = log.commits.last().map_or(0, size_after);
        let mut claims = Claims::read((store, examination), log, self.from, result)?;
        known.extend(claims.files.iter().cloned());
        if self.size == 0 && claims.is_empty() {
            return self.without_log(examination, log, result);
        }
        let trees = self.trees(&claims);
        let fits = |root: &dyn Fn(&Roots) -> Option<Hash>| {
            let signed = claims.all.iter().filter(|claim| claim.is_signed);
            let mut judged = signed.filter_map(|claim| trees.roots.get(&claim.statement.size).map(|at| (claim, at)));
            let mut any = false;
            let all = judged.all(|(claim, at)| {
                any = true;
                root(at) == Some(claim.statement.root)
            });
            (any && all, any)
        };
        let (tiles_fit, _) = fits(&|at| at.of_tiles);
        let (rows_fit, _) = fits(&|at| at.of_rows);
        let is_of_rows = rows_fit && !tiles_fit;
        if is_of_rows {
            let tiles = self.differing.keys().map(|index| Tile::of_leaf(*index, self.size));
            let tiles: BTreeSet<String> = tiles.flatten().map(|tile| layout::tile(&tile.to_string())).collect();
            let tiles = tiles.into_iter().filter(|path| !self.unread.borrow().contains(path));
            tiles.for_each(|path| result.find("A024", path));
        } else {
            for (path, (count, first)) in &self.places {
                result.findings.push(Finding { code: "A023", place: format!("{path}{first}"), count: *count });
            }
        }
        for path in if is_of_rows { &trees.unlike_rows } else { &trees.unlike_tiles } {
            result.find("A024", path.clone());
        }
        for path in self.unread.borrow().iter() {
            result.find("A024", path.clone());
        }
        let root_at = |claim: &Claim| {
            let at = trees.roots.get(&claim.statement.size)?;
            if is_of_rows { at.of_rows } else { at.of_tiles }
        };
        let is_signed = examination.trusted.iter().any(|key| !key.is_of_witness());
        claims.judge((self.size, newest, is_signed), root_at, result);
        if !examination.public_only {
            known.insert(layout::TREE_SIZE.to_owned());
            if !self.is_continued(store, |at| if is_of_rows { at.of_rows } else { at.of_tiles }, &trees)? {
                result.find("A024", layout::TREE_SIZE.to_owned());
            }
        }
        result.leaves = self.size;
        result.checkpoint = claims.newest.take().map(|claim| claim.statement);
        claims.witnessed(examination, result);
        Ok(())
    }

    /// An archive from before there was a log has none; where its office can sign, that is a finding.
    fn without_log(
        &self,
        examination: Examination<'_>,
        log: &Log,
        result: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let form = log.commits.iter().rev().find_map(|commit| commit.facts.as_ref()).map(|facts| facts.form);
        let has_a_log = form.is_some_and(|form| form.name == OF_THE_LOG);
        if has_a_log && examination.trusted.iter().any(|key| !key.is_of_witness()) {
            result.find("A027", layout::CHECKPOINT.to_owned());
        }
        result.unchecked.insert(Unchecked::Log);
        Ok(())
    }

    /// Whether the tree continues what the archive states of it for itself. A writer that was stopped may have left tiles beyond that,
    /// or have stated nothing yet. Where the tree cannot be made anew, nothing can be said.
    fn is_continued(
        &self,
        store: &dyn Store,
        root: impl Fn(&Roots) -> Option<Hash>,
        trees: &Trees,
    ) -> Result<bool, ArchiveError> {
        match self.own {
            _ if trees.last.as_ref().and_then(&root).is_none() => Ok(true),
            Some(own) => Ok(trees.roots.get(&own.size).and_then(root) == Some(own.root)),
            None => Ok(strays::is_work_replaced(store)? || store.kind(layout::TREE_SIZE)?.is_none()),
        }
    }

    /// Makes the tree anew from its leaves, once as the tiles have them and once as the rows and commits do, and compares its tiles.
    fn trees(&self, claims: &Claims) -> Trees {
        let mut trees = Trees::default();
        let stated = claims.all.iter().map(|claim| claim.statement.size);
        let wanted: BTreeSet<u64> = stated.chain(self.own.map(|own| own.size)).collect();
        for size in wanted.range(..=self.from).filter(|size| **size > 0) {
            let root = self.nodes.root(*size);
            let root = root.map_err(|fault| self.note(&fault)).ok();
            trees.roots.insert(*size, Roots { of_tiles: root, of_rows: root });
        }
        let Ok(begun) = self.nodes.growth(self.from).map_err(|fault| self.note(&fault)) else { return trees };
        let (mut of_tiles, mut of_rows) = (Some(begun.clone()), Some(begun));
        let (mut unlike_tiles, mut unlike_rows) = (BTreeSet::new(), BTreeSet::new());
        let mut next = self.from;
        for tile in Tile::all(self.size).take_while(|tile| tile.level == 0) {
            let end = tile.index * Tile::WIDTH + tile.width;
            if end <= self.from {
                continue;
            }
            let held = self.nodes.read(tile).map_err(|fault| self.note(&fault)).ok();
            let held: Vec<Hash> = held.iter().flat_map(|bytes| hashes(bytes)).collect();
            while next < end {
                let place = usize::try_from(next % Tile::WIDTH).unwrap_or(0);
                let leaf = held.get(place);
                self.grow(&mut of_tiles, leaf, &mut unlike_tiles);
                self.grow(&mut of_rows, self.differing.get(&next).or(leaf), &mut unlike_rows);
                next += 1;
                if wanted.contains(&next) || next == self.size {
                    let root = |growth: &Option<Growth>| growth.as_ref().map(Growth::root);
                    let at = Roots { of_tiles: root(&of_tiles), of_rows: root(&of_rows) };
                    trees.roots.insert(next, at);
                    trees.last = Some(at);
                }
            }
        }
        for (growth, unlike) in [(&of_tiles, &mut unlike_tiles), (&of_rows, &mut unlike_rows)] {
            for (tile, bytes) in growth.iter().flat_map(Growth::partial) {
                self.compare(tile, bytes, unlike);
            }
        }
        (trees.unlike_tiles, trees.unlike_rows) = (unlike_tiles, unlike_rows);
        trees
    }

    /// Adds a leaf; where there is none, nothing can be said any more.
    fn grow(&self, growth: &mut Option<Growth>, leaf: Option<&Hash>, unlike: &mut BTreeSet<String>) {
        let Some(leaf) = leaf else {
            *growth = None;
            return;
        };
        if let Some(growth) = growth {
            let mut full = |tile: Tile, bytes: &[u8]| {
                self.compare(tile, bytes, unlike);
                Ok::<(), std::convert::Infallible>(())
            };
            match growth.add(leaf, &mut full) {
                Ok(()) => {}
                Err(never) => match never {},
            }
        }
    }

    /// Notes a tile above the leaves that has other nodes than those below it give.
    fn compare(&self, tile: Tile, bytes: &[u8], unlike: &mut BTreeSet<String>) {
        if tile.level == 0 {
            return;
        }
        match self.nodes.read(tile) {
            Ok(held) if held == bytes => {}
            Ok(_) => drop(unlike.insert(layout::tile(&tile.to_string()))),
            Err(fault) => self.note(&fault),
        }
    }
}

/// The roots of the tree at one size.
#[derive(Clone, Copy, Default)]
struct Roots {
    of_tiles: Option<Hash>,
    of_rows: Option<Hash>,
}

/// The tree made anew.
#[derive(Default)]
struct Trees {
    /// The roots at the sizes of checkpoints.
    roots: BTreeMap<u64, Roots>,
    /// The roots of all of it.
    last: Option<Roots>,
    /// The tiles above the leaves that do not follow from the leaves of the tiles, and from those of the rows.
    unlike_tiles: BTreeSet<String>,
    unlike_rows: BTreeSet<String>,
}

/// What a checkpoint says, as a statement shows it.
pub(super) fn shown(checkpoint: &Checkpoint) -> String {
    format!("{} {}", checkpoint.size, checkpoint.root_text())
}
