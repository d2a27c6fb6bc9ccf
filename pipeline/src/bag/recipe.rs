//! The scripts that travel in a bag, by which DuckDB alone checks its rows and answers questions about them.
//!
//! Reads   the schema of the public table, which decides the members of a leaf
//! Gives   `verifikasi.sql` and `tampilan.sql`
//! Rule    a leaf is SHA-256(0x00 and the canonical JSON of the row): members in order of their names, no blanks, none without a
//!         value; instants in microseconds since 1970 UTC, days since then, digests in hexadecimal digits

use arrow::datatypes::{DataType, SchemaRef, TimeUnit};

const CHECK: &str = include_str!("verifikasi.sql");
const VIEWS: &str = include_str!("tampilan.sql");

/// A column of the public table for which there is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public column `{column}` has a type that no recipe knows; use the tertib that began the archive")]
pub struct ScriptError {
    /// Its name.
    column: String,
}

/// How a column is read by DuckDB.
struct Column<'a> {
    name: &'a str,
    kind: &'static str,
    /// Its member of the canonical JSON; without a value, nothing.
    member: String,
    /// Its value as answers show it.
    shown: String,
}

impl<'a> Column<'a> {
    fn of(name: &'a str, kind: &DataType) -> Result<Self, ScriptError> {
        let asked = format!("asal.\"{name}\"");
        let (kind, value, shown) = match kind {
            DataType::Int64 => ("BIGINT", asked.clone(), format!("\"{name}\"")),
            DataType::Int32 => ("INTEGER", asked.clone(), format!("\"{name}\"")),
            DataType::Utf8 => ("VARCHAR", format!("teks({asked})"), format!("\"{name}\"")),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => (
                "TIMESTAMPTZ",
                format!("epoch_us({asked})"),
                format!("make_timestamp(epoch_us(\"{name}\")) AS \"{name}\""),
            ),
            DataType::Date32 => ("DATE", format!("({asked} - DATE '1970-01-01')"), format!("\"{name}\"")),
            DataType::Binary => (
                "BLOB",
                format!("'\"' || lower(hex({asked})) || '\"'"),
                format!("lower(hex(\"{name}\")) AS \"{name}\""),
            ),
            _ => return Err(ScriptError { column: name.to_owned() }),
        };
        Ok(Self { name, kind, member: format!("'\"{name}\":' || {value}"), shown })
    }
}

fn columns(schema: &SchemaRef) -> Result<Vec<Column<'_>>, ScriptError> {
    schema.fields().iter().map(|field| Column::of(field.name(), field.data_type())).collect()
}

/// Each as a line of a list, indented.
fn list<'a>(lines: impl Iterator<Item = &'a str>, indent: usize) -> Vec<String> {
    lines.map(|line| format!("{}{line}", " ".repeat(indent))).collect()
}

/// Returns the script that recomputes each leaf of a bag's rows and compares it with the log.
pub(super) fn check_of(schema: &SchemaRef) -> Result<String, ScriptError> {
    let mut columns = columns(schema)?;
    let types: Vec<String> =
        columns.iter().map(|column| format!("NULL::{} AS \"{}\"", column.kind, column.name)).collect();
    columns.sort_by_key(|column| column.name);
    let members: Vec<String> = columns.into_iter().map(|column| column.member).collect();
    let members: String = list(members.iter().map(String::as_str), 8).iter().map(|line| format!(",\n{line}")).collect();
    let types = list(types.iter().map(String::as_str), 8).join(",\n");
    Ok(CHECK.replace("\n@MEMBERS@", &members).replace("@COLUMNS@", &types))
}

/// Returns the script that defines the views by which questions are asked of a bag; of its rows alone, or also of tables in it that
/// tertib has computed.
pub(super) fn views_of(schema: &SchemaRef, computed: &[ComputedTable]) -> Result<String, ScriptError> {
    let columns = columns(schema)?;
    let types: Vec<String> =
        columns.iter().map(|column| format!("NULL::{} AS \"{}\",", column.kind, column.name)).collect();
    let shown: Vec<String> = columns.into_iter().map(|column| format!("{},", column.shown)).collect();
    let types = list(types.iter().map(String::as_str), 8).join("\n");
    let shown = list(shown.iter().map(String::as_str), 4).join("\n");
    let views: String = computed.iter().map(view_of).collect();
    let (rows, views) = if computed.is_empty() { ("events_all", views) } else { ("baris", views + ALL_EVENTS) };
    let script = VIEWS.replace("@TYPES@", &types).replace("@COLUMNS@", &shown);
    Ok(script.replace("@ROWS@", rows).replace("@COMPUTED@", &views))
}

/// Returns the script that defines the same views over the files of the archive itself, of its rows alone.
pub(super) fn views_of_archive(schema: &SchemaRef) -> Result<String, ScriptError> {
    let script = views_of(schema, &[])?.replace("'data/events/", "'events/");
    let (rows, _) = script.split_once("-- Bentuk terakhir").unwrap_or((&script, ""));
    let rows = rows.split_once("\n\n").map_or(rows, |(_, rows)| rows);
    Ok(format!("{rows}{CURRENT}"))
}

/// The rows that no other one replaces.
const CURRENT: &str = "-- Bentuk terakhir setiap peristiwa: tanpa baris yang sudah digantikan koreksi.
CREATE OR REPLACE VIEW events AS
SELECT * FROM events_all
WHERE seq NOT IN (SELECT correction_of FROM events_all WHERE correction_of IS NOT NULL);
";

/// The name of the table of what is computed for each row.
pub const OF_ROWS: &str = "hitungan";

/// The rows with what is computed for each.
const ALL_EVENTS: &str = "
-- Baris dengan kolom yang dihitung tertib menurut kalender kerja dan catatan arsip.
CREATE OR REPLACE VIEW events_all AS
SELECT baris.*, hitungan.* EXCLUDE (seq) FROM baris LEFT JOIN hitungan USING (seq);
";

/// A table in a bag, in which tertib has written what it computes.
#[derive(Clone, Debug)]
pub struct ComputedTable {
    /// Its name, which is also that of its folder in `data/tampilan`.
    pub name: String,
    /// Its columns that are instants.
    pub instants: Vec<String>,
}

/// Returns a view over the files of such a table. A row that belongs to several months is in it once.
fn view_of(table: &ComputedTable) -> String {
    let ComputedTable { name, instants } = table;
    let instants: Vec<String> =
        instants.iter().map(|column| format!("make_timestamp(epoch_us(\"{column}\")) AS \"{column}\"")).collect();
    let replaced = if instants.is_empty() { String::new() } else { format!(" REPLACE ({})", instants.join(", ")) };
    format!(
        "\nCREATE OR REPLACE VIEW {name} AS\nSELECT DISTINCT *{replaced} FROM read_parquet('data/tampilan/{name}/*.parquet');\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::{Field, Schema};
    use std::sync::Arc;

    #[test]
    fn every_column_has_a_member_in_order_of_its_name() {
        let fields = vec![Field::new("seq", DataType::Int64, false), Field::new("hasil", DataType::Utf8, true)];
        let script = check_of(&Arc::new(Schema::new(fields))).unwrap();
        let members =
            script.find(",\n        '\"hasil\":' || teks(asal.\"hasil\"),\n        '\"seq\":' || asal.\"seq\"");
        assert!(members.is_some() && !script.contains('@'), "{script}");
        let odd = Arc::new(Schema::new(vec![Field::new("x", DataType::Float64, true)]));
        assert_eq!(check_of(&odd).unwrap_err(), ScriptError { column: "x".to_owned() });
        assert!(views_of(&odd, &[]).is_err());
        let script = views_of_archive(&Arc::new(Schema::new(vec![Field::new("seq", DataType::Int64, false)]))).unwrap();
        assert!(script.contains("'events/*/*.parquet'") && script.contains("correction_of IS NOT NULL"), "{script}");
        assert!(!script.contains("data/") && !script.contains("paket") && !script.contains('@'), "{script}");
    }
}
