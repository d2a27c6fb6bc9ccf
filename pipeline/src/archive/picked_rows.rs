//! Rows that are picked by their values, with all their columns, in every form in which they were archived.
//!
//! Reads   of each part the column by which rows are picked, where its statistics allow for one; all columns of the rows that are
//! Gives   [`PickedRows`], public and private, which are read once and asked many times
//! Rule    a part is hashed before anything of it is decoded, its statistics too
//!
//! Invariant: memory grows with what is picked, not with the archive.

use super::columns::{int64s, missing};
use super::commit_log::EventFile;
use super::computed::Computed;
use super::key_epochs::Translation;
use super::private_rows::PrivateRows;
use super::read::digests_as_text;
use super::{Archive, ArchiveError, FileEntry, READ_ROWS, layout, month_of_path};
use arrow::array::{Array, BinaryArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use schemas::{Column, Month};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// By which values of which column rows are picked.
#[derive(Clone, Debug)]
pub(crate) enum Pick {
    /// Texts of a column.
    Texts(Column, BTreeSet<String>),
    /// Pseudonyms.
    Pseudonyms(BTreeSet<[u8; 16]>),
    /// Numbers of rows.
    Seqs(BTreeSet<i64>),
    /// Numbers of rows that they replace.
    CorrectionsOf(BTreeSet<i64>),
}

impl Pick {
    fn column(&self) -> &'static str {
        match self {
            Self::Texts(column, _) => column.name(),
            Self::Pseudonyms(_) => Computed::NikPseudonym.name(),
            Self::Seqs(_) => "seq",
            Self::CorrectionsOf(_) => Computed::CorrectionOf.name(),
        }
    }

    /// Whether a row group may have such a row, by its least and greatest value.
    fn may_be_in(&self, group: &RowGroupMetaData) -> bool {
        let of_column = |chunk: &&parquet::file::metadata::ColumnChunkMetaData| {
            chunk.column_path().parts().first().is_some_and(|name| name == self.column())
        };
        let statistics = group.columns().iter().find(of_column).and_then(|chunk| chunk.statistics());
        match (self, statistics) {
            (Self::Texts(_, wanted), Some(Statistics::ByteArray(found))) => {
                let ends = found.min_opt().zip(found.max_opt());
                let is_within =
                    |text: &String, least: &[u8], most: &[u8]| least <= text.as_bytes() && text.as_bytes() <= most;
                ends.is_none_or(|(least, most)| wanted.iter().any(|text| is_within(text, least.data(), most.data())))
            }
            (Self::Seqs(wanted) | Self::CorrectionsOf(wanted), Some(Statistics::Int64(found))) => {
                let is_empty = found.null_count_opt().is_some_and(|nulls| i64::try_from(nulls) == Ok(group.num_rows()));
                let ends = found.min_opt().zip(found.max_opt()).filter(|(least, most)| least <= most);
                !is_empty && ends.is_none_or(|(least, most)| wanted.range(*least..=*most).next().is_some())
            }
            _ => true,
        }
    }

    /// Calls `take` with the index of each row that it picks. A pseudonym under an earlier key is translated first.
    fn each(
        &self,
        batch: &RecordBatch,
        translation: Option<&Translation>,
        mut take: impl FnMut(usize),
    ) -> Result<(), ArchiveError> {
        let name = self.column();
        let column = batch.column_by_name(name).ok_or_else(|| missing(name))?.as_any();
        let rows = 0..batch.num_rows();
        match self {
            Self::Texts(_, wanted) => {
                let texts = column.downcast_ref::<StringArray>().ok_or_else(|| missing(name))?;
                rows.filter(|row| texts.is_valid(*row) && wanted.contains(texts.value(*row))).for_each(&mut take);
            }
            Self::Pseudonyms(wanted) => {
                let digests = column.downcast_ref::<BinaryArray>().ok_or_else(|| missing(name))?;
                let is_one = |digest: &[u8]| {
                    let of_now = match translation {
                        Some(translation) => translation.bytes(digest),
                        None => digest.try_into().ok(),
                    };
                    of_now.is_some_and(|digest: [u8; 16]| wanted.contains(&digest))
                };
                rows.filter(|row| digests.is_valid(*row) && is_one(digests.value(*row))).for_each(&mut take);
            }
            Self::Seqs(wanted) | Self::CorrectionsOf(wanted) => {
                let numbers = column.downcast_ref::<Int64Array>().ok_or_else(|| missing(name))?;
                rows.filter(|row| numbers.is_valid(*row) && wanted.contains(&numbers.value(*row))).for_each(&mut take);
            }
        }
        Ok(())
    }
}

/// Rows of some parts.
#[derive(Debug, Default)]
pub(crate) struct PickedRows {
    /// The public rows of each part, in the order of the log.
    public: Vec<(EventFile, RecordBatch)>,
    /// The private rows by month; none in a copy of the archive without them.
    private: BTreeMap<Month, Vec<RecordBatch>>,
}

impl PickedRows {
    /// Reads the rows of an archive that any of these picks, without their private rows.
    pub(crate) fn of(archive: &Archive, picks: &[Pick]) -> Result<Self, ArchiveError> {
        Self::of_files(archive, &archive.keyed_files().collect::<Vec<_>>(), picks)
    }

    /// Reads such rows of some parts.
    pub(crate) fn of_files(archive: &Archive, files: &[&EventFile], picks: &[Pick]) -> Result<Self, ArchiveError> {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
        let read = |file: &&EventFile| {
            Ok(archive.picked(&file.entry, picks, None)?.map(|rows| (EventFile::clone(file), rows)))
        };
        let shares = files.chunks(files.len().div_ceil(at_once).max(1));
        let read_share = |share: &[&EventFile]| share.iter().map(read).collect::<Result<Vec<_>, ArchiveError>>();
        let read: Vec<Result<Vec<_>, ArchiveError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = shares.map(|share| scope.spawn(move || read_share(share))).collect();
            let gone = || Err(ArchiveError::Encode("a thread that reads parts has ended".to_owned()));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| gone())).collect()
        });
        let mut public = Vec::new();
        for share in read {
            public.extend(share?.into_iter().flatten());
        }
        Ok(Self { public, private: BTreeMap::new() })
    }

    /// Adds rows that are not among these yet.
    pub(crate) fn add(&mut self, archive: &Archive, seqs: &BTreeSet<i64>) -> Result<(), ArchiveError> {
        let new: BTreeSet<i64> = seqs.difference(&self.seqs()?).copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        let files: Vec<&EventFile> =
            archive.files_with(|first, next| new.range(first..next).next().is_some()).collect();
        for (file, rows) in Self::of_files(archive, &files, &[Pick::Seqs(new)])?.public {
            match self.public.iter_mut().find(|(known, _)| known.entry.path == file.entry.path) {
                Some((_, known)) => *known = joined(&file.entry, &[known.clone(), rows])?,
                None => self.public.push((file, rows)),
            }
        }
        Ok(())
    }

    /// Reads the private rows of these; a copy of the archive without them has none.
    pub(crate) fn with_private(mut self, archive: &Archive) -> Result<Self, ArchiveError> {
        if !archive.holds_persons()? {
            return Ok(self);
        }
        for (file, rows) in &self.public {
            let seqs: BTreeSet<i64> = int64s(rows, "seq")?.values().iter().copied().collect();
            let version = layout::part(&file.entry.path).map(|part| part.version);
            let of_part = |person: &&FileEntry| {
                month_of_path(&person.path) == Some(file.month)
                    && layout::part(&person.path).map(|part| part.version) == version
            };
            for person in archive.person_files().filter(of_part) {
                let rows = archive.picked(person, &[Pick::Seqs(seqs.clone())], None)?;
                self.private.entry(file.month).or_default().extend(rows);
            }
        }
        Ok(self)
    }

    /// Returns the numbers of the rows.
    pub(crate) fn seqs(&self) -> Result<BTreeSet<i64>, ArchiveError> {
        let mut seqs = BTreeSet::new();
        for (_, rows) in &self.public {
            seqs.extend(int64s(rows, "seq")?.values().iter().copied());
        }
        Ok(seqs)
    }

    /// Returns the number of each row that replaces another, and of the one that it replaces.
    pub(crate) fn corrections(&self) -> Result<BTreeMap<i64, i64>, ArchiveError> {
        let mut corrections = BTreeMap::new();
        for (_, rows) in &self.public {
            let (seqs, replaced) = (int64s(rows, "seq")?, int64s(rows, Computed::CorrectionOf.name())?);
            corrections.extend(seqs.iter().zip(replaced).filter_map(|(seq, replaced)| Some((seq?, replaced?))));
        }
        Ok(corrections)
    }

    /// Returns the rows that others replaced before the row of a number came.
    pub(super) fn superseded(&self, until_seq: i64) -> Result<BTreeSet<i64>, ArchiveError> {
        let corrections = self.corrections()?.into_iter().filter(|(seq, _)| *seq < until_seq);
        Ok(corrections.map(|(_, replaced)| replaced).collect())
    }

    /// Returns the parts that have some of the rows.
    pub(crate) fn files(&self) -> impl Iterator<Item = &EventFile> {
        self.public.iter().map(|(file, _)| file)
    }

    /// Returns the rows of a part.
    pub(crate) fn public(&self, file: &EventFile) -> Option<RecordBatch> {
        self.public.iter().find(|(of, _)| of.entry.path == file.entry.path).map(|(_, rows)| rows.clone())
    }

    /// Returns the private rows of a month.
    pub(super) fn private(&self, archive: &Archive, month: Month) -> Result<PrivateRows, ArchiveError> {
        if !archive.holds_persons()? {
            return Err(archive.without_persons());
        }
        PrivateRows::joined(self.private.get(&month).map_or(&[], Vec::as_slice), archive.destroyed_in(month))
    }
}

impl Archive {
    /// Reads the rows of a part that any of these picks, with all columns or only the named ones; `None` where there is none.
    pub(super) fn picked(
        &self,
        file: &FileEntry,
        picks: &[Pick],
        columns: Option<&[&str]>,
    ) -> Result<Option<RecordBatch>, ArchiveError> {
        let fault = |reason: String| ArchiveError::Decode { path: file.path.clone(), reason };
        let bytes = Bytes::from(self.checked_bytes(file)?);
        let (widening, translation) = (self.widening(file, columns)?, self.translation(file, None)?);
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).map_err(|e| fault(e.to_string()))?;
        let groups = builder.metadata().row_groups().iter().zip(0..);
        let groups = groups.filter(|(group, _)| picks.iter().any(|pick| pick.may_be_in(group)));
        let groups: Vec<usize> = groups.map(|(_, place)| place).collect();
        if groups.is_empty() {
            return Ok(None);
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), picks.iter().map(Pick::column));
        let reader = builder.with_projection(mask).with_row_groups(groups.clone()).with_batch_size(READ_ROWS).build();
        let (mut found, mut before) = (BTreeSet::new(), 0);
        for batch in reader.map_err(|e| fault(e.to_string()))? {
            let batch = batch.map_err(|e| fault(e.to_string()))?;
            for pick in picks {
                pick.each(&batch, translation.as_ref(), |row| found.extend([before + row]))?;
            }
            before += batch.num_rows();
        }
        if found.is_empty() {
            return Ok(None);
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| fault(e.to_string()))?;
        let builder = match columns {
            Some(names) => {
                let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
                builder.with_projection(mask)
            }
            None => builder,
        };
        let selection = RowSelection::from_consecutive_ranges(ranges(&found).into_iter(), before);
        let reader = builder.with_row_groups(groups).with_row_selection(selection).with_batch_size(READ_ROWS).build();
        let mut batches = Vec::new();
        for batch in reader.map_err(|e| fault(e.to_string()))? {
            let batch = batch.and_then(digests_as_text).map_err(|e| fault(e.to_string()))?;
            let batch = match &widening {
                Some(widening) => widening.of(&batch).map_err(|e| fault(e.to_string()))?,
                None => batch,
            };
            let has_pseudonyms = batch.column_by_name(Computed::NikPseudonym.name()).is_some();
            batches.push(match translation.as_ref().filter(|_| has_pseudonyms) {
                Some(translation) => translation.of(&batch).map_err(fault)?,
                None => batch,
            });
        }
        joined(file, &batches).map(Some)
    }
}

/// Returns the consecutive runs of some places.
fn ranges(places: &BTreeSet<usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some(last) if last.end == *place => last.end += 1,
            _ => ranges.push(*place..*place + 1),
        }
    }
    ranges
}

fn joined(file: &FileEntry, batches: &[RecordBatch]) -> Result<RecordBatch, ArchiveError> {
    let fault = |reason: String| ArchiveError::Decode { path: file.path.clone(), reason };
    let first = batches.first().ok_or_else(|| fault("rows that were found are gone".to_owned()))?;
    concat_batches(&first.schema(), batches).map_err(|e| fault(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_places_are_one_range() {
        let of = |places: &[usize]| ranges(&places.iter().copied().collect());
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[3, 9]), [3..4, 9..10]);
        assert_eq!(of(&[0, 1, 2, 5, 7, 8]), [0..3, 5..6, 7..9]);
    }
}
