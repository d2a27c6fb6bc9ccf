//! A script that computes a number of the review again in `DuckDB`, from nothing but the public table of the archive.
//!
//! Reads   the parts of the archive's version, the working calendar, the SOP, the outage log
//! Gives   a text with all of them, the statements as they were run here, and the number at its end
//! Rule    the table `events` is made anew by other means: what this program derives from instants is joined from tables of spans

use super::FigureBook;
use super::error::FigureError;
use super::figure::TermSide;
use super::origin::{Known, statements_of};
use super::outage_clock::OutageClock;
use crate::archive::ArchiveError;
use crate::hash::sha256;
use schemas::{CalendarError, FigureKey, Month, Numbered, OriginInputs};

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// The table `events` from the parts and the tables of spans. `$parts` is the list of parts, `$offset` the zone's distance to UTC.
const EVENTS: &str = include_str!("rerun.sql");

/// The columns of what a statement gives; those that it leaves out are as here.
const COLUMNS: &str = "item VARCHAR DEFAULT '$item', pekon VARCHAR, jenis VARCHAR, officer VARCHAR, step BIGINT DEFAULT 0, \
     next_step BIGINT DEFAULT 0, name VARCHAR DEFAULT '', detail VARCHAR DEFAULT '', v BIGINT, n BIGINT";

/// A number with its order statistics, by nearest rank.
const RESULT: &str = "SELECT '$path' AS angka, coalesce(sum(n), 0) AS kasus, min(v) AS terkecil,
       min(CASE WHEN upto * 100 >= whole * 50 THEN v END) AS tengah,
       min(CASE WHEN upto * 100 >= whole * 90 THEN v END) AS sembilan_puluh, max(v) AS terbesar
FROM (SELECT v, n, sum(n) OVER (ORDER BY v) AS upto, sum(n) OVER () AS whole
      FROM hasil WHERE $condition);\n";

/// Returns a statement that gives rows of before a change of the key the pseudonyms of after it.
fn renamed(table: &str) -> String {
    let table = quoted(table);
    format!(
        "UPDATE fail SET nik_pseudonym = s.baru FROM read_parquet({table}, hive_partitioning = false) s \
         WHERE fail.nik_pseudonym = s.lama;\n"
    )
}

impl FigureBook {
    /// Returns the script for a number of a month; `None` if there is no such number.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold the month.
    pub fn rerun(&self, month: Month, key: &FigureKey) -> Result<Option<String>, FigureError> {
        let Some(known) = self.known(key) else { return Ok(None) };
        let (calendar, sop) = (self.calendar_sql()?, self.sop_sql());
        let mut script = format!(
            "-- Asal angka {}\n-- {}: {}\n-- Jalankan dalam folder arsip: duckdb < nama-fail-ini.sql\n\n",
            key.path(month),
            known.meaning.title,
            known.meaning.meaning
        );
        let parts: Vec<String> = self.archive.event_files().map(|file| quoted(&file.path)).collect();
        let events = EVENTS.replace("$parts", &format!("[{}]", parts.join(",\n  ")));
        let changed: String = self.archive.key_changes().map(|(_, change)| renamed(&change.pseudonyms.path)).collect();
        let events =
            events.replace("$pseudonyms", &changed).replace("$offset", &self.facts.zone.offset_s().to_string());
        script += &[calendar, sop, self.outages_sql()?, events].concat();
        script += &self.results_sql(month, key, &known)?;
        Ok(Some(script))
    }

    /// The statements as they were run, and what they come to.
    fn results_sql(&self, month: Month, whole: &FigureKey, known: &Known<'_>) -> Result<String, FigureError> {
        let view = self.at(month)?;
        let mut script = format!("CREATE TABLE hasil ({});\n", COLUMNS.replace("$item", ""));
        for (name, text) in statements_of(known.figure, &known.terms) {
            let columns = COLUMNS.replace("$item", name);
            let text = view.filled(text);
            script += &format!("\nCREATE OR REPLACE TABLE satu ({columns});\nINSERT INTO satu BY NAME (\n{text}\n);\n");
            script += "INSERT INTO hasil SELECT * FROM satu;\n";
        }
        script += "\n";
        for (key, side) in &known.terms {
            // A number that is one count is called by its own name, whatever it counts.
            let named = if known.terms.len() == 1 { whole } else { key };
            let side = if known.is_share && *side != TermSide::Rest { "-- bagian\n" } else { "" };
            let result = RESULT.replace("$path", &doubled(&named.path(month)));
            script += side;
            script += &result.replace("$condition", &self.condition(key));
        }
        Ok(script)
    }

    /// The condition by which a number counts rows.
    pub(crate) fn condition(&self, key: &FigureKey) -> String {
        let listed = |texts: Vec<String>| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let mut all = vec![format!("item IN ({})", listed(key.items.clone()))];
        let texts = [("coalesce(name, '')", &key.name), ("coalesce(detail, '')", &key.detail), ("jenis", &key.jenis)];
        all.extend(texts.into_iter().filter_map(|(column, of)| Some(format!("{column} = {}", quoted(of.as_ref()?)))));
        let steps = [("step", key.step), ("next_step", key.next_step)];
        all.extend(steps.into_iter().filter_map(|(column, of)| Some(format!("{column} = {}", of?))));
        all.extend(key.at_most.map(|most| format!("v <= {most}")));
        all.extend(key.above.map(|least| format!("v > {least}")));
        all.extend(
            key.document.as_ref().map(|code| format!("list_contains(string_split(name, ';'), {})", quoted(code))),
        );
        let has_number = "coalesce(name, '') <> ''";
        all.extend(key.numbered.map(|numbered| match numbered {
            Numbered::Any => has_number.to_owned(),
            Numbered::Unreadable => {
                let serial = "split_part(name, '/', 1)";
                format!("{has_number} AND NOT (regexp_full_match({serial}, '\\+?[0-9]+') AND length({serial}) <= 7)")
            }
        }));
        let areas = &self.facts.wilayah;
        if key.pekon.is_some() || key.kecamatan.is_some() {
            let is = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
            let of_names =
                areas.iter().filter(|(_, area)| is(&key.pekon, &area.name) && is(&key.kecamatan, &area.kecamatan));
            // What the area table does not know has its code for a name.
            let unknown = key.pekon.iter().chain(&key.kecamatan).filter(|name| areas.get(name).is_none()).cloned();
            let codes: Vec<String> = of_names.map(|(code, _)| code.to_owned()).chain(unknown).collect();
            all.push(format!("pekon IN ({})", listed(codes)));
        }
        all.join(" AND ")
    }

    /// Returns what figures are computed from, by digest.
    pub(crate) fn inputs(&self) -> Result<OriginInputs, FigureError> {
        Ok(OriginInputs {
            files: self.files(),
            calendar_sha256: sha256(self.calendar_sql()?.as_bytes()),
            sop_sha256: sha256(self.sop_sql().as_bytes()),
        })
    }

    /// The spans in which the office works, with the working seconds before each; and the days on which it works, with their number.
    fn calendar_sql(&self) -> Result<String, FigureError> {
        let (clock, zone) = (&self.facts.clock, self.facts.zone);
        let (mut spans, mut days) = (Vec::new(), Vec::new());
        let covered = clock.covered();
        let mut day = covered.start;
        while day < covered.end {
            let date = zone.date(day).ok_or_else(|| CalendarError::Data(format!("{day} is no day")))?;
            for (from, to) in clock.spans(date)? {
                let (from, to) = (day + from, day + to);
                spans.push(format!("({from},{to},{})", clock.working_s(from)?));
            }
            if !clock.spans(date)?.is_empty() {
                days.push(format!("({day},{})", clock.working_days(day)?));
            }
            day += DAY_S;
        }
        Ok(table("kalender", "mulai, akhir, sebelum", &spans) + &table("hari_kerja", "mulai, ke", &days))
    }

    /// What outcomes mean, what may follow them, and who acts at each step.
    fn sop_sql(&self) -> String {
        let steps = &self.facts.sop.steps;
        let outcomes = || steps.iter().flat_map(|step| step.outcomes.iter().map(move |outcome| (step.number, outcome)));
        let milestones: Vec<String> = outcomes()
            .filter_map(|(step, of)| Some(format!("({step},{},{})", quoted(&of.hasil), quoted(of.milestone?.name()))))
            .collect();
        let next: Vec<String> =
            outcomes().filter_map(|(step, of)| Some(format!("({step},{},{})", quoted(&of.hasil), of.next?))).collect();
        let flag = u8::from;
        let step = |step: &schemas::Step| {
            let (mandatory, writes) = (flag(step.mandatory), flag(step.ledger.is_some()));
            format!("({},{},{mandatory},{writes})", step.number, quoted(&step.pelaksana))
        };
        let of_steps: Vec<String> = steps.iter().map(step).collect();
        table("tonggak", "langkah, hasil, milestone", &milestones)
            + &table("sop_next", "langkah, hasil, next", &next)
            + &table("sop_step", "langkah, pelaksana, mandatory, writes_book", &of_steps)
    }

    /// The outages without overlaps, with the seconds of outage before each.
    fn outages_sql(&self) -> Result<String, ArchiveError> {
        let clock = OutageClock::of(&self.archive)?;
        let spans = clock.between(i64::MIN, i64::MAX);
        let rows: Vec<String> = spans.map(|(from, to)| format!("({from},{to},{})", clock.outage_s(from))).collect();
        Ok(table("gangguan", "mulai, akhir, sebelum", &rows))
    }
}

/// A table of these rows; one without rows has its columns all the same.
fn table(name: &str, columns: &str, rows: &[String]) -> String {
    if rows.is_empty() {
        let nothing: Vec<String> = columns.split(", ").map(|column| format!("0::BIGINT AS {column}")).collect();
        return format!("CREATE TABLE {name} AS SELECT {} WHERE false;\n", nothing.join(", "));
    }
    format!("CREATE TABLE {name} AS SELECT * FROM (VALUES\n{}\n) AS t({columns});\n", rows.join(",\n"))
}

fn quoted(text: &str) -> String {
    format!("'{}'", doubled(text))
}

fn doubled(text: &str) -> String {
    text.replace('\'', "''")
}
