//! CSV in one dialect: comma, UTF-8 without byte order mark, header line, LF, quotes where needed.
//!
//! Invariant: no spreadsheet takes a cell for a formula.

use crate::table::Table;

pub(crate) fn write(table: &Table) -> Result<Vec<u8>, String> {
    let rows = table.rows.iter().map(|row| row.iter().map(crate::table::Item::text));
    lines(table.head.iter().map(String::as_str), rows)
}

/// Returns a header line and rows.
pub(crate) fn lines<'h, T: AsRef<str>>(
    head: impl Iterator<Item = &'h str>,
    rows: impl Iterator<Item = impl Iterator<Item = T>>,
) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head.map(harmless)).map_err(|e| e.to_string())?;
    for row in rows {
        writer.write_record(row.map(|cell| harmless(cell.as_ref()))).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// Puts an apostrophe in front of a text that begins like a formula. Numbers remain as they are.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        let row = |cells: [&str; 2]| cells.map(crate::table::Item::from).to_vec();
        let table = Table::new(["a", "b"], vec![row(["=cmd|'/c calc'!A1", "-5"]), row(["x,\"y\"", "@SUM"])]);
        let text = String::from_utf8(write(&table).unwrap()).unwrap();
        assert_eq!(text, "a,b\n'=cmd|'/c calc'!A1,-5\n\"x,\"\"y\"\"\",'@SUM\n");
    }
}
