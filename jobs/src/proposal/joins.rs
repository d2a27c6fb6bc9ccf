//! How the tables hang together from the one with the steps on.
//!
//! Reads   foreign keys; names of columns that are equal, and unique on the other side
//! Gives   the tables that each step leads to, nearest first, each with its join
//! Rule    a join leads from many rows to one, so that no step comes twice

use super::view::SqlDialect;
use pipeline::{Catalog, CatalogTable, Link};

/// A table that is reached, and by which join.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    /// Its place in the catalogue.
    pub(super) table: usize,
    /// What it is called in the SELECT.
    pub(super) alias: String,
    /// The reached table from which it is joined, and the link; none for the first.
    pub(super) by: Option<(usize, Link, &'static str)>,
}

/// Words that a key's name has.
const OF_KEYS: [&str; 5] = ["id", "no", "nomor", "kode", "kd"];

/// Every table that the rows of one lead to.
pub(super) fn reached(catalog: &Catalog, first: usize) -> Vec<Reached> {
    let mut reached = vec![Reached { table: first, alias: "p".to_owned(), by: None }];
    let mut at = 0;
    while let Some(Reached { table, .. }) = reached.get(at) {
        let Some(from) = catalog.tables.get(*table) else { break };
        let keys = from.links.iter().map(|link| (link.clone(), "kunci asing"));
        for (link, reason) in keys.chain(equal_names(catalog, from)) {
            let Some(to) = catalog.tables.iter().position(|table| table.name == link.table) else { continue };
            if reached.iter().all(|known| known.table != to) {
                let alias = format!("j{}", reached.len());
                reached.push(Reached { table: to, alias, by: Some((at, link, reason)) });
            }
        }
        at += 1;
    }
    reached
}

/// Columns that are called as the key of another table, or as that table.
fn equal_names<'c>(
    catalog: &'c Catalog,
    from: &'c CatalogTable,
) -> impl Iterator<Item = (Link, &'static str)> + use<'c> {
    let is_key = |name: &str| name.to_lowercase().split('_').any(|word| OF_KEYS.contains(&word));
    let others = catalog.tables.iter().filter(|table| table.name != from.name);
    let pairs = others.flat_map(move |table| from.columns.iter().map(move |column| (table, column)));
    pairs.filter(move |(_, column)| is_key(&column.name)).filter_map(|(table, column)| {
        let of_table = format!("id_{}", table.name.rsplit('_').next().unwrap_or(&table.name));
        let key = table.columns.iter().find(|key| {
            let is_named = key.name == column.name || (key.name == "id" && column.name == of_table);
            is_named && key.profile.is_unique() && key.type_name == column.type_name
        })?;
        let link = Link { column: column.name.clone(), table: table.name.clone(), key: key.name.clone() };
        Some((link, "nama kolom sama dan unik"))
    })
}

/// The lines of FROM for the tables that are needed.
pub(super) fn from(catalog: &Catalog, reached: &[Reached], needed: &[usize], dialect: SqlDialect) -> Vec<String> {
    let mut in_use = vec![false; reached.len()];
    for place in needed {
        let mut at = Some(*place);
        while let Some(place) = at {
            in_use[place] = true;
            at = reached[place].by.as_ref().map(|(from, ..)| *from);
        }
    }
    let mut lines = Vec::new();
    for (place, Reached { table, alias, by }) in reached.iter().enumerate() {
        let name = dialect.named(&catalog.tables[*table].name);
        match by {
            None => lines.push(format!("{name} {alias}")),
            Some((from, link, reason)) if in_use[place] => {
                let (key, column) = (dialect.named(&link.key), dialect.named(&link.column));
                let left = &reached[*from].alias;
                lines.push(format!("JOIN {name} {alias} ON {alias}.{key} = {left}.{column} /* {reason} */"));
            }
            Some(_) => {}
        }
    }
    lines
}
