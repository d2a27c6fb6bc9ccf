//! How parts of an earlier form are read as those of the newest one.
//!
//! Reads   rows of a part, and the form in which they were written
//! Gives   the same rows with the columns of the newest form, without values where they had none

use super::commit_log::TableFacts;
use super::form::{FORMS, Form};
use super::tables::Tables;
use super::{Archive, ArchiveError, FileEntry, layout};
use arrow::array::{RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{Field, FieldRef, Schema};
use arrow::error::ArrowError;
use std::sync::Arc;

/// What rows of an earlier form lack to be read as rows of the newest one.
pub(super) struct Widening {
    /// The columns that were asked for, in the newest form.
    wanted: Vec<FieldRef>,
}

impl Widening {
    /// Gives rows the columns that they lack, without values.
    pub(super) fn of(&self, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let (fields, values): (Vec<Field>, Vec<_>) = self
            .wanted
            .iter()
            .map(|field| match rows.schema().index_of(field.name()) {
                Ok(place) => (rows.schema().field(place).clone(), Arc::clone(rows.column(place))),
                Err(_) => (field.as_ref().clone(), new_null_array(field.data_type(), rows.num_rows())),
            })
            .unzip();
        let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), values, &options)
    }
}

impl Archive {
    /// Returns the tables in the newest form, as which all rows are read.
    pub(super) fn tables(&self) -> Result<Tables, ArchiveError> {
        let integer_ids = self.facts().is_none_or(|facts| facts.integer_ids);
        Ok(Tables::of(&self.columns()?, integer_ids, self.newest_form().lacks))
    }

    /// Returns the form in which new rows are written.
    pub(crate) fn newest_form(&self) -> &'static Form {
        self.forms.last().unwrap_or(&FORMS[0])
    }

    /// Returns the facts under which a part was written.
    fn facts_of(&self, file: &FileEntry) -> Option<&TableFacts> {
        let version = layout::part(&file.path)?.version;
        let before = self.commits.iter().rev().filter(|commit| commit.version <= version);
        before.filter_map(|commit| commit.facts.as_ref()).next()
    }

    /// Returns what the rows of a part lack; `None` if it is of the newest form, or of a table that no form changes.
    pub(super) fn widening(
        &self,
        file: &FileEntry,
        columns: Option<&[&str]>,
    ) -> Result<Option<Widening>, ArchiveError> {
        if self.facts_of(file).is_none_or(|facts| facts.form == self.newest_form()) {
            return Ok(None);
        }
        let tables = self.tables()?;
        let schema = match layout::part(&file.path).map(|part| part.table) {
            Some(layout::EVENTS) => tables.public_schema,
            Some(layout::PERSONS) => tables.private_schema,
            _ => return Ok(None),
        };
        let is_wanted = |field: &&FieldRef| columns.is_none_or(|names| names.contains(&field.name().as_str()));
        Ok(Some(Widening { wanted: schema.fields().iter().filter(is_wanted).cloned().collect() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::current_events::CurrentEvents;
    use crate::archive::event_batch::Values;
    use crate::archive::store::{Entry, EntryKind, Folder, NewFile, Store};
    use crate::archive::verify::{Examination, verify_forms};
    use crate::archive::writer::{CommitRequest, Writer, WriterLock};
    use crate::archive::{Key, Pseudonymizer};
    use arrow::array::{
        ArrayRef, BinaryArray, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };
    use arrow::datatypes::DataType;
    use schemas::Column;
    use schemas::Facts;
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    /// What an earlier program knew, before a public and a personal column came to the contract.
    static EARLIER: &[Form] = &[Form { name: "1", lacks: &[Column::PetugasId, Column::Keterangan] }];
    /// What the program after it knows.
    static LATER: &[Form] =
        &[Form { name: "1", lacks: &[Column::PetugasId, Column::Keterangan] }, Form { name: "2", lacks: &[] }];

    /// How many rows each commit adds.
    const ROWS: usize = 3;
    /// The same, among numbers of rows.
    const NUMBERS: i64 = 3;
    /// A day in October 2026.
    const ENDED_US: i64 = 1_791_950_400_000_000;

    fn key() -> Key {
        Key::from_bytes([7; 32])
    }

    fn values(kind: &DataType, first: i64) -> ArrayRef {
        let numbers = || first..first + NUMBERS;
        match kind {
            DataType::Int64 => Arc::new(Int64Array::from_iter_values(numbers())),
            DataType::Int32 => Arc::new(Int32Array::from(vec![1; ROWS])),
            DataType::Date32 => Arc::new(Date32Array::from(vec![10_090; ROWS])),
            DataType::Utf8 => Arc::new(StringArray::from_iter_values(numbers().map(|n| format!("teks {n}")))),
            _ => Arc::new(TimestampMicrosecondArray::from(vec![ENDED_US; ROWS]).with_timezone("UTC")),
        }
    }

    /// The public and the private rows of invented people, in the form of the tables.
    fn rows(facts: &TableFacts, first: i64) -> (RecordBatch, RecordBatch) {
        let tables = facts.tables();
        let plain = |schema: &Schema| -> BTreeMap<String, ArrayRef> {
            schema.fields().iter().map(|field| (field.name().clone(), values(field.data_type(), first))).collect()
        };
        let (mut public, mut private) = (plain(&tables.public_schema), plain(&tables.private_schema));
        let mut pseudonymizer = Pseudonymizer::new(&key(), facts.digest_form());
        let held = private.clone();
        let persons = pseudonymizer.form().clone();
        let persons = persons.persons(|column| Ok(Values::of(&*held[column.name()]).unwrap())).unwrap();
        let digests: Vec<_> = (0..ROWS).map(|row| pseudonymizer.digest(persons.row(row)).clone()).collect();
        let bytes = |values: Vec<&[u8]>| -> ArrayRef { Arc::new(BinaryArray::from(values)) };
        let pseudonyms = digests.iter().map(|digest| digest.pseudonym.as_ref().unwrap().as_slice());
        public.insert("nik_pseudonym".to_owned(), bytes(pseudonyms.collect()));
        public.insert("pii_commitment".to_owned(), bytes(digests.iter().map(|d| d.commitment.as_slice()).collect()));
        public.insert("correction_of".to_owned(), new_null_array(&DataType::Int64, ROWS));
        private.insert("salt".to_owned(), bytes(digests.iter().map(|digest| digest.salt.as_slice()).collect()));
        let batch = |schema: &Arc<Schema>, columns: &BTreeMap<String, ArrayRef>| {
            let columns = schema.fields().iter().map(|field| Arc::clone(&columns[field.name()])).collect();
            RecordBatch::try_new(Arc::clone(schema), columns).unwrap()
        };
        (batch(&tables.public_schema, &public), batch(&tables.private_schema, &private))
    }

    /// Commits rows as a program that knows these forms.
    fn commit(store: Arc<dyn Store>, forms: &'static [Form]) -> Result<Archive, ArchiveError> {
        let mut writer = Writer::on(store, &key(), WriterLock::PutIfAbsent, forms)?;
        let next_seq = writer.archive().next_seq();
        let facts = TableFacts::new(writer.archive().newest_form(), true, key().id(), &Facts::embedded().unwrap());
        writer.add_events(true, "2026-10".parse().unwrap(), rows(&facts, next_seq), 0)?;
        let committed = writer.commit(&CommitRequest {
            at_ms: ENDED_US / 1_000,
            source: None,
            cursor: None,
            complete_until_us: None,
            next_seq: next_seq + NUMBERS,
            facts: &facts,
            findings: BTreeMap::new(),
        })?;
        Ok(committed.0)
    }

    fn folder(root: &Path) -> Arc<dyn Store> {
        Arc::new(Folder::at(root))
    }

    /// An archive of the earlier form with one commit.
    fn of_the_earlier_form(root: &Path) -> PathBuf {
        let root = root.join("archive");
        commit(folder(&root), EARLIER).unwrap();
        root
    }

    /// Every file of the tables and the log, by path.
    fn content(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut found, mut open) = (BTreeMap::new(), vec![root.join("events"), root.join("persons")]);
        while let Some(dir) = open.pop() {
            for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() { open.push(path) } else { drop(found.insert(path.clone(), fs::read(path).unwrap())) }
            }
        }
        found
    }

    /// The officer and the remark of each event.
    fn new_columns(archive: &Archive) -> Vec<(Option<String>, Option<String>)> {
        let columns = [Column::PetugasId, Column::Keterangan];
        let mut found = Vec::new();
        for batch in CurrentEvents::of(archive).unwrap().batches(|_| true, &columns, &[]) {
            let batch = batch.unwrap();
            let rows = batch.rows().unwrap();
            for event in rows.events() {
                let said = |column| event.optional_text(column).unwrap().map(str::to_owned);
                found.push((said(Column::PetugasId), said(Column::Keterangan)));
            }
        }
        found
    }

    fn is_intact(root: &Path, forms: &'static [Form]) {
        let examination = Examination { key: Some(&key()), ..Examination::of(root) };
        let result = verify_forms(examination, forms, &|_, _| {}).unwrap();
        assert_eq!(result.findings, []);
    }

    #[test]
    fn a_later_program_reads_an_earlier_archive_as_it_is_and_goes_on_with_it() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = of_the_earlier_form(dir.path());
        let before = content(&root);
        let read = Archive::of(folder(&root), LATER).unwrap();
        assert_eq!(new_columns(&read), vec![(None, None); ROWS], "the columns are there, without values");
        is_intact(&root, LATER);
        assert_eq!(content(&root), before, "reading changes nothing");

        let after = commit(folder(&root), LATER).unwrap();
        let forms: Vec<_> = after.commits.iter().map(|commit| commit.facts.as_ref().map(|f| f.form.name)).collect();
        assert_eq!(forms, [Some("1"), Some("2")]);
        let found = new_columns(&after);
        assert_eq!(found[..ROWS], vec![(None, None); ROWS]);
        assert_eq!(found[ROWS], (Some("teks 3".to_owned()), Some("teks 3".to_owned())));
        is_intact(&root, LATER);
        let now = content(&root);
        assert!(before.iter().all(|(path, bytes)| now.get(path) == Some(bytes)), "what was printed stays provable");
        assert_eq!(new_columns(&after.at(0).unwrap()), vec![(None, None); ROWS]);

        let third = commit(folder(&root), LATER).unwrap();
        assert!(third.commits[2].facts.is_none(), "a form is begun once");
        let fault = Archive::of(folder(&root), EARLIER).unwrap_err().to_string();
        assert!(fault.contains("has form 2") && fault.contains("install that version or a newer one"), "{fault}");
        assert!(matches!(commit(folder(&root), EARLIER), Err(ArchiveError::NewerForm { form: 2, .. })));
    }

    #[test]
    fn a_column_that_is_only_in_the_newest_form_is_verified_there() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = of_the_earlier_form(dir.path());
        commit(folder(&root), LATER).unwrap();
        // To a program whose first form had the columns too, the parts of that form have lost them.
        static WRONG: &[Form] = &[Form { name: "1", lacks: &[] }, Form { name: "2", lacks: &[] }];
        let examination = Examination { key: Some(&key()), ..Examination::of(&root) };
        let findings = verify_forms(examination, WRONG, &|_, _| {}).unwrap().findings;
        assert!(findings.iter().any(|finding| finding.code == "A021" || finding.code == "A005"), "{findings:?}");
    }

    /// A store in which the program is killed: at one call, and every call after it fails. The call itself is carried out or not.
    #[derive(Debug)]
    struct Killed {
        folder: Folder,
        left: AtomicI64,
        carries_out: bool,
    }

    impl Killed {
        fn call<T>(&self, act: impl FnOnce() -> Result<T, ArchiveError>) -> Result<T, ArchiveError> {
            let left = self.left.fetch_sub(1, Ordering::SeqCst);
            if left > 0 {
                return act();
            }
            if left == 0 && self.carries_out {
                drop(act());
            }
            Err(ArchiveError::Encode("killed".to_owned()))
        }
    }

    impl Store for Killed {
        fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
            self.call(|| self.folder.read(path, most))
        }
        fn kind(&self, path: &str) -> Result<Option<EntryKind>, ArchiveError> {
            self.call(|| self.folder.kind(path))
        }
        fn list(&self, folder: &str) -> Result<Vec<Entry>, ArchiveError> {
            self.call(|| self.folder.list(folder))
        }
        fn create(&self, path: &str) -> Result<Box<dyn NewFile>, ArchiveError> {
            self.call(|| self.folder.create(path))
        }
        fn put(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
            self.call(|| self.folder.put(path, bytes))
        }
        fn put_if_absent(&self, path: &str, bytes: &[u8], waiting: &str) -> Result<(), ArchiveError> {
            self.call(|| self.folder.put_if_absent(path, bytes, waiting))
        }
        fn move_to(&self, from: &str, to: &str) -> Result<(), ArchiveError> {
            self.call(|| self.folder.move_to(from, to))
        }
        fn flush(&self, folders: &[&str]) -> Result<(), ArchiveError> {
            self.call(|| self.folder.flush(folders))
        }
        fn remove(&self, path: &str) -> Result<(), ArchiveError> {
            self.call(|| self.folder.remove(path))
        }
        fn claim(&self, folder: &str) -> Result<bool, ArchiveError> {
            self.call(|| self.folder.claim(folder))
        }
        fn prepare(&self) -> Result<(), ArchiveError> {
            self.call(|| self.folder.prepare())
        }
        fn put_unflushed(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
            self.call(|| self.folder.put_unflushed(path, bytes))
        }
        fn flush_files(&self, paths: &[String]) -> Result<(), ArchiveError> {
            self.call(|| self.folder.flush_files(paths))
        }
        fn lock(&self, path: &str) -> Result<Option<File>, ArchiveError> {
            self.call(|| self.folder.lock(path))
        }
        fn age(&self, path: &str) -> Option<Duration> {
            self.folder.age(path)
        }
        fn scratch(&self, claimed: &str) -> PathBuf {
            self.folder.scratch(claimed)
        }
        fn place(&self, path: &str) -> String {
            self.folder.place(path)
        }
    }

    #[test]
    fn killed_at_any_call_the_archive_has_one_form_or_the_other_and_lost_nothing() {
        for carries_out in [false, true] {
            let mut outcomes = BTreeMap::new();
            for calls in 0.. {
                let dir = tempfile::TempDir::new().unwrap();
                let root = of_the_earlier_form(dir.path());
                let before = content(&root);
                let store = Killed { folder: Folder::at(&root), left: AtomicI64::new(calls), carries_out };
                let done = commit(Arc::new(store), LATER).is_ok();
                let now = content(&root);
                assert!(before.iter().all(|(path, bytes)| now.get(path) == Some(bytes)), "call {calls}");
                // A reader in between, and the next writer, which finishes what was decided.
                let read = Archive::of(folder(&root), LATER).unwrap().next_seq();
                let writer = Writer::on(folder(&root), &key(), WriterLock::Lock, LATER).unwrap();
                let held = writer.archive().next_seq();
                drop(writer);
                assert!([3, 6].contains(&held) && read <= held && (!done || held == 6), "call {calls}: {held}");
                *outcomes.entry(held).or_insert(0) += 1;
                let after = commit(folder(&root), LATER).unwrap();
                assert_eq!(after.next_seq(), held + 3);
                assert_eq!(i64::try_from(new_columns(&after).len()), Ok(held + 3));
                is_intact(&root, LATER);
                if done {
                    break;
                }
            }
            assert!(outcomes[&3] > 5 && outcomes[&6] > 3, "{outcomes:?}");
        }
    }

    #[test]
    fn the_log_of_another_key_or_of_an_earlier_form_does_not_follow() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = of_the_earlier_form(dir.path());
        commit(folder(&root), LATER).unwrap();
        let path = root.join(layout::commit(1));
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_file(root.join(layout::HEAD)).unwrap();
        for (from, to) in [
            (key().id(), "0".repeat(key().id().len())),
            ("\"tertib.form\":\"2\"".into(), "\"tertib.form\":\"1\"".into()),
        ] {
            assert!(text.contains(&from), "{text}");
            fs::write(&path, text.replace(&from, &to)).unwrap();
            assert!(matches!(Archive::of(folder(&root), LATER), Err(ArchiveError::Log { version: 1, .. })), "{to}");
        }
    }
}
