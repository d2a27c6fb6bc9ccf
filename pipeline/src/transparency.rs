//! A transparency log: a Merkle tree over records that only grows, and signed statements of its root.
//!
//! Reads   hashes of records, files in the layout of C2SP tlog-tiles, Ed25519 keys
//! Gives   roots, proofs of inclusion and of consistency, signed checkpoints; and checks of all of them
//! Rule    RFC 6962 section 2; C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof and tlog-cosignature
//!         (<https://c2sp.org>)
//!
//! Nothing here knows what a record is. The archive makes one of each public row and each commit (`archive/tree`), and keeps the
//! files.

mod checkpoint;
mod merkle;
mod note;
mod proof;
mod tiles;

pub use checkpoint::{Checkpoint, CheckpointError};
pub(crate) use merkle::{Hash, consistency_proof, inclusion_proof, leaf_hash};
pub use note::{Cosignature, NoteError, SigningKey, VerifyingKey};
pub use proof::{ConsistencyProof, InclusionProof, ProofError};
pub(crate) use tiles::{Growth, Tile, TileFault, TileNodes, hashes};
