//! The lines of a commit file: the actions of the Delta protocol, and tertib's additions to them.
//!
//! Rule    <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions>
//!
//! Invariant: a line is accepted only if [`Action::line`] writes the parsed action back as the same bytes. So a key that is
//! unknown, repeated or misspelt makes the commit unreadable instead of being ignored.

use super::commit_note::CommitNote;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The actions that this version of the program knows.
pub(super) const KNOWN: [&str; 5] = ["commitInfo", "protocol", "metaData", "txn", "add"];

/// One line of a commit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Action {
    /// What the commit did, and in [`CommitNote`] what the Delta protocol does not cover.
    CommitInfo(Box<CommitInfo>),
    /// The versions of the protocol that readers and writers must support.
    Protocol(Protocol),
    /// The facts of the table that never change.
    MetaData(Box<MetaData>),
    /// How far a source has been read.
    Txn(Txn),
    /// Adds a public part to the table.
    Add(Box<Add>),
}

impl Action {
    /// Returns the line with sorted keys, without a line break.
    pub(super) fn line(&self) -> String {
        json!(self).to_string()
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CommitInfo {
    /// The time of the commit, in milliseconds since 1970 UTC.
    pub(super) timestamp: i64,
    pub(super) operation: String,
    pub(super) operation_parameters: BTreeMap<String, String>,
    pub(super) engine_info: String,
    pub(super) is_blind_append: bool,
    pub(super) tertib: CommitNote,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Protocol {
    pub(super) min_reader_version: u32,
    pub(super) min_writer_version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MetaData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) format: TableFormat,
    pub(super) schema_string: String,
    pub(super) partition_columns: Vec<String>,
    pub(super) configuration: Configuration,
    pub(super) created_time: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFormat {
    pub(super) provider: String,
    pub(super) options: BTreeMap<String, String>,
}

/// The configuration of the table. The protocol requires all values to be texts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    #[serde(rename = "delta.appendOnly")]
    pub(super) append_only: String,
    /// `None` in the earliest archives, which did not record it.
    #[serde(rename = "tertib.form", skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(rename = "tertib.integerIds")]
    pub(super) integer_ids: String,
    #[serde(rename = "tertib.keyId")]
    pub(super) key_id: String,
    /// `None` for the western zone, as in the earliest archives.
    #[serde(rename = "tertib.zone", skip_serializing_if = "Option::is_none")]
    pub(super) zone: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Txn {
    pub(super) app_id: String,
    pub(super) version: i64,
    pub(super) last_updated: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Add {
    /// The path within the table.
    pub(super) path: String,
    pub(super) partition_values: Partition,
    pub(super) size: u64,
    pub(super) modification_time: i64,
    pub(super) data_change: bool,
    /// [`Stats`] as JSON text.
    pub(super) stats: String,
    pub(super) tags: Tags,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Partition {
    pub(super) bulan: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tags {
    pub(super) sha256: String,
}

/// Statistics of the rows of a part, by which readers can skip it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Stats {
    pub(crate) num_records: u64,
    pub(crate) min_values: Ends,
    pub(crate) max_values: Ends,
    pub(crate) null_count: BTreeMap<String, u64>,
}

/// The least or the greatest values of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ends {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<i64>,
    /// Left out if it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_id: Option<Value>,
}

impl Stats {
    /// Returns the JSON text that the log contains.
    pub(super) fn text(&self) -> String {
        json!(self).to_string()
    }

    /// Parses the JSON text from the log; `None` unless [`Self::text`] returns the same text.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|stats: &Self| stats.text() == text)
    }
}
