//! Checks a bag by what it brings of the archive's log: signatures, tiles, commits, parts, rows.
//!
//! Reads   files of a bag whose digests were compared with its manifests
//! Gives   what of them does not follow from the signed statement of the log
//! Rule    from the top down: the statement is signed, the tiles give its root, the commits are leaves of the tree, the parts are
//!         those that the commits name, the rows are leaves of the tree
//!
//! Invariant: a file is not decoded unless its digest is that of the manifest.

use super::fault::BagFault;
use super::layout::{COMMITS, PAYLOAD, SIGNATURE, signed_lines};
use super::logged_commit::LoggedCommit;
use super::logged_parts;
use super::manifest::Files;
use super::reading;
use crate::archive::RowRecords;
use crate::transparency::{
    Checkpoint, Hash, Nodes, TILE_WIDTH, Tile, TileFault, TileNodes, VerifyingKey, hashes, leaf_hash, root_of,
    signed_text,
};
use arrow::array::{Array, Int64Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Rows are decoded so many at a time.
const ROWS: usize = 8_192;
/// A tile is not longer.
const TILE_BYTES: u64 = 8_192;
/// Rows of more are not compared, since their numbers are kept in memory.
const MOST_ROWS: usize = 20_000_000;

/// By what a bag is checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bag<'a> {
    pub(super) root: &'a Path,
    /// The files that its manifests name and that are as they say.
    pub(super) whole: &'a Files,
    /// The digest of its manifest of tags.
    pub(super) digest: &'a str,
    /// Public keys that count; of none, those in the bag.
    pub(super) trusted: &'a [VerifyingKey],
    /// Statements of the log that somebody kept, each with its place.
    pub(super) kept: &'a [(String, Checkpoint)],
}

/// What was checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Checked {
    pub(super) statement: Option<Checkpoint>,
    pub(super) rows: u64,
    /// How many kept statements the log continues.
    pub(super) continued: u64,
}

/// Told what is wrong, and where.
type Find<'a> = &'a mut dyn FnMut(BagFault, &str);

/// Checks a bag that has a statement of the log.
pub(super) fn check(bag: Bag<'_>, find: Find<'_>) -> Checked {
    let mut checked = Checked::default();
    let path = format!("{PAYLOAD}log/checkpoint");
    if !bag.whole.contains_key(&path) {
        return checked;
    }
    let own;
    let keys = if bag.trusted.is_empty() {
        own = keys(bag);
        &own
    } else {
        bag.trusted
    };
    let statement = reading::text(&bag.root.join(&path)).map_err(|e| e.to_string());
    let statement =
        statement.and_then(|note| Checkpoint::signed_by(&note, keys).map_err(|e| first_line(&e.to_string())));
    let statement = match statement {
        Ok(statement) => statement,
        Err(reason) => {
            find(BagFault::Signature, &format!("{path}: {reason}"));
            return checked;
        }
    };
    let note = reading::text(&bag.root.join(SIGNATURE));
    let signed = note.as_deref().ok().and_then(|note| signed_text(note, keys).ok());
    if signed != Some(signed_lines(&statement.origin, bag.digest).as_str()) {
        find(BagFault::Signature, SIGNATURE);
    }
    let tree = Tree::of(bag, statement.size);
    checked.statement = Some(statement.clone());
    match tree.nodes.root(statement.size) {
        Ok(root) if root == statement.root => {}
        Ok(_) => return refuse(checked, find, "data/log/tile"),
        Err(fault) => return refuse(checked, find, &place(&fault)),
    }
    for (place, kept) in bag.kept {
        match tree.continues(kept, &statement) {
            Some(true) => checked.continued += 1,
            Some(false) => find(BagFault::Log, place),
            None => {}
        }
    }
    let commits = commits(bag, &tree, find);
    logged_parts::check(bag.root, bag.whole, &commits, find);
    checked.rows = rows(bag, &tree, &commits, find);
    tree.broken.borrow().iter().for_each(|place| find(BagFault::Log, place));
    checked
}

fn refuse(checked: Checked, find: Find<'_>, place: &str) -> Checked {
    find(BagFault::Log, place);
    checked
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Returns the public keys that the bag has.
fn keys(bag: Bag<'_>) -> Vec<VerifyingKey> {
    let named = bag.whole.keys().filter(|path| path.starts_with("data/log/keys/") && path.ends_with(".vkey"));
    named.filter_map(|path| reading::text(&bag.root.join(path)).ok()?.trim().parse().ok()).collect()
}

/// Reads a tile of the bag.
type ReadTile<'a> = Box<dyn Fn(Tile) -> Result<Vec<u8>, Error> + 'a>;

/// The tree as the tiles of the bag give it.
struct Tree<'a> {
    size: u64,
    read: ReadTile<'a>,
    nodes: TileNodes<ReadTile<'a>>,
    /// The tiles that follow from those above them.
    proved: RefCell<BTreeSet<(u32, u64)>>,
    /// What of them is missing or does not follow, although a row needs it.
    broken: RefCell<BTreeSet<String>>,
}

impl<'a> Tree<'a> {
    fn of(bag: Bag<'a>, size: u64) -> Self {
        let read = move || -> ReadTile<'a> {
            Box::new(move |tile| {
                let path = format!("{PAYLOAD}log/{tile}");
                if !bag.whole.contains_key(&path) {
                    return Err(Error::new(ErrorKind::NotFound, path));
                }
                reading::bytes(&bag.root.join(&path), TILE_BYTES)
            })
        };
        Self {
            size,
            read: read(),
            nodes: TileNodes::new(size, read()),
            proved: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Returns a leaf, if its tile follows from the root.
    fn leaf(&self, index: u64) -> Result<Hash, TileFault<Error>> {
        self.prove(Tile::with(0, index, self.size).ok_or(TileFault::Absent)?)?;
        self.nodes.leaf(index)
    }

    /// Checks that a tile follows from those above it. The last tile of each level gives the root itself.
    fn prove(&self, tile: Tile) -> Result<(), TileFault<Error>> {
        let place = (tile.level, tile.index);
        if tile.width < TILE_WIDTH || self.proved.borrow().contains(&place) {
            return Ok(());
        }
        let bytes = (self.read)(tile).map_err(TileFault::Unread)?;
        let above = self.nodes.node(8 * (tile.level + 1), tile.index)?;
        if bytes.len() as u64 != TILE_BYTES || root_of(hashes(&bytes).collect()) != above {
            return Err(TileFault::Length(tile));
        }
        self.prove(Tile::with(tile.level + 1, tile.index, self.size).ok_or(TileFault::Absent)?)?;
        self.proved.borrow_mut().insert(place);
        Ok(())
    }

    /// Whether the log continues an earlier statement; `None` where the bag does not have the tiles that tell it.
    fn continues(&self, earlier: &Checkpoint, now: &Checkpoint) -> Option<bool> {
        if earlier.origin != now.origin || earlier.size > now.size {
            return Some(false);
        }
        for level in 0..8_u32 {
            let nodes = earlier.size >> (8 * level);
            let Some(last) = nodes.checked_sub(1) else { break };
            if !nodes.is_multiple_of(TILE_WIDTH) {
                self.prove(Tile::with(level, last, self.size)?).ok()?;
            }
        }
        let root = self.nodes.root(earlier.size).ok()?;
        Some(root == earlier.root)
    }
}

fn place(fault: &TileFault<Error>) -> String {
    match fault {
        TileFault::Unread(fault) if fault.kind() == ErrorKind::NotFound => fault.to_string(),
        TileFault::Unread(fault) => format!("data/log/tile: {fault}"),
        TileFault::Length(tile) => format!("{PAYLOAD}log/{tile}"),
        TileFault::Absent => COMMITS.to_owned(),
    }
}

/// Reads the commits whose rows are in the bag, each of which must be a leaf of the tree.
fn commits(bag: Bag<'_>, tree: &Tree<'_>, find: Find<'_>) -> Vec<LoggedCommit> {
    if !bag.whole.contains_key(COMMITS) {
        return Vec::new();
    }
    let Some(commits) = logged_parts::commits(&bag.root.join(COMMITS)) else {
        find(BagFault::Log, COMMITS);
        return Vec::new();
    };
    let is_leaf = |commit: &LoggedCommit| match tree.leaf(commit.index()) {
        Ok(leaf) if leaf == leaf_hash(commit.statement.as_bytes()) => true,
        Ok(_) => {
            find(BagFault::Log, &format!("{COMMITS}: {}", commit.version));
            false
        }
        Err(fault) => {
            find(BagFault::Log, &place(&fault));
            false
        }
    };
    commits.into_iter().filter(is_leaf).collect()
}

/// Compares each row with its leaf; returns how many were compared.
fn rows(bag: Bag<'_>, tree: &Tree<'_>, commits: &[LoggedCommit], find: Find<'_>) -> u64 {
    let mut seen = BTreeSet::new();
    // A part that is another than the log names was found already; its rows tell which of them.
    for path in bag.whole.keys().filter(|path| path.starts_with("data/events/") && path.ends_with(".parquet")) {
        let batches = reading::open(&bag.root.join(path)).ok().and_then(|file| {
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
            reader.with_batch_size(ROWS).build().ok()
        });
        let Some(batches) = batches else {
            find(BagFault::Row, path);
            continue;
        };
        for batch in batches {
            let compared = batch.ok().and_then(|batch| {
                let mut wrong = |seq: i64| find(BagFault::Row, &format!("{path}: seq {seq}"));
                batch_rows(&batch, tree, commits, &mut seen, &mut wrong)
            });
            if compared.is_none() {
                find(BagFault::Row, path);
                break;
            }
        }
        if seen.len() > MOST_ROWS {
            find(BagFault::Log, &format!("{path}: more than {MOST_ROWS} rows"));
            break;
        }
    }
    seen.len() as u64
}

/// Compares rows with their leaves; `None` if they are no rows of a public table.
fn batch_rows(
    batch: &RecordBatch,
    tree: &Tree<'_>,
    commits: &[LoggedCommit],
    seen: &mut BTreeSet<i64>,
    wrong: &mut dyn FnMut(i64),
) -> Option<()> {
    let seqs: &Int64Array = batch.column_by_name("seq")?.as_any().downcast_ref()?;
    let records = RowRecords::of(batch).ok()?;
    let mut record = Vec::new();
    for row in 0..batch.num_rows() {
        let seq = if seqs.is_valid(row) { seqs.value(row) } else { return None };
        let commit = commits.iter().rev().find(|commit| commit.first_seq <= seq && seq < commit.next_seq);
        records.write(row, &mut record);
        let is_leaf = match commit.map(|commit| tree.leaf(seq.unsigned_abs() + commit.version)) {
            Some(Ok(leaf)) => leaf == leaf_hash(&record),
            // Without its tile nothing can be said of the row.
            Some(Err(fault)) => {
                tree.broken.borrow_mut().insert(place(&fault));
                true
            }
            None => false,
        };
        if !is_leaf || !seen.insert(seq) {
            wrong(seq);
        }
    }
    Some(())
}
