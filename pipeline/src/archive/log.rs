//! The commit log: Delta Lake protocol, reader version 1, writer version 2.
//!
//! Each commit is one file of JSON lines: `commitInfo`, `txn` (the cursor), `add` for every public part; the first also
//! `protocol` and `metaData`. What Delta has no word for (private parts, quarantine, snapshots, the hash of the commit
//! before) stands under `commitInfo.tertib`.
//! Rule    <https://github.com/delta-io/delta/blob/master/PROTOCOL.md>
//!
//! Invariant: commit n names the SHA-256 of commit n − 1, so the hash of the last commit names the whole archive.

use super::layout;
use crate::key::sha256;
use crate::sources::Horizon;
use schemas::{EventId, Month, Zone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The form of the tables and of what is computed for them; another one is not read, since every row would look altered.
const FORM: &str = "1";

/// A file of the archive that a commit names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path within the archive folder.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub size_bytes: u64,
    /// Its rows.
    pub rows: u64,
}

/// What a commit says beyond the Delta protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitNote {
    /// SHA-256 of the commit file before; none in the first.
    pub previous: Option<String>,
    /// Events in the archive after this commit; also the next `seq`.
    pub next_seq: i64,
    /// Events that replace an earlier one of the same `event_id`.
    pub corrections: u64,
    /// Rows put into quarantine.
    pub quarantined: u64,
    /// Findings by code.
    pub findings: BTreeMap<String, u64>,
    /// Where the rows came from.
    pub source: Option<SourceNote>,
    /// Private parts.
    pub persons: Vec<FileEntry>,
    /// Quarantine parts.
    pub quarantine: Vec<FileEntry>,
    /// Snapshot of the outage log, when it changed.
    pub outages: Option<FileEntry>,
    /// Snapshot of the blank-card stock, when it changed.
    pub stock: Option<FileEntry>,
    /// The month whose books this commit closes; what comes for it afterwards stands in later books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Month>,
}

/// What a commit remembers of the source, for the next pull from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceNote {
    /// Its name in the configuration.
    pub name: String,
    /// Where the first pull was told to begin, microseconds; earlier rows are never asked for.
    pub from_us: Option<i64>,
    /// Where the earliest snapshot since the last complete pull stood among PostgreSQL's transactions.
    pub horizon: Option<Horizon>,
    /// Whether every row up to the horizon was read; otherwise only those recorded before the cursor.
    pub complete: bool,
    /// SHA-256 of the files that were read whole.
    pub files: Vec<String>,
}

/// What never changes in one archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFacts {
    form: String,
    /// Whether `event_id` is an integer.
    pub integer_ids: bool,
    /// Id of the key the archive is written with.
    pub key_id: String,
    /// The office's zone, in which events fall into months.
    pub zone: Zone,
}

impl TableFacts {
    /// Those of an archive that begins now.
    pub(crate) fn new(integer_ids: bool, key_id: String, zone: Zone) -> Self {
        Self { form: FORM.to_owned(), integer_ids, key_id, zone }
    }

    /// As the table's configuration. The zone of an office that names none is not written, as in the first archives.
    fn configuration(&self) -> Value {
        let mut configuration = json!({
            "delta.appendOnly": "true",
            "tertib.form": self.form,
            "tertib.integerIds": self.integer_ids.to_string(),
            "tertib.keyId": self.key_id,
        });
        if !self.zone.is_default() {
            configuration["tertib.zone"] = self.zone.name().into();
        }
        configuration
    }

    /// Whether this version of the program reads and writes such an archive.
    pub(crate) fn is_of_known_form(&self) -> bool {
        self.form == FORM
    }
}

/// A public part, and between which keys those of its rows lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventFile {
    pub entry: FileEntry,
    /// Least and greatest `event_id`, where the log states them.
    pub ids: Option<(Value, Value)>,
}

impl EventFile {
    /// Whether the part may hold one of the keys, which are in order.
    pub(crate) fn may_hold_any(&self, ids: &[EventId<'_>]) -> bool {
        let (least, greatest) = match &self.ids {
            Some((Value::Number(a), Value::Number(b))) => {
                (a.as_i64().map(EventId::Integer), b.as_i64().map(EventId::Integer))
            }
            Some((Value::String(a), Value::String(b))) => (Some(EventId::Text(a)), Some(EventId::Text(b))),
            _ => (None, None),
        };
        let (Some(least), Some(greatest)) = (least, greatest) else { return !ids.is_empty() };
        ids.get(ids.partition_point(|id| *id < least)).is_some_and(|id| *id <= greatest)
    }
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its number, from 0.
    pub version: u64,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The cursor by source.
    pub cursors: BTreeMap<String, i64>,
    /// Public parts it adds.
    pub events: Vec<EventFile>,
    /// The rest.
    pub note: CommitNote,
    /// In the first commit.
    pub facts: Option<TableFacts>,
}

/// A commit that is about to be written.
#[derive(Debug)]
pub(crate) struct NewCommit<'a> {
    pub(crate) version: u64,
    pub(crate) at_ms: i64,
    pub(crate) source: &'a str,
    /// None while no row ever had a time of recording.
    pub(crate) cursor: Option<i64>,
    pub(crate) events: &'a [(FileEntry, Value)],
    pub(crate) note: &'a CommitNote,
    pub(crate) facts: &'a TableFacts,
}

impl NewCommit<'_> {
    /// The bytes of the commit file.
    pub(crate) fn encode(&self) -> String {
        let mut lines = vec![json!({"commitInfo": {
            "timestamp": self.at_ms,
            "operation": "WRITE",
            "operationParameters": {"mode": "Append"},
            "engineInfo": concat!("tertib/", env!("CARGO_PKG_VERSION")),
            "isBlindAppend": true,
            "tertib": self.note,
        }})];
        if self.version == 0 {
            lines.push(json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}));
            lines.push(json!({"metaData": {
                "id": table_id(&self.facts.key_id),
                "name": "events",
                "format": {"provider": "parquet", "options": {}},
                "schemaString": super::table::delta_schema(self.facts.integer_ids).to_string(),
                "partitionColumns": ["bulan"],
                "configuration": self.facts.configuration(),
                "createdTime": self.at_ms,
            }}));
        }
        if let Some(cursor) = self.cursor {
            lines.push(json!({"txn": {"appId": self.source, "version": cursor, "lastUpdated": self.at_ms}}));
        }
        for (entry, stats) in self.events {
            let within = entry.path.strip_prefix("events/").unwrap_or(&entry.path);
            let month = within.strip_prefix("bulan=").and_then(|p| p.split('/').next()).unwrap_or_default();
            lines.push(json!({"add": {
                "path": within,
                "partitionValues": {"bulan": month},
                "size": entry.size_bytes,
                "modificationTime": self.at_ms,
                "dataChange": true,
                "stats": stats.to_string(),
                "tags": {"sha256": entry.sha256},
            }}));
        }
        lines.iter().map(|l| format!("{l}\n")).collect()
    }
}

/// A UUID made from the key's id, so that a repeated first pull gives the same bytes.
fn table_id(key_id: &str) -> String {
    let h = sha256(key_id.as_bytes());
    format!("{}-{}-4{}-8{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32])
}

/// Reads one commit file.
///
/// # Errors
/// Says in words what about it cannot be read.
pub(crate) fn decode(version: u64, bytes: &[u8]) -> Result<Commit, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut commit = Commit {
        version,
        sha256: sha256(bytes),
        cursors: BTreeMap::new(),
        events: Vec::new(),
        note: CommitNote::default(),
        facts: None,
    };
    let mut noted = false;
    for (i, line) in text.lines().enumerate() {
        let action: Value = serde_json::from_str(line).map_err(|e| format!("line {}: {e}", i + 1))?;
        let missing = |what: &str| format!("line {}: {what} is missing", i + 1);
        if let Some(info) = action.get("commitInfo") {
            let note = info.get("tertib").ok_or_else(|| missing("commitInfo.tertib"))?;
            commit.note = CommitNote::deserialize(note).map_err(|e| format!("line {}: {e}", i + 1))?;
            noted = true;
        } else if let Some(txn) = action.get("txn") {
            let source = txn.get("appId").and_then(Value::as_str).ok_or_else(|| missing("txn.appId"))?;
            let cursor = txn.get("version").and_then(Value::as_i64).ok_or_else(|| missing("txn.version"))?;
            commit.cursors.insert(source.to_owned(), cursor);
        } else if let Some(add) = action.get("add") {
            commit.events.push(added(add).ok_or_else(|| missing("a field of add"))?);
        } else if let Some(meta) = action.get("metaData") {
            commit.facts = Some(table_facts(meta).ok_or_else(|| missing("metaData.configuration"))?);
        } else if action.get("protocol").is_none() {
            // A newer program may remove or replace parts; reading on would count rows twice.
            let name = action.as_object().and_then(|a| a.keys().next()).map_or("", String::as_str);
            return Err(format!("line {}: this version does not know the action `{name}`", i + 1));
        }
    }
    if noted { Ok(commit) } else { Err("it has no commitInfo".to_owned()) }
}

fn added(add: &Value) -> Option<EventFile> {
    let stats: Value = serde_json::from_str(add.get("stats")?.as_str()?).ok()?;
    let end = |which: &str| stats.get(which)?.get("event_id").cloned();
    let entry = FileEntry {
        path: format!("{}/{}", layout::EVENTS, add.get("path")?.as_str()?),
        sha256: add.get("tags")?.get("sha256")?.as_str()?.to_owned(),
        size_bytes: add.get("size")?.as_u64()?,
        rows: stats.get("numRecords")?.as_u64()?,
    };
    Some(EventFile { entry, ids: end("minValues").zip(end("maxValues")) })
}

fn table_facts(meta: &Value) -> Option<TableFacts> {
    let configuration = meta.get("configuration")?;
    Some(TableFacts {
        // The first archives did not say it.
        form: configuration.get("tertib.form").and_then(Value::as_str).unwrap_or_default().to_owned(),
        integer_ids: configuration.get("tertib.integerIds")?.as_str()? == "true",
        key_id: configuration.get("tertib.keyId")?.as_str()?.to_owned(),
        zone: match configuration.get("tertib.zone") {
            Some(name) => Zone::named(name.as_str()?)?,
            None => Zone::default(),
        },
    })
}
