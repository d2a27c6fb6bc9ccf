//! Encodes and decodes the commits of the log, which follows the Delta Lake protocol, reader version 1 and writer version 2.
//!
//! Each commit is one file of JSON lines: `commitInfo`, `txn` with the cursor, and `add` for every public part; the first commit also
//! has `protocol` and `metaData`. Everything that Delta does not cover (private parts, quarantine, snapshots, the hash of the
//! previous commit) is under `commitInfo.tertib`.
//! Rule    <https://github.com/delta-io/delta/blob/master/PROTOCOL.md>
//!
//! Invariant: commit n names the SHA-256 of commit n − 1, so the hash of the last commit identifies the whole archive.

use super::action::{
    Action, Add, CommitInfo, Configuration, KNOWN, MetaData, Partition, Protocol, Stats, TableFormat, Tags, Txn,
};
use super::commit_note::{BagNote, CommitNote, FileEntry};
use super::form::{self, Form};
use super::layout;
use super::pseudonyms::DigestForm;
use super::tables::{Tables, classified};
use crate::hash::sha256;
use schemas::{ColumnFacts, EventId, Facts, Month, Zone};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Why a commit file cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Undecoded {
    /// It begins a form that this program does not know.
    Form(String),
    /// It is not what tertib writes.
    Log(String),
}

impl From<String> for Undecoded {
    fn from(reason: String) -> Self {
        Self::Log(reason)
    }
}

/// The facts of the tables. Within one archive only their form changes, and the columns with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFacts {
    /// The layout of the tables and of the computed columns.
    pub form: &'static Form,
    /// Whether `event_id` is an integer.
    pub integer_ids: bool,
    /// The id of the key with which the archive is written.
    pub key_id: String,
    /// The office's time zone, which determines the month of an event.
    pub zone: Zone,
    /// How the columns were classified when the archive began.
    pub columns: ColumnFacts,
}

impl TableFacts {
    /// Returns the facts of tables that are written in that form.
    pub(crate) fn new(form: &'static Form, integer_ids: bool, key_id: String, facts: &Facts) -> Self {
        Self { form, integer_ids, key_id, zone: facts.zone, columns: facts.columns.clone() }
    }

    fn of(meta: &MetaData, forms: &'static [Form]) -> Result<Self, String> {
        let configuration = &meta.configuration;
        let name = configuration.form.clone().unwrap_or_default();
        let form = form::named(forms, &name).ok_or_else(|| format!("tertib.form is `{name}`"))?;
        let integer_ids = match configuration.integer_ids.as_str() {
            "true" => true,
            "false" => false,
            other => return Err(format!("tertib.integerIds is `{other}`")),
        };
        let zone = match &configuration.zone {
            Some(name) => Zone::named(name).ok_or_else(|| format!("tertib.zone is `{name}`"))?,
            None => Zone::default(),
        };
        let columns = classified(&meta.schema_string, form.lacks)?;
        Ok(Self { form, integer_ids, key_id: configuration.key_id.clone(), zone, columns })
    }

    fn meta_data(&self, at_ms: i64) -> MetaData {
        MetaData {
            id: table_id(&self.key_id),
            name: layout::EVENTS.to_owned(),
            format: TableFormat { provider: "parquet".to_owned(), options: BTreeMap::new() },
            schema_string: self.tables().delta_schema().to_string(),
            partition_columns: vec!["bulan".to_owned()],
            configuration: Configuration {
                append_only: "true".to_owned(),
                form: Some(self.form.name.to_owned()),
                integer_ids: self.integer_ids.to_string(),
                key_id: self.key_id.clone(),
                zone: (!self.zone.is_default()).then(|| self.zone.name().to_owned()),
            },
            created_time: at_ms,
        }
    }

    /// Returns the name of the log of the archive that these facts begin.
    pub(crate) fn origin(&self) -> String {
        format!("tertib/{}", table_id(&self.key_id))
    }

    /// Returns the tables of the archive.
    pub(crate) fn tables(&self) -> Tables {
        Tables::of(&self.columns, self.integer_ids, self.form.lacks)
    }

    /// Returns the columns from which the digests of a row are computed.
    pub(crate) fn digest_form(&self) -> DigestForm {
        DigestForm::of(&self.columns, self.form.lacks)
    }

    /// Returns whether a commit with these facts may follow one with `begun`: the first one has some, and a later one only to begin
    /// a later form of the same archive.
    fn may_follow(&self, begun: Option<&Self>, forms: &[Form]) -> bool {
        let place = |form: &Form| forms.iter().position(|known| known == form);
        begun.is_none_or(|begun| {
            let same = (begun.integer_ids, &begun.key_id, begun.zone) == (self.integer_ids, &self.key_id, self.zone);
            same && place(begun.form) < place(self.form)
        })
    }
}

/// A public part with its least and greatest key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventFile {
    pub entry: FileEntry,
    /// The month of its rows.
    pub month: Month,
    /// The least and the greatest `event_id`, if the log states them.
    pub ids: Option<(Value, Value)>,
    /// The least and the greatest `seq`, if the log states them.
    pub seqs: Option<(i64, i64)>,
}

impl EventFile {
    /// Returns whether the part may hold a row whose `seq` is at least `begin` and below `end`.
    pub(crate) fn may_hold_numbers(&self, begin: i64, end: i64) -> bool {
        self.seqs.is_none_or(|(first, last)| first < end && begin <= last)
    }

    /// Returns whether the part may contain one of the keys, which must be sorted.
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

/// A commit of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The number of the commit, from 0.
    pub version: u64,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// The time of the commit, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The cursor by source.
    pub cursors: BTreeMap<String, i64>,
    /// The public parts that it adds.
    pub events: Vec<EventFile>,
    /// What it records beyond the Delta protocol.
    pub note: CommitNote,
    /// The facts of the tables; in the first commit, and in one that begins a form.
    pub facts: Option<TableFacts>,
}

impl Commit {
    /// Returns the instant, in microseconds since 1970 UTC, such that every row recorded before it has been seen. It is never later
    /// than the commit itself, whatever the note says.
    pub(crate) fn complete_until_us(&self) -> Option<i64> {
        let end_us = self.at_ms.saturating_add(1).saturating_mul(1_000).saturating_sub(1);
        self.note.complete_until_us.map(|until_us| until_us.min(end_us))
    }
}

/// A commit that is about to be written.
#[derive(Debug)]
pub(crate) struct NewCommit<'a> {
    pub(crate) version: u64,
    pub(crate) at_ms: i64,
    pub(crate) source: &'a str,
    /// `None` as long as no row has had a time of recording.
    pub(crate) cursor: Option<i64>,
    pub(crate) events: &'a [(FileEntry, Month, Stats)],
    pub(crate) note: &'a CommitNote,
    /// The facts of the tables, where this commit begins their form.
    pub(crate) facts: Option<&'a TableFacts>,
}

impl NewCommit<'_> {
    /// Returns the content of the commit file.
    pub(crate) fn encode(&self) -> String {
        let mut actions = vec![Action::CommitInfo(Box::new(CommitInfo {
            timestamp: self.at_ms,
            operation: "WRITE".to_owned(),
            operation_parameters: BTreeMap::from([("mode".to_owned(), "Append".to_owned())]),
            engine_info: concat!("tertib/", env!("CARGO_PKG_VERSION")).to_owned(),
            is_blind_append: true,
            tertib: self.note.clone(),
        }))];
        if self.version == 0 {
            actions.push(Action::Protocol(Protocol { min_reader_version: 1, min_writer_version: 2 }));
        }
        if let Some(facts) = self.facts {
            actions.push(Action::MetaData(Box::new(facts.meta_data(self.at_ms))));
        }
        if let Some(version) = self.cursor {
            actions.push(Action::Txn(Txn { app_id: self.source.to_owned(), version, last_updated: self.at_ms }));
        }
        actions.extend(self.events.iter().map(|(entry, month, stats)| {
            Action::Add(Box::new(Add {
                path: layout::within_events(&entry.path).to_owned(),
                partition_values: Partition { bulan: month.to_string() },
                size: entry.size_bytes,
                modification_time: self.at_ms,
                data_change: true,
                stats: stats.text(),
                tags: Tags { sha256: entry.sha256.clone() },
            }))
        }));
        actions.iter().map(|action| action.line() + "\n").collect()
    }
}

/// Returns a UUID that is derived from the id of the key, so that a repeated first pull gives the same bytes.
fn table_id(key_id: &str) -> String {
    let h = sha256(key_id.as_bytes());
    format!("{}-{}-4{}-8{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32])
}

/// Returns the form that a commit begins and that is not among the known ones. It is looked for before anything else is judged, since
/// a newer program may also have written actions and keys that this one does not know.
fn unknown_form(text: &str, forms: &[Form]) -> Option<String> {
    let metadata = text.lines().filter_map(|line| {
        let action: Value = serde_json::from_str(line).ok()?;
        let configuration = action.get("metaData")?.get("configuration")?.clone();
        Some(configuration.get("tertib.form").and_then(Value::as_str).unwrap_or_default().to_owned())
    });
    metadata.into_iter().find(|name| form::named(forms, name).is_none())
}

/// Decodes a commit file, with the forms that are known and the facts of the commits before it.
///
/// # Errors
/// Describes what is wrong with the file.
pub(crate) fn decode(
    version: u64,
    bytes: &[u8],
    (forms, begun): (&'static [Form], Option<&TableFacts>),
) -> Result<Commit, Undecoded> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if let Some(form) = unknown_form(text, forms) {
        return Err(Undecoded::Form(form));
    }
    let text = text.strip_suffix('\n').ok_or_else(|| "its last line has no end".to_owned())?;
    let (mut noted, mut has_protocol, mut facts) = (None, false, None);
    let (mut cursors, mut events, mut paths) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for (i, line) in text.split('\n').enumerate() {
        let fault = |reason: String| format!("line {}: {reason}", i + 1);
        match action(line).map_err(fault)? {
            Action::CommitInfo(info) if noted.is_none() => {
                check_note(&info.tertib, version, &mut paths).map_err(fault)?;
                noted = Some((info.timestamp, info.tertib));
            }
            Action::Protocol(Protocol { min_reader_version: 1, min_writer_version: 2 }) if !has_protocol => {
                has_protocol = true;
            }
            Action::MetaData(meta) if facts.is_none() => {
                let own = TableFacts::of(&meta, forms).map_err(fault)?;
                if Action::MetaData(Box::new(own.meta_data(meta.created_time))).line() != line {
                    return Err(fault("its table is not the one of this form".to_owned()).into());
                }
                if !own.may_follow(begun, forms) {
                    return Err(fault("its table cannot follow that of the commits before it".to_owned()).into());
                }
                facts = Some(own);
            }
            Action::Txn(txn) if !cursors.contains_key(&txn.app_id) => {
                cursors.insert(txn.app_id, txn.version);
            }
            Action::Add(add) => {
                let file = added(&add).map_err(fault)?;
                check_part(&file.entry, layout::EVENTS, version, &mut paths).map_err(fault)?;
                events.push(file);
            }
            _ => return Err(fault("it stands twice, or is of another version of the protocol".to_owned()).into()),
        }
    }
    let (at_ms, note) = noted.ok_or_else(|| "it has no commitInfo".to_owned())?;
    if (version == 0) != has_protocol || (version == 0 && facts.is_none()) {
        return Err("protocol stands in the first commit, and only there, with metaData".to_owned().into());
    }
    Ok(Commit { version, sha256: sha256(bytes), at_ms, cursors, events, note, facts })
}

/// Parses a line, which must be written exactly as tertib writes it.
fn action(line: &str) -> Result<Action, String> {
    let action: Action = serde_json::from_str(line).map_err(|fault| {
        let keys: BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_str(line).unwrap_or_default();
        match keys.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            // The action of a newer program might remove or replace parts; ignoring it would count rows twice.
            Some(name) => format!("this version does not know the action `{name}`"),
            None => fault.to_string(),
        }
    })?;
    if action.line() == line { Ok(action) } else { Err("it is not written as tertib writes it".to_owned()) }
}

fn added(add: &Add) -> Result<EventFile, String> {
    let stats = Stats::of_text(&add.stats).ok_or("its stats are not written as tertib writes them")?;
    let path = layout::of_events(&add.path);
    let month = layout::part(&path).and_then(|part| part.month).filter(|m| m.to_string() == add.partition_values.bulan);
    let month = month.ok_or_else(|| format!("`{}` is no part of that month", add.path))?;
    let entry = FileEntry { path, sha256: add.tags.sha256.clone(), size_bytes: add.size, rows: stats.num_records };
    let seqs = stats.min_values.seq.zip(stats.max_values.seq);
    Ok(EventFile { entry, month, ids: stats.min_values.event_id.zip(stats.max_values.event_id), seqs })
}

/// Checks that a note names only parts of this version, each in its table.
fn check_note(note: &CommitNote, version: u64, paths: &mut BTreeSet<String>) -> Result<(), String> {
    if note.next_seq < 0 {
        return Err(format!("next_seq is {}", note.next_seq));
    }
    let tables = [
        (layout::PERSONS, note.persons.as_slice()),
        (layout::QUARANTINE, note.quarantine.as_slice()),
        (layout::OUTAGES, note.outages.as_slice()),
        (layout::STOCK, note.stock.as_slice()),
    ];
    let pseudonyms = note.key_change.iter().map(|change| (layout::PSEUDONYMS, &change.pseudonyms));
    let mut files =
        pseudonyms.chain(tables.into_iter().flat_map(|(table, files)| files.iter().map(move |file| (table, file))));
    files.try_for_each(|(table, file)| check_part(file, table, version, paths))?;
    note.bag.iter().try_for_each(|bag| check_bag(bag, paths))?;
    note.disposal.iter().flat_map(|disposal| &disposal.files).try_for_each(|file| check_disposed(file, version))
}

/// Checks a path that is destroyed: it must be one that an earlier version gave to a private part.
fn check_disposed(file: &FileEntry, version: u64) -> Result<(), String> {
    let is_private = |part: layout::PartPath| layout::PRIVATE.contains(&part.table) && part.version < version;
    match layout::part(&file.path).is_some_and(is_private) || layout::is_private_of_bag(&file.path) {
        true => Ok(()),
        false => Err(format!("`{}` is no private part of a version before {version}", file.path)),
    }
}

/// Checks the files of a bag: each must be in the folder of its month.
fn check_bag(bag: &BagNote, paths: &mut BTreeSet<String>) -> Result<(), String> {
    let is_own = |file: &FileEntry| layout::sealed(&file.path).is_some_and(|(month, _)| month == bag.month);
    match bag.files.iter().find(|file| !is_own(file) || !is_digest(&file.sha256) || !paths.insert(file.path.clone())) {
        None => Ok(()),
        Some(file) => Err(format!("`{}` is no file of the bag of {}", file.path, bag.month)),
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Checks a path from the log: it must be one that a writer gives to a part of this table in this version, and must not be repeated.
pub(super) fn check_part(
    file: &FileEntry,
    table: &str,
    version: u64,
    paths: &mut BTreeSet<String>,
) -> Result<(), String> {
    let is_part = layout::part(&file.path).is_some_and(|part| {
        let has_month = [layout::EVENTS, layout::PERSONS].contains(&part.table);
        part.table == table && part.version == version && part.month.is_some() == has_month
    });
    if !is_part || !is_digest(&file.sha256) || !paths.insert(file.path.clone()) {
        return Err(format!("`{}` is no part of `{table}` that version {version} could name", file.path));
    }
    Ok(())
}
