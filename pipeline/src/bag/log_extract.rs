//! What proves the rows of a bag: the signed statement of the archive's log, the tiles that lead from its rows to the root, the
//! commits that added them, and the office's public keys.
//!
//! Reads   an archive with its tree
//! Gives   [`LogExtract`], the files of a bag's folder `data/log`
//! Rule    of the lowest level only the tiles of the bag's own leaves are taken, of all others every tile, and on each level the last
//!         one: so the root follows from the bag alone

use super::error::BagError;
use super::layout::{COMMITS, PAYLOAD};
use super::logged_commit::LoggedCommit;
use super::writer::BagWriter;
use crate::archive::{Archive, ArchiveError, CopiedCommit, columns, layout, month_of_path, tree};
use crate::transparency::{Checkpoint, TILE_WIDTH, Tile, VerifyingKey};
use schemas::Month;
use std::collections::BTreeSet;

/// What proves the rows of a bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogExtract {
    /// The statement of the log's size and root.
    pub statement: Checkpoint,
    /// The path below the log of the public key that signed it, as PEM.
    pub key: String,
    /// Paths below the folder of the log, for example `checkpoint` or `tile/0/000.p/7`, and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The commits whose rows are in the bag, in order of their versions.
    pub commits: Vec<LoggedCommit>,
}

/// Returns what proves the public rows of some months; of no month, the statement alone. `every_checkpoint` adds all statements that
/// were ever signed.
///
/// # Errors
/// [`BagError::Unsigned`] when the newest commit has no signed statement, [`BagError::Archive`] when the log cannot be read.
pub fn log_extract(archive: &Archive, months: &[Month], every_checkpoint: bool) -> Result<LogExtract, BagError> {
    let unsigned = || BagError::Unsigned { path: archive.place() };
    let (statement, note) = archive.checkpoint()?.ok_or_else(unsigned)?;
    let note = note.ok_or_else(unsigned)?;
    let damaged = || ArchiveError::Damaged { path: layout::CHECKPOINT.to_owned() };
    let read = |path: &str| archive.store().read(path, LONGEST_BYTES);
    let mut files = vec![("checkpoint".to_owned(), note.clone().into_bytes())];
    let mut signer = None;
    for name in names(archive, layout::PUBLIC_KEYS)? {
        let bytes = read(&format!("{}/{name}", layout::PUBLIC_KEYS))?;
        let text = std::str::from_utf8(&bytes).ok().filter(|_| name.ends_with(".vkey"));
        if let Some(key) = text.and_then(|text| text.trim().parse::<VerifyingKey>().ok())
            && Checkpoint::signed_by(&note, std::slice::from_ref(&key)).is_ok_and(|signed| signed == statement)
        {
            signer = Some(format!("keys/{}.pem", key.digits()));
        }
        files.push((format!("keys/{name}"), bytes));
    }
    if every_checkpoint {
        for name in names(archive, layout::CHECKPOINTS)? {
            files.push((format!("checkpoints/{name}"), read(&format!("{}/{name}", layout::CHECKPOINTS))?));
        }
    }
    let (leaves, commits) = leaves(archive, months)?;
    for commit in
        archive.copied().into_iter().filter(|commit| commits.iter().any(|logged| logged.version == commit.version))
    {
        let name = commit.path.rsplit('/').next().unwrap_or_default();
        files.push((format!("commits/{name}"), archive.bytes_of(&commit.path, &commit.sha256, None)?));
    }
    for tile in tiles(statement.size, &leaves) {
        let name = tile.to_string();
        let bytes = archive.store().read(&layout::tile(&name), tree::TILE_BYTES)?;
        files.push((name, bytes));
    }
    Ok(LogExtract { statement, key: signer.ok_or_else(damaged)?, files, commits })
}

/// No file of the log but a tile is longer.
const LONGEST_BYTES: u64 = 1 << 20;

/// Returns the names of the files in a folder of the archive, in order.
fn names(archive: &Archive, folder: &str) -> Result<Vec<String>, ArchiveError> {
    let entries = archive.store().list(folder)?;
    let mut names: Vec<String> = entries.into_iter().filter_map(|entry| entry.name.into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// Returns the commits that added the rows of some months or name their parts, and which tiles of the lowest level hold the leaves of
/// both.
fn leaves(archive: &Archive, months: &[Month]) -> Result<(BTreeSet<u64>, Vec<LoggedCommit>), ArchiveError> {
    let commits = logged(archive);
    let (mut tiles, mut adding) = (BTreeSet::new(), BTreeSet::new());
    let is_wanted = |path: &str| month_of_path(path).is_some_and(|month| months.contains(&month));
    for file in archive.event_files().filter(|file| is_wanted(&file.path)) {
        for batch in archive.read(file, Some(&["seq"]))? {
            for seq in columns::int64s(&batch, "seq")?.iter().flatten() {
                let place = commits.partition_point(|commit| commit.next_seq <= seq);
                let Some(commit) = commits.get(place) else { continue };
                tiles.insert((seq.unsigned_abs() + commit.version) / TILE_WIDTH);
                adding.insert(place);
            }
        }
    }
    // A commit that only merges parts adds no rows.
    let names = |commit: &CopiedCommit| commit.parts.iter().any(|part| !part.is_private && is_wanted(&part.file.path));
    adding.extend(archive.copied().into_iter().zip(0..).filter(|(commit, _)| names(commit)).map(|(_, place)| place));
    let adding: Vec<LoggedCommit> = adding.into_iter().filter_map(|place| commits.get(place).cloned()).collect();
    tiles.extend(adding.iter().map(|commit| commit.index() / TILE_WIDTH));
    Ok((tiles, adding))
}

/// Returns all commits as the log states them.
fn logged(archive: &Archive) -> Vec<LoggedCommit> {
    let mut first_seq = 0;
    let stated = |commit: CopiedCommit| {
        let CopiedCommit { version, next_seq, record, .. } = commit;
        let commit = LoggedCommit { version, first_seq, next_seq, statement: record };
        first_seq = next_seq;
        commit
    };
    archive.copied().into_iter().map(stated).collect()
}

impl LoggedCommit {
    /// Returns the place of its leaf.
    pub(super) fn index(&self) -> u64 {
        self.next_seq.unsigned_abs() + self.version
    }
}

/// Returns the tiles by which these tiles of the lowest level lead to the root of a tree of that size.
fn tiles(size: u64, lowest: &BTreeSet<u64>) -> impl Iterator<Item = Tile> {
    let last: BTreeSet<Tile> = Tile::partial(size).collect();
    Tile::all(size).filter(move |tile| tile.level > 0 || lowest.contains(&tile.index) || last.contains(tile))
}

/// Adds what proves the rows.
///
/// # Errors
/// [`BagError::Name`] for a name that a bag does not have, [`BagError::Io`] when the system refuses.
pub fn put_log(bag: &mut BagWriter, log: &LogExtract) -> Result<(), BagError> {
    for (path, bytes) in &log.files {
        bag.put(&format!("{PAYLOAD}log/{path}"), bytes)?;
    }
    let line = |commit: &LoggedCommit| {
        let LoggedCommit { version, first_seq, next_seq, statement } = commit;
        format!("{version},{first_seq},{next_seq},\"{}\"\n", statement.replace('"', "\"\""))
    };
    let head = "commit,first_seq,next_seq,statement\n".to_owned();
    let lines: String = std::iter::once(head).chain(log.commits.iter().map(line)).collect();
    bag.put(COMMITS, lines.as_bytes())
}
