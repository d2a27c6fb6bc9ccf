//! An answer as a table, CSV, JSON, XLSX or Parquet.
//!
//! Rule    a text is never a formula; JSON and XLSX say the digest of the answer

use super::child::Answered;
use crate::print;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use pipeline::{AnswerColumn, AnswerKind, write_parquet};
use reports::{AnswerCell, answer_workbook, csv_lines};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// How many rows are written at once.
const AT_ONCE: usize = 4_096;
/// The most cells of a workbook, which is made in memory.
const MOST_CELLS: u64 = 5_000_000;
/// Up to here every integer is exactly a number of a spreadsheet.
const EXACT: i64 = 1 << 53;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For reading.
    Table,
    /// For spreadsheets and programs: comma, UTF-8, header line.
    Csv,
    /// A workbook; needs --output.
    Xlsx,
    /// For programs: an object with the digest, the columns, and the rows as objects.
    Json,
    /// For programs: typed columns; needs --output.
    Parquet,
}

impl Form {
    /// How many rows are given where nothing else is asked for.
    pub(crate) fn usual_rows(self) -> u64 {
        match self {
            Self::Table => 1_000,
            Self::Xlsx => 100_000,
            Self::Csv | Self::Json | Self::Parquet => 10_000_000,
        }
    }
}

/// A row as an object whose keys come in the order of the columns.
struct Object<'a>(&'a [&'a str], &'a [Value]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// Writes an answer to a file, or to standard output.
pub(crate) fn given(mut answered: Answered, form: Form, output: Option<&Path>) -> Result<()> {
    let Some(path) = output else {
        let mut out = BufWriter::with_capacity(1 << 17, std::io::stdout());
        let written = write(&mut answered, form, None, &mut out).and_then(|()| Ok(out.flush()?));
        // A reader that went away is no error.
        return match written {
            Err(fault) if fault.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe) => {
                Ok(())
            }
            other => other,
        };
    };
    let unwritten = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::with_prefix_in(".tertib-", folder).with_context(unwritten)?;
    let mut out = BufWriter::with_capacity(1 << 17, file.as_file_mut());
    write(&mut answered, form, None, &mut out).and_then(|()| Ok(out.flush()?)).with_context(unwritten)?;
    drop(out);
    file.as_file().sync_all().with_context(unwritten)?;
    file.persist(path).with_context(unwritten)?;
    Ok(())
}

/// Writes an answer. Where it is noted, its file says so: the number of the entry in the log of those who looked.
pub(crate) fn write(
    answered: &mut Answered,
    form: Form,
    noted: Option<u64>,
    out: &mut (dyn Write + Send),
) -> Result<()> {
    let columns = answered.columns.clone();
    let head: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    match form {
        Form::Table => {
            let mut rows = Vec::new();
            while let Some(row) = answered.row()? {
                rows.push(row.iter().map(text).collect());
            }
            out.write_all(print::table(&head, &rows).as_bytes())?;
        }
        Form::Csv => {
            csv(answered, &head, out)?;
            if let Some(number) = noted {
                let digest = &answered.asked.digest;
                out.write_all(&csv_lines(&[vec![format!("Catatan akses nomor {number}; SHA-256 jawaban {digest}")]])?)?;
            }
        }
        Form::Json => {
            let named: Vec<Value> = columns.iter().map(|one| json!({"name": one.name, "kind": one.kind})).collect();
            let asked = &answered.asked;
            write!(out, "{{\n  \"sha256\": {},\n  \"n\": {},\n", json!(asked.digest), asked.rows)?;
            if let Some(number) = noted {
                writeln!(out, "  \"access\": {number},")?;
            }
            write!(out, "  \"columns\": {},\n  \"rows\": [", json!(named))?;
            let mut between = "\n    ";
            while let Some(row) = answered.row()? {
                out.write_all(between.as_bytes())?;
                serde_json::to_writer(&mut *out, &Object(&head, &row))?;
                between = ",\n    ";
            }
            out.write_all(b"\n  ]\n}\n")?;
        }
        Form::Xlsx => out.write_all(&workbook(answered, &head, &columns, noted)?)?,
        Form::Parquet => {
            let digest = answered.asked.digest.clone();
            let mut rows = std::iter::from_fn(|| answered.row().transpose());
            write_parquet(&columns, &mut rows, (&digest, noted), out)?;
        }
    }
    Ok(())
}

fn csv(answered: &mut Answered, head: &[&str], out: &mut dyn Write) -> Result<()> {
    out.write_all(print::csv(head, &[])?.as_bytes())?;
    let mut rows = Vec::with_capacity(AT_ONCE);
    loop {
        let row = answered.row()?;
        let is_last = row.is_none();
        rows.extend(row.map(|row| row.iter().map(text).collect()));
        if rows.len() == AT_ONCE || is_last {
            out.write_all(&csv_lines(&rows)?)?;
            rows.clear();
        }
        if is_last {
            return Ok(());
        }
    }
}

fn workbook(answered: &mut Answered, head: &[&str], columns: &[AnswerColumn], noted: Option<u64>) -> Result<Vec<u8>> {
    let asked = &answered.asked;
    if asked.rows.saturating_mul(head.len() as u64) > MOST_CELLS {
        let what = format!("a workbook of {} rows is too large", asked.rows);
        bail!("{what}; take --format csv or parquet, or fewer rows with --limit");
    }
    let mut notes = vec![
        ("Pertanyaan", asked.sql.clone()),
        ("SHA-256 jawaban", asked.digest.clone()),
        ("Baris", asked.rows.to_string()),
        ("Waktu", "semua saat dalam UTC".to_owned()),
    ];
    notes.extend(noted.map(|number| ("Nomor catatan akses", number.to_string())));
    let mut fault = None;
    let mut rows = std::iter::from_fn(|| match answered.row() {
        Ok(row) => Some(row?.iter().zip(columns).map(|(value, column)| cell(value, column.kind)).collect()),
        Err(e) => {
            fault = Some(e);
            None
        }
    });
    let bytes = answer_workbook(head, &mut rows, &notes)?;
    fault.map_or(Ok(bytes), |fault| Err(fault.into()))
}

/// A value as tables show it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cell(value: &Value, kind: AnswerKind) -> AnswerCell {
    match (value, kind) {
        (Value::Null, _) => AnswerCell::Empty,
        (Value::Bool(b), _) => AnswerCell::Boolean(*b),
        (Value::String(text), AnswerKind::Instant) => AnswerCell::Instant(text.clone()),
        (Value::String(text), AnswerKind::Day) => AnswerCell::Day(text.clone()),
        (Value::Number(n), _) => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) if n.abs() > EXACT => AnswerCell::Text(n.to_string()),
            (_, Some(x)) => AnswerCell::Number(x),
            _ => AnswerCell::Text(n.to_string()),
        },
        (other, _) => AnswerCell::Text(text(other)),
    }
}
