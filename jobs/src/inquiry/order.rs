//! What the child is told, and what is known of a question that was answered.

use pipeline::Given;
use schemas::Month;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) sql: String,
    pub(super) given: BTreeMap<String, Given>,
    /// Whether it only says what the question reads.
    pub(super) examined: bool,
    /// The most rows that it gives.
    pub(super) most: u64,
    /// The most memory that it may take, in bytes of address space.
    pub(super) memory_bytes: u64,
    /// The processor time that it may take.
    pub(super) seconds: u64,
    /// The process that waits for it.
    pub(super) parent: i32,
}

/// A question that was answered: what an access log says of it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The SELECT, with its parameters in the places that `:name` marks.
    pub(crate) sql: String,
    /// The views that were asked for.
    pub(crate) views: Vec<String>,
    /// The columns that were read, as `view.column`.
    pub(crate) columns: Vec<String>,
    /// The months of which rows were read.
    pub(crate) months: Vec<Month>,
    /// The SHA-256 of the answer.
    pub(crate) digest: String,
    /// How many rows are given.
    pub(crate) rows: u64,
}
