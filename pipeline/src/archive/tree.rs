//! The archive's log: the Merkle tree over its public rows and commits, and the signed checkpoints of its root.
//!
//! Reads   the commit log; of commits that are not in the tree yet the leaves that were made as they were written, or the public
//!         parts; the signing key
//! Gives   tiles and checkpoints in the folder `log`, as the archive's newest commit needs them
//! Rule    each commit adds its rows in the order of `seq`, and then itself. So the leaf of a row is `seq` plus the version of its
//!         commit, and the tree after commit v has as many leaves as events and commits. A checkpoint is signed after each commit
//!         and kept for ever
//!
//! The commit is the decision point, and the tree follows from it: what a crash leaves out, the next writer adds.
//!
//! Invariant: nothing is signed that does not continue the last checkpoint, nor a tree whose last leaf is another commit than the
//! log's. Tiles become part of the tree only when the file that states its size does.

mod growing;
mod reading;

pub use growing::sign_log;
pub(crate) use growing::{also_sign, clear, extend, extend_by, sign};
pub(crate) use reading::{OwnSize, TILE_BYTES, Tree, newest_checkpoint, newest_size, size_after};
