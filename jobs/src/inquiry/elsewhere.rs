//! The same question for `DuckDB`, over the files of the archive.
//!
//! Rule    what tertib computes by the calendar and the log is not in the files, so that a question that reads it has no script

use super::child::Question;
use super::order::Asked;
use pipeline::Given;

/// The views whose rows are in the files.
const STORED: [&str; 2] = ["events", "events_all"];

/// Returns the script of a question, after that of the views. Run in the archive's folder, it gives the same answer; none where the
/// files do not hold all that it reads.
pub(crate) fn script(question: &Question, reads: &Asked, views: &str) -> Option<String> {
    let is_stored = |read: &String| {
        let column = read.split_once('.').map_or("", |(_, column)| column);
        column == "bulan" || views.contains(&format!("AS \"{column}\","))
    };
    let names_stored = !reads.views.is_empty() && reads.views.iter().all(|view| STORED.contains(&view.as_str()));
    if !names_stored || !reads.columns.iter().all(is_stored) {
        return None;
    }
    let mut text = format!("-- Jalankan dalam folder arsip: duckdb < nama-fail-ini.sql\n{views}\n");
    let mut sql = question.sql.trim().trim_end_matches(';').to_owned();
    for (name, value) in &question.given {
        let value = match value {
            Given::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Given::Integer(n) => n.to_string(),
        };
        text.push_str(&format!("SET VARIABLE {name} = {value};\n"));
        sql = sql.replace(&format!(":{name}"), &format!("getvariable('{name}')"));
    }
    Some(format!("{text}{sql};\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn only_what_the_files_hold_has_a_script() {
        let views = "SELECT\n    NULL::INTEGER AS \"langkah\",\n";
        let of = |reads: &[&str], sql: &str| {
            let given = BTreeMap::from([("month".to_owned(), Given::Text("2026-10".to_owned()))]);
            let columns: Vec<String> = reads.iter().map(|read| (*read).to_owned()).collect();
            let named = columns.iter().filter_map(|read| Some(read.split_once('.')?.0.to_owned())).collect();
            let (months, digest) = (Vec::new(), String::new());
            let reads = Asked { sql: String::new(), views: named, columns, months, digest, rows: 0 };
            script(&Question { sql: sql.to_owned(), given }, &reads, views)
        };
        let sql = "SELECT langkah FROM events WHERE bulan = :month;";
        let said = of(&["events.langkah", "events.bulan"], sql).unwrap();
        assert!(said.ends_with(
            "SET VARIABLE month = '2026-10';\nSELECT langkah FROM events WHERE bulan = getvariable('month');\n"
        ));
        assert!(of(&["events.langkah", "events.selesai_s"], sql).is_none());
        assert!(of(&["berkas.langkah"], sql).is_none() && of(&["books.bulan"], sql).is_none());
        assert!(of(&[], "SHOW TABLES").is_none());
    }
}
