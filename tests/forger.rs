//! Changes an archive as somebody could who can write its files, either carelessly or with every digest made anew.

use crate::{sha256, sha256_of, tree};
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An archive's files as somebody sees them who can write them.
#[derive(Debug)]
pub struct Forger {
    /// The archive's folder.
    pub root: PathBuf,
}

impl Forger {
    /// The log, commit by commit.
    #[must_use]
    pub fn commits(&self) -> Vec<PathBuf> {
        let log = self.root.join("events/_delta_log");
        let mut paths: Vec<PathBuf> = fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// What a commit says, line by line.
    #[must_use]
    pub fn actions(path: &Path) -> Vec<Value> {
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Writes a commit.
    pub fn write(path: &Path, actions: &[Value]) {
        fs::write(path, actions.iter().map(|action| format!("{action}\n")).collect::<String>()).unwrap();
    }

    /// Lets the newest commit be one that was pulled from another PostgreSQL cluster.
    pub fn of_another_cluster(&self) {
        let newest = self.commits().pop().unwrap();
        let mut actions = Self::actions(&newest);
        let source = &mut actions[0]["commitInfo"]["tertib"]["source"];
        assert!(source["horizon"]["system"].is_string(), "{source}");
        source["horizon"]["system"] = json!("1/1");
        Self::write(&newest, &actions);
        // They would speak against the commit.
        for speaking in ["_tertib/head", "_tertib/tree"] {
            fs::remove_file(self.root.join(speaking)).unwrap();
        }
        fs::remove_dir_all(self.root.join("log")).unwrap();
    }

    /// Parts of a table, the first of each month.
    #[must_use]
    pub fn parts(&self, table: &str) -> Vec<PathBuf> {
        let inside = |folder: PathBuf| {
            let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths
        };
        let months = inside(self.root.join(table)).into_iter().filter(|path| !path.ends_with("_delta_log"));
        months.map(|month| inside(month).remove(0)).collect()
    }

    /// The rows of a part.
    #[must_use]
    pub fn rows(path: &Path) -> RecordBatch {
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
        let schema = Arc::clone(reader.schema());
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        concat_batches(&schema, &batches).unwrap()
    }

    /// Changes a part's rows, and nothing of what is said about them.
    pub fn edit(path: &Path, change: impl FnOnce(RecordBatch) -> RecordBatch) {
        let rows = change(Self::rows(path));
        let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
    }

    /// Writes every digest, size and count, the chain and the archive's own head anew; kept figures go.
    pub fn rehash(&self) {
        let file = |entry: &mut Value, path: &str, [rows, size, digest]: [&str; 3]| {
            let path = self.root.join(path);
            entry[rows] = json!(Self::rows(&path).num_rows());
            entry[size] = json!(fs::metadata(&path).unwrap().len());
            entry[digest] = json!(sha256(&fs::read(&path).unwrap()));
        };
        let entry = |entry: &mut Value| {
            let path = entry["path"].as_str().unwrap().to_owned();
            file(entry, &path, ["rows", "size_bytes", "sha256"]);
        };
        let (mut previous, mut next_seq, mut head) = (Value::Null, 0, String::new());
        for (version, path) in self.commits().iter().enumerate() {
            let mut actions = Self::actions(path);
            for action in &mut actions {
                if let Some(add) = action.get_mut("add") {
                    let mut entry = json!({});
                    let path = format!("events/{}", add["path"].as_str().unwrap());
                    file(&mut entry, &path, ["rows", "size_bytes", "sha256"]);
                    let mut stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
                    stats["numRecords"] = entry["rows"].clone();
                    next_seq += entry["rows"].as_i64().unwrap();
                    add["stats"] = json!(stats.to_string());
                    add["size"] = entry["size_bytes"].clone();
                    add["tags"]["sha256"] = entry["sha256"].clone();
                }
            }
            let note = &mut actions[0]["commitInfo"]["tertib"];
            for table in ["persons", "quarantine"] {
                note[table].as_array_mut().unwrap().iter_mut().for_each(entry);
            }
            note["previous"] = previous;
            note["next_seq"] = json!(next_seq);
            Self::write(path, &actions);
            let digest = sha256(&fs::read(path).unwrap());
            head = format!("{version} {digest}\n").repeat(2);
            previous = json!(digest);
        }
        fs::write(self.root.join("_tertib/head"), head).unwrap();
        drop(fs::remove_dir_all(self.root.join("figures")));
    }
}

/// What a file says: its bytes, and for a Parquet part its texts.
#[must_use]
pub fn decoded(path: &Path, bytes: &[u8]) -> String {
    let mut said = String::from_utf8_lossy(bytes).into_owned();
    if path.extension().is_some_and(|ending| ending == "parquet") {
        let rows = Forger::rows(path);
        // A time is no text.
        for column in rows.columns().iter().filter(|column| !column.data_type().is_temporal()) {
            said.extend((0..rows.num_rows()).map(|row| array_value_to_string(column, row).unwrap() + "\n"));
        }
    }
    said
}

/// Rows with one column exchanged.
#[must_use]
pub fn with_column(rows: &RecordBatch, name: &str, change: impl FnOnce(&ArrayRef) -> ArrayRef) -> RecordBatch {
    let at = rows.schema().index_of(name).unwrap();
    let mut columns = rows.columns().to_vec();
    columns[at] = change(&columns[at]);
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}

/// The text of the first row exchanged.
#[must_use]
pub fn with_text(rows: &RecordBatch, name: &str, text: &str) -> RecordBatch {
    with_column(rows, name, |column| {
        assert_eq!(column.data_type(), &DataType::Utf8);
        let texts = column.as_any().downcast_ref::<StringArray>().unwrap();
        Arc::new(
            (0..texts.len())
                .map(|i| if i == 0 { Some(text) } else { texts.is_valid(i).then(|| texts.value(i)) })
                .collect::<StringArray>(),
        )
    })
}

/// Some rows, in this order.
#[must_use]
pub fn chosen(rows: &RecordBatch, places: impl IntoIterator<Item = usize>) -> RecordBatch {
    let places = places.into_iter().map(|place| u32::try_from(place).unwrap());
    take_record_batch(rows, &UInt32Array::from_iter_values(places)).unwrap()
}

/// The first two values of a column exchanged.
#[must_use]
pub fn swapped(rows: &RecordBatch, name: &str) -> RecordBatch {
    let places = [1, 0].into_iter().chain(2..rows.num_rows());
    with_column(rows, name, |_| Arc::clone(chosen(rows, places).column_by_name(name).unwrap()))
}

/// Writes the manifests of a bag for its files as they are now; its signature stays what it was.
pub fn rebag(bag: &Path) {
    const SIGNATURE: &str = "tagmanifest-sha256.note";
    let named = |is_named: &dyn Fn(&str) -> bool| -> (String, u64, usize) {
        let files = tree(bag).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes));
        let files: Vec<(String, Vec<u8>)> = files.filter(|(path, _)| is_named(path)).collect();
        let lines = files.iter().map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes))).collect();
        (lines, files.iter().map(|(_, bytes)| bytes.len() as u64).sum(), files.len())
    };
    let (manifest, bytes, files) = named(&|path| path.starts_with("data/"));
    fs::write(bag.join("manifest-sha256.txt"), manifest).unwrap();
    let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    let (kept, _) = info.split_once("Payload-Oxum").unwrap();
    fs::write(bag.join("bag-info.txt"), format!("{kept}Payload-Oxum: {bytes}.{files}\n")).unwrap();
    let (tags, ..) = named(&|path| !path.starts_with("data/") && path != "tagmanifest-sha256.txt" && path != SIGNATURE);
    fs::write(bag.join("tagmanifest-sha256.txt"), tags).unwrap();
}

/// Signs a bag as the office does, by somebody who has its key.
pub fn resign(bag: &Path, key: &Path) {
    let statement = fs::read_to_string(bag.join("data/log/checkpoint")).unwrap();
    let origin = statement.lines().next().unwrap();
    let text = format!("{origin}/paket\n{}\n", sha256_of(&bag.join("tagmanifest-sha256.txt")));
    let key = pipeline::SigningKey::load(key).unwrap();
    fs::write(bag.join("tagmanifest-sha256.note"), key.note(origin, &text)).unwrap();
}
