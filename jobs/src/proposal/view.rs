//! The view with one row per event, as SQL for a person to complete: each column of the contract with what it means, where it is
//! taken from, and what is missing.
//!
//! Rule    nothing of it is ever run in the office's database but the SELECT, read-only, to try it

use schemas::{Column, Facts, Language, Presence, SideTable};
use std::fmt::Write;

/// A database's way of writing SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SqlDialect {
    /// `SQLite`
    Sqlite,
    /// `PostgreSQL`
    #[value(alias = "postgresql")]
    Postgres,
    /// `MySQL` and `MariaDB`
    #[value(alias = "mariadb")]
    Mysql,
}

/// Words that stand for something else where they are not quoted, among the names that tables and columns have.
const RESERVED: [&str; 12] =
    ["order", "group", "user", "table", "index", "key", "desc", "check", "primary", "references", "rank", "system"];

impl SqlDialect {
    /// The dialect of a source; `None` for a folder of files.
    pub(crate) fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL/MariaDB",
        }
    }

    /// A name as it stands in SQL; `schema.table` part by part.
    pub(crate) fn named(self, name: &str) -> String {
        let is_plain = |part: &str| {
            !RESERVED.contains(&part)
                && part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let quote = if self == Self::Mysql { '`' } else { '"' };
        let part = |part: &str| match is_plain(part) {
            true => part.to_owned(),
            false => format!("{quote}{}{quote}", part.replace(quote, &format!("{quote}{quote}"))),
        };
        name.split('.').map(part).collect::<Vec<_>>().join(".")
    }

    /// What the owner of the database does so that tertib may read, and no more.
    fn rights(self, view: &str) -> String {
        let view = self.named(view);
        match self {
            Self::Sqlite => {
                "tertib membuka berkas SQLite hanya untuk dibaca; tidak ada hak yang perlu diberikan.".to_owned()
            }
            Self::Postgres => format!(
                "CREATE ROLE tertib LOGIN PASSWORD '<sandi>'; GRANT SELECT ON {view} TO tertib; GRANT pg_read_all_stats TO tertib;"
            ),
            Self::Mysql => format!(
                "CREATE USER tertib IDENTIFIED BY '<sandi>'; GRANT SELECT ON {view} TO tertib; GRANT PROCESS ON *.* TO tertib;"
            ),
        }
    }
}

/// Where a column of the view comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct ViewColumn {
    /// The expression; `None` for a gap.
    pub expression: Option<String>,
    /// Why it is believed to be that, or what is missing.
    pub evidence: Vec<String>,
}

/// A view that is proposed, or yet to be filled in.
#[derive(Debug)]
pub(crate) struct View {
    pub dialect: SqlDialect,
    /// What it is called.
    pub name: String,
    /// Each column of the contract, in the order of [`Column::ALL`].
    pub columns: Vec<(Column, ViewColumn)>,
    /// The tables and their joins, a line each.
    pub from: Vec<String>,
}

impl View {
    /// A view of which nothing is known but the contract.
    pub(crate) fn blank(dialect: SqlDialect, name: &str) -> Self {
        let blank = |column| (column, ViewColumn::default());
        let from = ["<tabel_langkah> p", "JOIN <tabel_permohonan> m ON m.<kunci> = p.<kunci_permohonan>"];
        let from = from.into_iter().chain(["JOIN <tabel_kolektif> k ON k.<kunci> = m.<kunci_kolektif>"]);
        Self {
            dialect,
            name: name.to_owned(),
            columns: Column::ALL.into_iter().map(blank).collect(),
            from: from.map(str::to_owned).collect(),
        }
    }

    /// The SELECT that can be tried: without the columns that are not known, where no row must have them.
    pub(crate) fn select(&self) -> Option<String> {
        let known = |(column, of): &(Column, ViewColumn)| match &of.expression {
            Some(expression) => Some(Some(format!("{expression} AS {}", column.name()))),
            None if column.is_always_read() => None,
            None => Some(None),
        };
        let columns: Vec<Option<String>> = self.columns.iter().map(known).collect::<Option<_>>()?;
        let columns: Vec<String> = columns.into_iter().flatten().collect();
        Some(format!("SELECT {} FROM {}", columns.join(", "), self.from.join(" ")))
    }

    /// The statement with its comments. A required column that is not known stands as a gap in `<…>`.
    pub(crate) fn statement(&self, facts: &Facts, language: Language) -> anyhow::Result<String> {
        let meanings = schemas::ColumnMeaning::all()?;
        let mut text = format!(
            "-- Tampilan (view) sumber untuk tertib, {}: satu baris untuk setiap langkah yang dikerjakan.\n\
             -- Ganti setiap <…>. Kolom pilihan yang tidak ada boleh dihapus dari tampilan. tertib hanya membaca; tampilan ini\n\
             -- dibuat oleh pemilik basis data. Kata, nama langkah, dan cara menulis tanggal milik kantor tidak perlu diubah di\n\
             -- sini: petakan pada [source.values] dan [source.formats] dalam tertib.toml.\n\
             -- Hak baca: {}\n\nCREATE VIEW {} AS\nSELECT\n",
            self.dialect.name(),
            self.dialect.rights(&self.name),
            self.dialect.named(&self.name)
        );
        let is_in_use = |(column, of): &&(Column, ViewColumn)| {
            of.expression.is_some() || column.is_always_read() || self.is_blank()
        };
        let last = self.columns.iter().filter(is_in_use).count();
        let mut written = 0;
        for (column, of) in &self.columns {
            let fact = facts.columns.get(*column);
            let needed = if fact.presence == Presence::Optional { "pilihan" } else { "wajib" };
            let meaning = meanings.iter().find(|meaning| meaning.column == *column);
            let meaning = meaning.map_or("", |meaning| meaning.meaning.of(language));
            let at = facts.steps_of(*column).map_or_else(String::new, |steps| format!(", {}", only_at(&steps)));
            writeln!(text, "  -- {}: {needed}, {}{at}; {meaning}", column.name(), kind(fact.kind))?;
            for line in words(facts, *column) {
                writeln!(text, "  --   {line}")?;
            }
            for line in &of.evidence {
                writeln!(text, "  --   {line}")?;
            }
            let expression = match &of.expression {
                Some(expression) => expression.clone(),
                None if fact.presence != Presence::Optional || self.is_blank() => {
                    let gap = format!("<{}>", column.name());
                    match facts.steps_of(*column) {
                        None => gap,
                        Some(steps) => at_steps("<langkah>", steps.iter().map(u8::to_string), &gap),
                    }
                }
                None => {
                    writeln!(text, "  -- <{0}> AS {0},", column.name())?;
                    continue;
                }
            };
            written += 1;
            let comma = if written == last { "" } else { "," };
            writeln!(text, "  {expression} AS {}{comma}", column.name())?;
        }
        writeln!(text, "FROM {};", self.from.join("\n  "))?;
        for table in SideTable::all()? {
            writeln!(text, "\n-- Pilihan, `{}` pada [source]: {}", table.key, table.meaning.of(language))?;
            let columns = table.columns.iter().map(|column| format!("<{0}> AS {0}", column.name)).collect::<Vec<_>>();
            writeln!(text, "-- CREATE VIEW {} AS SELECT {} FROM <tabel>;", table.name, columns.join(", "))?;
            for column in &table.columns {
                writeln!(text, "--   {}: {}; {}", column.name, kind(column.kind), column.meaning.of(language))?;
            }
        }
        Ok(text)
    }

    fn is_blank(&self) -> bool {
        self.columns.iter().all(|(_, of)| of.expression.is_none())
    }
}

/// An expression that has a value at some steps alone, by how the office writes them.
pub(super) fn at_steps(step: &str, steps: impl Iterator<Item = String>, expression: &str) -> String {
    format!("CASE WHEN {step} IN ({}) THEN {expression} END", steps.collect::<Vec<_>>().join(", "))
}

/// At which steps alone a column may have a value, for an official.
pub(crate) fn only_at(steps: &[u8]) -> String {
    match steps {
        [] => "tidak pada langkah mana pun dalam SOP".to_owned(),
        steps => format!("hanya langkah {}", steps.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The type of a column, for an official.
pub(crate) fn kind(kind: schemas::ColumnKind) -> &'static str {
    match kind {
        schemas::ColumnKind::Key => "bilangan bulat atau teks",
        schemas::ColumnKind::Text => "teks",
        schemas::ColumnKind::Integer => "bilangan bulat",
        schemas::ColumnKind::Timestamp => "waktu",
        schemas::ColumnKind::Date => "tanggal",
    }
}

/// The words of a column, some in a line; by step where they depend on it.
pub(crate) fn words(facts: &Facts, column: Column) -> Vec<String> {
    let allowed = facts.allowed_words(column);
    if column != Column::Hasil {
        let word = |allowed: &schemas::AllowedWord| match allowed.label.as_str() {
            "" => allowed.word.clone(),
            label => format!("{} ({label})", allowed.word),
        };
        return allowed.chunks(4).map(|some| some.iter().map(word).collect::<Vec<_>>().join(", ")).collect();
    }
    let of_step = |step: &schemas::Step| {
        let words = step.outcomes.iter().map(|outcome| outcome.hasil.as_str()).collect::<Vec<_>>().join(", ");
        format!("langkah {}: {words}", step.number)
    };
    facts.sop.steps.iter().map(of_step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_only_where_they_must_be() {
        for (name, [sqlite, mysql]) in [
            ("tbl_proses", ["tbl_proses", "tbl_proses"]),
            ("pelayanan.TblProses", ["pelayanan.\"TblProses\"", "pelayanan.`TblProses`"]),
            ("order", ["\"order\"", "`order`"]),
            ("tgl\"lahir", ["\"tgl\"\"lahir\"", "`tgl\"lahir`"]),
        ] {
            assert_eq!(SqlDialect::Sqlite.named(name), sqlite);
            assert_eq!(SqlDialect::of("mariadb://x").unwrap().named(name), mysql);
        }
    }

    #[test]
    fn a_required_column_that_is_not_known_cannot_be_tried() {
        let mut view = View::blank(SqlDialect::Sqlite, "workflow_events");
        assert_eq!(view.select(), None);
        for (column, of) in &mut view.columns {
            of.expression = column.is_always_read().then(|| format!("p.{}", column.name()));
        }
        let select = view.select().unwrap();
        assert!(select.contains("p.event_id AS event_id") && !select.contains("keterangan"), "{select}");
        let statement = view.statement(&Facts::embedded().unwrap(), Language::Indonesian).unwrap();
        assert!(statement.contains("  -- <keterangan> AS keterangan,\n"), "{statement}");
        assert!(statement.contains("  p.diterima AS diterima\nFROM"), "{statement}");
    }
}
