//! The figures in cells as a person reads them: one row per cell.

use crate::print::{Table, paragraph};
use schemas::figures::{By, ReleasedRow, share};
use schemas::{Facts, Month, Speech};
use std::collections::BTreeMap;

/// Stands for what is hidden, or not known.
const HIDDEN: &str = "–";

/// The rows of each cell, in the order of the cells.
fn cells(rows: &[ReleasedRow]) -> BTreeMap<&str, Vec<&ReleasedRow>> {
    let mut cells: BTreeMap<&str, Vec<&ReleasedRow>> = BTreeMap::new();
    for row in rows {
        cells.entry(&row.cell).or_default().push(row);
    }
    cells
}

/// The sum of the counts of some rows; none where one of them is hidden.
fn sum<'a>(rows: impl Iterator<Item = &'a ReleasedRow>) -> Option<u64> {
    rows.map(|row| row.n).sum()
}

fn of<'a>(rows: &[&'a ReleasedRow], figure: &str, item: &str) -> Vec<&'a ReleasedRow> {
    rows.iter().copied().filter(|row| row.figure == figure && row.item == item).collect()
}

/// What a division is called at the head of its cells.
fn cell(by: By, speech: Speech<'_>) -> String {
    match by {
        By::Total => speech.say("column.cell_total", &[]),
        By::Pekon => speech.say("column.cell_pekon", &[]),
        By::Kecamatan => speech.say("column.cell_kecamatan", &[]),
        By::Jenis => speech.say("column.cell_jenis", &[]),
        By::Officer => speech.say("column.cell_officer", &[]),
        By::Month => speech.say("column.cell_month", &[]),
    }
}

/// What a cell is called: a kind of application and a village as documents name them, where figures have their keys.
fn named(cell: &str, by: By, facts: &Facts) -> String {
    match by {
        By::Jenis => facts.jenis.get(cell).cloned(),
        By::Pekon => facts.wilayah.get(cell).map(|area| format!("{}, {}", area.titled(), area.kecamatan)),
        By::Total | By::Kecamatan | By::Officer | By::Month => None,
    }
    .unwrap_or_else(|| cell.to_owned())
}

/// The main figures, one row per cell.
pub(crate) fn overview(rows: &[ReleasedRow], by: By, speech: Speech<'_>, facts: &Facts, month: Month) -> String {
    if by == By::Officer {
        return officers(rows, speech);
    }
    let head = [
        cell(by, speech),
        speech.say("column.received", &[]),
        speech.say("column.printed", &[]),
        speech.say("column.handed_over", &[]),
        speech.say("column.open", &[]),
        speech.say("column.complete", &[]),
        speech.say("column.days", &[]),
        speech.say("column.ninety", &[]),
    ];
    let (language, day_s) = (speech.language(), facts.calendar.working_day_s(month));
    let row = |(cell, rows): (&str, Vec<&ReleasedRow>)| {
        let count = |item: &str| {
            let found = of(&rows, "flow", item);
            sum(found.into_iter()).map_or_else(|| HIDDEN.to_owned(), |n| language.integer(n))
        };
        let checks = of(&rows, "completeness", "first_checks");
        let complete = sum(checks.iter().copied().filter(|row| row.detail == "complete"));
        let share = complete.zip(sum(checks.iter().copied())).and_then(|(part, n)| share(part, n));
        let times = of(&rows, "turnaround", "working").first().and_then(|row| row.values);
        let time = |seconds: Option<i64>| {
            seconds.zip(day_s).map_or_else(|| HIDDEN.to_owned(), |(s, day_s)| language.working_days(s, day_s, 1))
        };
        let counts = ["received", "printed", "handed_over", "open"].map(count);
        [
            vec![named(cell, by, facts)],
            counts.to_vec(),
            vec![
                share.map_or_else(|| HIDDEN.to_owned(), |share| language.percent(share, 1)),
                time(times.map(|values| values.p50)),
                time(times.map(|values| values.p90)),
            ],
        ]
        .concat()
    };
    let rows: Vec<Vec<String>> = cells(rows).into_iter().map(row).collect();
    let note = day_s.map(|day_s| speech.say("metrics.by_note", &[("day", &language.duration(day_s))]));
    let note = note.map_or_else(String::new, |note| paragraph(&note, 2));
    Table::new(&head.each_ref().map(String::as_str), &rows).text() + &note
}

/// How often each officer acted, and in which steps.
fn officers(rows: &[ReleasedRow], speech: Speech<'_>) -> String {
    let head = [cell(By::Officer, speech), speech.say("column.events", &[]), speech.say("column.per_step", &[])];
    let number = |n: Option<u64>| n.map_or_else(|| HIDDEN.to_owned(), |n| speech.language().integer(n));
    let row = |(cell, rows): (&str, Vec<&ReleasedRow>)| {
        let mut events = of(&rows, "time_per_step", "events");
        events.sort_by_key(|row| row.step);
        let steps: Vec<String> = events.iter().map(|row| format!("{}: {}", row.step, number(row.n))).collect();
        vec![cell.to_owned(), number(sum(events.into_iter())), steps.join(", ")]
    };
    let rows: Vec<Vec<String>> = cells(rows).into_iter().map(row).collect();
    Table::new(&head.each_ref().map(String::as_str), &rows).text()
}

/// How many rows and findings there are, one row per cell.
pub(crate) fn findings(rows: &[ReleasedRow], by: By, speech: Speech<'_>, facts: &Facts) -> String {
    let head = [
        cell(by, speech),
        speech.say("column.rows", &[]),
        speech.say("column.findings", &[]),
        speech.say("column.per_code", &[]),
    ];
    let number = |n: Option<u64>| n.map_or_else(|| HIDDEN.to_owned(), |n| speech.language().integer(n));
    let row = |(cell, rows): (&str, Vec<&ReleasedRow>)| {
        // Each row has an id.
        let ids = of(&rows, "data_quality", "present").into_iter().filter(|row| row.name == "event_id");
        let found = of(&rows, "data_quality", "finding");
        let codes: Vec<String> = found.iter().map(|row| format!("{}: {}", row.name, number(row.n))).collect();
        vec![named(cell, by, facts), number(sum(ids)), number(sum(found.into_iter())), codes.join(", ")]
    };
    let rows: Vec<Vec<String>> = cells(rows).into_iter().map(row).collect();
    Table::new(&head.each_ref().map(String::as_str), &rows).text()
}
