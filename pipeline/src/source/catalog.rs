//! What a database shows of itself to those who do not know it yet: its tables, their columns, how they hang together, and what
//! the values look like.
//!
//! Reads   the database's own lists, and some rows of each table
//! Gives   names, types, links, and a profile of each column
//! Rule    a profile counts and says how values are written; the values of it are only those of columns with few of them

use super::dialect::Question;
use super::relation_schema::SourceColumn;
use super::{Cell, Chunk, Database, DateFormat, Source, SourceError, instants};
use std::collections::BTreeMap;

/// Rows of each table that are looked at.
const ROWS: usize = 1_000;
/// Tables that are looked at.
const TABLES: usize = 300;
/// A column of more different values has no words.
const WORDS: usize = 60;
/// How days and times may be written as text; those with a time behind those without.
const FORMS: [(&str, bool); 14] = [
    ("%d-%m-%Y", false),
    ("%d/%m/%Y", false),
    ("%d.%m.%Y", false),
    ("%Y/%m/%d", false),
    ("%d %B %Y", false),
    ("%m/%d/%Y", false),
    ("%d-%m-%Y %H:%M:%S", true),
    ("%d/%m/%Y %H:%M:%S", true),
    ("%d-%m-%Y %H:%M", true),
    ("%d/%m/%Y %H:%M", true),
    ("%d-%m-%Y %H.%M", true),
    ("%Y/%m/%d %H:%M:%S", true),
    ("%d %B %Y %H:%M:%S", true),
    ("%d %B %Y %H:%M", true),
];

/// The tables that a user may read.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// By name.
    pub tables: Vec<CatalogTable>,
    /// Tables that could not be read.
    pub unread: Vec<String>,
}

/// A table or view.
#[derive(Clone, Debug)]
pub struct CatalogTable {
    /// Its name, with the schema where it must be said.
    pub name: String,
    /// Its columns.
    pub columns: Vec<CatalogColumn>,
    /// What its rows point at.
    pub links: Vec<Link>,
}

/// A column and what its values look like.
#[derive(Clone, Debug)]
pub struct CatalogColumn {
    /// Its name.
    pub name: String,
    /// The database's word for its type; empty where it binds no values.
    pub type_name: String,
    /// What the values look like.
    pub profile: Profile,
}

/// A foreign key of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The column that points.
    pub column: String,
    /// The table that it points at.
    pub table: String,
    /// The column there.
    pub key: String,
}

/// What the values of a column look like, in some rows.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// How many rows have a value.
    pub filled: u32,
    /// How many of them are integers.
    pub integers: u32,
    /// How many are instants, as such or as text after ISO 8601.
    pub instants: u32,
    /// How many are days, as such or as text after ISO 8601.
    pub days: u32,
    /// How many are 16 digits.
    pub sixteen_digits: u32,
    /// How many are ten digits, or such a code with its dots.
    pub area_codes: u32,
    /// How many different ones there are.
    pub distinct: u32,
    /// Whether a dash stands for no value.
    pub has_dash: bool,
    /// The forms that all texts have, and whether they tell the time.
    pub forms: Vec<(&'static str, bool)>,
    /// The different values and how often they came, where they are few.
    pub words: Vec<(String, u64)>,
}

impl Profile {
    /// Whether every row that was looked at had another value.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.filled > 1 && self.distinct == self.filled
    }

    fn of(chunk: &Chunk, place: usize) -> Self {
        let mut profile = Self { forms: FORMS.to_vec(), ..Self::default() };
        let formats: Vec<DateFormat> =
            FORMS.iter().filter_map(|(form, with_time)| DateFormat::new(form, *with_time).ok()).collect();
        let mut fits = vec![true; formats.len()];
        let (mut seen, mut texts): (BTreeMap<String, u64>, u32) = (BTreeMap::new(), 0);
        for row in chunk.rows() {
            let cell = row.at(place);
            let said = match cell {
                Cell::Null => continue,
                Cell::Text(text) if text.trim().is_empty() || text == "-" => {
                    profile.has_dash |= text == "-";
                    continue;
                }
                Cell::Text(text) => text.to_owned(),
                Cell::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            };
            profile.filled += 1;
            profile.integers += u32::from(matches!(cell, Cell::Integer(_)));
            // An integer is an instant to a pull as well, but nothing tells that it is meant as one.
            let is_instant = !matches!(cell, Cell::Integer(_)) && instants::instant(cell, chrono_tz::UTC).is_some();
            profile.instants += u32::from(is_instant);
            profile.days += u32::from(instants::date(cell).is_some());
            let is_digits = said.bytes().all(|b| b.is_ascii_digit());
            profile.sixteen_digits += u32::from(is_digits && said.len() == 16);
            let is_dotted = said.len() == 13 && said.split('.').map(str::len).eq([2, 2, 2, 4]);
            profile.area_codes += u32::from(is_dotted || (is_digits && said.len() == 10));
            if let Cell::Text(text) = cell {
                texts += 1;
                fits.iter_mut().zip(&formats).for_each(|(fits, format)| *fits &= format.fits(text));
            }
            *seen.entry(said).or_default() += 1;
        }
        profile.distinct = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        let mut fits = fits.into_iter();
        profile.forms.retain(|_| texts > 0 && fits.next() == Some(true));
        if seen.len() <= WORDS {
            profile.words = seen.into_iter().collect();
        }
        profile
    }
}

impl Source {
    /// What the database shows of itself; `None` for a folder of files.
    ///
    /// # Errors
    /// [`SourceError`] when the database fails.
    pub async fn catalog(&mut self) -> Result<Option<Catalog>, SourceError> {
        match self {
            Self::Database(database) => database.catalog().await.map(Some),
            Self::Folder(_) => Ok(None),
        }
    }

    /// The different values of a column of a table in all its rows, most frequent first, no more than a number of them.
    ///
    /// # Errors
    /// [`SourceError`] when the database fails.
    pub async fn words(&mut self, table: &str, column: &str, most: usize) -> Result<Vec<(String, u64)>, SourceError> {
        match self {
            Self::Database(database) => database.words(table, column, most).await,
            Self::Folder(_) => Ok(Vec::new()),
        }
    }

    /// How many rows a SELECT gives.
    ///
    /// # Errors
    /// [`SourceError`] when the database fails, or refuses the SELECT.
    pub async fn rows_of(&mut self, select: &str) -> Result<Option<u64>, SourceError> {
        match self {
            Self::Database(database) => {
                let question = Question::new(format!("SELECT COUNT(*) FROM ({select}) AS tertib_rows"), "SELECT");
                Ok(database.all(question, 1).await?.first_number())
            }
            Self::Folder(_) => Ok(None),
        }
    }
}

impl Database {
    async fn catalog(&mut self) -> Result<Catalog, SourceError> {
        let mut catalog = Catalog::default();
        let [tables, links] = self.dialect.catalog();
        let names = self.all(Question::new(tables, "catalog"), 1).await?;
        let names: Vec<String> = names.rows().filter_map(|row| text(row.at(0))).take(TABLES).collect();
        let links = self.all(Question::new(links, "catalog"), 4).await?;
        let links: Vec<Option<[String; 4]>> = links
            .rows()
            .map(|row| Some([text(row.at(0))?, text(row.at(1))?, text(row.at(2))?, text(row.at(3))?]))
            .collect();
        for name in names {
            match self.table(&name).await {
                Ok(columns) => {
                    let of_table = links.iter().flatten().filter(|link| link[0] == name);
                    let link = |[_, column, table, key]: &[String; 4]| Link {
                        column: column.clone(),
                        table: table.clone(),
                        key: key.clone(),
                    };
                    catalog.tables.push(CatalogTable { links: of_table.map(link).collect(), name, columns });
                }
                Err(fault) if fault.is_passing() => return Err(fault),
                Err(_) => {
                    catalog.unread.push(name);
                    // A question that was refused may have ended the transaction.
                    *self = Self::open(self.dialect, self.config.clone()).await?;
                }
            }
        }
        Ok(catalog)
    }

    async fn table(&mut self, name: &str) -> Result<Vec<CatalogColumn>, SourceError> {
        let columns = self.columns_of(name).await?;
        let names: Vec<String> = columns.iter().map(|column| self.dialect.quoted(&column.name)).collect();
        let sql = format!("SELECT {} FROM {} LIMIT {ROWS}", names.join(", "), self.dialect.relation(name));
        let rows = self.all(Question::new(sql, name), columns.len()).await?;
        let profiled = |(place, SourceColumn { name, type_name, .. })| CatalogColumn {
            name,
            type_name,
            profile: Profile::of(&rows, place),
        };
        Ok(columns.into_iter().enumerate().map(profiled).collect())
    }

    async fn words(&mut self, table: &str, column: &str, most: usize) -> Result<Vec<(String, u64)>, SourceError> {
        let word = self.dialect.exact_text(&self.dialect.quoted(column));
        let table_name = self.dialect.relation(table);
        let sql = format!("SELECT {word}, COUNT(*) FROM {table_name} GROUP BY {word} ORDER BY 2 DESC, 1 LIMIT {most}");
        let answer = self.all(Question::new(sql, table), 2).await?;
        let word = |row: super::Row<'_>| match row.at(1) {
            Cell::Integer(rows) => Some((text(row.at(0))?, u64::try_from(rows).ok()?)),
            _ => None,
        };
        Ok(answer.rows().filter_map(word).collect())
    }
}

fn text(cell: Cell<'_>) -> Option<String> {
    if let Cell::Text(text) = cell { Some(text.to_owned()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::chunk_of;

    #[test]
    fn a_profile_says_how_values_are_written() {
        let rows: Vec<[Cell<'_>; 4]> = vec![
            [
                Cell::Text("17-08-1997"),
                Cell::Integer(1_806_015_708_979_001),
                Cell::Text("18.06.01.1001"),
                Cell::Text("SELESAI"),
            ],
            [
                Cell::Text("01-02-1980"),
                Cell::Integer(1_806_015_708_979_002),
                Cell::Text("1806011002"),
                Cell::Text("SELESAI"),
            ],
            [Cell::Text(""), Cell::Null, Cell::Null, Cell::Text("-")],
        ];
        let rows: Vec<&[Cell<'_>]> = rows.iter().map(|row| row.as_slice()).collect();
        let chunk = chunk_of(&rows);
        let of = |place| Profile::of(&chunk, place);
        assert_eq!(of(0).forms, [("%d-%m-%Y", false)]);
        assert_eq!((of(1).sixteen_digits, of(1).integers, of(1).is_unique()), (2, 2, true));
        assert_eq!((of(2).area_codes, of(2).filled), (2, 2));
        assert_eq!(of(3).words, [("SELESAI".to_owned(), 2)]);
        assert!(of(3).forms.is_empty() && !of(3).is_unique());
    }
}
