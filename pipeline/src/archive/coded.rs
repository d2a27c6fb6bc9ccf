//! Reads parts for questions: only some columns, repeated texts as codes, and where a few values are looked for, only their rows.
//!
//! Reads   a part, whose bytes are decoded only after their SHA-256 was checked
//! Gives   batches of rows; a text column is a dictionary where the file has one, digests are bytes
//!
//! Invariant: a sought value that a row has is never left out; rows that have none of them may stay.

use super::key_epochs::PSEUDONYM;
use super::tables::WITH_COMMON_PREFIX;
use super::{Archive, ArchiveError, FileEntry};
use arrow::array::{Array, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    RowFilter,
};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The values of a column that a question looks for. A row with another value, or with none, is not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    /// One of these texts.
    Texts(BTreeSet<String>),
    /// One of these integers.
    Integers(BTreeSet<i64>),
}

impl Archive {
    /// Reads some columns of a part, in batches of `rows` rows, less the rows that have none of the sought values.
    pub(crate) fn coded(
        &self,
        file: &FileEntry,
        columns: &[&str],
        sought: &[(String, Sought)],
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ArchiveError>> + use<>, ArchiveError> {
        let path = file.path.clone();
        let bytes = self.checked_bytes(file)?;
        let fault = move |reason: String| ArchiveError::Decode { path: path.clone(), reason };
        let (widening, translation) = (self.widening(file, Some(columns))?, self.translation(file, Some(columns))?);
        // A pseudonym under an earlier key is another one in the file.
        let in_file = |(name, _): &&(String, Sought)| translation.is_none() || name != PSEUDONYM;
        let sought: Vec<(String, Sought)> = sought.iter().filter(in_file).cloned().collect();
        let batches = decoded(bytes, columns, &sought, rows).map_err(&fault)?;
        Ok(batches.map(move |batch| {
            let mut batch = batch.map_err(&fault)?;
            if let Some(widening) = &widening {
                batch = widening.of(&batch).map_err(|reason| fault(reason.to_string()))?;
            }
            match &translation {
                Some(translation) => translation.of_stored(&batch).map_err(&fault),
                None => Ok(batch),
            }
        }))
    }
}

fn decoded(
    bytes: Vec<u8>,
    columns: &[&str],
    sought: &[(String, Sought)],
    rows: usize,
) -> Result<impl Iterator<Item = Result<RecordBatch, String>> + use<>, String> {
    let bytes = bytes::Bytes::from(bytes);
    let stored = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).map_err(|e| e.to_string())?;
    let coded = |field: &Arc<Field>| {
        let repeats = field.data_type() == &DataType::Utf8 && !WITH_COMMON_PREFIX.contains(&field.name().as_str());
        let kind = match repeats {
            true => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            false => field.data_type().clone(),
        };
        Field::new(field.name(), kind, field.is_nullable())
    };
    let schema = Arc::new(Schema::new(stored.schema().fields().iter().map(coded).collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(stored.metadata()), options).map_err(|e| e.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
    let mask = |names: &[&str]| ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    let predicate = |(name, sought): &(String, Sought)| -> Box<dyn ArrowPredicate> {
        let sought = sought.clone();
        Box::new(ArrowPredicateFn::new(mask(&[name]), move |batch| {
            Ok(among(batch.column(0).as_ref(), &sought, batch.num_rows()))
        }))
    };
    let has = |name: &str| stored.schema().field_with_name(name).is_ok();
    let predicates: Vec<_> = sought.iter().filter(|(name, _)| has(name)).map(predicate).collect();
    let wanted = mask(columns);
    let groups = stored.metadata().row_groups();
    let groups = (0..groups.len()).filter(|place| sought.iter().all(|one| may_hold(&groups[*place], one))).collect();
    let mut builder = builder.with_row_groups(groups).with_projection(wanted).with_batch_size(rows);
    if !predicates.is_empty() {
        builder = builder.with_row_filter(RowFilter::new(predicates));
    }
    let reader = builder.build().map_err(|e| e.to_string())?;
    Ok(reader.map(|batch| batch.map_err(|e| e.to_string())))
}

/// Whether a row group may have one of the sought values, as far as its statistics say.
fn may_hold(group: &RowGroupMetaData, (name, sought): &(String, Sought)) -> bool {
    let Some(column) = group.columns().iter().find(|column| column.column_path().string() == *name) else {
        return true;
    };
    match (column.statistics(), sought) {
        (Some(Statistics::ByteArray(ends)), Sought::Texts(texts)) => match (ends.min_opt(), ends.max_opt()) {
            (Some(least), Some(most)) => {
                let holds = |text: &String| (least.data()..=most.data()).contains(&text.as_bytes());
                texts.iter().any(holds)
            }
            _ => true,
        },
        (Some(Statistics::Int64(ends)), Sought::Integers(integers)) => match (ends.min_opt(), ends.max_opt()) {
            (Some(least), Some(most)) => integers.iter().any(|n| (least..=most).contains(&n)),
            _ => true,
        },
        _ => true,
    }
}

/// Returns which rows of a column have one of the sought values; all rows where the column is of another kind.
fn among(column: &dyn Array, sought: &Sought, rows: usize) -> BooleanArray {
    match sought {
        Sought::Texts(texts) => match column.as_any().downcast_ref::<StringArray>() {
            Some(values) => values.iter().map(|value| Some(value.is_some_and(|value| texts.contains(value)))).collect(),
            None => BooleanArray::from(vec![true; rows]),
        },
        Sought::Integers(integers) => match column.as_any().downcast_ref::<Int64Array>() {
            Some(values) => values.iter().map(|value| Some(value.is_some_and(|n| integers.contains(&n)))).collect(),
            None => BooleanArray::from(vec![true; rows]),
        },
    }
}
