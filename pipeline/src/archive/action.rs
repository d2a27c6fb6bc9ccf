//! The lines of a commit file: actions of the Delta protocol, with what tertib says beside them.
//!
//! Rule    <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions>
//!
//! Invariant: a line is read only if it is, byte for byte, what [`Action::line`] writes of what was read from it. So a key that
//! is not known, stands twice or is misspelt makes the commit unreadable instead of being passed over.

use super::commit_note::CommitNote;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The actions that this version knows.
pub(super) const KNOWN: [&str; 5] = ["commitInfo", "protocol", "metaData", "txn", "add"];

/// One line of a commit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Action {
    /// What happened, and what Delta has no word for.
    CommitInfo(Box<CommitInfo>),
    /// What a reader must understand.
    Protocol(Protocol),
    /// What never changes in one table.
    MetaData(Box<MetaData>),
    /// How far a source was read.
    Txn(Txn),
    /// A public part.
    Add(Box<Add>),
}

impl Action {
    /// The line, keys in order, without its end.
    pub(super) fn line(&self) -> String {
        json!(self).to_string()
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CommitInfo {
    /// When, milliseconds since 1970 UTC.
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

/// Texts, as the protocol wants them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    #[serde(rename = "delta.appendOnly")]
    pub(super) append_only: String,
    /// The first archives did not say it.
    #[serde(rename = "tertib.form", skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(rename = "tertib.integerIds")]
    pub(super) integer_ids: String,
    #[serde(rename = "tertib.keyId")]
    pub(super) key_id: String,
    /// Of an office in the west it is not written, as in the first archives.
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
    /// Path within the table.
    pub(super) path: String,
    pub(super) partition_values: Partition,
    pub(super) size: u64,
    pub(super) modification_time: i64,
    pub(super) data_change: bool,
    /// [`Stats`] as a text of JSON.
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

/// What the log says about the rows of a part, so that readers can skip it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Stats {
    pub(crate) num_records: u64,
    pub(crate) min_values: Ends,
    pub(crate) max_values: Ends,
    pub(crate) null_count: BTreeMap<String, u64>,
}

/// The least or greatest of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ends {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<i64>,
    /// Left out where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_id: Option<Value>,
}

impl Stats {
    /// As the log holds it.
    pub(super) fn text(&self) -> String {
        json!(self).to_string()
    }

    /// Of what the log holds, if it is what [`Self::text`] gives.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|stats: &Self| stats.text() == text)
    }
}
