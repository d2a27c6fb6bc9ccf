//! What an archive remembers of its source: which database it is, and how far its transactions were.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where PostgreSQL's transactions stood at a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// The cluster and its timeline.
    pub system: String,
    /// Every transaction before this one was over.
    pub xmin: u64,
    /// The next transaction.
    pub next: u64,
}

/// A server and a database on it, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(pub String);

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
