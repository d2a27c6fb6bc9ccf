//! `tertib contract`

use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print;
use crate::proposal::{SqlDialect, View, kind, only_at, words};
use crate::workspace::facts_if_configured;
use anyhow::Result;
use clap::Args;
use schemas::{ColumnMeaning, Facts, Language, Presence, SideTable, Visibility};
use serde::Serialize;

/// Options of `tertib contract`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A CREATE VIEW to fill in for this database instead.
    #[arg(long, value_enum, value_name = "DATABASE")]
    sql: Option<SqlDialect>,
    /// How to write the columns.
    #[arg(long, value_enum, default_value_t = Format::Table, conflicts_with = "sql")]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// A column of the contract or of a table beside it.
#[derive(Debug, Serialize)]
struct Row {
    tabel: String,
    kolom: String,
    jenis: &'static str,
    wajib: bool,
    pribadi: bool,
    paling_panjang: Option<usize>,
    paling_kecil: Option<i64>,
    paling_besar: Option<i64>,
    /// The steps at which alone it may have a value; none where it may at every step.
    hanya_langkah: Option<Vec<u8>>,
    arti: String,
    kata: Vec<Word>,
}

/// A word that a column may hold.
#[derive(Debug, Serialize)]
struct Word {
    kata: String,
    nama: String,
    langkah: Option<u8>,
}

const HEAD: [&str; 8] =
    ["tabel", "kolom", "jenis", "keharusan", "terlihat oleh", "batas", "arti", "kata yang diterima"];

/// The words are those of the office's own facts, where it has a configuration; otherwise the ones that are built in.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let (facts, configured) = facts_if_configured(options.place.config.as_deref())?;
    let language = common.lang.unwrap_or(configured);
    let text = match options.sql {
        Some(dialect) => View::blank(dialect, "workflow_events").statement(&facts, language)?,
        None => listed(&rows(&facts, language)?, &facts, options.format)?,
    };
    print::data(&text)?;
    Ok(Outcome::Done)
}

fn rows(facts: &Facts, language: Language) -> Result<Vec<Row>> {
    let of_event = |meaning: ColumnMeaning| {
        let fact = facts.columns.get(meaning.column);
        let word = |word: schemas::AllowedWord| Word { kata: word.word, nama: word.label, langkah: word.step };
        Row {
            tabel: "workflow_events".to_owned(),
            kolom: meaning.column.name().to_owned(),
            jenis: kind(fact.kind),
            wajib: fact.presence != Presence::Optional,
            pribadi: fact.visibility == Visibility::Personal,
            paling_panjang: fact.longest,
            paling_kecil: fact.between.map(|(least, _)| least),
            paling_besar: fact.between.map(|(_, greatest)| greatest),
            hanya_langkah: facts.steps_of(meaning.column),
            arti: meaning.meaning.of(language).to_owned(),
            kata: facts.allowed_words(meaning.column).into_iter().map(word).collect(),
        }
    };
    let mut rows: Vec<Row> = ColumnMeaning::all()?.into_iter().map(of_event).collect();
    for table in SideTable::all()? {
        rows.extend(table.columns.iter().map(|column| Row {
            tabel: format!("{} (pilihan)", table.name),
            kolom: column.name.clone(),
            jenis: kind(column.kind),
            wajib: true,
            pribadi: false,
            paling_panjang: None,
            paling_kecil: None,
            paling_besar: None,
            hanya_langkah: None,
            arti: column.meaning.of(language).to_owned(),
            kata: Vec::new(),
        }));
    }
    Ok(rows)
}

/// The greatest length, the least and greatest number, and the steps of a column.
fn limits(row: &Row) -> String {
    let longest = row.paling_panjang.map(|most| format!("{most} huruf"));
    let between = row.paling_kecil.zip(row.paling_besar).map(|(least, greatest)| format!("{least} sampai {greatest}"));
    let steps = row.hanya_langkah.as_deref().map(only_at);
    [longest, between, steps].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn listed(rows: &[Row], facts: &Facts, format: Format) -> Result<String> {
    if format == Format::Json {
        return Ok(format!("{}\n", serde_json::to_string_pretty(rows)?));
    }
    let cells = |row: &Row| {
        let column = schemas::Column::named(&row.kolom).filter(|_| row.tabel == "workflow_events");
        vec![
            row.tabel.clone(),
            row.kolom.clone(),
            row.jenis.to_owned(),
            if row.wajib { "wajib" } else { "pilihan" }.to_owned(),
            if row.pribadi { "kantor saja" } else { "umum" }.to_owned(),
            limits(row),
            row.arti.clone(),
            column.map_or_else(String::new, |column| words(facts, column).join("; ")),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    print::rows(&HEAD, &rows, format)
}
