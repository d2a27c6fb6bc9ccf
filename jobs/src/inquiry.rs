//! A question, from the command line to the answer.
//!
//! Gives   the words of a question with its parameters; its answer, computed by a child process; the answer in a form
//! Rule    nothing is given before the whole answer is there, so that its digest, its rows and what was read are known first

mod attendant;
mod child;
mod form;
mod question;
mod room;

pub(crate) use attendant::{Options, attend};
pub(crate) use child::{Limits, answered};
pub(crate) use form::{Form, given};
pub(crate) use question::{listed, question};

use pipeline::Given;
use schemas::Month;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    sql: String,
    given: BTreeMap<String, Given>,
    /// The most rows that it gives.
    most: u64,
    /// The most memory that it may take, in bytes of address space.
    memory_bytes: u64,
    /// The processor time that it may take.
    seconds: u64,
    /// The process that waits for it.
    parent: i32,
}

/// A question that was answered: what an access log says of it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The SELECT, with its parameters in the places that `:name` marks.
    pub(crate) sql: String,
    /// The columns that were read, as `view.column`.
    pub(crate) columns: Vec<String>,
    /// The months of which rows were read.
    pub(crate) months: Vec<Month>,
    /// The SHA-256 of the answer.
    pub(crate) digest: String,
    /// How many rows are given.
    pub(crate) rows: u64,
}
