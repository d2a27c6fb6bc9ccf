//! Gives equal texts of a batch one code, in the threads that read parts.
//!
//! Reads   batches of stored rows
//! Gives   the same rows; each text column is a dictionary, digests are hexadecimal digits

use crate::hash::hex;
use ahash::RandomState;
use arrow::array::{ArrayRef, BinaryArray, DictionaryArray, Int32Array, RecordBatch, StringArray, StringBuilder};
use arrow::error::ArrowError;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Returns a batch whose texts are dictionaries.
pub(super) fn with_dictionaries(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(field, column)| {
        let any = column.as_any();
        let coded = if let Some(texts) = any.downcast_ref::<StringArray>() {
            dictionary(texts.iter(), |text, values| values.append_value(text))?
        } else if let Some(digests) = any.downcast_ref::<BinaryArray>() {
            dictionary(digests.iter(), |digest, values| values.append_value(hex(digest)))?
        } else {
            Arc::clone(column)
        };
        Ok((field.name(), coded))
    });
    RecordBatch::try_from_iter(columns.collect::<Result<Vec<_>, ArrowError>>()?)
}

/// Returns the dictionary of some rows, whose distinct values `append` adds to it.
fn dictionary<K: Hash + Eq + Copy>(
    rows: impl Iterator<Item = Option<K>>,
    append: impl Fn(K, &mut StringBuilder),
) -> Result<ArrayRef, ArrowError> {
    let mut known: HashMap<K, i32, RandomState> = HashMap::default();
    let mut values = StringBuilder::new();
    let code = |key: Option<K>| {
        let next = i32::try_from(known.len()).unwrap_or(i32::MAX);
        Some(*known.entry(key?).or_insert_with_key(|key| {
            append(*key, &mut values);
            next
        }))
    };
    let codes: Int32Array = rows.map(code).collect();
    Ok(Arc::new(DictionaryArray::try_new(codes, Arc::new(values.finish()))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::datatypes::Int32Type;

    #[test]
    fn a_row_keeps_its_text_and_an_absent_one_stays_absent() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), None, Some(""), Some("b")]));
        let digests: ArrayRef =
            Arc::new(BinaryArray::from(vec![Some(&b"\x0a"[..]), Some(b"\xff"), None, Some(b"\x0a")]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3, 4]));
        let batch = RecordBatch::try_from_iter([("a", texts), ("b", digests), ("c", Arc::clone(&numbers))]).unwrap();
        let coded = with_dictionaries(&batch).unwrap();
        let read = |name: &str| -> Vec<Option<String>> {
            let column = coded.column_by_name(name).unwrap().as_dictionary::<Int32Type>();
            assert_eq!(column.values().len(), 2, "equal texts have one code");
            let values = column.values().as_string::<i32>();
            column.keys().iter().map(|key| Some(values.value(usize::try_from(key?).unwrap()).to_owned())).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("a"), [some("b"), None, some(""), some("b")]);
        assert_eq!(read("b"), [some("0a"), some("ff"), None, some("0a")]);
        assert_eq!(coded.column_by_name("c").unwrap(), &numbers);
    }
}
