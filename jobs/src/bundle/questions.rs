//! The saved questions in a bundle, and what they are asked of beside its rows.
//!
//! Reads   the views of the archive; the saved questions
//! Gives   `data/tampilan/VIEW/*.parquet`, what tertib computes of the months; `data/pertanyaan/NAME.sql` for DuckDB
//! Rule    of other months only what the log itself tells. No view names anybody

use anyhow::Result;
use pipeline::{AnswerKind, BagWriter, ComputedTable, OF_ROWS, Questions};
use reports::SavedQuestion as Named;
use schemas::{Month, ParameterKind, SavedQuestion};

/// What is asked of a view for one month, and its folder in the bag.
struct Part {
    folder: &'static str,
    sql: fn(&str) -> String,
}

/// The views of one month each.
const OF_MONTHS: [Part; 5] = [
    Part {
        folder: "berkas",
        sql: |month| {
            format!(
                "SELECT * FROM berkas WHERE berkas_id IN (SELECT berkas_id FROM events_all WHERE bulan = '{month}')"
            )
        },
    },
    Part {
        folder: "batches",
        sql: |month| {
            format!(
                "SELECT * FROM batches WHERE kolektif_id IN (SELECT kolektif_id FROM events_all WHERE bulan = '{month}')"
            )
        },
    },
    Part { folder: "books", sql: |month| format!("SELECT * FROM books WHERE bulan = '{month}'") },
    Part { folder: "findings", sql: |month| format!("SELECT * FROM findings WHERE bulan = '{month}'") },
    Part { folder: "targets", sql: |month| format!("SELECT * FROM targets WHERE bulan = '{month}'") },
];
/// The views of the whole archive, which hold counts and codes alone.
const OF_ALL: [&str; 2] = ["runs", "quarantine"];

/// Adds the views. Returns their names and instants for the script that defines them.
pub(super) fn put_views(bag: &mut BagWriter, questions: &Questions, months: &[Month]) -> Result<Vec<ComputedTable>> {
    let mut tables: Vec<ComputedTable> = Vec::new();
    let mut put = |folder: &str, file: &str, sql: &str| -> Result<()> {
        let mut bytes = Vec::new();
        let columns = questions.parquet(sql, &mut bytes)?;
        bag.put(&format!("data/tampilan/{folder}/{file}.parquet"), &bytes)?;
        if tables.iter().all(|table| table.name != folder) {
            let instants = columns.into_iter().filter(|column| column.kind == AnswerKind::Instant);
            let instants = instants.map(|column| column.name).collect();
            tables.push(ComputedTable { name: folder.to_owned(), instants });
        }
        Ok(())
    };
    let computed = questions.computed_columns()?.join(", ");
    for month in months.iter().map(ToString::to_string) {
        let of_rows = format!("SELECT seq, {computed} FROM events_all WHERE bulan = '{month}' ORDER BY seq");
        put(OF_ROWS, &month, &of_rows)?;
        for part in &OF_MONTHS {
            put(part.folder, &month, &(part.sql)(&month))?;
        }
    }
    for view in OF_ALL {
        put(view, "semua", &format!("SELECT * FROM {view}"))?;
    }
    Ok(tables)
}

/// Adds the saved questions, each as a script whose parameters stand at its head. Returns them as the recipe names them.
pub(super) fn put_questions(bag: &mut BagWriter, first: Month) -> Result<Vec<Named>> {
    let mut named = Vec::new();
    for saved in SavedQuestion::all()? {
        let file = format!("data/pertanyaan/{}.sql", saved.name);
        bag.put(&file, script(&saved, first).as_bytes())?;
        named.push(Named { file, title: saved.title });
    }
    Ok(named)
}

fn script(saved: &SavedQuestion, first: Month) -> String {
    let mut text = format!("-- {}\n-- {}\n", saved.title, saved.sentence);
    let mut sql = saved.sql.trim().to_owned();
    for parameter in &saved.parameters {
        let value = match parameter.kind {
            ParameterKind::Month => format!("'{first}'"),
            ParameterKind::Day => format!("'{first}-01'"),
            ParameterKind::Number => "1".to_owned(),
            ParameterKind::Text => "''".to_owned(),
        };
        text.push_str(&format!("SET VARIABLE {} = {value}; -- {}\n", parameter.name, parameter.kind.word()));
        sql = sql.replace(&format!(":{}", parameter.name), &format!("getvariable('{}')", parameter.name));
    }
    format!("{text}{sql};\n")
}
